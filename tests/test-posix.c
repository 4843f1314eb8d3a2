/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-posix.h"

#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/syscall.h>

/* The paths of a tree with links in all positions, and whether they may be opened. */
static const struct
{
  const char *path;
  int         flags;
  int         failures[2]; /* 0: opens */
} ways[] = {
  { "file", O_RDONLY, { 0 } },
  { "real", O_RDONLY | O_DIRECTORY, { 0 } },
  { "real/file", O_RDONLY, { 0 } },
  { "real/deep/file", O_RDONLY, { 0 } },
  { "real/deep/made", O_RDWR | O_CREAT, { 0 } },
  { "made", O_RDWR | O_CREAT | O_EXCL, { 0 } },
  { "fifo", O_RDONLY, { 0 } },
  { "real/fifo", O_RDONLY, { 0 } },
  { "real/fifo", O_WRONLY, { ENXIO } },
  { "link-to-file", O_RDONLY, { ELOOP } },
  { "link-to-real", O_RDONLY | O_DIRECTORY, { ELOOP, ENOTDIR } },
  { "link-to-real/file", O_RDONLY, { ELOOP, ENOTDIR } },
  { "link-to-real/made-too", O_WRONLY | O_CREAT, { ELOOP, ENOTDIR } },
  { "link-to-real/deep/file", O_RDONLY, { ELOOP, ENOTDIR } },
  { "real/link-to-deep/file", O_RDONLY, { ELOOP, ENOTDIR } },
  { "real/deep/link-to-file", O_RDONLY, { ELOOP } },
  { "dangling", O_RDONLY, { ELOOP } },
  { "dangling", O_WRONLY | O_CREAT, { ELOOP } },
  { "real/dangling", O_WRONLY | O_CREAT, { ELOOP } },
  { "real/dangling", O_WRONLY | O_CREAT | O_EXCL, { EEXIST } },
  { "dangling/file", O_RDONLY, { ELOOP, ENOTDIR } },
  { "real/none", O_RDONLY, { ENOENT } },
  { "none/file", O_RDONLY, { ENOENT } },
  { "none/made", O_WRONLY | O_CREAT, { ENOENT } },
  { "real/file/below", O_RDONLY, { ENOTDIR } },
  { "real/deep/file/below", O_WRONLY | O_CREAT, { ENOTDIR } },
  { "real/deep", O_WRONLY, { EISDIR } },
};

static void
make_links (int folder)
{
  g_assert_cmpint (mkdirat (folder, "real", 0700), ==, 0);
  g_assert_cmpint (mkdirat (folder, "real/deep", 0700), ==, 0);
  any_test_put_text (folder, "file", "");
  any_test_put_text (folder, "real/file", "");
  any_test_put_text (folder, "real/deep/file", "");
  g_assert_cmpint (mkfifoat (folder, "fifo", 0600), ==, 0);
  g_assert_cmpint (mkfifoat (folder, "real/fifo", 0600), ==, 0);
  g_assert_cmpint (symlinkat ("file", folder, "link-to-file"), ==, 0);
  g_assert_cmpint (symlinkat ("real", folder, "link-to-real"), ==, 0);
  g_assert_cmpint (symlinkat ("deep", folder, "real/link-to-deep"), ==, 0);
  g_assert_cmpint (symlinkat ("file", folder, "real/deep/link-to-file"), ==, 0);
  g_assert_cmpint (symlinkat ("made-through-a-link", folder, "dangling"), ==, 0);
  g_assert_cmpint (symlinkat ("made-through-a-link", folder, "real/dangling"), ==, 0);
}

static void
check_ways (int folder)
{
  guint n_descriptors = any_test_count_descriptors ();

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      int fd = any_posix_open (folder, ways[i].path, ways[i].flags);

      if (ways[i].failures[0] == 0)
        {
          if (fd < 0)
            g_error ("%s: %s", ways[i].path, g_strerror (errno));
          g_assert_cmpint (fcntl (fd, F_GETFD), ==, FD_CLOEXEC);
          close (fd);
        }
      else if (fd >= 0 || (errno != ways[i].failures[0] && errno != ways[i].failures[1]))
        g_error ("%s: %s", ways[i].path, fd >= 0 ? "was opened" : g_strerror (errno));
    }

  g_assert_cmpuint (any_test_count_descriptors (), ==, n_descriptors);
  g_assert_false (any_test_is_there (folder, "made-through-a-link"));
  g_assert_false (any_test_is_there (folder, "real/made-through-a-link"));
  g_assert_false (any_test_is_there (folder, "real/made-too"));
}

