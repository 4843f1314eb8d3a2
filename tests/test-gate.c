/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-gate.h"

#include "any-error.h"
#include "any-posix.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/resource.h>

#define LONG_US (any_test_patience () * G_USEC_PER_SEC)

/* A file of several byte ranges, in a folder of its own. */
typedef struct
{
  AnyTestFolder *folder; /* (owned) */
  char          *path;   /* (owned) */
  AnyGate        gate;
  int            fd; /* (owned) */
} Fixture;

/* Each opening is an open file description of its own, as another process has. */
static int
open_file (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);

  return fd;
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->path = g_build_filename (self->folder, "file", NULL);
  self->fd = open_file (self->path);
  any_gate_init (&self->gate);

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_gate_clear (&self->gate);
  close (self->fd);
  g_free (self->path);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static gboolean
enter (Fixture *self,
       gint64   wait_us)
{
  return any_gate_enter (&self->gate, self->fd, 0, 8, wait_us, self->path, NULL);
}

static void
leave (Fixture *self)
{
  any_gate_leave (&self->gate, self->fd, 0, 8);
}

static void
expect_timeout (Fixture *self,
                gint64   wait_us)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  ck_assert (!any_gate_enter (&self->gate, self->fd, 0, 8, wait_us, self->path, &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT));
  ck_assert (strstr (error->message, self->path) != NULL);
  ck_assert_int_ge (g_get_monotonic_time () - start, wait_us);
}

#define N_THREADS 4
#define N_ROUNDS  100

/* Adds one to the number in the file, which is lost where somebody else does so too. */
static void
count_up (int fd)
{
  guint64 number = 0;

  g_assert_cmpint (pread (fd, &number, sizeof number, 8), >=, 0);
  g_thread_yield ();
  number++;
  g_assert_cmpint (pwrite (fd, &number, sizeof number, 8), ==, sizeof number);
}

static guint64
counted (int fd)
{
  guint64 number = 0;

  g_assert_cmpint (pread (fd, &number, sizeof number, 8), ==, sizeof number);

  return number;
}

static gpointer
count_thread (gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_assert_true (enter (self, LONG_US));
      count_up (self->fd);
      leave (self);
    }

  return NULL;
}

static void
count_in_threads (Fixture *self)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("counter", count_thread, self);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

START_TEST (test_threads_exclude_each_other)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  count_in_threads (fixture);
  ck_assert_uint_eq (counted (fixture->fd), N_THREADS * N_ROUNDS);
}
END_TEST

static void
count_part (int      line,
            gpointer data)
{
  Fixture *parent = data;
  Fixture  self = { .path = parent->path, .fd = open_file (parent->path) };

  any_gate_init (&self.gate);
  any_test_gather (line);
  count_in_threads (&self);
  any_gate_clear (&self.gate);
  close (self.fd);
}

START_TEST (test_processes_exclude_each_other)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  any_test_process_crowd (3, count_part, fixture);
  ck_assert_uint_eq (counted (fixture->fd), 3 * N_THREADS * N_ROUNDS);
}
END_TEST

/* Holds the file until it is told to leave. */
static void
hold_part (int      line,
           gpointer data)
{
  Fixture *parent = data;
  Fixture  self = { .path = parent->path, .fd = open_file (parent->path) };

  any_gate_init (&self.gate);
  g_assert_true (enter (&self, 0));
  any_test_gather (line);
  leave (&self);
  any_gate_clear (&self.gate);
  close (self.fd);
}

START_TEST (test_a_dead_holder_frees_it)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyTestProcess holder = any_test_process_start (hold_part, fixture);

  any_test_await (holder.line);
  expect_timeout (fixture, 0);
  any_test_process_kill (&holder);

  ck_assert (enter (fixture, 0));
  leave (fixture);
}
END_TEST

START_TEST (test_a_wait_for_a_process_ends)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyTestProcess holder = any_test_process_start (hold_part, fixture);

  any_test_await (holder.line);
  expect_timeout (fixture, 30000);

  /* After a wait in vain the next one gets it. */
  any_test_sign (holder.line);
  ck_assert (enter (fixture, LONG_US));
  leave (fixture);
  any_test_process_join (&holder);
}
END_TEST

START_TEST (test_a_wait_for_a_thread_ends)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  ck_assert (enter (fixture, 0));
  expect_timeout (fixture, 30000);
  expect_timeout (fixture, 0);
  leave (fixture);

  ck_assert (enter (fixture, 0));
  leave (fixture);
}
END_TEST

