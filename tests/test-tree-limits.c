/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a tree is told in bytes, and which trees are not told. */

#include "any-tree.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"
#include "tree-changes.h"

static char *
tree_in (const char *folder)
{
  return g_build_filename (folder, "tree", NULL);
}

static void
digest_of (const char *steps,
           guint8      digest[ANY_DIGEST_SIZE])
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyTree          tree;

  tree_play (folder, steps);
  ck_assert (any_tree_take (&tree, path, TRUE, NULL));
  memcpy (digest, tree.digest, sizeof tree.digest);
}

/* One tree, made in different orders, on any machine. */
START_TEST (test_digest)
{
  static const guint8 expected[ANY_DIGEST_SIZE] = {
    0x7e, 0xe4, 0x28, 0xee, 0x51, 0x29, 0x83, 0x8e, 0x2e, 0xec, 0xe0, 0xaf, 0x1f, 0xa3, 0x4c, 0x32
  };
  static const char *const rows[] = {
    "mkdir tree; write tree/b some; mkdir tree/a; write tree/a/x else; link b tree/c; fifo tree/d",
    "mkdir tree; fifo tree/d; link b tree/c; mkdir tree/a; write tree/a/x else; write tree/b some",
    "mkdir y; write y/x else; mkdir tree; write tree/z some; move tree/z tree/b; move y tree/a; fifo tree/d; link b tree/c",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 digest[ANY_DIGEST_SIZE];

      digest_of (rows[i], digest);
      ck_assert_mem_eq (digest, expected, sizeof digest);
    }
}
END_TEST

/* No two trees are told alike: where one name or one directory ends is part of it. */
START_TEST (test_digests_differ)
{
  static const char *const rows[] = {
    "mkdir tree",
    "mkdir tree; mkdir tree/a",
    "mkdir tree; write tree/a ",
    "mkdir tree; write tree/a b",
    "mkdir tree; link b tree/a",
    "mkdir tree; fifo tree/a",
    "mkdir tree; socket tree/a",
    "mkdir tree; mkdir tree/a; mkdir tree/b",
    "mkdir tree; mkdir tree/a; mkdir tree/a/b",
    "mkdir tree; mkdir tree/a; mkdir tree/a/b; mkdir tree/c",
    "mkdir tree; mkdir tree/a; mkdir tree/a/b; mkdir tree/a/c",
    "mkdir tree; mkdir tree/a; mkdir tree/a/b; mkdir tree/a/b/c",
    "mkdir tree; mkdir tree/ab",
    "mkdir tree; write tree/a x; write tree/b y",
    "mkdir tree; write tree/a y; write tree/b x",
    "mkdir tree; write tree/a xy; write tree/b ",
  };
  guint8 digests[G_N_ELEMENTS (rows)][ANY_DIGEST_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      digest_of (rows[i], digests[i]);
      for (guint j = 0; j < i; j++)
        ck_assert_msg (memcmp (digests[i], digests[j], ANY_DIGEST_SIZE) != 0, "“%s” and “%s”", rows[i], rows[j]);
    }
}
END_TEST

static void
check_taken (const char *path,
             gboolean    by_content)
{
  g_autoptr (GError) error = NULL;
  AnyTree tree;

  ck_assert_msg (any_tree_take (&tree, path, by_content, &error), "%s", error != NULL ? error->message : "no error");
}

static void
check_not_taken (const char *path,
                 gboolean    by_content,
                 const char *who,
                 const char *what)
{
  g_autofree char *message = g_strdup_printf ("“%s” %s", who, what);
  g_autoptr (GError) error = NULL;
  AnyTree tree;

  ck_assert (!any_tree_take (&tree, path, by_content, &error));
  ck_assert_str_eq (error->message, message);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED));
  ck_assert (!any_tree_take (&tree, path, by_content, NULL));
}

