/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures how work gets faster when several processes share it. */

#include <stdlib.h>

#include "bare.h"
#include "gang.h"
#include "plan.h"
#include "race.h"
#include "workload.h"

#define MIXED  "hits and stores"
#define BARE   "the bare calls"
#define MEMORY "hits from memory"

#define PLOT "processes"

#define N_HITS          1000
#define STORE_EVERY     4 /* and hits between: a cache that is used, and still filling */
#define MAX_REPETITIONS 51

/* Where two processes do not even make the bare calls so much faster, something else has the processors. */
#define LEAST_SCALING 1.2

/* So that one, two, four and eight processes have the same to do. */
#define COUNT        800
#define BRIEF_COUNT  160
#define MAX_COUNTERS 4

static const char description[] =
  "Lets one, two, four and more processes use one directory, with as much to do together as one has alone: one store of a new\n"
  "entry after three hits from disk, and as many of the bare calls for as many bytes. How many times faster the work is done\n"
  "is how it scales.";

/* What a member can be told. */
typedef enum
{
  ORDER_FILL,
  ORDER_PREPARE,
  ORDER_MIXED,
  ORDER_BARE,
  ORDER_MEMORY,
} Order;

typedef struct
{
  const Plan *plan;
  char       *folders[3]; /* (owned): shared by hits and stores, by the bare calls, by hits from memory */
  guint       count;
  guint       repetitions;
  guint       n_processes[MAX_COUNTERS];
  guint       n_counters;
} Scene;

typedef struct
{
  const Scene *scene;
  guint        number;
  Workload    *hits;   /* (owned) */
  Workload    *stores; /* (owned) */
  Workload    *memory; /* (owned) */
  Bare        *reader; /* (owned) */
  Bare        *writer; /* (owned) */
} Member;

static guint
n_stores (const Scene *scene)
{
  return scene->n_counters * (RACE_WARM_UPS + scene->repetitions) * scene->count / STORE_EVERY;
}

/* Each stores under a name of its own, and hits what all share. */
static gpointer
join (guint    number,
      gpointer data)
{
  Scene           *scene = data;
  Member          *self = g_new0 (Member, 1);
  g_autofree char *name = g_strdup_printf ("stores-%u", number);

  self->scene = scene;
  self->number = number;
  self->hits = workload_new (scene->folders[0], "hits", workload_small_value (), N_HITS);
  self->stores = workload_new (scene->folders[0], name, workload_small_value (), n_stores (scene));
  self->memory = workload_new (scene->folders[2], "memory", workload_small_value (), N_HITS);
  any_cache_set_maxmemory (self->hits->cache, 0);

  return self;
}

/* When the first one has filled the directories. */
static guint
prepare (Member *self)
{
  self->reader = bare_new_reader (self->hits);
  self->writer = bare_new_writer (self->scene->folders[1], workload_entry_size (self->hits, 0),
                                  n_stores (self->scene), self->number);

  return 0;
}

static guint
mix (RaceFunc hit,
     gpointer hits,
     RaceFunc store,
     gpointer stores,
     guint    count)
{
  guint n_failed = 0;

  for (guint i = 0; i < count; i++)
    n_failed += i % STORE_EVERY == 0 ? store (stores, i, 1) : hit (hits, i, 1);

  return n_failed;
}

static guint
obey (gpointer data,
      guint    order,
      guint    count)
{
  Member *self = data;

  switch ((Order) order)
    {
    case ORDER_FILL:
      return workload_store_more (self->hits, 0, count) + workload_store_more (self->memory, 0, count);
    case ORDER_PREPARE:
      return prepare (self);
    case ORDER_MIXED:
      return mix (workload_hit, self->hits, workload_store_more, self->stores, count);
    case ORDER_BARE:
      return mix (bare_read, self->reader, bare_write, self->writer, count);
    case ORDER_MEMORY:
      return workload_hit (self->memory, 0, count);
    default:
      return count;
    }
}

/* A side of the race: some of the gang, with one order. */
typedef struct
{
  Gang *gang;
  guint n_members;
  Order order;
} Team;

static guint
play (gpointer    data,
      guint first G_GNUC_UNUSED,
      guint       count)
{
  Team *self = data;

  return gang_do (self->gang, self->n_members, self->order, count);
}

static char *
side_name (const char *work,
           guint       n_processes)
{
  return g_strdup_printf ("%s by %u", work, n_processes);
}

static void
add_teams (const Scene *scene,
           Race        *race,
           Gang        *gang,
           const char  *work,
           Order        order,
           Team        *teams)
{
  for (guint i = 0; i < scene->n_counters; i++)
    {
      g_autofree char *name = side_name (work, scene->n_processes[i]);

      teams[i] = (Team){ gang, scene->n_processes[i], order };
      race_add (race, name, play, &teams[i]);
    }
}

