/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-stats-private.h"

#include <string.h>

/* By hand, since what G_DEFINE_BOXED_TYPE() makes is no ISO C. */
GType
any_stats_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("AnyStats", (GBoxedCopyFunc) any_stats_copy, (GBoxedFreeFunc) any_stats_free));

  return type;
}

/**
 * any_stats_copy:
 * @self: statistics
 *
 * Copies statistics.
 *
 * Returns: (transfer full): a copy
 *
 * Since: 1.0
 */
AnyStats *
any_stats_copy (AnyStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

/**
 * any_stats_free:
 * @self: (transfer full): statistics
 *
 * Frees statistics.
 *
 * Since: 1.0
 */
void
any_stats_free (AnyStats *self)
{
  g_free (self);
}

/**
 * any_stats_get_lookups:
 * @self: statistics
 * @outcome: what came of a look-up; %ANY_MISS_NONE for hits
 *
 * Gets how many calls and look-ups found what they looked for, or did not for a certain reason.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
any_stats_get_lookups (const AnyStats *self,
                       AnyMiss         outcome)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) outcome < ANY_STATS_LOOKUPS, 0);

  return self->lookups[outcome];
}

/**
 * any_stats_get_stores:
 * @self: statistics
 * @outcome: what came of storing; %ANY_SKIP_NONE for what was stored
 *
 * Gets how many results were stored, or were returned and not stored for a certain reason.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
any_stats_get_stores (const AnyStats *self,
                      AnySkip         outcome)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) outcome < ANY_STATS_STORES, 0);

  return self->stores[outcome];
}

/**
 * any_stats_get_hits:
 * @self: statistics
 * @tier: where the results were found
 *
 * Gets how many calls and look-ups found their result in memory, or read it from the disk.
 *
 * What one of many has read, who had asked for the same meanwhile, is a hit from the disk once.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
any_stats_get_hits (const AnyStats *self,
                    AnyTier         tier)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (tier == ANY_TIER_MEMORY || tier == ANY_TIER_DISK, 0);

  if (tier == ANY_TIER_DISK)
    return self->disk_hits;

  /* Of two numbers that others count up, either may be read first. */
  return self->lookups[ANY_MISS_NONE] - MIN (self->disk_hits, self->lookups[ANY_MISS_NONE]);
}

/**
 * any_stats_get_evictions:
 * @self: statistics
 *
 * Gets how many entries were taken away to make room, see [property@AnyCache.Cache:maxsize].
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
any_stats_get_evictions (const AnyStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->evictions;
}

/**
 * any_stats_get_stored_bytes:
 * @self: statistics
 *
 * Gets how large the entries were together that were stored.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
any_stats_get_stored_bytes (const AnyStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->stored_bytes;
}

/**
 * any_stats_get_time_saved:
 * @self: statistics
 *
 * Gets how long the computations of all results took together that were found instead of being computed.
 *
 * Each hit counts what its result took when it was computed. A result that was given by [method@AnyCache.Function.store] took nothing.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
guint64
any_stats_get_time_saved (const AnyStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->saved_us;
}

gboolean
any_stats_are_zero (const AnyStats *self)
{
  static const AnyStats zero;

  return memcmp (self, &zero, sizeof zero) == 0;
}

void
any_stats_add (AnyStats       *self,
               const AnyStats *other)
{
  guint64       *numbers = (guint64 *) self;
  const guint64 *others = (const guint64 *) other;

  for (guint i = 0; i < ANY_STATS_NUMBERS; i++)
    numbers[i] += others[i];
}

void
any_stats_subtract (AnyStats       *self,
                    const AnyStats *other)
{
  guint64       *numbers = (guint64 *) self;
  const guint64 *others = (const guint64 *) other;

  for (guint i = 0; i < ANY_STATS_NUMBERS; i++)
    numbers[i] -= others[i];
}

/**
 * any_stats_get_polled:
 * @self: statistics
 *
 * Gets how many of the results that this process watches, in whatever directory, are looked at every few seconds, because the system
 * would not tell of changes: it watches too much already, or has no means for it.
 *
 * Returns: a number; 0 where all is well
 *
 * Since: 1.0
 */
guint64
any_stats_get_polled (const AnyStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->polled;
}
