/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whose directory it is, who may read it, and what lies round it. */

#include "any-test.h"
#include "child.h"
#include "expect.h"
#include "tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const mode_t umasks[] = { 0000, 0022, 0077, 0777 };

typedef struct
{
  const char *top;
  mode_t      mask;
  gboolean    ordinary;
} Modes;

static void
check_modes (gconstpointer data)
{
  const Modes     *modes = data;
  g_autofree char *cachedir = g_build_filename (modes->top, "missing", "too", NULL);
  g_autofree char *litter = NULL;
  g_auto (GStrv) paths = NULL;

  if (modes->ordinary)
    child_become_ordinary (modes->top);
  umask (modes->mask);
  expect_works (cachedir);

  litter = rig_find_litter (cachedir);
  g_assert_null (litter);
  paths = tree_list (modes->top);
  g_assert_cmpuint (g_strv_length (paths), >=, 8);
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (modes->top, paths[i], NULL);
      GStatBuf         status;

      g_assert_cmpint (g_lstat (path, &status), ==, 0);
      g_assert_cmphex (status.st_mode, ==, S_ISDIR (status.st_mode) ? (S_IFDIR | 0700) : (S_IFREG | 0600));
    }
}

START_TEST (test_modes)
{
  for (int ordinary = 0; ordinary < 2; ordinary++)
    {
      g_autoptr (TreePath) top = tree_make ();
      Modes modes = { top, umasks[_i], ordinary };

      child_run (check_modes, &modes);
    }
}
END_TEST

static char *
dup_root (const char *top)
{
  return g_build_filename (top, RIG_ROOT, NULL);
}

START_TEST (test_others_may_write)
{
  static const guint modes[] = { 0720, 0702, 0722, 0775, 0777, 01777 };
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *root = dup_root (top);

  expect_fill (top);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_cmpint (g_chmod (root, modes[i]), ==, 0);
      expect_uncached (top, EXPECT_UNSAFE);
      g_assert_cmpint (g_chmod (root, 0700), ==, 0);
      expect_fill (top);
    }
}
END_TEST

/* The directory above it may be shared: /tmp is. */
START_TEST (test_others_may_write_above)
{
  g_autoptr (TreePath) top = tree_make ();

  g_assert_cmpint (g_chmod (top, 01777), ==, 0);
  expect_works (top);
}
END_TEST

static void
check_somebody_elses (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *root = dup_root (top);

  if (geteuid () != 0)
    child_skip ("giving a directory to somebody else needs root");

  /* A directory of another user, and one of root, each open to all who want to read. */
  expect_fill (top);
  g_assert_cmpint (chown (root, 1, 1), ==, 0);
  expect_uncached (top, EXPECT_UNSAFE);
  g_assert_cmpint (chown (root, 0, 0), ==, 0);
  g_assert_cmpint (g_chmod (root, 0755), ==, 0);
  child_become_ordinary (top);
  expect_uncached (top, EXPECT_UNSAFE);
}

START_TEST (test_somebody_elses)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_somebody_elses, top);
}
END_TEST

/* Files of somebody else's, some under names that look like the library's. */
static const char *const foreign_names[] = {
  "letter.txt",
  ".hidden",
  "generation",
  "trash",
  "newer",
  "CACHEDIR.TAG.old",
  "anycache-2",
  "state",
};

static void
populate (const char *directory)
{
  g_autofree char *folder = g_build_filename (directory, "folder", NULL);
  g_autofree char *file = g_build_filename (folder, "gen", NULL);
  g_autofree char *link = g_build_filename (directory, "link", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (foreign_names); i++)
    {
      g_autofree char *path = g_build_filename (directory, foreign_names[i], NULL);

      tree_write (path, foreign_names[i], strlen (foreign_names[i]));
    }
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  tree_write (file, "content", 7);
  g_assert_cmpint (symlink ("folder", link), ==, 0);
}

