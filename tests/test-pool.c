/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-pool.h"

#include "any-test-process.h"

#include <sys/syscall.h>

#define MAX_THREADS 8

#define MS (G_USEC_PER_SEC / 1000)

/* Counts the threads of the pool that there are. */
static guint
count_threads (void)
{
  GDir       *tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint       n_threads = 0;

  g_assert_nonnull (tasks);
  while ((task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) && strcmp (name, "anycache\n") == 0)
        n_threads++;
    }
  g_dir_close (tasks);

  return n_threads;
}

static void
await_count (int *count,
             int  expected)
{
  gint64 deadline = any_test_deadline ();

  while (g_atomic_int_get (count) != expected)
    g_assert_true (any_test_wait (deadline));
}

/* Jobs that stay until they are let go. */
typedef struct
{
  int n_in;    /* atomic */
  int n_out;   /* atomic */
  int n_freed; /* atomic: how many may leave */
} Hall;

static void
stay_cb (gpointer data)
{
  Hall  *hall = data;
  gint64 deadline = any_test_deadline ();
  int    place = g_atomic_int_add (&hall->n_in, 1);

  while (g_atomic_int_get (&hall->n_freed) <= place)
    g_assert_true (any_test_wait (deadline));
  g_atomic_int_inc (&hall->n_out);
}

static void
hall_fill (Hall *hall,
           guint n_jobs)
{
  for (guint i = 0; i < n_jobs; i++)
    any_pool_push (stay_cb, hall);
  await_count (&hall->n_in, MIN (n_jobs, MAX_THREADS));
}

static void
hall_empty (Hall *hall,
            guint n_jobs)
{
  g_atomic_int_set (&hall->n_freed, n_jobs);
  await_count (&hall->n_out, n_jobs);
}

/* What jobs leave behind, and in which order. */
typedef struct
{
  GMutex  lock;
  GString letters; /* protected by lock */
  char    buffer[64];
  int     n_letters; /* atomic */
} Log;

typedef struct
{
  Log   *log;
  char   letter;
  gint64 not_before;
} Letter;

static void
log_init (Log *log)
{
  memset (log, 0, sizeof *log);
  log->letters = (GString){ log->buffer, 0, sizeof log->buffer };
}

static void
write_cb (gpointer data)
{
  Letter *letter = data;

  g_assert_cmpint (g_get_monotonic_time (), >=, letter->not_before);
  g_mutex_lock (&letter->log->lock);
  g_string_append_c (&letter->log->letters, letter->letter);
  g_mutex_unlock (&letter->log->lock);
  g_atomic_int_inc (&letter->log->n_letters);
}

typedef struct
{
  pid_t    thread;
  gboolean is_deaf;
  int      done; /* atomic */
} Look;

static void
look_cb (gpointer data)
{
  Look    *look = data;
  sigset_t blocked;

  pthread_sigmask (SIG_SETMASK, NULL, &blocked);
  look->is_deaf = sigismember (&blocked, SIGTERM) && sigismember (&blocked, SIGCHLD) && sigismember (&blocked, SIGUSR1);
  look->thread = (pid_t) syscall (SYS_gettid);
  g_atomic_int_set (&look->done, TRUE);
}

START_TEST (test_in_another_thread)
{
  Look look = { 0 };

  any_pool_push (look_cb, &look);
  await_count (&look.done, TRUE);

  ck_assert_int_ne (look.thread, (pid_t) syscall (SYS_gettid));
  ck_assert (look.is_deaf);
  ck_assert_uint_eq (count_threads (), 1);
}
END_TEST

/* A thread that has just done something may not be idle yet; but if none were used again, no number would come twice. */
START_TEST (test_threads_are_used_again)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gint64 deadline = any_test_deadline ();
  Look   look = { 0 };

  do
    {
      g_hash_table_add (seen, GINT_TO_POINTER (look.thread));
      ck_assert (any_test_wait (deadline));
      g_atomic_int_set (&look.done, FALSE);
      any_pool_push (look_cb, &look);
      await_count (&look.done, TRUE);
    }
  while (!g_hash_table_contains (seen, GINT_TO_POINTER (look.thread)));

  ck_assert_uint_le (count_threads (), MAX_THREADS);
}
END_TEST

