/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Each look-up and each store is counted once, by what came of it. */

#include "cache-setup.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "any-test-folder.h"
#include "any-test-process.h"

#define KEY   "key"
#define OTHER "other"
#define FILE  "file"

#define N_LOOKUPS (ANY_MISS_IO + 1)
#define N_STORES  (ANY_SKIP_FAILED + 1)

static void
depend_on_file (Setup      *setup,
                AnyRequest *request)
{
  g_autofree char *path = g_build_filename (setup->folder, FILE, NULL);

  any_request_add_dependency (request, path);
}

/* What is read is what is on disk. */
static void
prepare (Setup *setup)
{
  setup_init (setup);
  setup->during = depend_on_file;
  any_cache_set_maxmemory (setup->cache, 0);
}

/* The file that a result is in. */
static char *
dup_entry_path (Setup      *setup,
                const char *text)
{
  g_autofree char *ident = any_function_dup_ident (setup->function, text_args (text), NULL);
  g_autofree char *shard = g_strndup (ident, 2);
  g_autofree char *home = g_build_filename (setup->cachedir, "anycache-1", NULL);
  g_autoptr (GDir) reader = g_dir_open (home, 0, NULL);
  const char *name;

  g_assert_nonnull (reader);
  while ((name = g_dir_read_name (reader)) != NULL)
    {
      g_autofree char *path = g_build_filename (home, name, shard, ident + 2, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  g_error ("“%s” has no entry", text);
}

/* Where these fields of an entry lie; what comes before the checksum is in it. */
#define FORMAT_OFFSET   8
#define CHECKSUM_OFFSET 104

static void
do_nothing (Setup *setup)
{
}

static void
have_it (Setup *setup)
{
  g_assert_cmpint (call (setup->function, KEY), ==, 1);
}

static void
let_it_expire (Setup *setup)
{
  have_it (setup);
  any_function_set_maxage (setup->function, 0);
}

static void
change_file (Setup *setup)
{
  have_it (setup);
  g_free (setup_write (setup, FILE, "text"));
}

static void
cut_it (Setup *setup)
{
  g_autofree char *path = NULL;

  have_it (setup);
  path = dup_entry_path (setup, KEY);
  g_assert_cmpint (truncate (path, 150), ==, 0);
}

/* Sound, and of a format that comes later. */
static void
have_it_from_the_future (Setup *setup)
{
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize            length;
  guint64          checksum;

  have_it (setup);
  path = dup_entry_path (setup, KEY);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  bytes[FORMAT_OFFSET] = 99;
  checksum = GUINT64_TO_LE (XXH3_64bits (bytes, CHECKSUM_OFFSET));
  memcpy (bytes + CHECKSUM_OFFSET, &checksum, sizeof checksum);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
}

static void
move_another_there (Setup *setup)
{
  g_autofree char *path = NULL;
  g_autofree char *other_path = NULL;

  have_it (setup);
  call (setup->function, OTHER);
  path = dup_entry_path (setup, KEY);
  other_path = dup_entry_path (setup, OTHER);
  g_assert_cmpint (g_rename (other_path, path), ==, 0);
}

/* For somebody whom the rules of the file system hold for. */
static void
lock_it_away (Setup *setup)
{
  g_autofree char *path = NULL;

  have_it (setup);
  path = dup_entry_path (setup, KEY);
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
}

static const struct
{
  void (*act) (Setup *setup);
  AnyMiss outcome;
} lookups[] = {
  { have_it, ANY_MISS_NONE },
  { do_nothing, ANY_MISS_ABSENT },
  { let_it_expire, ANY_MISS_EXPIRED },
  { change_file, ANY_MISS_OUTDATED },
  { cut_it, ANY_MISS_CORRUPT },
  { have_it_from_the_future, ANY_MISS_FOREIGN },
  { move_another_there, ANY_MISS_OTHER_KEY },
  { lock_it_away, ANY_MISS_IO },
};

/* What the counters have gone up by: the outcome by one, and the others not at all. */
static void
check_lookups (AnyCache *cache,
               AnyStats *before,
               AnyMiss   outcome)
{
  g_autoptr (AnyStats) after = any_cache_get_stats (cache);

  for (AnyMiss i = 0; i < N_LOOKUPS; i++)
    g_assert_cmpuint (any_stats_get_lookups (after, i) - any_stats_get_lookups (before, i), ==, i == outcome);
}

static void
check_stores (AnyCache *cache,
              AnyStats *before,
              AnySkip   outcome)
{
  g_autoptr (AnyStats) after = any_cache_get_stats (cache);

  for (AnySkip i = 0; i < N_STORES; i++)
    g_assert_cmpuint (any_stats_get_stores (after, i) - any_stats_get_stores (before, i), ==, i == outcome);
}

typedef struct
{
  Setup *setup;
  int    row;
} Trial;

static void
lookup_part (int      line,
             gpointer data)
{
  Trial *trial = data;
  Setup *setup = trial->setup;
  g_autoptr (AnyStats) before = NULL;

  any_test_become_ordinary (setup->folder);
  lookups[trial->row].act (setup);
  before = any_cache_get_stats (setup->cache);
  g_assert_cmpint (lookup (setup->function, KEY), ==, lookups[trial->row].outcome == ANY_MISS_NONE ? 1 : MISS);
  check_lookups (setup->cache, before, lookups[trial->row].outcome);
}

START_TEST (test_lookups)
{
  g_auto (Setup) setup = { 0 };
  Trial trial = { &setup, _i };

  prepare (&setup);
  any_test_process_run (lookup_part, &trial);
}
END_TEST

static void
forbid_to_store (Setup      *setup,
                 AnyRequest *request)
{
  any_request_set_no_store (request);
}

static void
change_file_meanwhile (Setup      *setup,
                       AnyRequest *request)
{
  depend_on_file (setup, request);
  g_free (setup_write (setup, FILE, "text"));
}

static void
depend_on_fifo (Setup      *setup,
                AnyRequest *request)
{
  g_autofree char *path = g_build_filename (setup->folder, "fifo", NULL);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  any_request_add_dependency (request, path);
}

static void
answer_with_handle (Setup      *setup,
                    AnyRequest *request)
{
  any_request_return_value (request, g_variant_new_handle (0));
}

static void
remove_meanwhile (Setup      *setup,
                  AnyRequest *request)
{
  g_assert_true (any_function_remove (setup->function, text_args (KEY), NULL, NULL));
}

static void
forbid_to_write (Setup *setup)
{
  g_assert_cmpint (g_chmod (setup->folder, 0500), ==, 0);
}

static const struct
{
  void (*before) (Setup *setup);
  SetupFunc during;
  AnySkip   outcome;
} stores[] = {
  { do_nothing, depend_on_file, ANY_SKIP_NONE },
  { do_nothing, forbid_to_store, ANY_SKIP_TRANSIENT },
  { do_nothing, change_file_meanwhile, ANY_SKIP_RACY },
  { do_nothing, depend_on_fifo, ANY_SKIP_UNTRACKABLE },
  { do_nothing, answer_with_handle, ANY_SKIP_REFUSED },
  { do_nothing, remove_meanwhile, ANY_SKIP_SUPERSEDED },
  { forbid_to_write, depend_on_file, ANY_SKIP_FAILED },
};

/* Answers only where that was not done before. */
static gboolean
compute_cb (AnyRequest *request,
            gpointer    user_data,
            GError    **error)
{
  Setup *setup = user_data;

  setup->during (setup, request);
  if (setup->during != answer_with_handle)
    any_request_return_value (request, g_variant_new_int64 (1));

  return TRUE;
}

static void
call_anyhow (AnyFunction *function)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (function, text_args (KEY), NULL, &error);

  g_assert_no_error (error);
}

static void
store_part (int      line,
            gpointer data)
{
  Trial *trial = data;
  Setup *setup = trial->setup;
  g_autoptr (AnyFunction) function = any_cache_define (setup->cache, "org.example.Number", "1", compute_cb, setup, NULL);
  g_autoptr (AnyStats) before = any_cache_get_stats (setup->cache);

  any_test_become_ordinary (setup->folder);
  stores[trial->row].before (setup);
  setup->during = stores[trial->row].during;
  call_anyhow (function);
  check_stores (setup->cache, before, stores[trial->row].outcome);
  check_lookups (setup->cache, before, ANY_MISS_ABSENT);
}

START_TEST (test_stores)
{
  g_auto (Setup) setup = { 0 };
  Trial trial = { &setup, _i };

  prepare (&setup);
  any_test_process_run (store_part, &trial);
}
END_TEST

static char **
list_nothing_cb (GVariant *result,
                 GVariant *args,
                 gpointer  user_data,
                 GError  **error)
{
  return NULL;
}

START_TEST (test_depfiles_unknown)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) before = NULL;

  prepare (&setup);
  before = any_cache_get_stats (setup.cache);
  any_function_set_depfiles_func (setup.function, list_nothing_cb, NULL, NULL);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  check_stores (setup.cache, before, ANY_SKIP_UNTRACKABLE);
}
END_TEST

