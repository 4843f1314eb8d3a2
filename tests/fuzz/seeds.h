/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A seed is larger than this only where its size is the point; such are made when they are needed and not kept. */
#define SEED_MAX_KEPT 8192

void seed_write (const char   *folder,
                 const char   *name,
                 const guint8 *bytes,
                 gsize         length);

GByteArray *seed_nested_variants (guint levels);

char *seed_nested_type (guint levels);

char *seed_nested_tuples (guint levels);

char *seed_wide_type (guint members);

guint seed_codec (const char *folder);

guint seed_canonical (const char *folder);

guint seed_marks (const char *folder);

G_END_DECLS
