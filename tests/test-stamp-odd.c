/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Paths that lead to something else than a small file of one's own. Whoever reads them without care waits for ever. */

#include "any-stamp.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "any-test.h"

static char *
below (const char *folder,
       const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_file (const char *path,
            const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be written", path);
  ck_assert_int_eq (write (fd, text, strlen (text)), (int) strlen (text));
  close (fd);
}

static void
check_not_taken (const char *path)
{
  AnyStamp stamp;

  ck_assert_msg (!any_stamp_take (&stamp, path, NULL), "%s is taken for something", path);
}

START_TEST (test_fifo)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *fifo = below (folder, "fifo");
  g_autofree char *link = below (folder, "link");

  ck_assert_int_eq (mkfifo (fifo, 0600), 0);
  ck_assert_int_eq (symlink ("fifo", link), 0);
  check_not_taken (fifo);
  check_not_taken (link);
}
END_TEST

START_TEST (test_socket)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char   *path = below (folder, "socket");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  ck_assert_uint_lt (g_strlcpy (address.sun_path, path, sizeof address.sun_path), sizeof address.sun_path);
  ck_assert_int_eq (bind (fd, (struct sockaddr *) &address, sizeof address), 0);
  check_not_taken (path);
  close (fd);
}
END_TEST

START_TEST (test_devices)
{
  static const char *const paths[] = { "/dev/zero", "/dev/null", "/dev/random", "/dev/full", "/dev/tty" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      if (g_file_test (paths[i], G_FILE_TEST_EXISTS))
        check_not_taken (paths[i]);
    }
}
END_TEST

static char *
read_text (const char *path)
{
  char *text = NULL;

  ck_assert_msg (g_file_get_contents (path, &text, NULL, NULL), "%s cannot be read", path);

  return text;
}

/* The kernel makes its content up for each reader, and dates it as it likes: neither size nor time tells that it has changed. */
START_TEST (test_made_up_by_the_kernel)
{
  static const char path[] = "/proc/uptime";
  g_autofree char  *before = NULL;
  AnyStamp          stamp;
  gboolean          taken;
  gint64            deadline = any_test_deadline ();
  gint64            rest = any_stamp_now () + 200 * G_GINT64_CONSTANT (1000000);
  int               fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return;

  /* Held open, the file keeps the times that it has, and they come to rest. */
  do
    taken = any_stamp_take (&stamp, path, NULL);
  while (taken && any_stamp_now () < rest && any_test_wait (deadline));

  before = read_text (path);
  for (gboolean changed = FALSE; !changed;)
    {
      g_autofree char *now = read_text (path);

      changed = !g_str_equal (now, before);
      ck_assert (changed || any_test_wait (deadline));
    }

  ck_assert_msg (!taken || !any_stamp_holds (&stamp, path), "%s has changed, and its stamp holds", path);
  close (fd);
}
END_TEST

static void
make_sparse (const char *path,
             goffset     size)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be made", path);
  ck_assert_msg (ftruncate (fd, size) == 0, "%s cannot have %" G_GOFFSET_FORMAT " bytes", path, size);
  close (fd);
}

static void
take_at_rest (AnyStamp   *stamp,
              const char *path)
{
  gint64   deadline = any_test_deadline ();
  gboolean taken;

  do
    taken = any_stamp_take (stamp, path, NULL);
  while ((!taken || !stamp->settled) && any_test_wait (deadline));

  ck_assert_msg (taken && stamp->settled, "%s does not come to rest", path);
}

/* To read it takes minutes, and is not tried: while it is fresh, nothing can be said; at rest, its times say all. */
START_TEST (test_huge_file)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = below (folder, "huge");
  AnyStamp         stamp;

  make_sparse (path, G_GINT64_CONSTANT (100) << 30);
  take_at_rest (&stamp, path);
  ck_assert (any_stamp_holds (&stamp, path));

  make_sparse (path, G_GINT64_CONSTANT (100) << 30);
  ck_assert (!any_stamp_holds (&stamp, path));
}
END_TEST

/* Up to the size where to read a file still costs less than most computations. */
START_TEST (test_size_that_is_read)
{
  static const struct
  {
    goffset  size;
    gboolean read;
  } rows[] = {
    { G_GINT64_CONSTANT (64) << 20, TRUE },
    { (G_GINT64_CONSTANT (64) << 20) + 1, FALSE },
    { G_GINT64_CONSTANT (100) << 30, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autofree char *path = below (folder, "large");
      AnyStamp         stamp;
      gint64           deadline = any_test_deadline ();
      gboolean         taken;

      do
        {
          make_sparse (path, rows[i].size);
          taken = any_stamp_take (&stamp, path, NULL);
        }
      while (taken && stamp.settled && any_test_wait (deadline));

      ck_assert_msg (taken == rows[i].read, "%" G_GOFFSET_FORMAT " bytes", rows[i].size);
    }
}
END_TEST

START_TEST (test_links_in_a_circle)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *here = below (folder, "here");
  g_autofree char *there = below (folder, "there");
  g_autofree char *through = below (folder, "here/file");

  ck_assert_int_eq (symlink ("there", here), 0);
  ck_assert_int_eq (symlink ("here", there), 0);
  check_not_taken (here);
  check_not_taken (through);
}
END_TEST

