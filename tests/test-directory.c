/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-directory.h"

#include "any-error.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/syscall.h>

#define SUBDIRECTORY "anycache-1"
#define SIGNATURE    "Signature: 8a477f597d28d172789f06886806bc55\n"

static AnyDirectory *
open_directory (const char *cachedir,
                gboolean    create)
{
  g_autoptr (GError) error = NULL;
  AnyDirectory *self = any_directory_open (cachedir, create, &error);

  g_assert_no_error (error);
  g_assert_nonnull (self);

  return self;
}

/* The failure of an opening, which must name the directory. */
static void
expect_error (const char *cachedir,
              gboolean    create,
              GQuark      domain,
              int         code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *display = g_filename_display_name (cachedir);

  g_assert_null (any_directory_open (cachedir, create, &error));
  g_assert_error (error, domain, code);
  g_assert_true (strstr (error->message, display) != NULL);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
expect_unsafe (const char *cachedir)
{
  expect_error (cachedir, FALSE, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY);
  expect_error (cachedir, TRUE, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY);
}

static void
assert_tag (int top)
{
  g_autofree char *tag = any_test_get_text (top, SUBDIRECTORY "/CACHEDIR.TAG");

  g_assert_nonnull (tag);
  g_assert_true (g_str_has_prefix (tag, SIGNATURE));
  g_assert_true (g_str_has_suffix (tag, "\n"));
}

START_TEST (test_nothing_is_made_unasked)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autofree char *cachedir = g_build_filename (top, "missing", NULL);

  expect_error (cachedir, FALSE, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  expect_error (top, FALSE, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  any_test_assert_list (top, "");
}
END_TEST

START_TEST (test_open)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autofree char *cachedir = g_build_filename (top, "a", "b", "c", NULL);
  g_autofree char *path = g_build_filename (cachedir, SUBDIRECTORY, NULL);
  g_autoptr (AnyDirectory) made = open_directory (cachedir, TRUE);
  g_autoptr (AnyDirectory) found = open_directory (cachedir, FALSE);
  guint64     before = any_epoch_read (found->epoch);
  struct stat status;

  any_test_assert_list (cachedir, SUBDIRECTORY);
  any_test_assert_list (path, "CACHEDIR.TAG epoch");

  ck_assert_str_eq (made->path, path);
  ck_assert_int_eq (stat (path, &status), 0);
  ck_assert_uint_eq (made->device, status.st_dev);
  ck_assert_uint_eq (made->inode, status.st_ino);
  ck_assert_int_eq (fstat (made->fd, &status), 0);
  ck_assert_uint_eq (made->inode, status.st_ino);
  ck_assert_int_eq (fcntl (made->fd, F_GETFD), FD_CLOEXEC);
  ck_assert (made->writable && found->writable);
  ck_assert (any_directory_require_writable (made, NULL));

  /* Both openings have one epoch. */
  ck_assert (any_epoch_begin (made->epoch, NULL));
  any_epoch_end (made->epoch);
  ck_assert_uint_gt (any_epoch_read (found->epoch), before);
}
END_TEST

/* Within a process no epoch is that of another opening: the directory may be another one. */
START_TEST (test_epochs_differ)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  guint64 seen[40];

  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    {
      g_autoptr (AnyDirectory) self = open_directory (top, TRUE);

      seen[i] = any_directory_read_epoch (self);
      ck_assert_uint_ne (seen[i], ANY_EPOCH_UNKNOWN);
      ck_assert_uint_eq (any_directory_read_epoch (self), seen[i]);
      for (guint j = 0; j < i; j++)
        ck_assert_uint_ne (seen[i], seen[j]);

      ck_assert (any_epoch_begin (self->epoch, NULL));
      ck_assert_uint_eq (any_directory_read_epoch (self), ANY_EPOCH_UNKNOWN);
      any_epoch_end (self->epoch);
      ck_assert_uint_ne (any_directory_read_epoch (self), seen[i]);
      if (i % 2 == 0)
        any_test_remove_folder (g_strdup (self->path));
    }
}
END_TEST