typedef struct
{
  Fixture *fixture;
  int      n_inside; /* atomic */
} Queue;

static gpointer
queue_thread (gpointer data)
{
  Queue *queue = data;

  g_assert_true (enter (queue->fixture, LONG_US));
  g_assert_cmpint (g_atomic_int_add (&queue->n_inside, 1), ==, 0);
  g_thread_yield ();
  g_assert_true (g_atomic_int_dec_and_test (&queue->n_inside));
  leave (queue->fixture);

  return NULL;
}

/* Each that leaves wakes the next one: nobody waits until the deadline. */
START_TEST (test_leaving_wakes_all_in_turn)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Queue    queue = { .fixture = fixture };
  GThread *threads[16];
  gint64   start = g_get_monotonic_time ();

  ck_assert (enter (fixture, 0));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("waiter", queue_thread, &queue);
  g_usleep (10000);
  leave (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  ck_assert_int_lt (g_get_monotonic_time () - start, LONG_US);
}
END_TEST

static glong
count_pauses (void)
{
  struct rusage usage;

  ck_assert_int_eq (getrusage (RUSAGE_THREAD, &usage), 0);

  return usage.ru_nvcsw;
}

/* Whether the holder is a thread or a process: with a pause in each try, the kernel would have counted it. */
START_TEST (test_a_try_does_not_wait)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyTestProcess holder = { 0 };
  glong          n_pauses;

  if (_i == 0)
    {
      holder = any_test_process_start (hold_part, fixture);
      any_test_await (holder.line);
    }
  else
    ck_assert (enter (fixture, 0));

  n_pauses = count_pauses ();
  for (guint i = 0; i < 1000; i++)
    ck_assert (!enter (fixture, 0));
  ck_assert_int_lt (count_pauses () - n_pauses, 500);

  if (_i == 0)
    any_test_process_kill (&holder);
  else
    leave (fixture);
}
END_TEST

START_TEST (test_ranges_are_apart)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyTestProcess holder = any_test_process_start (hold_part, fixture);
  AnyGate        other;

  any_gate_init (&other);
  any_test_await (holder.line);

  ck_assert (any_gate_enter (&other, fixture->fd, 8, 8, 0, fixture->path, NULL));
  ck_assert (!any_gate_enter (&fixture->gate, fixture->fd, 7, 1, 0, fixture->path, NULL));
  any_gate_leave (&other, fixture->fd, 8, 8);

  any_test_process_kill (&holder);
  any_gate_clear (&other);
}
END_TEST

/* What is not a matter of waiting fails at once, and leaves the gate open. */
START_TEST (test_other_failures)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  int reader = open (fixture->path, O_RDONLY | O_CLOEXEC);

  ck_assert (!any_gate_enter (&fixture->gate, reader, 0, 8, LONG_US, fixture->path, &error));
  ck_assert_ptr_nonnull (error);
  ck_assert (error->domain == G_IO_ERROR);
  ck_assert (strstr (error->message, fixture->path) != NULL);
  close (reader);

  ck_assert (enter (fixture, 0));
  leave (fixture);
}
END_TEST

START_TEST (test_messages_are_text)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;

  ck_assert (enter (fixture, 0));
  ck_assert (!any_gate_enter (&fixture->gate, fixture->fd, 0, 8, 0, "/a/b\xff", &error));
  ck_assert (g_utf8_validate (error->message, -1, NULL));
  leave (fixture);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("gate");
  TCase *waits = tcase_create ("waits");

  tcase_set_timeout (waits, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (waits, test_threads_exclude_each_other);
  tcase_add_test (waits, test_processes_exclude_each_other);
  tcase_add_test (waits, test_a_dead_holder_frees_it);
  tcase_add_test (waits, test_a_wait_for_a_process_ends);
  tcase_add_test (waits, test_a_wait_for_a_thread_ends);
  tcase_add_test (waits, test_leaving_wakes_all_in_turn);
  tcase_add_loop_test (waits, test_a_try_does_not_wait, 0, 2);
  tcase_add_test (waits, test_ranges_are_apart);
  tcase_add_test (waits, test_other_failures);
  tcase_add_test (waits, test_messages_are_text);
  suite_add_tcase (suite, waits);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
