/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include "bare.h"
#include "peer.h"

#define HIT  "hit from disk"
#define BARE "openat+fstat+read+close"
#define ROWS "SQLite SELECT"

/* Takes the value. */
static guint
measure (const Plan *plan,
         const char *name,
         const char *title,
         GVariant   *value,
         const char *target)
{
  guint            n_entries = plan->brief ? 100 : 2000;
  g_autofree char *folder = plan_make_folder (plan, name);
  g_autoptr (Workload) workload = workload_new (folder, name, value, n_entries);
  g_autoptr (Bare) bare = NULL;
  g_autoptr (Peer) sqlite = NULL;
  g_autoptr (Race) race = race_new (title, 100);
  guint n_failed;

  any_cache_set_maxmemory (workload->cache, 0);
  workload_fill (workload, workload->n_args);
  bare = bare_new_reader (workload);
  sqlite = peer_new_sqlite (folder, workload, TRUE);

  race_add (race, HIT, workload_hit, workload);
  race_add (race, BARE, bare_read, bare);
  peer_add_read (sqlite, race, ROWS);
  race_aim (race, HIT, BARE, target);
  race_aim (race, HIT, ROWS, "shown");
  race_aim (race, BARE, ROWS, "shown");

  n_failed = workload_check (workload, FALSE);
  n_failed += race_run (race, plan->repetitions);
  race_print (race, plan->report);

  return n_failed;
}

guint
measure_disk_hits (const Plan *plan)
{
  return measure (plan, "disk-small", "P3  hit with the memory tier off, 300-byte string",
                  workload_small_value (), "<= 1.3") +
         measure (plan, "disk-dictionary", "P3  hit with the memory tier off, a{sv} of 8 keys",
                  workload_dictionary_value (), "<= 1.55");
}