START_TEST (test_threads_are_bounded)
{
  Hall hall = { 0 };

  hall_fill (&hall, 5 * MAX_THREADS);
  ck_assert_uint_eq (count_threads (), MAX_THREADS);
  ck_assert_int_eq (g_atomic_int_get (&hall.n_in), MAX_THREADS);

  hall_empty (&hall, 5 * MAX_THREADS);
  ck_assert_uint_le (count_threads (), MAX_THREADS);
}
END_TEST

START_TEST (test_hung_jobs_stop_no_others)
{
  Hall hall = { 0 };

  hall_fill (&hall, MAX_THREADS - 1);
  for (guint i = 0; i < 100; i++)
    {
      Look look = { 0 };

      any_pool_push (look_cb, &look);
      await_count (&look.done, TRUE);
    }
  hall_empty (&hall, MAX_THREADS - 1);
}
END_TEST

/* One thread is free, so that the order shows. */
START_TEST (test_first_come_first_served)
{
  Hall   hall = { 0 };
  Log    log;
  Letter letters[26];

  log_init (&log);
  hall_fill (&hall, MAX_THREADS);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    {
      letters[i] = (Letter){ &log, 'a' + i, 0 };
      any_pool_push (write_cb, &letters[i]);
    }
  g_atomic_int_set (&hall.n_freed, 1);
  await_count (&log.n_letters, G_N_ELEMENTS (letters));
  ck_assert_str_eq (log.buffer, "abcdefghijklmnopqrstuvwxyz");

  hall_empty (&hall, MAX_THREADS);
}
END_TEST

START_TEST (test_later_in_order_of_time)
{
  Log    log;
  Letter c = { .log = &log, .letter = 'c' };
  Letter b = { .log = &log, .letter = 'b' };
  Letter a = { .log = &log, .letter = 'a' };
  Hall   hall = { 0 };

  log_init (&log);
  hall_fill (&hall, MAX_THREADS - 1);
  c.not_before = g_get_monotonic_time () + 40 * MS;
  any_pool_push_later (write_cb, &c, 40 * MS);
  b.not_before = g_get_monotonic_time () + 20 * MS;
  any_pool_push_later (write_cb, &b, 20 * MS);
  any_pool_push_later (write_cb, &a, -1);
  await_count (&log.n_letters, 3);
  ck_assert_str_eq (log.buffer, "abc");

  hall_empty (&hall, MAX_THREADS - 1);
}
END_TEST

/* What became due while nobody had time comes before what was pushed after that. */
START_TEST (test_due_before_pushed)
{
  Log    log;
  Letter a = { .log = &log, .letter = 'a' };
  Letter b = { .log = &log, .letter = 'b' };
  Letter c = { .log = &log, .letter = 'c' };
  Hall   hall = { 0 };

  log_init (&log);
  hall_fill (&hall, MAX_THREADS);
  any_pool_push (write_cb, &a);
  any_pool_push_later (write_cb, &b, MS);
  g_usleep (2 * MS);
  any_pool_push (write_cb, &c);
  g_atomic_int_set (&hall.n_freed, 1);
  await_count (&log.n_letters, 3);
  ck_assert_str_eq (log.buffer, "abc");

  hall_empty (&hall, MAX_THREADS);
}
END_TEST

/* The only thread has no time when it is due. */
START_TEST (test_later_has_a_thread)
{
  Log    log;
  Letter a = { .log = &log, .letter = 'a' };
  Letter never = { .log = &log, .letter = 'z' };
  Hall   hall = { 0 };

  log_init (&log);
  any_pool_push_later (write_cb, &never, G_MAXINT64);
  any_pool_push_later (write_cb, &a, 20 * MS);
  for (guint n_jobs = 1; n_jobs < MAX_THREADS; n_jobs++)
    {
      any_pool_push (stay_cb, &hall);
      await_count (&hall.n_in, n_jobs);
    }
  await_count (&log.n_letters, 1);
  ck_assert_str_eq (log.buffer, "a");

  hall_empty (&hall, MAX_THREADS - 1);
}
END_TEST