/* What the user brings along is counted as well. */
START_TEST (test_given)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) first = NULL;
  g_autoptr (AnyStats) second = NULL;

  prepare (&setup);
  first = any_cache_get_stats (setup.cache);
  ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (1), -1, NULL, NULL, NULL));
  check_stores (setup.cache, first, ANY_SKIP_NONE);

  second = any_cache_get_stats (setup.cache);
  ck_assert (!any_function_store (setup.function, text_args (KEY), g_variant_new_handle (0), -1, NULL, NULL, NULL));
  check_stores (setup.cache, second, ANY_SKIP_REFUSED);
}
END_TEST

/* A refresh does not look anything up. */
START_TEST (test_refresh)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) before = NULL;

  prepare (&setup);
  before = any_cache_get_stats (setup.cache);
  ck_assert_int_eq (refresh (setup.function, KEY), 1);
  check_stores (setup.cache, before, ANY_SKIP_NONE);
  check_lookups (setup.cache, before, N_LOOKUPS);
}
END_TEST

/* Numbers of an instant, whatever comes later. */
START_TEST (test_copies)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) stats = NULL;
  g_autoptr (AnyStats) copy = NULL;

  prepare (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  stats = any_cache_get_stats (setup.cache);
  copy = g_boxed_copy (ANY_TYPE_STATS, stats);
  ck_assert_ptr_ne (copy, stats);

  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_uint_eq (any_stats_get_lookups (stats, ANY_MISS_NONE), 0);
  g_clear_pointer (&stats, any_stats_free);
  ck_assert_uint_eq (any_stats_get_lookups (copy, ANY_MISS_NONE), 0);
  ck_assert_uint_eq (any_stats_get_lookups (copy, ANY_MISS_ABSENT), 1);
  ck_assert_uint_eq (any_stats_get_stores (copy, ANY_SKIP_NONE), 1);
  ck_assert_uint_eq (any_stats_get_polled (copy), 0);
}
END_TEST

