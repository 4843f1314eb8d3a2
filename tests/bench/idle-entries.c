/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures what an entry takes in the memory tier: in a process of its own, where nothing else comes and goes. */

#include <malloc.h>
#include <stdlib.h>

#include "plan.h"
#include "workload.h"

#define TITLE "P15  memory of an idle entry beyond the bytes of its file"

#define MEMORY (G_GINT64_CONSTANT (1) << 30)

static const char description[] =
  "Counts the bytes that malloc() has given out for entries in memory, less the size of their files.";

static gsize
bytes_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* Tells how much came since, for each entry. */
static void
tell (const Plan *plan,
      const char *name,
      Workload   *workload,
      gsize       before)
{
  double each = (double) (bytes_in_use () - before) / workload->n_args;

  report_figure (plan->report, TITLE, name, each - workload_entry_size (workload, 0), "bytes", "<= 250");
}

/* As a process has them that finds what others have stored. */
static guint
measure_found (const Plan *plan,
               Workload   *workload)
{
  gsize before;
  guint n_failed;

  any_cache_set_maxmemory (workload->cache, 0);
  workload_fill (workload, workload->n_args);
  workload_close (workload);
  workload_open (workload);
  any_cache_set_maxmemory (workload->cache, MEMORY);

  before = bytes_in_use ();
  n_failed = workload_hit (workload, 0, workload->n_args);
  tell (plan, "read from disk", workload, before);

  return n_failed + workload_check (workload, TRUE);
}

/* As the process has them that computed them, and has let go of the results. */
static guint
measure_stored (const Plan *plan,
                Workload   *workload)
{
  const char *text = g_variant_get_string (workload->value, NULL);
  guint       n_failed = 0;
  gsize       before;

  any_cache_set_maxmemory (workload->cache, MEMORY);

  /* Asked for its bytes, a GVariant is written into a block of its own: that is the caller's. */
  g_strfreev (workload_dup_idents (workload));

  before = bytes_in_use ();
  for (guint i = 0; i < workload->n_args; i++)
    n_failed += !any_function_store (workload->function, workload->args[i], g_variant_new_string (text), -1, NULL, NULL, NULL);
  tell (plan, "stored", workload, before);

  return n_failed + workload_check (workload, TRUE);
}

static guint
measure_both (const Plan *plan)
{
  guint            n_entries = plan->brief ? 1000 : 100000;
  g_autofree char *found_folder = plan_make_folder (plan, "found");
  g_autofree char *stored_folder = plan_make_folder (plan, "stored");
  g_autoptr (Workload) found = workload_new (found_folder, "idle", workload_small_value (), n_entries);
  g_autoptr (Workload) stored = workload_new (stored_folder, "idle", workload_small_value (), n_entries);

  return measure_found (plan, found) + measure_stored (plan, stored);
}

int
main (int    argc,
      char **argv)
{
  Plan plan;

  if (!plan_init (&plan, &argc, &argv, description, NULL))
    return EXIT_FAILURE;

  return plan_end (&plan, measure_both (&plan));
}
