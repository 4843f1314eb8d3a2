/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One process of the fault loop, started by fault-loop.py:
 *
 *   fault-worker prepare CACHEDIR DEPENDENCY             fills a directory
 *   fault-worker run CACHEDIR DEPENDENCY OPERATION       does one operation on it, with the shim armed
 *   fault-worker verify CACHEDIR DEPENDENCY              says what is left, and sees to it that the directory is sound
 *
 * It reports on standard output, one fact a line. What must never happen ends it with a message and exit status 1.
 */

#include "fault-worker.h"

#include "fault-shim.h"
#include "tree.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const int all_keys[] = { 0, 1, 2, 3, FAULT_NEW_KEY, FAULT_NEW_BIG_KEY };

/* How many of these keys are stored at first. */
#define N_STORED_KEYS 4

/* Room for all results. */
#define MAXMEMORY (1024 * 1024)

void
fault_fail (const char *format,
            ...)
{
  va_list arguments;

  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fputc ('\n', stderr);
  exit (1);
}

void
fault_pair_open (FaultPair *pair)
{
  pair->one = rig_new (pair->cachedir, "org.example.One", NULL);
  pair->two = rig_new (pair->cachedir, "org.example.Two", pair->dependency);
  pair->two->fresh = g_strconcat (pair->dependency, "-fresh", NULL);
  any_cache_set_maxmemory (pair->one->cache, pair->maxmemory);
  any_cache_set_maxmemory (pair->two->cache, pair->maxmemory);
}

void
fault_pair_close (FaultPair *pair)
{
  g_clear_pointer (&pair->one, rig_free);
  g_clear_pointer (&pair->two, rig_free);
}

static void
check_size (FaultPair  *pair,
            const char *when)
{
  guint64 size = any_cache_get_size (pair->one->cache);
  guint64 truth = rig_measure_entries (pair->cachedir);

  if (size != truth)
    fault_fail ("The size %s is given as %" G_GUINT64_FORMAT " and is %" G_GUINT64_FORMAT, when, size, truth);
}

static void
check_no_litter (FaultPair  *pair,
                 const char *when)
{
  g_autofree char *litter = rig_find_litter (pair->cachedir);

  if (litter != NULL)
    fault_fail ("%s is left over %s", litter, when);
}

/* A call or a store that works, whatever happened before. */
static void
check_works (Rig        *rig,
             int         key,
             const char *when)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) stored = NULL;

  rig_take_store_failed (rig);
  value = rig_call (rig, key);
  stored = rig_lookup (rig, key);
  if (rig_judge (value, key) < 0)
    fault_fail ("The result of key %d is wrong %s", key, when);
  if (stored == NULL || !g_variant_equal (stored, value))
    fault_fail ("The result of key %d is not stored %s", key, when);
  if (rig_take_store_failed (rig) != 0)
    fault_fail ("A store is said to have failed %s", when);
}

/* A store into the shard where @key lies. */
static void
check_shard_works (Rig        *rig,
                   int         key,
                   const char *when)
{
  g_autoptr (GError) error = NULL;
  int neighbour = rig_find_neighbour (rig, key);

  if (!any_function_store (rig->function, rig_args (neighbour), rig_value (neighbour, rig->generation), -1, NULL, NULL, &error))
    fault_fail ("The next store %s failed: %s", when, error->message);
  check_works (rig, neighbour, when);
}

/* Changed in the future, so that its times never vouch for it: it is read in every run, and not only in the first ones. */
static void
make_fresh (const char *path)
{
  struct timespec times[2];

  tree_write (path, "fresh", 5);
  clock_gettime (CLOCK_REALTIME, &times[0]);
  times[0].tv_sec += 3600;
  times[1] = times[0];
  if (utimensat (AT_FDCWD, path, times, 0) != 0)
    fault_fail ("The times of %s cannot be set: %s", path, g_strerror (errno));
}

/* The next invalidation works, whatever became of the one before. */
static void
check_invalidation (FaultPair *pair)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) one = NULL;
  g_autoptr (GVariant) two = NULL;

  if (!any_cache_invalidate (pair->one->cache, pair->dependency, NULL, &error))
    fault_fail ("The next invalidation failed: %s", error->message);
  one = rig_lookup (pair->one, 0);
  two = rig_lookup (pair->two, 0);
  if (two != NULL)
    fault_fail ("What was invalidated is found in the next process");
  if (one == NULL)
    fault_fail ("What depends on nothing was invalidated");
  check_works (pair->two, 0, "after an invalidation");
}

/* One file that results depend on is old enough that its times tell all; that of the other could hide another change. */
static int
prepare (FaultPair *pair)
{
  fault_pair_open (pair);
  make_fresh (pair->two->fresh);
  for (guint i = 0; i < N_STORED_KEYS; i++)
    {
      check_works (pair->one, all_keys[i], "while preparing");
      check_works (pair->two, all_keys[i], "while preparing");
    }
  fault_pair_close (pair);
  return 0;
}

/* Where the shim is not loaded, nothing is injected, which the driver would take for the end of its loop. */
static void *
demand_shim (const char *name)
{
  void *function = dlsym (RTLD_DEFAULT, name);

  if (function == NULL)
    fault_fail ("The shim is not loaded: %s", dlerror ());
  return function;
}