START_TEST (test_references)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  guint         n_descriptors = any_test_count_descriptors ();
  AnyDirectory *self = open_directory (top, TRUE);

  ck_assert_ptr_eq (any_directory_ref (self), self);
  any_directory_unref (self);
  ck_assert (any_directory_is_in_place (self));
  any_directory_unref (self);
  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);
}
END_TEST

/* What a failed opening has opened is closed again. */
START_TEST (test_failures_leak_nothing)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  int   folder = any_test_open_folder (top);
  guint n_descriptors = any_test_count_descriptors ();

  any_directory_unref (open_directory (top, TRUE));
  ck_assert_int_eq (fchmodat (folder, SUBDIRECTORY, 0777, 0), 0);
  expect_unsafe (top);
  ck_assert_int_eq (fchmodat (folder, SUBDIRECTORY, 0700, 0), 0);
  ck_assert_int_eq (unlinkat (folder, SUBDIRECTORY "/epoch", 0), 0);
  ck_assert_int_eq (mkdirat (folder, SUBDIRECTORY "/epoch", 0700), 0);
  ck_assert_ptr_null (any_directory_open (top, TRUE, NULL));

  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);
  close (folder);
}
END_TEST

typedef struct
{
  const char *top;
  mode_t      mask;
  gboolean    ordinary;
} Modes;

static void
modes_part (int      line,
            gpointer data)
{
  const Modes *modes = data;
  g_autoptr (AnyDirectory) self = NULL;
  int top;

  if (modes->ordinary)
    any_test_become_ordinary (modes->top);
  else
    g_assert_cmpint (chdir (modes->top), ==, 0);
  umask (modes->mask);

  self = open_directory ("a/b", TRUE);
  g_assert_true (self->writable);
  top = any_test_open_folder ("a/b");
  any_test_assert_mode (top, "..", S_IFDIR | 0700);
  any_test_assert_mode (top, ".", S_IFDIR | 0700);
  any_test_assert_mode (top, SUBDIRECTORY, S_IFDIR | 0700);
  any_test_assert_mode (top, SUBDIRECTORY "/CACHEDIR.TAG", S_IFREG | 0600);
  any_test_assert_mode (top, SUBDIRECTORY "/epoch", S_IFREG | 0600);
  assert_tag (top);

  /* A child of any name; one that is there stays as it is. */
  g_assert_true (any_directory_make_child (top, "child"));
  any_test_assert_mode (top, "child", S_IFDIR | 0700);
  g_assert_cmpint (fchmodat (top, "child", 0711, 0), ==, 0);
  g_assert_true (any_directory_make_child (top, "child"));
  any_test_assert_mode (top, "child", S_IFDIR | 0711);
  g_assert_false (any_directory_make_child (top, "none/child"));
  g_assert_cmpint (errno, ==, ENOENT);
  close (top);
}

START_TEST (test_modes_under_any_umask)
{
  static const mode_t masks[] = { 0, 022, 077, 0277, 0777 };
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  Modes modes = { top, masks[_i / 2], _i % 2 };

  any_test_process_run (modes_part, &modes);
}
END_TEST

/* Without /proc, the C library cannot change the mode of what may be a link: these calls are all it could make there. */
static void
without_proc_part (int      line,
                   gpointer data)
{
  int top = any_test_open_folder (data);

#ifdef SYS_chmod
  any_test_forbid_call (SYS_chmod, ENOENT);
#endif
#ifdef SYS_fchmodat2
  any_test_forbid_call (SYS_fchmodat2, ENOENT);
#endif
  any_test_forbid_call (SYS_fchmodat, ENOENT);

  umask (0022);
  any_directory_unref (open_directory (data, TRUE));
  g_assert_true (any_directory_make_child (top, "child"));
  any_test_assert_mode (top, "child", S_IFDIR | 0700);

  /* Where a mode must be changed, it cannot be, and that is said. */
  umask (0277);
  g_assert_false (any_directory_make_child (top, "closed"));
  close (top);
}

START_TEST (test_without_proc)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();

  any_test_process_run (without_proc_part, top);
}
END_TEST

