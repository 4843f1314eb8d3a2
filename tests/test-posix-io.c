/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-posix.h"

#include "any-test-folder.h"
#include "any-test-process.h"

#include <pthread.h>
#include <sys/resource.h>

static void
ignore_cb (int number)
{
}

/* Lets SIGUSR1 interrupt what the calling thread waits for. */
static void
allow_interruptions (void)
{
  struct sigaction action = { .sa_handler = ignore_cb };

  ck_assert_int_eq (sigaction (SIGUSR1, &action, NULL), 0);
}

#define N_PIECES    1000
#define PIECE_BYTES 997

/* Byte i of what goes through the pipe. */
static guint8
expected_byte (gsize i)
{
  return (guint8) (i * 31 + i / 251);
}

typedef struct
{
  pthread_t other;
  int       fd;
  gsize     n_right;
} Stream;

/* Reads piecemeal, and interrupts the writer again and again, which makes its writes short. */
static gpointer
read_slowly (gpointer data)
{
  Stream *stream = data;
  guint8  buffer[4093];
  gssize  n_read;

  while ((n_read = read (stream->fd, buffer, sizeof buffer)) > 0)
    {
      for (gssize i = 0; i < n_read; i++)
        if (buffer[i] == expected_byte (stream->n_right))
          stream->n_right++;
      pthread_kill (stream->other, SIGUSR1);
      g_thread_yield ();
    }

  return NULL;
}

START_TEST (test_write_all_survives_interruptions)
{
  g_autofree guint8       *bytes = g_malloc (N_PIECES * PIECE_BYTES);
  g_autofree struct iovec *pieces = g_new0 (struct iovec, N_PIECES);
  gsize                    length = 0;
  Stream                   stream = { .other = pthread_self () };
  GThread                 *reader;
  int                      ends[2];

  /* Sizes from nothing to the whole, in no order. */
  for (gsize i = 0; i < N_PIECES; i++)
    {
      pieces[i] = (struct iovec){ bytes + length, i * i * 7 % PIECE_BYTES };
      length += pieces[i].iov_len;
    }
  for (gsize i = 0; i < length; i++)
    bytes[i] = expected_byte (i);

  allow_interruptions ();
  ck_assert_int_eq (pipe (ends), 0);
  stream.fd = ends[0];
  reader = g_thread_new ("reader", read_slowly, &stream);

  ck_assert (any_posix_write_all (ends[1], pieces, N_PIECES));
  close (ends[1]);
  g_thread_join (reader);
  close (ends[0]);

  ck_assert_uint_gt (length, 65536);
  ck_assert_uint_eq (stream.n_right, length);
}
END_TEST

/* A limit of the process, which none of its writes may run into: the signal would end it. */
static void
short_files_part (int      line,
                  gpointer data)
{
  struct rlimit limit = { 1000, RLIM_INFINITY };
  int           folder = any_test_open_folder (data);
  int           fd = any_posix_open (folder, "file", O_WRONLY | O_CREAT);
  char          text[600] = { 0 };
  struct iovec  pieces[] = { { text, sizeof text }, { text, 0 }, { text, sizeof text } };
  struct iovec  fitting[] = { { text, sizeof text }, { text, 400 } };

  signal (SIGXFSZ, SIG_DFL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);

  g_assert_false (any_posix_write_all (fd, pieces, G_N_ELEMENTS (pieces)));
  g_assert_cmpint (errno, ==, EFBIG);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 0);
  g_assert_true (any_posix_write_all (fd, fitting, G_N_ELEMENTS (fitting)));
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 1000);

  g_assert_false (any_posix_resize (fd, 1001));
  g_assert_cmpint (errno, ==, EFBIG);
  g_assert_true (any_posix_resize (fd, 10));
  g_assert_true (any_posix_resize (fd, 1000));
  g_assert_false (any_posix_may_reach (G_MAXUINT64));
  close (fd);
  close (folder);
}

START_TEST (test_write_all_fails)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  static guint8 many[1 << 20];
  struct iovec  piece = { (gpointer) "text", 4 };
  struct iovec  pieces[] = { { many, sizeof many }, { many, 1 } };
  int           fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int           ends[2];

  ck_assert (!any_posix_write_all (fd, &piece, 1));
  ck_assert_int_eq (errno, EBADF);
  ck_assert (any_posix_write_all (fd, NULL, 0));
  close (fd);

  /* After a part was written, as on a full disk. */
  ck_assert_int_eq (pipe2 (ends, O_CLOEXEC | O_NONBLOCK), 0);
  ck_assert (!any_posix_write_all (ends[1], pieces, G_N_ELEMENTS (pieces)));
  ck_assert_int_eq (errno, EAGAIN);
  ck_assert_int_gt (read (ends[0], many, sizeof many), 0);
  close (ends[0]);
  close (ends[1]);

  any_test_process_run (short_files_part, path);
}
END_TEST

