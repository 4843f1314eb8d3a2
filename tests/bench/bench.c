/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures the cache against what else could do its work, side by side in one run. */

#include <stdlib.h>

#include "machine.h"
#include "measure.h"
#include "race.h"

static const char description[] =
  "Runs each kind of work in repetitions, ours and the others' in turns, and prints a line a pair:\n"
  "\n"
  "  min, median       microseconds an operation, over the repetitions; ours, then the other's\n"
  "  ratio             our minimum divided by the other's\n"
  "  its median        the median of the ratios of each repetition\n"
  "  target            what the ratio is meant to be; nothing is asserted about it\n"
  "  drift             last third of the repetitions divided by the first: far from 1, the machine or the file\n"
  "                    system changed meanwhile, and the ratios of stores say little\n"
  "\n"
  "A ratio is a property of the machine's file system and of its load as much as of the code: compare ratios of one\n"
  "run, or of two runs on one machine, and never times of two machines.\n"
  "\n"
  "  P1  strict hits from memory (one system call each) against a transaction of LMDB (none)\n"
  "  P3  hits from disk, pages and names in the kernel's caches, against the bare calls on the same files\n"
  "  P4  new entries, nothing deleted, with the default memory tier, against the bare calls for as many bytes\n"
  "  P5  the size of a large cache against that of a small one\n"
  "  P6  new entries that others must leave for, against new entries without a bound\n"
  "  P7  a large result from disk against a read of its file\n"
  "  P9, P10  asynchronous calls against tasks of GIO that do nothing\n"
  "\n"
  "Ends with an error where an operation failed or gave a wrong result, whatever its time.";

static guint
measure_all (const Plan *plan)
{
  guint n_failed;

  machine_describe (plan);
  race_print_heading ();

  /* Stores first, as long as the file system is fresh; what deletes last. */
  n_failed = measure_stores (plan);
  n_failed += measure_disk_hits (plan);
  n_failed += measure_memory_hits (plan);
  n_failed += measure_size (plan);
  n_failed += measure_async_calls (plan);
  n_failed += measure_large_hits (plan);
  n_failed += measure_bound (plan);

  return n_failed;
}

int
main (int    argc,
      char **argv)
{
  Plan plan;

  if (!plan_init (&plan, &argc, &argv, description, NULL))
    return EXIT_FAILURE;

  return plan_end (&plan, measure_all (&plan));
}