/* All objects on a directory count together, and another directory for itself. */
START_TEST (test_shared)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Setup) stranger = { 0 };
  g_autoptr (AnyCache) other = NULL;
  g_autoptr (AnyStats) stats = NULL;
  g_autoptr (AnyStats) strange = NULL;

  prepare (&setup);
  prepare (&stranger);
  other = any_cache_new (setup.cachedir, -1);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  stats = any_cache_get_stats (other);
  strange = any_cache_get_stats (stranger.cache);
  ck_assert_uint_eq (any_stats_get_stores (stats, ANY_SKIP_NONE), 1);
  ck_assert_uint_eq (any_stats_get_stores (strange, ANY_SKIP_NONE), 0);
}
END_TEST

static void
take_a_while (Setup      *setup,
              AnyRequest *request)
{
  g_usleep (2000);
}

/* Where results are found, how large they are, and what their computations took. */
START_TEST (test_uses)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) stats = NULL;

  setup_init (&setup);
  setup.during = take_a_while;
  ck_assert_int_eq (call (setup.function, KEY), 1);
  for (guint i = 0; i < 3; i++)
    ck_assert_int_eq (call (setup.function, KEY), 1);
  any_cache_set_maxmemory (setup.cache, 0);
  for (guint i = 0; i < 2; i++)
    ck_assert_int_eq (lookup (setup.function, KEY), 1);
  any_cache_set_maxmemory (setup.cache, -1);
  for (guint i = 0; i < 2; i++)
    ck_assert_int_eq (lookup (setup.function, KEY), 1);

  stats = any_cache_get_stats (setup.cache);
  ck_assert_uint_eq (any_stats_get_hits (stats, ANY_TIER_MEMORY), 4);
  ck_assert_uint_eq (any_stats_get_hits (stats, ANY_TIER_DISK), 3);
  ck_assert_uint_eq (any_stats_get_stored_bytes (stats), any_cache_get_size (setup.cache));
  ck_assert_uint_ge (any_stats_get_time_saved (stats), 7 * 2000);
  ck_assert_uint_eq (any_stats_get_evictions (stats), 0);
}
END_TEST

