/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where a cache directory may lie, what it may be called, and what happens when it goes away. */

#include "any-test.h"
#include "child.h"
#include "expect.h"
#include "rig.h"
#include "tree.h"

#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* What can be taken away from under an open cache; "entry" and "shard" are those of key 0. */
static const char *const parts[] = {
  "",
  RIG_ROOT,
  RIG_GEN,
  RIG_STATE,
  RIG_EPOCH,
  RIG_TAG,
  "shard",
  "entry",
};

static char *
dup_part (Rig        *rig,
          const char *cachedir,
          const char *part)
{
  g_autofree char *entry = rig_dup_entry_path (rig, 0);

  if (g_str_equal (part, "entry"))
    return g_steal_pointer (&entry);
  if (g_str_equal (part, "shard"))
    return g_path_get_dirname (entry);
  return g_build_filename (cachedir, part, NULL);
}

typedef enum
{
  THEN_CALL,
  THEN_STORE,
  THEN_REMOVE,
  THEN_CLEAR,
  THEN_CLEAR_FUNCTION,
  THEN_MEASURE,
  N_THENS,
} Then;

/* The first thing that happens after the loss. */
static void
go_on (Rig *rig,
       Then then)
{
  g_autoptr (GError) error = NULL;
  gboolean done = TRUE;

  switch (then)
    {
    case THEN_CALL:
      done = rig_call_is_right (rig, 0);
      break;
    case THEN_STORE:
      done = any_function_store (rig->function, rig_args (0), rig_value (0, 0), -1, NULL, NULL, &error);
      break;
    case THEN_REMOVE:
      done = any_function_remove (rig->function, rig_args (0), NULL, &error) && !rig_is_stored (rig, 0);
      break;
    case THEN_CLEAR:
      done = any_cache_clear (rig->cache, NULL, &error) && !rig_is_stored (rig, 0);
      break;
    case THEN_CLEAR_FUNCTION:
      done = any_function_clear (rig->function, NULL, &error) && !rig_is_stored (rig, 0);
      break;
    case THEN_MEASURE:
      any_cache_get_size (rig->cache);
      break;
    case N_THENS:
      g_assert_not_reached ();
    }
  g_assert_true (done || error != NULL);
}

static void
lose (const char *part,
      Then        then,
      gint64      maxmemory)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
  g_autofree char *path = NULL;
  g_autoptr (Rig) rig = NULL;

  expect_fill (cachedir);
  rig = expect_open (cachedir);
  any_cache_set_maxmemory (rig->cache, maxmemory);
  for (int key = 0; key < EXPECT_N_KEYS; key++)
    g_assert_true (rig_call_is_right (rig, key));

  path = dup_part (rig, cachedir, part);
  tree_remove (path);
  go_on (rig, then);

  /* At the latest the second call finds all in order again, and so does another process. */
  for (int i = 0; i < 2; i++)
    for (int key = 0; key < EXPECT_N_KEYS; key++)
      g_assert_true (rig_call_is_right (rig, key));
  for (int key = 0; key < EXPECT_N_KEYS; key++)
    g_assert_true (rig_is_stored (rig, key));
  expect_fill (cachedir);
}

START_TEST (test_loss)
{
  for (Then then = THEN_CALL; then < N_THENS; then++)
    {
      lose (parts[_i], then, 0);
      lose (parts[_i], then, 1024 * 1024);
    }
}
END_TEST

/* Somebody moves the directory away and puts another one, just as good, in its place. */
START_TEST (test_replaced)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
  g_autofree char *other = g_build_filename (top, "other", NULL);
  g_autofree char *moved = g_build_filename (top, "moved", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (Rig) rig = NULL;

  expect_fill (cachedir);
  expect_fill (other);
  rig = expect_open (cachedir);
  g_assert_true (rig_is_stored (rig, 0));
  g_assert_cmpint (g_rename (cachedir, moved), ==, 0);
  before = tree_describe (moved);
  g_assert_cmpint (g_rename (other, cachedir), ==, 0);

  for (int key = 0; key < 2 * EXPECT_N_KEYS; key++)
    g_assert_true (rig_call_is_right (rig, key));
  expect_works (cachedir);
  g_assert_true (rig_is_stored (rig, 0));
  g_assert_false (rig_is_stored (rig, 1));

  after = tree_describe (moved);
  g_assert_cmpstr (before, ==, after);
}
END_TEST