typedef struct
{
  int    n_left;
  gint64 delay_us;
  int    done;  /* atomic */
  pid_t  where; /* or 0 */
} Chain;

static void
push_on_cb (gpointer data)
{
  Chain *chain = data;

  if (chain->where != 0)
    g_assert_cmpint (chain->where, ==, (pid_t) syscall (SYS_gettid));
  if (--chain->n_left > 0)
    any_pool_push_later (push_on_cb, chain, chain->delay_us);
  else
    g_atomic_int_set (&chain->done, TRUE);
}

START_TEST (test_jobs_push_jobs)
{
  Chain at_once = { .n_left = 1000 };
  Chain slow = { .n_left = 20, .delay_us = MS };

  any_pool_push (push_on_cb, &slow);
  any_pool_push (push_on_cb, &at_once);
  await_count (&at_once.done, TRUE);
  await_count (&slow.done, TRUE);
}
END_TEST

START_TEST (test_idle_threads_end)
{
  Hall   hall = { 0 };
  gint64 deadline = any_test_deadline ();

  for (guint round = 1; round <= 2; round++)
    {
      hall = (Hall){ 0 };
      hall_fill (&hall, MAX_THREADS);
      hall_empty (&hall, MAX_THREADS);
      while (round == 1 && count_threads () > 0)
        ck_assert (any_test_wait (deadline));
    }
}
END_TEST

/* The others may end, but one waits. */
START_TEST (test_one_waits_for_the_time)
{
  Hall   hall = { 0 };
  Log    log;
  Letter a = { .log = &log, .letter = 'a' };
  gint64 deadline = any_test_deadline ();

  log_init (&log);
  hall_fill (&hall, MAX_THREADS);
  any_pool_push_later (write_cb, &a, 4 * G_USEC_PER_SEC);
  hall_empty (&hall, MAX_THREADS);
  while (count_threads () > 1 && g_atomic_int_get (&log.n_letters) == 0)
    ck_assert (any_test_wait (deadline));
  await_count (&log.n_letters, 1);
}
END_TEST

static void
forbid_threads (void)
{
  any_test_forbid_call (SYS_clone3, ENOSYS);
  any_test_forbid_call (SYS_clone, EAGAIN);
}

static void
without_threads_part (int      line,
                      gpointer data)
{
  Chain  chain = { .n_left = 200000, .where = (pid_t) syscall (SYS_gettid) };
  Chain  slow = { .n_left = 5, .delay_us = MS, .where = chain.where };
  Log    log;
  Letter a = { .log = &log, .letter = 'a', .not_before = g_get_monotonic_time () + MS };

  forbid_threads ();
  log_init (&log);
  any_pool_push (push_on_cb, &chain);
  g_assert_true (chain.done);
  any_pool_push (push_on_cb, &slow);
  g_assert_true (slow.done);
  any_pool_push_later (write_cb, &a, MS);
  g_assert_cmpstr (log.buffer, ==, "a");
  g_assert_cmpuint (count_threads (), ==, 0);
}

START_TEST (test_without_threads)
{
  if (!any_test_is_in_valgrind ())
    any_test_process_run (without_threads_part, NULL);
}
END_TEST

static void
one_thread_part (int      line,
                 gpointer data)
{
  Hall hall = { 0 };
  Look look = { 0 };

  hall_fill (&hall, 1);
  forbid_threads ();
  any_pool_push (look_cb, &look);
  g_assert_false (g_atomic_int_get (&look.done));
  hall_empty (&hall, 1);
  await_count (&look.done, TRUE);
  g_assert_cmpint (look.thread, !=, (pid_t) syscall (SYS_gettid));
}

START_TEST (test_one_thread_is_enough)
{
  if (!any_test_is_in_valgrind ())
    any_test_process_run (one_thread_part, NULL);
}
END_TEST

