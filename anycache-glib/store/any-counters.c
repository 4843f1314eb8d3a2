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

/* Each number is of this instant, and not all are of the same. */
AnyStats *
any_counters_read (AnyCounters *self)
{
  AnyStats *stats = g_new0 (AnyStats, 1);

  for (guint i = 0; i < ANY_STATS_LOOKUPS; i++)
    stats->lookups[i] = __atomic_load_n (&self->stats.lookups[i], __ATOMIC_RELAXED);
  for (guint i = 0; i < ANY_STATS_STORES; i++)
    stats->stores[i] = __atomic_load_n (&self->stats.stores[i], __ATOMIC_RELAXED);

  return stats;
}
