/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Counts the system calls that operations make. */

#include <stdlib.h>

#include "plan.h"
#include "race.h"
#include "tracer.h"
#include "workload.h"

#define COUNT   200
#define N_FILES 10

static const char description[] =
  "Counts the system calls of the thread that hits or stores, and divides them by the number of operations. Nothing is timed.\n"
  "\n"
  "Ends with an error where a hit within its check-interval makes any.";

/* An operation, and what it is done on. */
typedef struct
{
  const char *title;
  const char *name;
  gint64      maxmemory;
  guint       n_files;
  gint64      check_interval;
  RaceFunc    func;
  const char *target;
} Case;

static const Case cases[] = {
  { "P1  system calls of a hit", "from memory", -1, 0, 0, workload_hit, "shown" },
  { "P2  system calls of a hit", "10 dependencies, within check-interval", -1, N_FILES, G_TIME_SPAN_HOUR, workload_hit, "<= 0" },
  { "P3  system calls of a hit", "from disk", 0, 0, 0, workload_hit, "shown" },
  { "P4  system calls of a store", "new", -1, 0, 0, workload_store_more, "shown" },
  { "P5  system calls of size", "size", -1, 0, 0, workload_size, "shown" },
  { "P8  system calls of a hit", "10 dependencies", -1, N_FILES, 0, workload_hit, "shown" },
};

typedef struct
{
  const Plan *plan;
  const Case *this;
} Trial;

/* What the first hit of an entry does, which looks at its files, is done before. */
static void
run (gpointer data,
     guint    count)
{
  const Case *this = ((Trial *) data)->this;
  g_autofree char *name = g_strdup_printf ("case-%u-%u", (guint) (this - cases), count);
  g_autofree char *folder = plan_make_folder (((Trial *) data)->plan, name);
  Workload        *workload = workload_new (folder, "calls", workload_small_value (), 2 * COUNT);
  guint            n_failed = 0;

  any_cache_set_maxmemory (workload->cache, this->maxmemory);
  any_cache_set_check_interval (workload->cache, this->check_interval);
  if (this->n_files > 0)
    workload_depend (workload, folder, this->n_files);
  if (this->func == workload_store_more)
    workload_fill (workload, COUNT);
  else
    workload_fill (workload, workload->n_args);
  n_failed += workload_size (workload, 0, 1);
  for (guint i = 0; i < workload->n_stored; i++)
    n_failed += !workload_hit_one (workload, i);

  tracer_begin ();
  n_failed += this->func (workload, 0, count);
  tracer_end (n_failed == 0);
}

static guint
measure (const Plan *plan,
         const Case *this)
{
  Trial  trial = { plan, this };
  int    n_calls = tracer_count_calls (run, &trial, COUNT);
  int    n_calls_of_tracer = tracer_count_calls (run, &trial, 0);
  double each = (double) (n_calls - n_calls_of_tracer) / COUNT;

  if (n_calls < 0 || n_calls_of_tracer < 0)
    {
      g_print ("\n%s\n  cannot be counted: no process may be traced here\n", this->title);
      return 0;
    }

  report_figure (plan->report, this->title, this->name, each, "calls", this->target);

  return this->check_interval > 0 && n_calls != n_calls_of_tracer;
}

int
main (int    argc,
      char **argv)
{
  Plan  plan;
  guint n_failed = 0;

  if (!plan_init (&plan, &argc, &argv, description, NULL))
    return EXIT_FAILURE;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    n_failed += measure (&plan, &cases[i]);

  return plan_end (&plan, n_failed);
}
