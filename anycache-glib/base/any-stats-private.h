/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-stats.h"

G_BEGIN_DECLS

#define ANY_STATS_LOOKUPS (ANY_MISS_IO + 1)
#define ANY_STATS_STORES  (ANY_SKIP_FAILED + 1)

/* Numbers alone, so that they can be added up. */
struct _AnyStats
{
  guint64 lookups[ANY_STATS_LOOKUPS];
  guint64 stores[ANY_STATS_STORES];
  guint64 disk_hits; /* of the look-ups that found something */
  guint64 evictions;
  guint64 stored_bytes;
  guint64 saved_us;
  guint64 polled;
};

#define ANY_STATS_NUMBERS (sizeof (AnyStats) / sizeof (guint64))

gboolean any_stats_are_zero (const AnyStats *self);

void any_stats_add (AnyStats       *self,
                    const AnyStats *other);

void any_stats_subtract (AnyStats       *self,
                         const AnyStats *other);

G_END_DECLS
