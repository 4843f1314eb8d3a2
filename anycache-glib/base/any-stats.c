/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-stats-private.h"

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