START_TEST (test_evictions)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) stats = NULL;

  setup_init (&setup);
  any_cache_set_maxentries (setup.cache, 1);
  for (guint i = 0; i < 5; i++)
    call (setup.function, i % 2 == 0 ? KEY : OTHER);
  stats = any_cache_get_stats (setup.cache);
  ck_assert_uint_gt (any_stats_get_evictions (stats), 0);
  ck_assert_uint_eq (any_stats_get_evictions (stats), any_stats_get_stores (stats, ANY_SKIP_NONE) - 1);
}
END_TEST

static AnyStats *
read_total (Setup *setup)
{
  g_autoptr (GError) error = NULL;
  AnyStats *stats = any_cache_read_total_stats (setup->cache, NULL, &error);

  g_assert_no_error (error);

  return stats;
}

static void
assert_total (Setup *setup,
              guint  n_hits,
              guint  n_stores)
{
  g_autoptr (AnyStats) stats = read_total (setup);

  g_assert_cmpuint (any_stats_get_lookups (stats, ANY_MISS_NONE), ==, n_hits);
  g_assert_cmpuint (any_stats_get_stores (stats, ANY_SKIP_NONE), ==, n_stores);
}

static void
use_part (int      line,
          gpointer data)
{
  Setup *setup = data;

  g_assert_cmpint (call (setup->function, KEY), ==, 1);
  g_assert_cmpint (call (setup->function, OTHER), ==, 2);
  g_assert_true (any_cache_flush (setup->cache, NULL, NULL));
}

START_TEST (test_total)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  assert_total (&setup, 0, 1);
  any_test_process_run (use_part, &setup);
  assert_total (&setup, 1, 2);

  /* An object that goes leaves behind what it has done. */
  ck_assert_int_eq (call (setup.function, KEY), 1);
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  setup.cache = any_cache_new (setup.cachedir, -1);
  assert_total (&setup, 2, 2);
  ck_assert (any_cache_clear (setup.cache, NULL, NULL));
  assert_total (&setup, 2, 2);
}
END_TEST

/* Numbers that are damaged are not believed. */
START_TEST (test_damaged_total)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = NULL;
  int              fd;

  setup_init (&setup);
  path = g_build_filename (setup.cachedir, "anycache-1", "stats", NULL);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  assert_total (&setup, 0, 1);

  fd = open (path, O_WRONLY | O_CLOEXEC);
  if (_i == 0)
    ck_assert_int_eq (pwrite (fd, "x", 1, 30), 1);
  else
    ck_assert_int_eq (ftruncate (fd, 40), 0);
  close (fd);
  assert_total (&setup, 0, 0);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  assert_total (&setup, 1, 0);
}
END_TEST

START_TEST (test_no_total)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  setup_init (&setup);
  ck_assert_ptr_null (any_cache_read_total_stats (setup.cache, NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  ck_assert_ptr_null (any_cache_read_total_stats (setup.cache, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}
END_TEST

#define N_THREADS 4
#define N_CALLS   2000

static gpointer
count_cb (gpointer data)
{
  AnyFunction *function = data;

  for (int i = 0; i < N_CALLS; i++)
    g_assert_cmpint (lookup (function, i % 2 == 0 ? KEY : OTHER), ==, i % 2 == 0 ? 1 : MISS);

  return NULL;
}

START_TEST (test_threads)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyStats) stats = NULL;
  GThread *threads[N_THREADS];

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("counter", count_cb, setup.function);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  stats = any_cache_get_stats (setup.cache);
  ck_assert_uint_eq (any_stats_get_lookups (stats, ANY_MISS_NONE), N_THREADS * N_CALLS / 2);
  ck_assert_uint_eq (any_stats_get_lookups (stats, ANY_MISS_ABSENT), N_THREADS * N_CALLS / 2 + 1);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("stats");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_lookups, 0, G_N_ELEMENTS (lookups));
  tcase_add_loop_test (all, test_stores, 0, G_N_ELEMENTS (stores));
  tcase_add_test (all, test_depfiles_unknown);
  tcase_add_test (all, test_given);
  tcase_add_test (all, test_refresh);
  tcase_add_test (all, test_copies);
  tcase_add_test (all, test_shared);
  tcase_add_test (all, test_uses);
  tcase_add_test (all, test_evictions);
  tcase_add_test (all, test_total);
  tcase_add_loop_test (all, test_damaged_total, 0, 2);
  tcase_add_test (all, test_no_total);
  tcase_add_test (all, test_threads);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
