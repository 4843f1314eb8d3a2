/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A table of everything that can happen in a tree between two looks, and whether it then still looks the same: by the times, where
 * the first look came long enough after the last change, and by the content, where it came at once or was asked for. */

#include "any-stamp.h"

#include <gio/gio.h>
#include <string.h>

#include "any-test.h"
#include "any-tree.h"
#include "tree-changes.h"

#define BY_TIMES   ANY_DEPENDENCY_FLAGS_RECURSIVE
#define BY_CONTENT (ANY_DEPENDENCY_FLAGS_RECURSIVE | ANY_DEPENDENCY_FLAGS_CONTENT)

static char *
tree_in (const char *folder)
{
  return g_build_filename (folder, "tree", NULL);
}

static void
take (AnyStamp          *stamp,
      const char        *path,
      AnyDependencyFlags flags)
{
  g_autoptr (GError) error = NULL;

  ck_assert_msg (any_stamp_take_full (stamp, path, flags, &error), "%s", error != NULL ? error->message : "no error");
}

/* Looks until the tree has been left alone for long enough. */
static void
take_settled (AnyStamp   *stamp,
              const char *path)
{
  gint64 deadline = any_test_deadline ();

  do
    take (stamp, path, BY_TIMES);
  while (!stamp->settled && any_test_wait (deadline));

  ck_assert_msg (stamp->settled, "%s does not come to rest", path);
}

/* Makes a tree and looks at once. On a machine that was asleep between the two, it is not at once: again, then. */
static AnyTestFolder *
make_fresh (AnyStamp *stamp)
{
  gint64 deadline = any_test_deadline ();

  do
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autofree char *path = tree_in (folder);

      tree_make (folder);
      take (stamp, path, BY_TIMES);
      if (!stamp->settled)
        return g_steal_pointer (&folder);
    }
  while (any_test_wait (deadline));

  ck_abort_msg ("no tree is fresh");

  return NULL;
}

START_TEST (test_change_by_times)
{
  const TreeChange *row = &tree_changes[_i];
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyStamp         stamp;

  tree_make (folder);
  take_settled (&stamp, path);
  tree_play (folder, row->steps);
  ck_assert_msg (any_stamp_holds (&stamp, path) == row->times_hold, "“%s”", row->what);
}
END_TEST

START_TEST (test_change_by_content)
{
  const TreeChange *row = &tree_changes[_i];
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyStamp         stamp;

  tree_make (folder);
  take (&stamp, path, BY_CONTENT);
  ck_assert (!stamp.settled);
  tree_play (folder, row->steps);
  ck_assert_msg (any_stamp_holds (&stamp, path) == row->content_holds, "“%s”", row->what);
}
END_TEST

START_TEST (test_change_of_what_is_fresh)
{
  const TreeChange *row = &tree_changes[_i];
  AnyStamp          stamp;
  g_autoptr (AnyTestFolder) folder = make_fresh (&stamp);
  g_autofree char *path = tree_in (folder);

  tree_play (folder, row->steps);
  ck_assert_msg (any_stamp_holds (&stamp, path) == row->content_holds, "“%s”", row->what);
}
END_TEST

/* Without the flag, a directory is its names. */
START_TEST (test_plain_directory)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autofree char *path = tree_in (folder);
      AnyStamp         stamp;

      tree_make (folder);
      take (&stamp, path, ANY_DEPENDENCY_FLAGS_CONTENT);
      ck_assert (!stamp.settled);
      tree_play (folder, i == 0 ? "write tree/sub/deep/file else; touch tree; chmod tree; write tree/one else" : "write tree/three some");
      ck_assert (any_stamp_holds (&stamp, path) == (i == 0));
    }
}
END_TEST

/* Of a file and of nothing, to look at all that is in it says nothing. */
START_TEST (test_no_tree)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *file = g_build_filename (folder, "outside", NULL);
  g_autofree char *nothing = g_build_filename (folder, "nothing", NULL);
  AnyStamp         stamp;

  tree_make (folder);
  take (&stamp, file, BY_TIMES);
  ck_assert_int_eq (stamp.flags, ANY_DEPENDENCY_FLAGS_NONE);
  take (&stamp, file, BY_CONTENT);
  ck_assert_int_eq (stamp.flags, ANY_DEPENDENCY_FLAGS_CONTENT);
  take (&stamp, nothing, BY_CONTENT);
  ck_assert_int_eq (stamp.flags, ANY_DEPENDENCY_FLAGS_NONE);
  ck_assert (stamp.settled);
}
END_TEST

/* Written through a map and dated back: only the status of the file tells, and the content where that is asked. */
START_TEST (test_mapped_write)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyStamp         stamp;

  tree_make (folder);
  take (&stamp, path, BY_CONTENT);
  tree_play (folder, "map tree/sub/mapped");
  ck_assert (!any_stamp_holds (&stamp, path));
}
END_TEST

/* An instant that is later than all file times so far. Newer kernels date some changes by a clock that is up to a tick ahead. */
static void
await_next_instant (void)
{
  gint64 after = any_stamp_now () + 20 * G_GINT64_CONSTANT (1000000);
  gint64 deadline = any_test_deadline ();

  while (any_stamp_now () <= after)
    ck_assert (any_test_wait (deadline));
}

