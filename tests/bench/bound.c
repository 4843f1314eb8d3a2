/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include "bare.h"
#include "race.h"
#include "workload.h"

#define BOUND   "store at the bound"
#define FREE    "store without a bound"
#define REPLACE "create+write+close+rename+unlink"

/* Caches and a folder with as many entries each, of which one cache and the folder take no more than they have. */
guint
measure_bound (const Plan *plan)
{
  guint            n_entries = plan->brief ? 5000 : 100000;
  guint            count = plan->brief ? 50 : 200;
  guint            n_stores = (RACE_WARM_UPS + plan->repetitions) * count;
  g_autofree char *bound_folder = plan_make_folder (plan, "bound");
  g_autofree char *free_folder = plan_make_folder (plan, "free");
  g_autofree char *bare_folder = plan_make_folder (plan, "replaced");
  g_autoptr (Workload) bound = workload_new (bound_folder, "bound", workload_small_value (), n_entries + n_stores);
  g_autoptr (Workload) unbound = workload_new (free_folder, "free_", workload_small_value (), n_entries + n_stores);
  const char *title = plan->brief ? "P6  store at the size bound, 5,000 entries" : "P6  store at the size bound, 100,000 entries";
  g_autoptr (Race) race = race_new (title, count);
  g_autoptr (Bare) bare = NULL;
  guint64 size;
  guint   n_failed;

  workload_fill (bound, n_entries);
  workload_fill (unbound, n_entries);
  bare = bare_new_writer (bare_folder, workload_entry_size (bound, 0), n_entries + n_stores, 0);
  n_failed = bare_write (bare, 0, n_entries);
  size = any_cache_get_size (bound->cache);
  any_cache_set_maxsize (bound->cache, size);

  race_add (race, BOUND, workload_store_more, bound);
  race_add (race, FREE, workload_store_more, unbound);
  race_add (race, REPLACE, bare_write_and_unlink, bare);
  race_aim (race, BOUND, FREE, "<= 2.0");
  race_aim (race, BOUND, REPLACE, "shown");

  n_failed += race_run (race, plan->repetitions);
  race_print (race, plan->report);

  if (any_cache_get_size (bound->cache) > size)
    {
      g_print ("  the bound was not kept\n");
      n_failed++;
    }

  return n_failed;
}