START_TEST (test_unsafe_modes)
{
  static const mode_t unsafe[] = { 0720, 0702, 0722, 0770, 0777, 01777 };
  static const mode_t safe[] = { 0700, 0755, 0711, 0750, 02755 };
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  int folder = any_test_open_folder (top);

  any_directory_unref (open_directory (top, TRUE));
  for (guint i = 0; i < G_N_ELEMENTS (unsafe); i++)
    {
      ck_assert_int_eq (fchmodat (folder, SUBDIRECTORY, unsafe[i], 0), 0);
      expect_unsafe (top);
    }

  /* The folder around it may be open to all. */
  ck_assert_int_eq (fchmod (folder, 01777), 0);
  for (guint i = 0; i < G_N_ELEMENTS (safe); i++)
    {
      ck_assert_int_eq (fchmodat (folder, SUBDIRECTORY, safe[i], 0), 0);
      any_directory_unref (open_directory (top, TRUE));
      any_test_assert_mode (folder, SUBDIRECTORY, S_IFDIR | safe[i]);
    }
  close (folder);
}
END_TEST

/* Of another user, though everybody may read it. Takes root to make. */
static void
other_owner_part (int      line,
                  gpointer data)
{
  g_assert_cmpint (chdir (data), ==, 0);
  g_assert_cmpint (mkdir (SUBDIRECTORY, 0755), ==, 0);
  if (geteuid () != 0)
    return;

  g_assert_cmpint (chown (SUBDIRECTORY, 1, 1), ==, 0);
  expect_unsafe (".");
  g_assert_cmpint (chown (SUBDIRECTORY, 0, 0), ==, 0);
  any_test_become_ordinary (".");
  expect_unsafe (".");
}

START_TEST (test_somebody_elses)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();

  any_test_process_run (other_owner_part, top);
}
END_TEST

START_TEST (test_something_else_in_its_place)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autofree char *below = g_build_filename (top, "file", NULL);
  g_autofree char *victim = g_build_filename (top, "victim", NULL);
  int              folder = any_test_open_folder (top);

  /* A link, to a directory that would do; a link to nothing; a file; a FIFO. */
  ck_assert_int_eq (mkdir (victim, 0700), 0);
  ck_assert_int_eq (symlinkat ("victim", folder, SUBDIRECTORY), 0);
  expect_unsafe (top);
  any_test_assert_list (victim, "");
  ck_assert_int_eq (unlinkat (folder, SUBDIRECTORY, 0), 0);

  ck_assert_int_eq (symlinkat ("missing", folder, SUBDIRECTORY), 0);
  expect_unsafe (top);
  ck_assert (!any_test_is_there (folder, "missing"));
  ck_assert_int_eq (unlinkat (folder, SUBDIRECTORY, 0), 0);

  any_test_put_text (folder, SUBDIRECTORY, "");
  expect_unsafe (top);
  ck_assert_int_eq (unlinkat (folder, SUBDIRECTORY, 0), 0);

  ck_assert_int_eq (mkfifoat (folder, SUBDIRECTORY, 0600), 0);
  expect_unsafe (top);

  /* Nothing can be made below a file. */
  any_test_put_text (folder, "file", "");
  expect_error (below, TRUE, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  close (folder);
}
END_TEST

/* The way to the directory is the user's own, links and all. */
START_TEST (test_links_on_the_way)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autofree char *link = g_build_filename (top, "link", NULL);
  g_autofree char *real = g_build_filename (top, "real", NULL);

  ck_assert_int_eq (mkdir (real, 0755), 0);
  ck_assert_int_eq (symlink ("real", link), 0);
  any_directory_unref (open_directory (link, TRUE));
  any_test_assert_list (real, SUBDIRECTORY);
}
END_TEST

