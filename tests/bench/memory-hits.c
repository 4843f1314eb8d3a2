/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "bare.h"
#include "peer.h"

#define HIT  "hit from memory"
#define LMDB "LMDB mdb_get, renew, copy, reset"
#define SEEK "lseek"

#define WITHIN "hit within check-interval"
#define STRICT "hit with 10 dependencies"
#define STATS  "10 stat, and a hit without any"

#define N_FILES 10

/* Several times what the largest workload takes. */
#define MEMORY (G_GINT64_CONSTANT (1) << 30)

static guint
measure (const Plan *plan,
         const char *name,
         const char *title,
         guint       n_entries,
         const char *target)
{
  g_autofree char *folder = plan_make_folder (plan, name);
  g_autofree char *path = g_build_filename (folder, "seek", NULL);
  g_autoptr (Workload) workload = workload_new (folder, name, workload_small_value (), n_entries);
  g_autoptr (Peer) lmdb = peer_new_lmdb (folder, workload, TRUE);
  g_autoptr (Race) race = race_new (title, 1000);
  int   fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  guint n_failed;

  any_cache_set_maxmemory (workload->cache, MEMORY);
  workload_fill (workload, workload->n_args);

  race_add (race, HIT, workload_hit, workload);
  peer_add_read (lmdb, race, LMDB);
  race_add (race, SEEK, bare_seek, GINT_TO_POINTER (fd));
  race_aim (race, HIT, LMDB, target);
  race_aim (race, HIT, SEEK, "control");

  n_failed = workload_check (workload, TRUE);
  n_failed += race_run (race, plan->repetitions);
  race_print (race, plan->report);
  close (fd);

  return n_failed;
}

/* Files and an interval: what a hit need not do within it. */
static guint
measure_interval (const Plan *plan,
                  const char *name,
                  const char *title,
                  guint       n_entries,
                  const char *target)
{
  g_autofree char *folder = plan_make_folder (plan, name);
  g_autoptr (Workload) workload = workload_new (folder, name, workload_small_value (), n_entries);
  g_autoptr (Peer) lmdb = peer_new_lmdb (folder, workload, TRUE);
  g_autoptr (Race) race = race_new (title, 1000);
  guint n_failed;

  any_cache_set_maxmemory (workload->cache, MEMORY);
  workload_depend (workload, folder, N_FILES);
  workload_fill (workload, workload->n_args);
  any_cache_set_check_interval (workload->cache, 3600 * G_TIME_SPAN_SECOND);

  race_add (race, WITHIN, workload_hit, workload);
  peer_add_read (lmdb, race, LMDB);
  race_aim (race, WITHIN, LMDB, target);

  n_failed = workload_check (workload, TRUE);
  n_failed += race_run (race, plan->repetitions);
  race_print (race, plan->report);

  return n_failed;
}

/* And what it must do without one. */
static guint
measure_files (const Plan *plan)
{
  g_autofree char *folder = plan_make_folder (plan, "files");
  g_autofree char *bare_folder = plan_make_folder (plan, "no-files");
  g_autoptr (Workload) workload = workload_new (folder, "files", workload_small_value (), 1000);
  g_autoptr (Workload) bare = workload_new (bare_folder, "files", workload_small_value (), 1000);
  g_autoptr (Race) race = race_new ("P8  hit from memory, 1,000 keys, 10 dependencies each", 100);
  guint n_failed;

  any_cache_set_maxmemory (workload->cache, MEMORY);
  any_cache_set_maxmemory (bare->cache, MEMORY);
  workload_depend (workload, folder, N_FILES);
  workload_fill (workload, workload->n_args);
  workload_fill (bare, bare->n_args);
  bare->files = g_strdupv (workload->files);

  race_add (race, STRICT, workload_hit, workload);
  race_add (race, STATS, workload_stat_and_hit, bare);
  race_aim (race, STRICT, STATS, "<= 1.1");

  n_failed = workload_check (workload, TRUE);
  n_failed += race_run (race, plan->repetitions);
  race_print (race, plan->report);

  return n_failed;
}

guint
measure_memory_hits (const Plan *plan)
{
  guint n_failed = measure (plan, "memory-thousand", "P1  hit from memory, 1,000 keys", 1000, "<= 2.2");

  n_failed += measure_interval (plan, "interval-thousand", "P2  10 dependencies, 1,000 keys", 1000, "<= 0.6");
  n_failed += measure_files (plan);

  if (!plan->brief)
    {
      n_failed += measure (plan, "memory-many", "P1  hit from memory, 100,000 keys in random order", 100000, "<= 0.8");
      n_failed += measure_interval (plan, "interval-many", "P2  10 dependencies, 100,000 keys in random order", 100000, "<= 0.5");
    }

  return n_failed;
}
