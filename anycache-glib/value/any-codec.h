/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-key.h"
#include "any-record.h"

G_BEGIN_DECLS

/* A threshold that no value reaches. */
#define ANY_CODEC_NEVER_COMPRESS (-1)

/* Encoding: the record's head and its trailer are the entry's, with the payload between them. */
AnyRecord *any_codec_seal (const AnyKey   *key,
                           GBytes         *dependencies,
                           GVariant       *value,
                           const AnyFacts *facts,
                           gint64          threshold,
                           gsize          *head_length);

/* Decoding. */
AnyMiss any_codec_open (gpointer      block,
                        gsize         length,
                        const guint8 *digest,
                        const AnyKey *key,
                        AnyRecord   **record);

G_END_DECLS