static void
child_part (int      line,
            gpointer data)
{
  Hall *inherited = data;
  int   n_in = g_atomic_int_get (&inherited->n_in);
  Hall  hall = { 0 };
  Look  look = { 0 };

  g_assert_cmpuint (count_threads (), ==, 0);
  any_pool_push_later (look_cb, &look, MS);
  await_count (&look.done, TRUE);
  hall_fill (&hall, MAX_THREADS);
  hall_empty (&hall, MAX_THREADS);
  g_assert_cmpint (g_atomic_int_get (&inherited->n_in), ==, n_in);
}

START_TEST (test_child_begins_anew)
{
  Hall   hall = { 0 };
  Log    log;
  Letter z = { .log = &log, .letter = 'z' };

  if (!any_test_can_fork_from_threads ())
    return;

  log_init (&log);
  hall_fill (&hall, 2 * MAX_THREADS);
  any_pool_push_later (write_cb, &z, MS);
  any_test_process_run (child_part, &hall);
  ck_assert_int_eq (g_atomic_int_get (&hall.n_in), MAX_THREADS);

  hall_empty (&hall, 2 * MAX_THREADS);
  await_count (&log.n_letters, 1);
}
END_TEST

static void
nothing_cb (gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

typedef struct
{
  int stop;     /* atomic */
  int n_pushed; /* the hammer's */
  int n_done;   /* atomic */
} Hammer;

static gpointer
hammer_thread (gpointer data)
{
  Hammer *hammer = data;

  while (!g_atomic_int_get (&hammer->stop))
    {
      any_pool_push_later (nothing_cb, &hammer->n_done, hammer->n_pushed++ % 3);
      if (hammer->n_pushed % 64 == 0)
        await_count (&hammer->n_done, hammer->n_pushed);
    }

  return NULL;
}

START_TEST (test_the_lock_is_held)
{
  Hall     idle = { 0 };
  Hammer   hammer = { 0 };
  GThread *thread;

  if (!any_test_can_fork_from_threads ())
    return;

  thread = g_thread_new ("hammer", hammer_thread, &hammer);
  for (guint i = 0; i < 50; i++)
    any_test_process_run (child_part, &idle);
  g_atomic_int_set (&hammer.stop, TRUE);
  g_thread_join (thread);
  await_count (&hammer.n_done, hammer.n_pushed);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("pool");
  TCase *threads = tcase_create ("threads");
  TCase *order = tcase_create ("order");
  TCase *trouble = tcase_create ("trouble");

  tcase_set_timeout (threads, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (threads, test_in_another_thread);
  tcase_add_test (threads, test_threads_are_used_again);
  tcase_add_test (threads, test_threads_are_bounded);
  tcase_add_test (threads, test_hung_jobs_stop_no_others);
  tcase_add_test (threads, test_idle_threads_end);
  suite_add_tcase (suite, threads);

  tcase_set_timeout (order, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (order, test_first_come_first_served);
  tcase_add_test (order, test_later_in_order_of_time);
  tcase_add_test (order, test_due_before_pushed);
  tcase_add_test (order, test_later_has_a_thread);
  tcase_add_test (order, test_jobs_push_jobs);
  tcase_add_test (order, test_one_waits_for_the_time);
  suite_add_tcase (suite, order);

  tcase_set_timeout (trouble, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (trouble, test_without_threads);
  tcase_add_test (trouble, test_one_thread_is_enough);
  tcase_add_test (trouble, test_child_begins_anew);
  tcase_add_test (trouble, test_the_lock_is_held);
  suite_add_tcase (suite, trouble);

  return suite;
}

/* GLib's own allocator has locks, too, which nobody makes safe for a child that does not call exec at once: without it. */
int
main (int    argc,
      char **argv)
{
  if (g_getenv ("G_SLICE") == NULL && g_setenv ("G_SLICE", "always-malloc", TRUE))
    execv ("/proc/self/exe", argv);

  return any_test_run (make_suite ());
}
