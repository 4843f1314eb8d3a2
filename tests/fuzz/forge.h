/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "any-codec.h"

G_BEGIN_DECLS

/* Where the fields of a header lie; the grammar stands in any-header.c. */
#define FORGE_FORMAT              8
#define FORGE_ORDER               10
#define FORGE_FLAGS               12
#define FORGE_TOTAL_LENGTH        16
#define FORGE_MARKS               48
#define FORGE_KEY_LENGTH          56
#define FORGE_DEPENDENCIES_LENGTH 64
#define FORGE_VALIDATOR_LENGTH    72
#define FORGE_TYPE_LENGTH         80
#define FORGE_VALUE_LENGTH        88
#define FORGE_LIBRARY             96
#define FORGE_CONTENT_LENGTH      100
#define FORGE_CHECKSUM            104

void forge_put16 (guint8 *bytes,
                  gsize   offset,
                  guint16 number);

void forge_put32 (guint8 *bytes,
                  gsize   offset,
                  guint32 number);

void forge_put64 (guint8 *bytes,
                  gsize   offset,
                  guint64 number);

guint64 forge_get64 (const guint8 *bytes,
                     gsize         offset);

void forge_checksums (guint8 *bytes,
                      gsize   length);

void forge_frame (guint8 *bytes,
                  guint32 content_length);

gboolean forge_lengths (guint8 *bytes,
                        gsize   length);

void forge_borrow_key (AnyKey       *key,
                       const guint8 *bytes,
                       gsize         length);

G_END_DECLS
