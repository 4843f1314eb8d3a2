/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(ANY_INSIDE) && !defined(ANY_COMPILATION)
#error "Only <anycache-glib/anycache.h> can be included directly."
#endif

#include "any-enums.h"

G_BEGIN_DECLS

#define ANY_TYPE_STATS (any_stats_get_type ())

/**
 * AnyStats:
 *
 * What was done with a cache directory: by this process, since it first used it, or by all.
 *
 * It is a copy of the counters of one instant; see [method@AnyCache.Cache.get_stats] and [method@AnyCache.Cache.read_total_stats].
 *
 * Since: 1.0
 */
typedef struct _AnyStats AnyStats;

ANY_AVAILABLE_IN_1_0
GType any_stats_get_type (void);

ANY_AVAILABLE_IN_1_0
AnyStats *any_stats_copy (AnyStats *self);

ANY_AVAILABLE_IN_1_0
void any_stats_free (AnyStats *self);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_lookups (const AnyStats *self,
                               AnyMiss         outcome);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_stores (const AnyStats *self,
                              AnySkip         outcome);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_hits (const AnyStats *self,
                            AnyTier         tier);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_evictions (const AnyStats *self);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_stored_bytes (const AnyStats *self);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_time_saved (const AnyStats *self);

ANY_AVAILABLE_IN_1_0
guint64 any_stats_get_polled (const AnyStats *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyStats, any_stats_free)

G_END_DECLS