START_TEST (test_the_tag_is_mended)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autofree char *tag = NULL;
  g_autofree char *victim = NULL;
  int              folder = any_test_open_folder (top);

  any_directory_unref (open_directory (top, TRUE));
  for (gsize length = 0; length < strlen (SIGNATURE); length += 11)
    {
      any_test_put_bytes (folder, SUBDIRECTORY "/CACHEDIR.TAG", SIGNATURE, length);
      any_directory_unref (open_directory (top, TRUE));
      assert_tag (folder);
    }

  /* What a user has added stays; what is a link is not written to. */
  any_test_put_text (folder, SUBDIRECTORY "/CACHEDIR.TAG", SIGNATURE "# As long as the library's own text is, and then some: "
                                                                     "words of somebody who wanted to say something here.\n");
  any_directory_unref (open_directory (top, TRUE));
  tag = any_test_get_text (folder, SUBDIRECTORY "/CACHEDIR.TAG");
  ck_assert (g_str_has_suffix (tag, "say something here.\n"));

  any_test_put_text (folder, "victim", "kept");
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&victim, g_free);
      ck_assert_int_eq (unlinkat (folder, SUBDIRECTORY "/CACHEDIR.TAG", 0), 0);
      if (i == 0)
        ck_assert_int_eq (symlinkat ("../victim", folder, SUBDIRECTORY "/CACHEDIR.TAG"), 0);
      else
        ck_assert_int_eq (linkat (folder, "victim", folder, SUBDIRECTORY "/CACHEDIR.TAG", 0), 0);
      any_directory_unref (open_directory (top, TRUE));
      victim = any_test_get_text (folder, "victim");
      ck_assert_str_eq (victim, "kept");
    }
  close (folder);
}
END_TEST