/* How many times faster some processes are than one. */
static double *
scaling (Race       *race,
         const char *work,
         guint       n_processes,
         guint      *n_ratios)
{
  g_autofree char *one_name = side_name (work, 1);
  g_autofree char *many_name = side_name (work, n_processes);
  const double    *one = race_get_times (race, one_name, n_ratios);
  const double    *many = race_get_times (race, many_name, n_ratios);
  double          *ratios = g_new (double, *n_ratios);

  for (guint i = 0; i < *n_ratios; i++)
    ratios[i] = one[i] / many[i];

  return ratios;
}

static void
tell_scaling (const Scene *scene,
              Race        *race,
              const char  *work)
{
  for (guint i = 0; i < scene->n_counters; i++)
    {
      guint              n_ratios;
      g_autofree double *ratios = scaling (race, work, scene->n_processes[i], &n_ratios);
      double             median = summary_of (ratios, n_ratios).median;

      if (i > 0)
        g_print ("  %u processes: %s are %.2f times as fast\n", scene->n_processes[i], work, median);
      report_point (scene->plan->report, PLOT, work, scene->n_processes[i], median);
    }
}

/* Two processes: the scaling of hits and stores in parts of what the bare calls reach. By the medians only: of four minima, each of
 * another turn, one that was lucky decides. */
static void
tell_ratio (const Scene *scene,
            Race        *race,
            const char  *title)
{
  guint              n_ratios;
  g_autofree double *ours = scaling (race, MIXED, 2, &n_ratios);
  g_autofree double *bare = scaling (race, BARE, 2, &n_ratios);
  double             ours_scale = summary_of (ours, n_ratios).median;
  double             bare_scale = summary_of (bare, n_ratios).median;
  const char        *target = bare_scale >= LEAST_SCALING ? ">= 0.9" : "not judged: the bare calls hardly scale here";

  for (guint i = 0; i < n_ratios; i++)
    ours[i] /= bare[i];

  report_figure (scene->plan->report, title, MIXED " by 2", ours_scale, "times as fast", "shown");
  report_figure (scene->plan->report, title, BARE " by 2", bare_scale, "times as fast", "shown");
  report_figure (scene->plan->report, title, "the first by the second", summary_of (ours, n_ratios).median, "", target);
}

static guint
measure (const Scene *scene,
         Gang        *gang)
{
  const char *title = "P14  one to many processes, a store after three hits";
  g_autoptr (Race) race = race_new (title, scene->count);
  Team  mixed[MAX_COUNTERS], bare[MAX_COUNTERS], memory[MAX_COUNTERS];
  guint n_failed = gang_do (gang, 1, ORDER_FILL, N_HITS);

  gang_do (gang, scene->n_processes[scene->n_counters - 1], ORDER_PREPARE, 0);
  add_teams (scene, race, gang, MIXED, ORDER_MIXED, mixed);
  add_teams (scene, race, gang, BARE, ORDER_BARE, bare);
  add_teams (scene, race, gang, MEMORY, ORDER_MEMORY, memory);

  n_failed += race_run (race, scene->repetitions);
  race_print (race, scene->plan->report);
  tell_scaling (scene, race, MIXED);
  tell_scaling (scene, race, BARE);
  tell_scaling (scene, race, MEMORY);
  tell_ratio (scene, race, title);

  return n_failed;
}

/* One, two, four, and eight where there are processors for more than two. */
static void
count_processes (Scene *scene)
{
  for (guint n = 1; n <= MAX (4, 2 * g_get_num_processors ()) && scene->n_counters < MAX_COUNTERS; n *= 2)
    scene->n_processes[scene->n_counters++] = n;
}

int
main (int    argc,
      char **argv)
{
  Plan  plan;
  Scene scene = { .plan = &plan };
  Gang *gang;
  guint n_failed;

  if (!plan_init (&plan, &argc, &argv, description, NULL))
    return EXIT_FAILURE;

  scene.repetitions = MIN (plan.repetitions, MAX_REPETITIONS);
  scene.count = plan.brief ? BRIEF_COUNT : COUNT;
  scene.folders[0] = plan_make_folder (&plan, "shared");
  scene.folders[1] = plan_make_folder (&plan, "bare");
  scene.folders[2] = plan_make_folder (&plan, "memory");
  count_processes (&scene);

  gang = gang_new (scene.n_processes[scene.n_counters - 1], join, obey, &scene);
  n_failed = measure (&scene, gang);
  gang_free (gang);
  for (guint i = 0; i < G_N_ELEMENTS (scene.folders); i++)
    g_free (scene.folders[i]);

  return plan_end (&plan, n_failed);
}
