/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-counters.h"

void
any_counters_add_lookup (AnyCounters *self,
                         AnyMiss      outcome)
{
  __atomic_fetch_add (&self->stats.lookups[outcome], 1, __ATOMIC_RELAXED);
}

void
any_counters_add_store (AnyCounters *self,
                        AnySkip      outcome)
{
  __atomic_fetch_add (&self->stats.stores[outcome], 1, __ATOMIC_RELAXED);
}

void
any_counters_add_stored_bytes (AnyCounters *self,
                               guint64      bytes)
{
  __atomic_fetch_add (&self->stats.stored_bytes, bytes, __ATOMIC_RELAXED);
}

/* The look-up is counted beside it. */
void
any_counters_add_use (AnyCounters *self,
                      AnyTier      tier,
                      gint64       saved_us)
{
  if (tier == ANY_TIER_DISK)
    __atomic_fetch_add (&self->stats.disk_hits, 1, __ATOMIC_RELAXED);
  if (saved_us > 0)
    __atomic_fetch_add (&self->stats.saved_us, saved_us, __ATOMIC_RELAXED);
}

/* Each number is of this instant, and not all are of the same. */
AnyStats *
any_counters_read (AnyCounters *self)
{
  AnyStats *stats = g_new0 (AnyStats, 1);

  for (guint i = 0; i < ANY_STATS_NUMBERS; i++)
    ((guint64 *) stats)[i] = __atomic_load_n ((const guint64 *) &self->stats + i, __ATOMIC_RELAXED);

  return stats;
}