START_TEST (test_number_of_items)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  g_autofree char *below = g_build_filename (path, "below", NULL);
  int              fd;

  tree_play (folder, "mkdir tree; mkdir tree/below");
  fd = open (below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint i = 1; i < 100000; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "%u", i);
      ck_assert_int_eq (mknodat (fd, name, S_IFREG | 0600, 0), 0);
    }
  close (fd);

  check_taken (path, FALSE);
  tree_play (folder, "write tree/more x");
  check_not_taken (path, FALSE, path, "is a tree of more than 100,000 items");
}
END_TEST

START_TEST (test_number_of_levels)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  g_autoptr (GString) deep = g_string_new ("tree");

  tree_play (folder, "mkdir tree");
  for (guint level = 1; level <= 65; level++)
    {
      g_autofree char *step = NULL;

      g_string_append (deep, "/x");
      step = g_strconcat ("mkdir ", deep->str, NULL);
      tree_play (folder, step);
      if (level == 64)
        check_taken (path, TRUE);
    }
  check_not_taken (path, FALSE, path, "is a tree of more than 64 levels");
}
END_TEST

/* All that would be read counts together, and nothing of it where times decide. */
START_TEST (test_number_of_bytes)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  g_autofree char *one = g_build_filename (path, "one", NULL);

  tree_play (folder, "mkdir tree; write tree/one x; write tree/two x");
  ck_assert_int_eq (truncate (one, (64 << 20) - 1), 0);
  check_taken (path, TRUE);

  tree_play (folder, "write tree/three x");
  check_taken (path, FALSE);
  check_not_taken (path, TRUE, path, "is a tree of more than 64 MiB, too much to be read");
}
END_TEST

START_TEST (test_made_up_by_the_kernel)
{
  check_not_taken ("/proc", FALSE, "/proc", "is made up by the kernel, and changes without a trace");
}
END_TEST

/* For root every door is open. */
static void
set_powers (gboolean all)
{
  if (getuid () != 0)
    return;

  ck_assert_int_eq (seteuid (0), 0);
  ck_assert_int_eq (setegid (all ? 0 : 65534), 0);
  ck_assert_int_eq (seteuid (all ? 0 : 65534), 0);
}

START_TEST (test_closed_parts)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  g_autofree char *directory = g_build_filename (path, "directory", NULL);
  g_autofree char *file = g_build_filename (path, "file", NULL);

  tree_play (folder, "mkdir tree; mkdir tree/directory; write tree/file x");
  ck_assert_int_eq (chmod (folder, 0755), 0);
  ck_assert_int_eq (chmod (path, 0755), 0);
  ck_assert_int_eq (chmod (directory, 0755), 0);
  ck_assert_int_eq (chmod (file, 0), 0);

  /* Who may not read a file may still see when it was changed. */
  set_powers (FALSE);
  check_taken (path, FALSE);
  check_not_taken (path, TRUE, file, "cannot be looked at: Permission denied");
  set_powers (TRUE);

  ck_assert_int_eq (chmod (directory, 0), 0);
  set_powers (FALSE);
  check_not_taken (path, FALSE, directory, "cannot be looked at: Permission denied");
  set_powers (TRUE);
  ck_assert_int_eq (chmod (directory, 0700), 0);
}
END_TEST

/* Names that are no text are told as well as possible. */
START_TEST (test_odd_names)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = tree_in (folder);
  AnyTree          one, two;

  tree_play (folder, "mkdir tree; write tree/\xff x; write tree/\n y");
  ck_assert (any_tree_take (&one, path, TRUE, NULL));
  tree_play (folder, "move tree/\xff tree/\xfe");
  ck_assert (any_tree_take (&two, path, TRUE, NULL));
  ck_assert_mem_ne (one.digest, two.digest, sizeof one.digest);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("tree-limits");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_digest);
  tcase_add_test (all, test_digests_differ);
  tcase_add_test (all, test_number_of_items);
  tcase_add_test (all, test_number_of_levels);
  tcase_add_test (all, test_number_of_bytes);
  tcase_add_test (all, test_made_up_by_the_kernel);
  tcase_add_test (all, test_closed_parts);
  tcase_add_test (all, test_odd_names);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
