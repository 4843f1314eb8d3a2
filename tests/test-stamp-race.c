/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file that is written by somebody else between two reads of its content: this program's own read() lets that happen. */

#include "any-stamp.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "any-test.h"

/* Two times as much as is read at once. */
#define HALF 65536

static const char *path_to_write; /* (nullable): after the next read, with text */
static const char *text;

/* Each half is filled with one letter. */
static void
write_halves (const char *path,
              const char *letters)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be written", path);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *half = g_strnfill (HALF, letters[i]);

      ck_assert_int_eq (write (fd, half, HALF), HALF);
    }
  ck_assert_int_eq (close (fd), 0);
}

/* Late enough for the file system to give it another time. */
static void
write_later (const char *path,
             const char *letters)
{
  const gint64 end = any_stamp_now () + G_GINT64_CONSTANT (20000000);
  gint64       deadline = any_test_deadline ();

  while (any_stamp_now () <= end)
    ck_assert (any_test_wait (deadline));
  write_halves (path, letters);
}

/* Stands before the one of the C library. */
ssize_t
read (int    fd,
      void  *buffer,
      size_t size)
{
  ssize_t n = syscall (SYS_read, fd, buffer, size);

  if (path_to_write != NULL && n == HALF)
    {
      write_later (path_to_write, text);
      path_to_write = NULL;
    }

  return n;
}

/* Takes a stamp that goes by the content. On a machine that was asleep in between, the file is not new any more: again, then. */
static void
take_fresh (AnyStamp   *stamp,
            const char *path,
            const char *letters)
{
  gint64 deadline = any_test_deadline ();

  do
    {
      write_halves (path, letters);
      ck_assert (any_stamp_take (stamp, path, NULL));
    }
  while (stamp->settled && any_test_wait (deadline));

  ck_assert (!stamp->settled);
}

START_TEST (test_written_while_it_is_looked_at)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  g_autoptr (GError) error = NULL;
  AnyStamp stamp;
  gint64   deadline = any_test_deadline ();

  text = "bb";
  do
    {
      g_clear_error (&error);
      write_halves (path, "aa");
      path_to_write = path;
      any_stamp_take (&stamp, path, &error);
    }
  while (path_to_write != NULL && any_test_wait (deadline));

  ck_assert (path_to_write == NULL);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
}
END_TEST

/* The same of a file in a tree. */
START_TEST (test_written_while_its_tree_is_looked_at)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  g_autoptr (GError) error = NULL;
  AnyStamp stamp;

  text = "bb";
  write_halves (path, "aa");
  path_to_write = path;
  ck_assert (!any_stamp_take_full (&stamp, folder, ANY_DEPENDENCY_FLAGS_CONTENT | ANY_DEPENDENCY_FLAGS_RECURSIVE, &error));
  ck_assert (path_to_write == NULL);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
}
END_TEST

/* It has held “aa” and “bb”. Its reader finds “ab”, which the stamp remembers. */
START_TEST (test_written_while_it_is_compared)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  AnyStamp         stamp;

  take_fresh (&stamp, path, "ab");
  write_later (path, "aa");
  text = "bb";
  path_to_write = path;
  ck_assert (!any_stamp_holds (&stamp, path));
  ck_assert (path_to_write == NULL);

  write_halves (path, "ab");
  ck_assert (any_stamp_holds (&stamp, path));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("stamp-race");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_written_while_it_is_looked_at);
  tcase_add_test (all, test_written_while_its_tree_is_looked_at);
  tcase_add_test (all, test_written_while_it_is_compared);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
