/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures what operations cost while a directory grows. */

#include <stdlib.h>

#include "bare.h"
#include "plan.h"
#include "race.h"
#include "workload.h"

#define HIT   "hit from disk"
#define READ  "openat+fstat+read+close"
#define STORE "store"
#define WRITE "create+write+close+rename"
#define SIZE  "size"
#define OPEN  "open and look up"
#define NEAR  "open and look up, one entry"
#define BOUND "store at the bound"

#define PLOT "growth"

/* Few stores a step: at its end there are still about as many entries as at its beginning. */
#define COUNT           5
#define MAX_REPETITIONS 21

/* At the bound there are not more in the end, and what is looked for once in many stores must be paid by each. */
#define BOUND_COUNT 100

#define FIRST_STEP      100
#define SHORT_ENTRIES   1000
#define DEFAULT_ENTRIES 100000
#define MAX_ENTRIES     1000000

/* A million files take about a minute to remove. */
#define MAX_REMOVAL (10 * G_TIME_SPAN_MINUTE)

/* Five steps or fewer. */
#define MAX_STORES       (5 * (RACE_WARM_UPS + MAX_REPETITIONS) * COUNT)
#define MAX_BOUND_STORES (5 * (RACE_WARM_UPS + MAX_REPETITIONS) * BOUND_COUNT)

/* Prime: entries are asked for in an order that is none of theirs. */
#define STRIDE 611953

static const char description[] =
  "Fills a directory in steps, from 100 entries to as many as asked, ten times as many each, and measures at each step; and\n"
  "another one, which then may grow no further while more is stored.\n"
  "A line compares the last step with the bare system calls, or with a directory of one entry.";

typedef struct
{
  const Plan *plan;
  Workload   *many;      /* (owned) */
  Workload   *bound;     /* (owned) */
  Workload   *one;       /* (owned) */
  Bare       *reader;    /* (owned) */
  Bare       *writer;    /* (owned) */
  guint       n_entries; /* of the last step */
  guint       repetitions;
} Growth;

/* Hits are from disk. */
static void
reopen (Workload *workload)
{
  workload_close (workload);
  workload_open (workload);
  any_cache_set_maxmemory (workload->cache, 0);
}

static guint
hit (gpointer data,
     guint    first,
     guint    count)
{
  Growth *self = data;
  guint   n_failed = 0;

  for (guint i = first; i < first + count; i++)
    n_failed += !workload_hit_one (self->many, (guint64) i * STRIDE % self->many->n_stored);

  return n_failed;
}

/* Far from what was just hit, which would be warm. */
static guint
read_bare (gpointer data,
           guint    first,
           guint    count)
{
  Growth *self = data;
  guint   n_failed = 0;

  for (guint i = first; i < first + count; i++)
    n_failed += !bare_read_one (self->reader, ((guint64) i * STRIDE + self->many->n_stored / 2) % self->many->n_stored);

  return n_failed;
}

/* Closed before and after: nothing but the directory knows of the last time. */
static guint
open_and_look_up (gpointer    data,
                  guint first G_GNUC_UNUSED,
                  guint       count)
{
  Workload *self = data;
  guint     n_failed = 0;

  for (guint i = 0; i < count; i++)
    {
      workload_open (self);
      n_failed += !workload_hit_one (self, 0);
      workload_close (self);
    }

  return n_failed;
}

/* What a side took at this step, for the plot. */
static void
add_point (const Growth *self,
           Race         *race,
           const char   *name,
           guint         n_entries)
{
  report_point (self->plan->report, PLOT, name, n_entries, race_get_time (race, name).median);
}

/* A line of the table is for the last step only. */
static guint
measure_use (Growth *self,
             guint   n_entries)
{
  g_autofree char *title = g_strdup_printf ("P13  a directory of %u entries in use", n_entries);
  g_autoptr (Race) race = race_new (title, COUNT);
  guint n_failed;

  race_add (race, HIT, hit, self);
  race_add (race, READ, read_bare, self);
  race_add (race, STORE, workload_store_more, self->many);
  race_add (race, WRITE, bare_write, self->writer);
  race_add (race, SIZE, workload_size, self->many);
  if (n_entries == self->n_entries)
    {
      race_aim (race, HIT, READ, "shown");
      race_aim (race, STORE, WRITE, "shown");
    }

  n_failed = race_run (race, self->repetitions);
  race_print (race, self->plan->report);
  add_point (self, race, HIT, n_entries);
  add_point (self, race, READ, n_entries);
  add_point (self, race, STORE, n_entries);
  add_point (self, race, SIZE, n_entries);

  return n_failed;
}

static guint
measure_opening (Growth *self,
                 guint   n_entries)
{
  g_autofree char *title = g_strdup_printf ("P13  opening a directory of %u entries", n_entries);
  g_autoptr (Race) race = race_new (title, COUNT);
  guint n_failed;

  workload_close (self->many);
  race_add (race, OPEN, open_and_look_up, self->many);
  race_add (race, NEAR, open_and_look_up, self->one);
  if (n_entries == self->n_entries)
    race_aim (race, OPEN, NEAR, "<= 1.2");

  n_failed = race_run (race, self->repetitions);
  race_print (race, self->plan->report);
  add_point (self, race, OPEN, n_entries);
  reopen (self->many);

  return n_failed;
}