/* Not allowed to look is not the same as nothing there. */
START_TEST (test_long_path)
{
  g_autofree char *name = g_strnfill (300, 'x');
  g_autofree char *long_name = g_strconcat ("/", name, NULL);
  g_autofree char *many = g_strnfill (5000, 'x');
  g_autofree char *long_path = g_strconcat ("/", many, NULL);

  check_not_taken (long_name);
  check_not_taken (long_path);
}
END_TEST

/* Runs as somebody who owns nothing, where this is root: for root every door is open. */
static void
leave_powers (void)
{
  if (geteuid () == 0)
    {
      ck_assert_int_eq (setegid (65534), 0);
      ck_assert_int_eq (seteuid (65534), 0);
    }
}

static void
regain_powers (void)
{
  if (getuid () == 0)
    {
      ck_assert_int_eq (seteuid (0), 0);
      ck_assert_int_eq (setegid (0), 0);
    }
}

START_TEST (test_closed_folder)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *closed = below (folder, "closed");
  g_autofree char *file = below (folder, "closed/file");
  g_autofree char *nothing = below (folder, "closed/nothing");
  AnyStamp         stamp;

  ck_assert_int_eq (mkdir (closed, 0700), 0);
  write_file (file, "text");
  take_at_rest (&stamp, file);

  ck_assert_int_eq (chmod (closed, 0), 0);
  leave_powers ();
  check_not_taken (file);
  check_not_taken (nothing);
  ck_assert (!any_stamp_holds (&stamp, file));
  regain_powers ();
  ck_assert_int_eq (chmod (closed, 0700), 0);
  ck_assert (any_stamp_holds (&stamp, file));
}
END_TEST

/* Bytes that are no text, a line end, and names that are as long as they may be. */
START_TEST (test_odd_names)
{
  g_autofree char *longest = g_strnfill (255, 'x');
  const char      *names[] = { "a b", "line\nend", "\xff\xfe", "größe", "*", "-rf", longest };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autofree char *path = below (folder, names[i]);
      AnyStamp         stamp;

      write_file (path, "text");
      ck_assert (any_stamp_take (&stamp, path, NULL));
      ck_assert_int_eq (stamp.kind, ANY_STAMP_FILE);
      ck_assert (any_stamp_holds (&stamp, path));
      write_file (path, "else");
      ck_assert (!any_stamp_holds (&stamp, path));
    }
}
END_TEST

/* The names decide, and not the order in which the file system tells them. */
START_TEST (test_directory_in_any_order)
{
  static const char *const names[] = { "one", "two", "three", "four", "five" };
  guint8                   digest[ANY_DIGEST_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      AnyStamp stamp = { 0 };
      gint64   deadline = any_test_deadline ();

      /* Made from another one on, each time, and looked at while they are fresh. */
      do
        {
          for (guint j = 0; j < G_N_ELEMENTS (names); j++)
            {
              g_autofree char *path = below (folder, names[(i + j) % G_N_ELEMENTS (names)]);

              remove (path);
              write_file (path, "");
            }
          ck_assert (any_stamp_take (&stamp, folder, NULL));
        }
      while (stamp.settled && any_test_wait (deadline));

      ck_assert (!stamp.settled);
      if (i == 0)
        memcpy (digest, stamp.digest, sizeof digest);
      ck_assert_mem_eq (digest, stamp.digest, sizeof digest);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("stamp-odd");
  TCase *kinds = tcase_create ("kinds");
  TCase *places = tcase_create ("places");

  tcase_set_timeout (kinds, 120);
  tcase_add_test (kinds, test_fifo);
  tcase_add_test (kinds, test_socket);
  tcase_add_test (kinds, test_devices);
  tcase_add_test (kinds, test_made_up_by_the_kernel);
  tcase_add_test (kinds, test_huge_file);
  tcase_add_test (kinds, test_size_that_is_read);
  suite_add_tcase (suite, kinds);

  tcase_set_timeout (places, 120);
  tcase_add_test (places, test_links_in_a_circle);
  tcase_add_test (places, test_long_path);
  tcase_add_test (places, test_closed_folder);
  tcase_add_test (places, test_odd_names);
  tcase_add_test (places, test_directory_in_any_order);
  suite_add_tcase (suite, places);

  return any_test_run (suite);
}