/* What comes out of a FIFO or a socket is no file, and stays where it is. */
START_TEST (test_read_refuses_streams)
{
  guint8 buffer[4] = "abc";
  int    ends[2];

  ck_assert_int_eq (_i == 0 ? pipe (ends) : socketpair (AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ck_assert_int_eq (write (ends[1], "x", 1), 1);

  ck_assert_int_eq (any_posix_read_once (ends[0], buffer, 0, sizeof buffer), -1);
  ck_assert_int_eq (errno, ESPIPE);
  ck_assert_int_eq (any_posix_read_all (ends[0], buffer, 2, sizeof buffer), -1);
  ck_assert_int_eq (errno, ESPIPE);
  ck_assert_mem_eq (buffer, "abc", 4);
  ck_assert_int_eq (read (ends[0], buffer, sizeof buffer), 1);

  close (ends[0]);
  close (ends[1]);
}
END_TEST

START_TEST (test_read_ends_with_the_file)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  int    folder = any_test_open_folder (path);
  int    fd;
  guint8 buffer[16] = "ab";

  any_test_put_text (folder, "file", "##cdefg");
  fd = any_posix_open (folder, "file", O_RDONLY);

  ck_assert_int_eq (any_posix_read_all (fd, buffer, 2, 4), 4);
  ck_assert_int_eq (any_posix_read_once (fd, buffer, 4, sizeof buffer), 7);
  ck_assert_int_eq (any_posix_read_once (fd, buffer, 7, sizeof buffer), 7);
  ck_assert_int_eq (any_posix_read_all (fd, buffer, 7, sizeof buffer), 7);
  ck_assert_int_eq (any_posix_read_all (fd, buffer, 7, 7), 7);
  ck_assert_mem_eq (buffer, "abcdefg\0", 8);
  close (fd);

  /* A directory cannot be read. */
  ck_assert_int_eq (any_posix_read_once (folder, buffer, 3, sizeof buffer), -1);
  ck_assert_int_eq (errno, EISDIR);
  ck_assert_int_eq (any_posix_read_all (folder, buffer, 3, sizeof buffer), -1);
  close (folder);
}
END_TEST

START_TEST (test_resize)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  int folder = any_test_open_folder (path);
  int fd = any_posix_open (folder, "file", O_RDWR | O_CREAT);

  ck_assert (any_posix_resize (fd, 12345));
  ck_assert_int_eq (lseek (fd, 0, SEEK_END), 12345);
  ck_assert (any_posix_resize (fd, 7));
  ck_assert_int_eq (lseek (fd, 0, SEEK_END), 7);
  ck_assert (!any_posix_resize (folder, 7));

  close (fd);
  close (folder);
}
END_TEST

START_TEST (test_locks)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  int folder = any_test_open_folder (path);
  int a = any_posix_open (folder, "file", O_RDWR | O_CREAT);
  int b = any_posix_open (folder, "file", O_RDWR);
  int reader = any_posix_open (folder, "file", O_RDONLY);

  ck_assert (any_posix_try_lock (a, 32, 32));
  ck_assert (any_posix_try_lock (a, 32, 32));
  for (guint start = 0; start < 100; start++)
    {
      gboolean overlaps = start > 24 && start < 64;

      ck_assert_int_eq (any_posix_try_lock (b, start, 8), !overlaps);
      if (overlaps)
        ck_assert (errno == EAGAIN || errno == EACCES);
      any_posix_unlock (b, start, 8);
    }

  /* What one has let go the other gets, whether it was unlocked or closed. */
  any_posix_unlock (a, 32, 16);
  ck_assert (any_posix_try_lock (b, 32, 16));
  ck_assert (!any_posix_try_lock (b, 48, 16));
  close (a);
  ck_assert (any_posix_try_lock (b, 48, 16));

  ck_assert (!any_posix_try_lock (reader, 0, 1));
  ck_assert_int_eq (errno, EBADF);

  close (reader);
  close (b);
  close (folder);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("posix-io");
  TCase *calls = tcase_create ("calls");

  tcase_set_timeout (calls, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (calls, test_write_all_survives_interruptions);
  tcase_add_test (calls, test_write_all_fails);
  tcase_add_loop_test (calls, test_read_refuses_streams, 0, 2);
  tcase_add_test (calls, test_read_ends_with_the_file);
  tcase_add_test (calls, test_resize);
  tcase_add_test (calls, test_locks);
  suite_add_tcase (suite, calls);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
