/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"

G_BEGIN_DECLS

/* An entry in one piece of memory, as it lies on disk. */

guint8 *entry_bytes_seal_from (gint64          threshold,
                               const AnyKey   *key,
                               GBytes         *dependencies,
                               GVariant       *value,
                               const AnyFacts *facts,
                               gsize          *length);

guint8 *entry_bytes_seal (const AnyKey   *key,
                          GBytes         *dependencies,
                          GVariant       *value,
                          const AnyFacts *facts,
                          gsize          *length);

guint8 *entry_bytes_seal_simply (const AnyKey *key,
                                 const char   *value_text,
                                 gsize        *length);

AnyMiss entry_bytes_open (const guint8 *bytes,
                          gsize         length,
                          const AnyKey *key,
                          AnyRecord   **record);

GVariant *entry_bytes_parse (const char *text);

void entry_bytes_make_key (AnyKey     *key,
                           const char *name,
                           const char *version,
                           const char *args_text);

G_END_DECLS
