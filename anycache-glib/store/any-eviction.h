/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-bounds.h"
#include "any-generation.h"
#include "any-usage.h"

G_BEGIN_DECLS

/* Makes room in a directory: takes away who was used longest ago, of all entries of all processes, one by one and no more than needed.
 *
 * Up to so many entries that is exact, as far as uses are recorded; of more, some shards are looked at, chosen by chance, and the order
 * is right among theirs. Thread-safe.
 */
#define ANY_EVICTION_EXACT 4096

typedef struct _AnyEviction AnyEviction;

AnyEviction *any_eviction_new (AnyUsage *usage);
void         any_eviction_free (AnyEviction *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyEviction, any_eviction_free)

gboolean any_eviction_make_room (AnyEviction     *self,
                                 AnyDirectory    *directory,
                                 AnyGeneration   *generation,
                                 const AnyBounds *bounds,
                                 guint64          length,
                                 GError         **error);

gboolean any_eviction_is_due (AnyEviction *self);

void any_eviction_trim (AnyEviction     *self,
                        AnyDirectory    *directory,
                        AnyGeneration   *generation,
                        const AnyBounds *bounds);

guint64 any_eviction_get_count (AnyEviction *self);

G_END_DECLS