static void
read_only_part (int      line,
                gpointer data)
{
  g_autoptr (AnyDirectory) self = NULL;
  g_autoptr (GError) error = NULL;
  int top;

  any_test_become_ordinary (data);
  top = any_test_open_folder (".");

  /* With an epoch, which others may move, and without one. */
  any_directory_unref (open_directory (".", TRUE));
  g_assert_cmpint (fchmodat (top, SUBDIRECTORY, 0500, 0), ==, 0);
  self = open_directory (".", TRUE);
  g_assert_false (self->writable);
  g_assert_false (any_directory_require_writable (self, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpuint (any_epoch_read (self->epoch), ==, 0);
  g_clear_pointer (&self, any_directory_unref);

  g_assert_cmpint (fchmodat (top, SUBDIRECTORY, 0700, 0), ==, 0);
  g_assert_cmpint (unlinkat (top, SUBDIRECTORY "/epoch", 0), ==, 0);
  g_assert_cmpint (unlinkat (top, SUBDIRECTORY "/CACHEDIR.TAG", 0), ==, 0);
  g_assert_cmpint (fchmodat (top, SUBDIRECTORY, 0500, 0), ==, 0);
  self = open_directory (".", TRUE);
  g_assert_false (self->writable);
  g_assert_null (self->epoch);
  g_assert_cmpuint (any_directory_read_epoch (self), ==, ANY_EPOCH_UNKNOWN);
  any_test_assert_list (SUBDIRECTORY, "");

  /* Where none can be made, or none can be looked into. */
  g_assert_cmpint (mkdirat (top, "closed", 0500), ==, 0);
  expect_error ("closed", TRUE, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  expect_error ("closed/below", TRUE, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (fchmodat (top, SUBDIRECTORY, 0000, 0), ==, 0);
  expect_error (".", TRUE, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (fchmodat (top, SUBDIRECTORY, 0700, 0), ==, 0);
  close (top);
}

START_TEST (test_read_only)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();

  any_test_process_run (read_only_part, top);
}
END_TEST

/* What the kernel says of a file system that is mounted for reading alone is what the user hears. */
static void
read_only_mount_part (int      line,
                      gpointer data)
{
  g_autoptr (AnyDirectory) self = NULL;
  g_autoptr (GError) error = NULL;

  any_directory_unref (open_directory (data, TRUE));
#ifdef SYS_faccessat2
  any_test_forbid_call (SYS_faccessat2, EROFS);
#endif
  any_test_forbid_call (SYS_faccessat, EROFS);

  self = open_directory (data, TRUE);
  g_assert_false (self->writable);
  g_assert_false (any_directory_require_writable (self, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY);
}

START_TEST (test_read_only_mount)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();

  any_test_process_run (read_only_mount_part, top);
}
END_TEST

START_TEST (test_in_place)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autofree char *cachedir = g_build_filename (top, "cache\xff", NULL);
  g_autofree char *away = g_build_filename (top, "away", NULL);
  g_autoptr (AnyDirectory) self = open_directory (cachedir, TRUE);
  int folder = any_test_open_folder (top);

  ck_assert (any_directory_is_in_place (self));
  ck_assert_int_eq (rename (cachedir, away), 0);
  ck_assert (!any_directory_is_in_place (self));

  /* Another one there, a link to it, itself again, nothing. */
  any_directory_unref (open_directory (cachedir, TRUE));
  ck_assert (!any_directory_is_in_place (self));
  any_test_remove_folder (g_strdup (cachedir));
  ck_assert_int_eq (mkdir (cachedir, 0700), 0);
  ck_assert_int_eq (symlinkat ("../away/" SUBDIRECTORY, folder, "cache\xff/" SUBDIRECTORY), 0);
  ck_assert (!any_directory_is_in_place (self));
  any_test_remove_folder (g_strdup (cachedir));
  ck_assert_int_eq (rename (away, cachedir), 0);
  ck_assert (any_directory_is_in_place (self));
  any_test_remove_folder (g_strdup (cachedir));
  ck_assert (!any_directory_is_in_place (self));
  close (folder);

  expect_error (cachedir, FALSE, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}
END_TEST

/* It is noticed after a while without being asked for in particular, and the loss of the epoch, too. */
START_TEST (test_gone)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autoptr (AnyDirectory) self = open_directory (top, TRUE);
  g_autofree char *epoch = g_build_filename (self->path, "epoch", NULL);
  gint64           deadline = any_test_deadline ();

  ck_assert (!any_directory_is_gone (self));
  if (_i == 0)
    ck_assert_int_eq (unlink (epoch), 0);
  else
    any_test_remove_folder (g_strdup (self->path));

  while (!any_directory_is_gone (self))
    ck_assert (any_test_wait (deadline));
  ck_assert (!any_directory_is_in_place (self));
}
END_TEST

/* What is there stays, however long it is not asked. */
START_TEST (test_not_gone)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();
  g_autoptr (AnyDirectory) self = open_directory (top, TRUE);
  gint64 looked = self->looked;
  gint64 deadline = any_test_deadline ();

  while (self->looked == looked)
    {
      ck_assert (!any_directory_is_gone (self));
      ck_assert (any_test_wait (deadline));
    }
  ck_assert (any_directory_is_in_place (self));
}
END_TEST

static void
open_part (int      line,
           gpointer data)
{
  g_autoptr (AnyDirectory) self = NULL;

  any_test_gather (line);
  self = open_directory (data, TRUE);
  g_assert_true (any_directory_is_in_place (self));
  g_assert_true (any_epoch_begin (self->epoch, NULL));
  any_epoch_end (self->epoch);
}

START_TEST (test_many_make_one)
{
  g_autoptr (AnyTestFolder) top = any_test_make_folder ();

  for (guint round = 0; round < 20; round++)
    {
      g_autofree char *name = g_strdup_printf ("%u", round);
      g_autofree char *cachedir = g_build_filename (top, name, "a", "b", NULL);
      g_autoptr (AnyDirectory) self = NULL;
      int folder;

      any_test_process_crowd (4, open_part, cachedir);
      self = open_directory (cachedir, FALSE);
      ck_assert_uint_eq (any_epoch_read (self->epoch), 8);
      folder = any_test_open_folder (cachedir);
      assert_tag (folder);
      close (folder);
    }
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("directory");
  TCase *open = tcase_create ("open");
  TCase *safety = tcase_create ("safety");

  tcase_set_timeout (open, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (open, test_nothing_is_made_unasked);
  tcase_add_test (open, test_open);
  tcase_add_test (open, test_epochs_differ);
  tcase_add_test (open, test_references);
  tcase_add_test (open, test_failures_leak_nothing);
  tcase_add_test (open, test_the_tag_is_mended);
  tcase_add_test (open, test_read_only);
  tcase_add_test (open, test_read_only_mount);
  tcase_add_test (open, test_in_place);
  tcase_add_loop_test (open, test_gone, 0, 2);
  tcase_add_test (open, test_not_gone);
  tcase_add_test (open, test_many_make_one);
  suite_add_tcase (suite, open);

  tcase_set_timeout (safety, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (safety, test_modes_under_any_umask, 0, 10);
  tcase_add_test (safety, test_without_proc);
  tcase_add_test (safety, test_unsafe_modes);
  tcase_add_test (safety, test_somebody_elses);
  tcase_add_test (safety, test_something_else_in_its_place);
  tcase_add_test (safety, test_links_on_the_way);
  suite_add_tcase (suite, safety);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