static char *
describe_foreign (const char *directory)
{
  g_autofree char *folder = g_build_filename (directory, "folder", NULL);
  g_autofree char *folder_description = tree_describe (folder);
  GString         *text = g_string_new (NULL);

  g_string_append (text, folder_description);
  for (guint i = 0; i < G_N_ELEMENTS (foreign_names); i++)
    {
      g_autofree char *path = g_build_filename (directory, foreign_names[i], NULL);
      g_autofree char *description = tree_describe (path);

      g_string_append (text, description);
    }
  return g_string_free (text, FALSE);
}

START_TEST (test_foreign_files)
{
  g_autoptr (TreePath) top = tree_make ();
  g_autofree char *root = dup_root (top);
  g_autofree char *beside = NULL;
  g_autofree char *inside = NULL;
  g_autofree char *beside_after = NULL;
  g_autofree char *inside_after = NULL;

  /* The directory had a life before the cache came. */
  populate (top);
  beside = describe_foreign (top);
  expect_works (top);
  populate (root);
  inside = describe_foreign (root);

  expect_works (top);
  beside_after = describe_foreign (top);
  inside_after = describe_foreign (root);
  g_assert_cmpstr (beside, ==, beside_after);
  g_assert_cmpstr (inside, ==, inside_after);
}
END_TEST

static void
set_modes (const char *top,
           guint       directory_mode,
           guint       file_mode)
{
  g_auto (GStrv) paths = tree_list (top);

  /* From the leaves on, as long as the way to them is open. */
  for (guint i = g_strv_length (paths); i > 0; i--)
    {
      g_autofree char *path = g_build_filename (top, paths[i - 1], NULL);

      g_assert_cmpint (g_chmod (path, g_file_test (path, G_FILE_TEST_IS_DIR) ? directory_mode : file_mode), ==, 0);
    }
  g_assert_cmpint (g_chmod (top, directory_mode), ==, 0);
}

static void
check_read_only_modes (gconstpointer data)
{
  const char *top = data;

  child_become_ordinary (top);
  expect_fill (top);
  set_modes (top, 0500, 0400);
  expect_read_only (top);

  /* And where nothing can be read at all, nothing fails either. */
  set_modes (top, 0500, 0000);
  expect_uncached (top, EXPECT_UNUSABLE);
}

START_TEST (test_read_only_modes)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_read_only_modes, top);
}
END_TEST

static void
check_read_only_mount (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *missing = g_build_filename (top, "missing", NULL);

  expect_fill (top);
  child_own_mounts ();
  g_assert_cmpint (mount (top, top, "none", MS_BIND, ""), ==, 0);
  if (mount ("none", top, "none", MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, "") != 0)
    child_skip ("mounting is forbidden here");
  expect_read_only (top);
  expect_uncached (missing, EXPECT_NOTHING_THERE);
}

START_TEST (test_read_only_mount)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_read_only_mount, top);
}
END_TEST

static void
check_closed_parent (gconstpointer data)
{
  const char      *top = data;
  g_autofree char *missing = g_build_filename (top, "missing", "too", NULL);

  child_become_ordinary (top);
  g_assert_cmpint (g_chmod (top, 0500), ==, 0);
  expect_uncached (missing, EXPECT_NOTHING_THERE);
  g_assert_cmpint (g_chmod (top, 0000), ==, 0);
  expect_uncached (missing, EXPECT_NOTHING_THERE);
  g_assert_cmpint (g_chmod (top, 0700), ==, 0);
  expect_works (missing);
}

START_TEST (test_closed_parent)
{
  g_autoptr (TreePath) top = tree_make ();

  child_run (check_closed_parent, top);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("directory");
  TCase *cases = tcase_create ("rights");

  tcase_set_timeout (cases, 120);
  tcase_add_loop_test (cases, test_modes, 0, G_N_ELEMENTS (umasks));
  tcase_add_test (cases, test_others_may_write);
  tcase_add_test (cases, test_others_may_write_above);
  tcase_add_test (cases, test_somebody_elses);
  tcase_add_test (cases, test_foreign_files);
  tcase_add_test (cases, test_read_only_modes);
  tcase_add_test (cases, test_read_only_mount);
  tcase_add_test (cases, test_closed_parent);
  suite_add_tcase (suite, cases);
  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