/* What was changed and changed back holds again, and has been something else for whoever looked in between. */
START_TEST (test_there_and_back)
{
  static const char *const rows[] = {
    "write tree/sub/deep/file else; write tree/sub/deep/file some",
    "write tree/sub/deep/more some; remove tree/sub/deep/more",
    "remove tree/link; link two tree/link; remove tree/link; link one tree/link",
    "move tree/twin spare/x; move tree/other tree/twin; move tree/twin tree/other; move spare/x tree/twin",
    "move tree/sub/deep spare/x; move spare/deep tree/sub/deep; move tree/sub/deep spare/deep; move spare/x tree/sub/deep",
    "move tree away; mkdir tree; remove tree; move away tree",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 2; i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autofree char *path = tree_in (folder);
      AnyStamp         stamp;

      tree_make (folder);
      if (i % 2 == 0)
        take_settled (&stamp, path);
      else
        take (&stamp, path, BY_CONTENT);
      ck_assert (any_stamp_settle (&stamp, path, NULL));

      await_next_instant ();
      tree_play (folder, rows[i / 2]);
      ck_assert_msg (i % 2 == 0 || any_stamp_holds (&stamp, path), "“%s”", rows[i / 2]);
      ck_assert_msg (!any_stamp_settle (&stamp, path, NULL), "“%s”", rows[i / 2]);
    }
}
END_TEST

/* While a fresh tree rests, its stamp comes to rest too, and from then on times decide. */
START_TEST (test_settling)
{
  AnyStamp stamp;
  g_autoptr (AnyTestFolder) folder = make_fresh (&stamp);
  g_autofree char *path = tree_in (folder);
  gint64           deadline = any_test_deadline ();

  do
    ck_assert (any_stamp_settle (&stamp, path, NULL));
  while (!stamp.settled && any_test_wait (deadline));

  ck_assert (stamp.settled);
  ck_assert (any_stamp_holds (&stamp, path));
  tree_play (folder, "touch tree/sub/deep/file");
  ck_assert (!any_stamp_holds (&stamp, path));
}
END_TEST

/* One fresh file, however deep, is enough for the times of all not to be trusted. */
START_TEST (test_one_fresh_file)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyStamp         stamp;
  gint64           deadline = any_test_deadline ();

  tree_make (folder);
  take_settled (&stamp, path);
  do
    {
      tree_play (folder, "write tree/sub/deep/file else");
      take (&stamp, path, BY_TIMES);
    }
  while (stamp.settled && any_test_wait (deadline));

  ck_assert (!stamp.settled);
}
END_TEST

/* What goes by its content never does. */
START_TEST (test_content_never_settles)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyStamp         stamp, rest;

  tree_make (folder);
  take (&stamp, path, BY_CONTENT);
  take_settled (&rest, path);
  ck_assert (any_stamp_settle (&stamp, path, NULL));
  ck_assert (!stamp.settled);
  tree_play (folder, "touch tree/sub/deep/file");
  ck_assert (any_stamp_holds (&stamp, path));
  tree_play (folder, "date-back tree/sub/deep/file else");
  ck_assert (!any_stamp_holds (&stamp, path));
}
END_TEST

/* What was changed just now makes the tree a fresh one, wherever it is. A machine that sleeps in between gives it time to rest. */
START_TEST (test_freshness)
{
  static const char *const rows[] = {
    "write tree/sub/deep/file else",
    "write tree/sub/deep/more some; remove tree/sub/deep/more",
    "link x tree/sub/y; remove tree/sub/y",
    "chmod tree/sub/deep",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autofree char *path = tree_in (folder);
      AnyStamp         stamp;
      gint64           deadline = any_test_deadline ();

      tree_make (folder);
      take_settled (&stamp, path);
      ck_assert_int_eq (stamp.freshness, ANY_FRESHNESS_NONE);
      do
        {
          tree_play (folder, rows[i]);
          take (&stamp, path, BY_TIMES);
        }
      while (stamp.freshness == ANY_FRESHNESS_NONE && any_test_wait (deadline));
      ck_assert_msg (stamp.freshness != ANY_FRESHNESS_NONE, "“%s”", rows[i]);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("tree");
  TCase *changes = tcase_create ("changes");
  TCase *looks = tcase_create ("looks");

  tcase_set_timeout (changes, 120);
  tcase_add_loop_test (changes, test_change_by_times, 0, (int) tree_n_changes);
  tcase_add_loop_test (changes, test_change_by_content, 0, (int) tree_n_changes);
  tcase_add_loop_test (changes, test_change_of_what_is_fresh, 0, (int) tree_n_changes);
  suite_add_tcase (suite, changes);

  tcase_set_timeout (looks, 120);
  tcase_add_test (looks, test_plain_directory);
  tcase_add_test (looks, test_no_tree);
  tcase_add_test (looks, test_mapped_write);
  tcase_add_test (looks, test_there_and_back);
  tcase_add_test (looks, test_settling);
  tcase_add_test (looks, test_one_fresh_file);
  tcase_add_test (looks, test_content_never_settles);
  tcase_add_test (looks, test_freshness);
  suite_add_tcase (suite, looks);

  return any_test_run (suite);
}
