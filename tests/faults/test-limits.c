/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A process that may open no more files or write no longer ones, and a file system that is full: calls go on, and when there
 * is room again, so does the cache.
 */

#include "any-test.h"
#include "child.h"
#include "expect.h"
#include "rig.h"
#include "tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

/* More descriptors than any operation needs at once, the six or so of the test program included. */
#define MOST_FDS 40

/* A key with a small result, and one with a result of 40 kB. */
#define SMALL_KEY 0
#define BIG_KEY   3

typedef struct
{
  const char *cachedir;
  rlim_t      limit;
  gboolean    opened_before;
} Limit;

static void
set_limit (int    resource,
           rlim_t value)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (resource, &limit), ==, 0);
  limit.rlim_cur = MIN (value, limit.rlim_max);
  g_assert_cmpint (setrlimit (resource, &limit), ==, 0);
}

/* Each operation once. Calls give the right result; the others may fail, with an error. */
static void
do_everything (Rig *rig)
{
  g_autoptr (GVariant) refreshed = NULL;

  for (int key = 0; key < 2 * EXPECT_N_KEYS; key++)
    g_assert_true (rig_call_is_right (rig, key));
  refreshed = any_function_refresh (rig->function, rig_args (0), NULL, NULL);
  g_assert_nonnull (refreshed);
  g_assert_cmpint (rig_judge (refreshed, 0), ==, 0);

  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done;

      if (i == 0)
        done = any_function_store (rig->function, rig_args (1), rig_value (1, 0), -1, NULL, NULL, &error);
      else if (i == 1)
        done = any_function_remove (rig->function, rig_args (2), NULL, &error);
      else if (i == 2)
        done = any_function_clear (rig->function, NULL, &error);
      else
        done = any_cache_clear (rig->cache, NULL, &error);
      g_assert_true (done == (error == NULL));
      g_assert_true (rig_call_is_right (rig, 0));
    }
  any_cache_get_size (rig->cache);
}

static void
check_few_fds (gconstpointer data)
{
  const Limit *limit = data;
  g_autoptr (Rig) rig = NULL;
  guint  n_fds = tree_count_fds ();
  gint64 deadline = any_test_deadline ();

  if (limit->opened_before)
    rig = expect_open (limit->cachedir);
  set_limit (RLIMIT_NOFILE, limit->limit);
  if (rig == NULL)
    rig = expect_open (limit->cachedir);
  do_everything (rig);

  set_limit (RLIMIT_NOFILE, RLIM_INFINITY);
  for (int key = 0; key < EXPECT_N_KEYS; key++)
    {
      g_assert_true (rig_call_is_right (rig, key));
      g_assert_true (rig_is_stored (rig, key));
    }
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (limit->cachedir));
  g_clear_pointer (&rig, rig_free);

  /* GLib's main context, which the test looks for signals in, has one of its own. What a clear has left is removed in the background. */
  while (tree_count_fds () > n_fds + 1)
    g_assert_true (any_test_wait (deadline));
}

START_TEST (test_few_fds)
{
  for (guint n = 0; n < MOST_FDS; n++)
    {
      g_autoptr (TreePath) top = tree_make ();
      Limit limit = { top, n, _i == 1 };

      if (n % 2 == 0)
        expect_fill (top);
      child_run (check_few_fds, &limit);
    }
}
END_TEST

static void
check_short_files (gconstpointer data)
{
  const Limit     *limit = data;
  g_autofree char *litter = NULL;
  g_autoptr (Rig) rig = NULL;

  /* Who writes too much is ended by the kernel. */
  signal (SIGXFSZ, SIG_DFL);
  set_limit (RLIMIT_FSIZE, limit->limit);
  rig = expect_open (limit->cachedir);
  do_everything (rig);

  set_limit (RLIMIT_FSIZE, RLIM_INFINITY);
  g_assert_true (any_cache_clear (rig->cache, NULL, NULL));
  litter = rig_find_litter (limit->cachedir);
  g_assert_cmpstr (litter, ==, NULL);
  g_clear_pointer (&rig, rig_free);
  expect_works (limit->cachedir);
}

START_TEST (test_short_files)
{
  static const rlim_t limits[] = { 0, 1, 2, 3, 16, 100, 200, 300, 400, 500, 1000, 8191, 8192, 8193, 30000 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (TreePath) top = tree_make ();
      Limit limit = { top, limits[i], FALSE };

      if (_i == 1)
        expect_fill (top);
      child_run (check_short_files, &limit);
    }
}
END_TEST