/* What openat2() says where it may not be used; 0 where it may. */
static const int refusals[] = { 0, ENOSYS, EPERM, EAGAIN, E2BIG, EINVAL };

typedef struct
{
  const char *folder;
  int         refusal;
} Sandbox;

static void
open_part (int      line,
           gpointer data)
{
  const Sandbox *sandbox = data;
  int            folder = any_test_open_folder (sandbox->folder);

  make_links (folder);
  if (sandbox->refusal != 0)
    any_test_forbid_call (SYS_openat2, sandbox->refusal);
  check_ways (folder);
  close (folder);
}

START_TEST (test_open_follows_no_link)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  Sandbox sandbox = { path, refusals[_i] };

  any_test_process_run (open_part, &sandbox);
}
END_TEST

static void
mode_part (int      line,
           gpointer data)
{
  int         folder = any_test_open_folder (data);
  struct stat status;
  int         fd;

  umask (0);
  fd = any_posix_open (folder, "file", O_WRONLY | O_CREAT);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmphex (status.st_mode, ==, S_IFREG | 0600);
  close (fd);
  close (folder);
}

START_TEST (test_open_makes_private_files)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();

  any_test_process_run (mode_part, path);
}
END_TEST

static void
check_rename (int folder)
{
  any_test_put_text (folder, "a", "a");
  any_test_put_text (folder, "b", "bb");
  g_assert_cmpint (mkdirat (folder, "below", 0700), ==, 0);
  g_assert_cmpint (mkdirat (folder, "empty", 0700), ==, 0);
  g_assert_cmpint (symlinkat ("none", folder, "dangling"), ==, 0);

  for (guint i = 0; i < 4; i++)
    {
      static const char *const taken[] = { "b", "below", "empty", "dangling" };

      g_assert_false (any_posix_rename_new (folder, "a", folder, taken[i]));
      g_assert_cmpint (errno, ==, EEXIST);
      g_assert_true (any_test_is_there (folder, "a") && any_test_is_there (folder, taken[i]));
    }
  g_assert_false (any_posix_rename_new (folder, "below", folder, "empty"));
  g_assert_cmpint (errno, ==, EEXIST);

  g_assert_true (any_posix_rename_new (folder, "a", folder, "below/a"));
  g_assert_true (!any_test_is_there (folder, "a") && any_test_is_there (folder, "below/a"));
  g_assert_true (any_posix_rename_new (folder, "below", folder, "beyond"));
  g_assert_true (any_test_is_there (folder, "beyond/a"));

  g_assert_false (any_posix_rename_new (folder, "none", folder, "other"));
  g_assert_cmpint (errno, ==, ENOENT);
  g_assert_false (any_posix_rename_new (folder, "b", folder, "none/b"));
  g_assert_cmpint (errno, ==, ENOENT);
}

static void
rename_part (int      line,
             gpointer data)
{
  const Sandbox *sandbox = data;
  int            folder = any_test_open_folder (sandbox->folder);

  if (sandbox->refusal != 0)
    any_test_forbid_call (SYS_renameat2, sandbox->refusal);
  check_rename (folder);
  close (folder);
}

START_TEST (test_rename_replaces_nothing)
{
  static const int failures[] = { 0, EINVAL, ENOSYS };
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  Sandbox sandbox = { path, failures[_i] };

  any_test_process_run (rename_part, &sandbox);
}
END_TEST

static void
make_chain (int   folder,
            guint depth)
{
  int fd = dup (folder);

  for (guint i = 0; i < depth; i++)
    {
      int next;

      g_assert_cmpint (mkdirat (fd, "down", 0700), ==, 0);
      any_test_put_text (fd, "file", "");
      next = openat (fd, "down", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      g_assert_cmpint (next, >=, 0);
      close (fd);
      fd = next;
    }
  close (fd);
}

START_TEST (test_remove_tree)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  int   folder = any_test_open_folder (path);
  guint n_descriptors = any_test_count_descriptors ();

  ck_assert_int_eq (mkdirat (folder, "victim", 0700), 0);
  any_test_put_text (folder, "victim/file", "kept");
  any_test_put_text (folder, "bystander", "kept");

  ck_assert_int_eq (mkdirat (folder, "tree", 0700), 0);
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *name = g_strdup_printf ("tree/%u", i);

      any_test_put_text (folder, name, "");
    }
  ck_assert_int_eq (mkdirat (folder, "tree/empty", 0700), 0);
  ck_assert_int_eq (symlinkat ("../victim", folder, "tree/link"), 0);
  ck_assert_int_eq (symlinkat ("../victim/file", folder, "tree/empty/link"), 0);
  ck_assert_int_eq (symlinkat (".", folder, "tree/self"), 0);
  ck_assert_int_eq (linkat (folder, "bystander", folder, "tree/hard", 0), 0);
  ck_assert_int_eq (mkfifoat (folder, "tree/fifo", 0600), 0);
  make_chain (folder, 100);
  ck_assert_int_eq (renameat (folder, "down", folder, "tree/chain"), 0);

  ck_assert (any_posix_remove_tree (folder, "tree"));
  ck_assert (!any_test_is_there (folder, "tree"));
  ck_assert (any_test_is_there (folder, "victim/file") && any_test_is_there (folder, "bystander"));

  /* A file, a link to a directory, nothing. */
  ck_assert_int_eq (symlinkat ("victim", folder, "link"), 0);
  ck_assert (any_posix_remove_tree (folder, "link"));
  ck_assert (any_posix_remove_tree (folder, "bystander"));
  ck_assert (any_posix_remove_tree (folder, "none"));
  ck_assert (any_posix_remove_tree (folder, "none/below"));
  ck_assert (!any_test_is_there (folder, "link") && !any_test_is_there (folder, "bystander"));
  ck_assert (any_test_is_there (folder, "victim/file"));

  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);
  close (folder);
}
END_TEST

