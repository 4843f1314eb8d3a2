/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include "bare.h"
#include "peer.h"

#define STORE "store"
#define MISS  "call that misses"
#define BARE  "create+write+close+rename"
#define ROWS  "SQLite INSERT"
#define MAP   "LMDB mdb_put, without sync"

/* All sides make new entries in every repetition and delete none: where many files were deleted, ext4 is slow to make new ones
 * for a while.
 */
guint
measure_stores (const Plan *plan)
{
  guint            count = plan->brief ? 50 : 500;
  guint            n_entries = (RACE_WARM_UPS + plan->repetitions) * count;
  g_autofree char *store_folder = plan_make_folder (plan, "store");
  g_autofree char *miss_folder = plan_make_folder (plan, "miss");
  g_autofree char *bare_folder = plan_make_folder (plan, "bare");
  g_autoptr (Workload) stores = workload_new (store_folder, "store", workload_small_value (), n_entries + 1);
  g_autoptr (Workload) misses = workload_new (miss_folder, "miss", workload_small_value (), n_entries);
  g_autoptr (Bare) bare = NULL;
  g_autoptr (Peer) sqlite = peer_new_sqlite (bare_folder, stores, FALSE);
  g_autoptr (Peer) lmdb = peer_new_lmdb (bare_folder, stores, FALSE);
  g_autoptr (Race) race = race_new ("P4  store, 300-byte string", count);
  guint n_failed;

  /* One entry more than the race makes tells how large they are. */
  n_failed = workload_store (stores, n_entries, 1);
  bare = bare_new_writer (bare_folder, workload_entry_size (stores, n_entries), n_entries, 0);

  race_add (race, STORE, workload_store, stores);
  race_add (race, MISS, workload_miss, misses);
  race_add (race, BARE, bare_write, bare);
  peer_add_write (sqlite, race, ROWS);
  peer_add_write (lmdb, race, MAP);
  race_aim (race, STORE, BARE, "<= 1.25");
  race_aim (race, STORE, ROWS, "<= 0.8");
  race_aim (race, STORE, MAP, "shown");
  race_aim (race, MISS, BARE, "shown");
  race_aim (race, MISS, ROWS, "shown");

  n_failed += race_run (race, plan->repetitions);
  race_print (race, plan->report);

  /* What was stored is there: the last ones may have left memory for the disk, so this asks for the first. */
  any_cache_set_maxmemory (stores->cache, 0);
  any_cache_set_maxmemory (misses->cache, 0);

  return n_failed + workload_check (stores, FALSE) + workload_check (misses, FALSE);
}
