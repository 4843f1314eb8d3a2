/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "any-miss.h"

G_BEGIN_DECLS

/* What the codec may say of a seed. */
#define SEED_OK      (1 << ANY_MISS_NONE)
#define SEED_CORRUPT (1 << ANY_MISS_CORRUPT)
#define SEED_FOREIGN (1 << ANY_MISS_FOREIGN)

void  seed_entry_begin (const char *into);
guint seed_entry_end (void);

GByteArray *seed_entry_seal (GVariant *value,
                             GBytes   *dependencies);

GByteArray *seed_entry_seal_compressed (GVariant *value);

GByteArray *seed_entry_forge (const char   *type,
                              gsize         type_length,
                              const guint8 *value,
                              gsize         value_length);

void seed_entry_keep (const char *name,
                      guint       expected,
                      GByteArray *entry);

void seed_entry_keep_forged (const char   *name,
                             guint         expected,
                             const char   *type,
                             const guint8 *value,
                             gsize         value_length);

G_END_DECLS
