/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include "race.h"
#include "workload.h"

#define MANY "size of the larger cache"
#define FEW  "size of a cache of 100 entries"

guint
measure_size (const Plan *plan)
{
  g_autofree char *many_folder = plan_make_folder (plan, "size-many");
  g_autofree char *few_folder = plan_make_folder (plan, "size-few");
  g_autoptr (Workload) many = workload_new (many_folder, "many", workload_small_value (), plan->brief ? 1000 : 100000);
  g_autoptr (Workload) few = workload_new (few_folder, "few_", workload_small_value (), 100);
  const char *title = plan->brief ? "P5  size of a cache, 1,000 entries" : "P5  size of a cache, 100,000 entries";
  g_autoptr (Race) race = race_new (title, 200);
  guint n_failed;

  workload_fill (many, many->n_args);
  workload_fill (few, few->n_args);

  race_add (race, MANY, workload_size, many);
  race_add (race, FEW, workload_size, few);
  race_aim (race, MANY, FEW, "<= 1.1");

  n_failed = race_run (race, plan->repetitions);
  race_print (race, plan->report);

  /* All entries are of one length. */
  if (any_cache_get_size (many->cache) != many->n_args * workload_entry_size (many, 0) ||
      any_cache_get_size (few->cache) != few->n_args * workload_entry_size (few, 0))
    {
      g_print ("  a size is wrong\n");
      n_failed++;
    }

  return n_failed;
}