/* Of a tree with parts that may not be read or written, everything else goes. */
static void
unreadable_part (int      line,
                 gpointer data)
{
  int   folder;
  guint n_descriptors;

  any_test_become_ordinary (data);
  folder = any_test_open_folder (".");
  n_descriptors = any_test_count_descriptors ();

  g_assert_cmpint (mkdirat (folder, "tree", 0700), ==, 0);
  g_assert_cmpint (mkdirat (folder, "tree/closed", 0700), ==, 0);
  g_assert_cmpint (mkdirat (folder, "tree/frozen", 0700), ==, 0);
  any_test_put_text (folder, "tree/closed/file", "");
  any_test_put_text (folder, "tree/frozen/file", "");
  any_test_put_text (folder, "tree/file", "");
  g_assert_cmpint (mkdirat (folder, "tree/open", 0700), ==, 0);
  g_assert_cmpint (fchmodat (folder, "tree/closed", 0000, 0), ==, 0);
  g_assert_cmpint (fchmodat (folder, "tree/frozen", 0500, 0), ==, 0);

  g_assert_false (any_posix_remove_tree (folder, "tree"));
  g_assert_true (any_test_is_there (folder, "tree/closed") && any_test_is_there (folder, "tree/frozen/file"));
  g_assert_false (any_test_is_there (folder, "tree/file") || any_test_is_there (folder, "tree/open"));

  g_assert_cmpint (fchmodat (folder, "tree/closed", 0700, 0), ==, 0);
  g_assert_cmpint (fchmodat (folder, "tree/frozen", 0700, 0), ==, 0);
  g_assert_true (any_posix_remove_tree (folder, "tree"));
  g_assert_false (any_test_is_there (folder, "tree"));

  g_assert_cmpuint (any_test_count_descriptors (), ==, n_descriptors);
  close (folder);
}

START_TEST (test_remove_tree_leaves_what_it_must)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();

  any_test_process_run (unreadable_part, path);
}
END_TEST

START_TEST (test_errors)
{
  static const struct
  {
    int number;
    int code;
  } codes[] = {
    { ENOENT, G_IO_ERROR_NOT_FOUND },
    { EACCES, G_IO_ERROR_PERMISSION_DENIED },
    { ENOSPC, G_IO_ERROR_NO_SPACE },
    { EROFS, G_IO_ERROR_READ_ONLY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      any_posix_set_error (&error, codes[i].number, "Cannot try", "/a/b\xff");
      ck_assert (g_error_matches (error, G_IO_ERROR, codes[i].code));
      ck_assert (g_str_has_prefix (error->message, "Cannot try"));
      ck_assert (strstr (error->message, "/a/b") != NULL);
      ck_assert (strstr (error->message, g_strerror (codes[i].number)) != NULL);
      ck_assert (g_utf8_validate (error->message, -1, NULL));
    }

  any_posix_set_error (NULL, ENOENT, "Cannot try", "/a");
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("posix");
  TCase *calls = tcase_create ("calls");

  tcase_set_timeout (calls, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (calls, test_open_follows_no_link, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (calls, test_open_makes_private_files);
  tcase_add_loop_test (calls, test_rename_replaces_nothing, 0, 3);
  tcase_add_test (calls, test_remove_tree);
  tcase_add_test (calls, test_remove_tree_leaves_what_it_must);
  tcase_add_test (calls, test_errors);
  suite_add_tcase (suite, calls);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