START_TEST (test_no_directory)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *file = g_build_filename (top, "file", NULL);
  g_autofree char *below_file = g_build_filename (file, "cache", NULL);
  g_autofree char *link = g_build_filename (top, "link", NULL);
  g_autofree char *target = g_build_filename (top, "target", NULL);
  g_autofree char *loop = g_build_filename (top, "loop", NULL);
  g_autofree char *root_file = g_build_filename (top, RIG_ROOT, NULL);

  tree_write (file, "content", 7);
  expect_uncached (file, EXPECT_NOTHING_THERE);
  expect_uncached (below_file, EXPECT_NOTHING_THERE);

  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  expect_uncached (loop, EXPECT_NOTHING_THERE);

  g_assert_cmpint (symlink ("target", link), ==, 0);
  expect_uncached (link, EXPECT_NOTHING_THERE);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));

  tree_write (root_file, "content", 7);
  expect_uncached (top, EXPECT_UNSAFE);
}
END_TEST

/* The user's own links above the cache's sub-directory are the user's business. */
START_TEST (test_linked_directory)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *link = g_build_filename (top, "link", NULL);
  g_autofree char *target = g_build_filename (top, "target", NULL);

  g_assert_cmpint (g_mkdir (target, 0700), ==, 0);
  g_assert_cmpint (symlink ("target", link), ==, 0);
  expect_works (link);
  expect_fill (target);
}
END_TEST

static const char *const names[] = {
  "two\nlines",
  "not UTF-8: \xff\xfe\x80",
  " ",
  "-rf",
  "100%s%n",
  "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
  "\x01\x7f\x1b[31m",
  "quote ' and \" and \\",
  "slashes///",
  "dots/./../dots",
};

START_TEST (test_names)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *dots = g_build_filename (top, "dots", NULL);
  g_autofree char *path = g_strdup_printf ("%s/%s", top, names[_i]);

  g_assert_cmpint (g_mkdir (dots, 0700), ==, 0);
  expect_works (path);
}
END_TEST

/* An error that tells of a strange name can still be shown. */
START_TEST (test_names_in_errors)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *path = g_strdup_printf ("%s/not UTF-8: \xff\xfe\x80", top);

  tree_write (path, "content", 7);
  expect_uncached (path, EXPECT_NOTHING_THERE);
}
END_TEST

START_TEST (test_long_names)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *longest = g_strnfill (NAME_MAX, 'n');
  g_autofree char *too_long = g_strnfill (NAME_MAX + 1, 'n');
  g_autoptr (GString) deep = g_string_new (top);
  g_autofree char *longest_path = g_build_filename (top, longest, NULL);
  g_autofree char *too_long_path = g_build_filename (top, too_long, NULL);

  expect_works (longest_path);
  expect_uncached (too_long_path, EXPECT_NOTHING_THERE);

  /* Too deep for a path, at the first part that is below the cache directory or some way above it. */
  while (deep->len + 101 < PATH_MAX - 8)
    g_string_append_printf (deep, "/%0100d", 0);
  while (deep->len < PATH_MAX - 8)
    g_string_append (deep, "/d");
  expect_uncached (deep->str, EXPECT_NOTHING_THERE);
  g_string_append_printf (deep, "/%0100d", 0);
  expect_uncached (deep->str, EXPECT_NOTHING_THERE);
}
END_TEST

static void
check_relative (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *elsewhere = g_build_filename (top, "elsewhere", NULL);
  g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
  g_autofree char *litter = NULL;
  g_autoptr (Rig) rig = NULL;

  g_assert_cmpint (g_mkdir (elsewhere, 0700), ==, 0);
  g_assert_cmpint (g_chdir (top), ==, 0);
  rig = expect_open ("cache");
  g_assert_cmpint (g_chdir (elsewhere), ==, 0);
  g_assert_true (rig_call_is_right (rig, 0));
  g_assert_true (rig_is_stored (rig, 0));
  litter = rig_find_litter (elsewhere);
  g_assert_cmpstr (litter, ==, NULL);
  g_clear_pointer (&rig, rig_free);

  rig = expect_open (cachedir);
  g_assert_true (rig_is_stored (rig, 0));
}

/* A relative path means what it meant when the cache was made. */
START_TEST (test_relative)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_relative, top);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("places");
  TCase *cases = tcase_create ("places");

  tcase_set_timeout (cases, 120);
  tcase_add_loop_test (cases, test_loss, 0, G_N_ELEMENTS (parts));
  tcase_add_test (cases, test_replaced);
  tcase_add_test (cases, test_no_directory);
  tcase_add_test (cases, test_linked_directory);
  tcase_add_loop_test (cases, test_names, 0, G_N_ELEMENTS (names));
  tcase_add_test (cases, test_names_in_errors);
  tcase_add_test (cases, test_long_names);
  tcase_add_test (cases, test_relative);
  suite_add_tcase (suite, cases);
  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