/* Writes a file that takes all the room there is. */
static void
fill_up (const char *path)
{
  static const char zeros[4096];
  int               fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  while (write (fd, zeros, sizeof zeros) > 0)
    ;
  close (fd);
}

/* Mounts a small file system at @top. Nobody else sees it, and it goes away with this process. */
static void
mount_small (const char *top,
             const char *options)
{
  child_own_mounts ();
  if (mount ("tmpfs", top, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
    child_skip ("mounting is forbidden here");
}

/* What could not be stored is told once, and it is stored after room has been made. */
static void
expect_full_then_room (Rig        *rig,
                       int         key,
                       const char *ballast)
{
  g_autofree char *litter = NULL;

  rig_take_store_failed (rig);
  for (int i = 0; i < 3; i++)
    g_assert_true (rig_call_is_right (rig, key));
  g_assert_false (rig_is_stored (rig, key));
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 1);
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (any_cache_get_cachedir (rig->cache)));

  tree_remove (ballast);
  g_assert_true (rig_call_is_right (rig, key));
  g_assert_true (rig_is_stored (rig, key));
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 0);
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (any_cache_get_cachedir (rig->cache)));
  litter = rig_find_litter (any_cache_get_cachedir (rig->cache));
  g_assert_cmpstr (litter, ==, NULL);
}

static void
check_no_space (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
  g_autofree char *ballast = g_build_filename (top, "ballast", NULL);
  g_autoptr (Rig) rig = NULL;

  mount_small (top, "size=1m");
  rig = expect_open (cachedir);
  g_assert_true (rig_call_is_right (rig, SMALL_KEY));

  fill_up (ballast);
  expect_full_then_room (rig, BIG_KEY, ballast);
  /* What was there before is still there. */
  rig_take_computed (rig);
  g_assert_true (rig_call_is_right (rig, SMALL_KEY));
  g_assert_cmpuint (rig_take_computed (rig), ==, 0);

  /* An entry whose new version finds no room keeps the old one, or is gone. */
  fill_up (ballast);
  g_assert_false (any_function_store (rig->function, rig_args (BIG_KEY), rig_value (BIG_KEY, 0), -1, NULL, NULL, NULL));
  g_assert_true (rig_call_is_right (rig, BIG_KEY));
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (cachedir));

  /* Who clears wants room. */
  fill_up (ballast);
  g_assert_true (any_cache_clear (rig->cache, NULL, NULL));
  g_assert_cmpuint (rig_measure_entries (cachedir), ==, 0);
  tree_remove (ballast);
  g_clear_pointer (&rig, rig_free);
  expect_works (cachedir);
}

START_TEST (test_no_space)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_no_space, top);
}
END_TEST

/* Full before the cache is there at all. */
static void
check_no_space_to_begin (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
  g_autofree char *ballast = g_build_filename (top, "ballast", NULL);
  g_autoptr (Rig) rig = NULL;

  mount_small (top, "size=1m");
  fill_up (ballast);
  rig = expect_open (cachedir);
  expect_full_then_room (rig, BIG_KEY, ballast);
  g_clear_pointer (&rig, rig_free);
  expect_works (cachedir);
}

START_TEST (test_no_space_to_begin)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_no_space_to_begin, top);
}
END_TEST

/* Makes files until no more can be made. */
static void
use_up_inodes (const char *directory)
{
  int fd = 0;

  g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);
  for (int i = 0; fd >= 0; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d", directory, i);

      fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (fd >= 0)
        close (fd);
    }
}

static void
check_no_inodes (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
  g_autofree char *ballast = g_build_filename (top, "ballast", NULL);
  g_autoptr (Rig) rig = NULL;

  mount_small (top, "size=4m,nr_inodes=32");
  rig = expect_open (cachedir);
  g_assert_true (rig_call_is_right (rig, SMALL_KEY));
  use_up_inodes (ballast);
  expect_full_then_room (rig, BIG_KEY, ballast);

  /* Until the cache has used them up itself: each result is a file, perhaps in a directory of its own. */
  for (int key = 0; key < 40; key++)
    g_assert_true (rig_call_is_right (rig, key));
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 1);
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (cachedir));
}

START_TEST (test_no_inodes)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_no_inodes, top);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("limits");
  TCase *cases = tcase_create ("limits");

  tcase_set_timeout (cases, 240);
  tcase_add_loop_test (cases, test_few_fds, 0, 2);
  tcase_add_loop_test (cases, test_short_files, 0, 2);
  tcase_add_test (cases, test_no_space);
  tcase_add_test (cases, test_no_space_to_begin);
  tcase_add_test (cases, test_no_inodes);
  suite_add_tcase (suite, cases);
  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