static void
report (const FaultReport *faults,
        gboolean           succeeded,
        const GError      *error,
        FaultPair         *pair)
{
  guint n_failed_one = rig_take_store_failed (pair->one);
  guint n_failed_two = rig_take_store_failed (pair->two);
  guint n_computed = rig_take_computed (pair->one) + rig_take_computed (pair->two);

  printf ("seen %u\ninjected %u\ncall %s\n", faults->seen, faults->injected, faults->call);
  printf ("succeeded %d\nstore-failed %u\ncomputed %u\nfound %u\n", succeeded,
          MAX (n_failed_one, n_failed_two), n_computed, pair->n_found);
  if (!succeeded)
    printf ("error %s\n", error->message);
}

/* Opens what has to be open, if that is no part of the operation. */
static void
look_up_once (Rig *rig)
{
  g_autoptr (GVariant) value = rig_lookup (rig, 1);
}

/* What cannot be read is not counted, and there is no error to say so; but what is not there is not counted either. */
static void
judge_size (FaultPair *pair)
{
  guint64 truth = rig_measure_entries (pair->cachedir);

  if (pair->size > truth)
    fault_fail ("The size is given as %" G_GUINT64_FORMAT " and is %" G_GUINT64_FORMAT, pair->size, truth);
  if (pair->size > 0 && pair->size == truth)
    pair->n_found++;
}

/* A thread of the library's that has just done its work may still hold what it did it with, and lets it go where that is at home. */
static gboolean
await_fds (guint n_fds)
{
  for (guint i = 0; tree_count_fds () != n_fds && i < 1000; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }

  return tree_count_fds () == n_fds;
}

static int
run (FaultPair            *pair,
     const FaultOperation *operation)
{
  g_autoptr (GError) error = NULL;
  FaultShimArmFunc    arm;
  FaultShimDisarmFunc disarm;
  FaultReport         faults;
  guint               n_fds;
  gboolean            succeeded;

  /* GLib's main context opens one, once and for all, and its tasks another. */
  g_main_context_iteration (NULL, FALSE);
  g_object_unref (g_task_new (NULL, NULL, NULL, NULL));
  n_fds = tree_count_fds ();
  *(void **) &arm = demand_shim ("fault_shim_arm");
  *(void **) &disarm = demand_shim ("fault_shim_disarm");

  pair->maxmemory = operation->from_disk ? 0 : MAXMEMORY;
  if (!operation->opens)
    {
      fault_pair_open (pair);
      look_up_once (pair->one);
      if (operation->prepare != NULL)
        operation->prepare (pair);
    }

  arm ();
  succeeded = operation->run (pair, &error);
  disarm (&faults);
  if (succeeded != (error == NULL))
    fault_fail ("The operation %s, with%s error", succeeded ? "succeeded" : "failed", error == NULL ? "out" : "");
  judge_size (pair);
  report (&faults, succeeded, error, pair);

  /* The same process goes on, and its size is right at once. */
  check_size (pair, "after the fault");
  check_shard_works (pair->one, operation->key, "after the fault");
  fault_pair_close (pair);
  if (!await_fds (n_fds))
    fault_fail ("There were %u open descriptors, and now there are %u", n_fds, tree_count_fds ());
  return 0;
}

static void
report_state (Rig        *rig,
              const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (all_keys); i++)
    {
      g_autoptr (GVariant) value = rig_lookup (rig, all_keys[i]);

      if (value == NULL)
        printf ("state %s/%d missing\n", name, all_keys[i]);
      else
        printf ("state %s/%d %d\n", name, all_keys[i], rig_judge (value, all_keys[i]));
    }
}

static int
verify (FaultPair *pair)
{
  g_autoptr (GError) error = NULL;

  fault_pair_open (pair);
  report_state (pair->one, "one");
  report_state (pair->two, "two");
  check_size (pair, "for the next process");

  for (guint i = 0; i < G_N_ELEMENTS (all_keys); i++)
    {
      check_works (pair->one, all_keys[i], "in the next process");
      check_works (pair->two, all_keys[i], "in the next process");
      check_shard_works (pair->one, all_keys[i], "in the next process");
    }
  check_size (pair, "after more stores");
  check_invalidation (pair);

  if (!any_cache_clear (pair->one->cache, NULL, &error))
    fault_fail ("Clearing failed: %s", error->message);
  check_no_litter (pair, "after a clear");
  check_size (pair, "after a clear");
  if (any_cache_get_size (pair->one->cache) != 0)
    fault_fail ("A clear leaves something");
  check_works (pair->two, 0, "after a clear");
  fault_pair_close (pair);
  return 0;
}

int
main (int    argc,
      char **argv)
{
  FaultPair pair = { 0 };

  if (argc < 4)
    fault_fail ("Too few arguments");
  pair.cachedir = argv[2];
  pair.dependency = argv[3];

  if (g_str_equal (argv[1], "prepare"))
    return prepare (&pair);
  if (g_str_equal (argv[1], "verify"))
    return verify (&pair);
  if (g_str_equal (argv[1], "run") && argc == 5)
    return run (&pair, fault_operation_find (argv[4]));
  fault_fail ("Unknown command \"%s\"", argv[1]);
}