/* Every store must take something away. */
static guint
measure_evictions (Growth *self,
                   guint   n_entries)
{
  g_autofree char *title = g_strdup_printf ("P13  store at the size bound, %u entries", n_entries);
  g_autoptr (Race) race = race_new (title, BOUND_COUNT);
  guint64 size = any_cache_get_size (self->bound->cache);
  guint   n_failed;

  any_cache_set_maxsize (self->bound->cache, size);
  race_add (race, BOUND, workload_store_more, self->bound);
  race_add (race, WRITE, bare_write, self->writer);
  if (n_entries == self->n_entries)
    race_aim (race, BOUND, WRITE, "shown");

  n_failed = race_run (race, self->repetitions);
  race_print (race, self->plan->report);
  add_point (self, race, BOUND, n_entries);

  if (any_cache_get_size (self->bound->cache) > size)
    {
      g_print ("  the bound was not kept\n");
      n_failed++;
    }
  any_cache_set_maxsize (self->bound->cache, -1);

  return n_failed;
}

/* Whether anything is left of what a clear has moved away. */
static gboolean
has_trash (Workload *workload)
{
  g_autofree char *path = g_build_filename (workload->cachedir, "anycache-1", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      if (g_str_has_prefix (name, "trash."))
        return TRUE;
    }

  return FALSE;
}

/* Once only: afterwards there is nothing to clear. It returns before the files are removed, so both times are told. */
static guint
measure_clear (Growth   *self,
               Workload *workload,
               guint     n_entries)
{
  g_autofree char *title = g_strdup_printf ("P13  clear, %u %s", n_entries, n_entries == 1 ? "entry" : "entries");
  gint64           began = g_get_monotonic_time ();
  gboolean         cleared = any_cache_clear (workload->cache, NULL, NULL);
  gint64           returned = g_get_monotonic_time ();
  guint            n_failed = !cleared + (any_cache_get_size (workload->cache) != 0);

  while (has_trash (workload) && g_get_monotonic_time () - began < MAX_REMOVAL)
    g_usleep (1000);
  if (has_trash (workload))
    {
      g_print ("  what was cleared is not removed\n");
      n_failed++;
    }

  report_figure (self->plan->report, title, "until clear returns", (returned - began) / 1e3, "ms", "shown");
  report_figure (self->plan->report, title, "until the files are gone", (g_get_monotonic_time () - began) / 1e3, "ms", "shown");

  return n_failed;
}

static guint
measure_step (Growth *self,
              guint   n_entries)
{
  workload_fill (self->many, n_entries);
  workload_fill (self->bound, n_entries);

  return measure_use (self, n_entries) +
         measure_opening (self, n_entries) +
         measure_evictions (self, n_entries);
}

/* Steps of ten times, and the last as large as asked. */
static guint
measure_steps (Growth *self)
{
  guint n_failed = 0;

  for (guint n_entries = FIRST_STEP; n_entries < self->n_entries; n_entries *= 10)
    n_failed += measure_step (self, n_entries);
  n_failed += measure_step (self, self->n_entries);

  workload_open (self->one);
  n_failed += measure_clear (self, self->one, 1);
  n_failed += measure_clear (self, self->many, self->n_entries);

  return n_failed;
}

static void
prepare (Growth     *self,
         const Plan *plan,
         guint       n_entries)
{
  g_autofree char *many = plan_make_folder (plan, "many");
  g_autofree char *bound = plan_make_folder (plan, "bound");
  g_autofree char *one = plan_make_folder (plan, "one");
  g_autofree char *bare = plan_make_folder (plan, "bare");

  self->plan = plan;
  self->n_entries = n_entries;
  self->repetitions = MIN (plan->repetitions, MAX_REPETITIONS);
  self->one = workload_new (one, "growth", workload_small_value (), 1);
  self->many = workload_new (many, "growth", workload_small_value (), n_entries + MAX_STORES);
  self->bound = workload_new (bound, "growth", workload_small_value (), n_entries + MAX_BOUND_STORES);
  workload_fill (self->one, 1);
  workload_close (self->one);

  reopen (self->many);
  reopen (self->bound);
  workload_fill (self->many, 1);
  self->reader = bare_new_reader (self->many);
  self->writer = bare_new_writer (bare, workload_entry_size (self->many, 0), MAX_STORES + MAX_BOUND_STORES, 0);
}

static void
clean_up (Growth *self)
{
  bare_free (self->reader);
  bare_free (self->writer);
  workload_free (self->many);
  workload_free (self->bound);
  workload_free (self->one);
}

int
main (int    argc,
      char **argv)
{
  int                n_entries = 0;
  const GOptionEntry more[] = {
    { "entries", 0, 0, G_OPTION_ARG_INT, &n_entries, "Go on to N entries; a million want 10 GiB and some minutes", "N" },
    G_OPTION_ENTRY_NULL,
  };
  Plan   plan;
  Growth growth;
  guint  n_failed;

  if (!plan_init (&plan, &argc, &argv, description, more))
    return EXIT_FAILURE;
  if (n_entries == 0)
    n_entries = plan.brief ? SHORT_ENTRIES : DEFAULT_ENTRIES;
  if (n_entries < FIRST_STEP || n_entries > MAX_ENTRIES)
    {
      g_printerr ("From %u to %u entries can be measured\n", FIRST_STEP, MAX_ENTRIES);
      return plan_end (&plan, 1);
    }

  prepare (&growth, &plan, n_entries);
  n_failed = measure_steps (&growth);
  clean_up (&growth);

  return plan_end (&plan, n_failed);
}
