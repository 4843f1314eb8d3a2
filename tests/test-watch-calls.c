/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* When those who watch are called: how often, in the face of storms and crowds, and that nothing comes after the end. */

#include "any-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "any-test-process.h"
#include "any-test-watch.h"

#define PLAIN ANY_DEPENDENCY_FLAGS_NONE

/* As the room has them. */
#define MAX_WATCHES 16384

static void
touch (int fd,
       int i)
{
  ck_assert_int_eq (pwrite (fd, &i, sizeof i, 0), sizeof i);
}

static int
create (const char *folder,
        const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int              fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  ck_assert_int_ge (fd, 0);

  return fd;
}

/* What others do in the same directory concerns nobody. */
START_TEST (test_storm_of_others)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch watch;
  int          fd = create (folder, "other");
  int          n_asked;

  any_test_shell (folder, "echo one > file");
  any_test_watch_start (&watch, folder, "file", PLAIN);
  n_asked = g_atomic_int_get (&watch.n_asked);
  for (int i = 0; i < 20000; i++)
    touch (fd, i);
  any_test_shell (folder, "for i in $(seq 100); do echo > new; mv new old; done");
  ck_assert_int_eq (g_atomic_int_get (&watch.n_asked), n_asked);

  any_test_shell (folder, "echo more >> file");
  any_test_wait_for (&watch.n_lapsed, 1);
  ck_assert_int_le (g_atomic_int_get (&watch.n_asked), n_asked + 2);
  any_test_watch_end (&watch);
  close (fd);
}
END_TEST

/* A file that is touched again and again, and a watch that always holds: it is asked more and more rarely, but it is asked, until
 * behind the last touch. */
START_TEST (test_storm)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch watch;
  int          fd = create (folder, "file");
  gint64       began;
  gint64       took_ms;
  int          n_asked;

  any_test_watch_start (&watch, folder, "file", PLAIN);
  g_atomic_int_set (&watch.insists, TRUE);
  n_asked = g_atomic_int_get (&watch.n_asked);
  began = g_get_monotonic_time ();
  for (int i = 0; g_atomic_int_get (&watch.n_asked) < n_asked + 6; i++)
    touch (fd, i);
  took_ms = (g_get_monotonic_time () - began) / 1000;

  /* Pauses of 20, 40, 80, 160 and 250 ms lie between six questions, and only a longer one makes the next one shorter. */
  ck_assert_int_ge (took_ms, 500);

  g_atomic_int_set (&watch.insists, FALSE);
  touch (fd, -1);
  any_test_wait_for (&watch.n_lapsed, 1);
  any_test_watch_end (&watch);
  close (fd);
}
END_TEST

START_TEST (test_end_before_the_first_look)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch watch;

  for (guint i = 0; i < 200; i++)
    {
      any_test_watch_begin (&watch, folder, "file", PLAIN);
      if (i % 2 != 0)
        g_usleep (i);
      any_test_watch_end (&watch);
      ck_assert_int_eq (watch.n_lapsed, 0);
    }
}
END_TEST

/* Whoever changes the file and ends the watch hears of it, or not, but never afterwards: what he was called with is gone. */
START_TEST (test_end_at_any_time)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  int fd = create (folder, "file");

  for (int i = 0; i < 100; i++)
    {
      AnyTestWatch *watch = g_new (AnyTestWatch, 1);

      any_test_watch_start (watch, folder, "file", PLAIN);
      touch (fd, i);
      g_usleep ((gulong) i * 300);
      any_test_watch_end (watch);
      ck_assert_int_le (watch->n_lapsed, 1);
      g_free (watch);
    }
  close (fd);
}
END_TEST

typedef struct
{
  AnyWatch *watch; /* (owned) */
  gboolean  from_holds;
  int       is_ready; /* atomic, as all that follow */
  int       n_lapsed;
  int       n_destroyed;
} Suicide;

static void
end_itself (Suicide *self)
{
  any_test_wait_for (&self->is_ready, 1);
  any_watch_end (g_steal_pointer (&self->watch));
  g_assert_cmpint (g_atomic_int_get (&self->n_destroyed), ==, 0);
}

static gboolean
end_in_holds_cb (gpointer data)
{
  Suicide *self = data;

  if (self->from_holds)
    end_itself (self);

  return FALSE;
}

static void
end_in_lapsed_cb (gpointer data)
{
  Suicide *self = data;

  if (!self->from_holds)
    end_itself (self);
  g_atomic_int_inc (&self->n_lapsed);
}

static void
note_end_cb (gpointer data)
{
  Suicide *self = data;

  g_atomic_int_inc (&self->n_destroyed);
}

/* The data goes when the call returns. */
START_TEST (test_end_from_within)
{
  static const AnyWatchCalls calls = { end_in_holds_cb, end_in_lapsed_cb, note_end_cb };
  AnyWatchTarget             target = { "/", PLAIN };
  Suicide                    suicide = { .from_holds = _i };

  suicide.watch = any_watch_begin (&target, 1, &calls, &suicide);
  g_atomic_int_set (&suicide.is_ready, 1);
  any_test_wait_for (&suicide.n_destroyed, 1);
  any_test_wait_for_rest ();
  ck_assert_int_eq (suicide.n_destroyed, 1);
  ck_assert_int_eq (suicide.n_lapsed, _i ? 0 : 1);
  ck_assert_ptr_null (suicide.watch);
}
END_TEST

START_TEST (test_without_destroy)
{
  static const AnyWatchCalls calls = { any_test_watch_holds_cb, any_test_watch_lapsed_cb, NULL };
  AnyWatchTarget             target = { "/nothing-of-this-name", PLAIN };
  AnyTestWatch               watch = { .insists = TRUE };

  watch.watch = any_watch_begin (&target, 1, &calls, &watch);
  any_test_wait_for (&watch.n_asked, 1);
  any_watch_end (watch.watch);
  any_test_wait_for_rest ();
}
END_TEST

START_TEST (test_no_targets)
{
  AnyTestWatch watch = { .insists = TRUE };

  watch.watch = any_watch_begin (NULL, 0, &any_test_watch_calls, &watch);
  any_test_wait_for (&watch.n_asked, 1);
  ck_assert_uint_eq (any_watch_count_polled (), 0);
  any_test_watch_end (&watch);
}
END_TEST

/* Of many files, any one counts. */
START_TEST (test_many_targets)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  AnyWatchTarget targets[100];
  AnyTestWatch   watch = { .insists = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_ptr_array_add (paths, g_strdup_printf ("%s/%u", folder, i));
      targets[i] = (AnyWatchTarget){ g_ptr_array_index (paths, i), PLAIN };
    }
  watch.watch = any_watch_begin (targets, G_N_ELEMENTS (targets), &any_test_watch_calls, &watch);
  any_test_wait_for (&watch.n_asked, 1);
  any_test_shell (folder, "echo > 57");
  any_test_wait_for (&watch.n_asked, 2);
  any_test_watch_end (&watch);
}
END_TEST

static AnyTestWatch *
begin_crowd (const char *folder,
             guint       n)
{
  AnyTestWatch *crowd = g_new (AnyTestWatch, n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i % 10000);

      any_test_watch_begin (&crowd[i], folder, name, PLAIN);
    }

  return crowd;
}

static void
end_crowd (AnyTestWatch *crowd,
           guint         n)
{
  for (guint i = 0; i < n; i++)
    any_watch_end (crowd[i].watch);
  for (guint i = 0; i < n; i++)
    {
      any_test_wait_for (&crowd[i].n_destroyed, 1);
      ck_assert_int_eq (crowd[i].n_destroyed, 1);
      g_free (crowd[i].path);
    }
  any_test_wait_for_rest ();
  g_free (crowd);
}

/* They share the directories, and a change concerns one of them. */
START_TEST (test_crowd)
{
  const guint n = 10000;
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch *crowd = begin_crowd (folder, n);
  guint         n_lapsed = 0;

  for (guint i = 0; i < n; i++)
    any_test_wait_for (&crowd[i].n_asked, 1);
  ck_assert_uint_le (any_monitors_count (), 8);
  ck_assert_uint_eq (any_watch_count_polled (), 0);

  any_test_shell (folder, "echo > 7777");
  any_test_wait_for (&crowd[7777].n_lapsed, 1);
  for (guint i = 0; i < n; i++)
    n_lapsed += (guint) crowd[i].n_lapsed;
  ck_assert_uint_eq (n_lapsed, 1);
  end_crowd (crowd, n);
}
END_TEST

/* The directory of all of them goes. */
START_TEST (test_crowd_without_a_home)
{
  const guint n = 1000;
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *home = g_build_filename (folder, "home", NULL);
  AnyTestWatch    *crowd;

  any_test_shell (folder, "mkdir home; for i in $(seq 0 999); do echo > home/$i; done");
  crowd = begin_crowd (home, n);
  for (guint i = 0; i < n; i++)
    any_test_wait_for (&crowd[i].n_asked, 1);
  any_test_shell (folder, "mv home away");
  for (guint i = 0; i < n; i++)
    any_test_wait_for (&crowd[i].n_lapsed, 1);
  end_crowd (crowd, n);
}
END_TEST

/* The oldest go, and are told nothing but their end. */
START_TEST (test_too_many)
{
  const guint n = MAX_WATCHES + 100;
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch *crowd = begin_crowd (folder, n);

  for (guint i = 0; i < n; i++)
    ck_assert_int_eq (g_atomic_int_get (&crowd[i].n_lapsed), 0);
  for (guint i = 0; i < 100; i++)
    any_test_wait_for (&crowd[i].n_destroyed, 1);
  for (guint i = 100; i < n; i++)
    {
      any_test_wait_for (&crowd[i].n_asked, 1);
      ck_assert_int_eq (g_atomic_int_get (&crowd[i].n_destroyed), 0);
    }
  end_crowd (crowd, n);
}
END_TEST

static gpointer
begin_and_end_cb (gpointer data)
{
  for (guint i = 0; i < 300; i++)
    {
      AnyTestWatch watch;

      any_test_watch_begin (&watch, data, i % 2 == 0 ? "a/file" : "link/file", PLAIN);
      if (i % 3 == 0)
        any_test_wait_for (&watch.n_asked, 1);
      any_watch_end (watch.watch);
      any_test_wait_for (&watch.n_destroyed, 1);
      g_free (watch.path);
    }

  return NULL;
}

START_TEST (test_threads)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  GThread *threads[4];

  any_test_shell (folder, "mkdir a; echo > a/file; ln -s a link");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("watcher", begin_and_end_cb, folder);
  any_test_shell (folder, "for i in $(seq 50); do mv a b; mkdir a; mv b/file a; rmdir b; done");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  any_test_wait_for_rest ();
}
END_TEST

/* What the parent watches stays the parent's, and what the child begins ends at once. */
static void
child_part (int      line,
            gpointer data)
{
  AnyTestWatch *inherited = data;
  AnyTestWatch  own;

  any_test_watch_begin (&own, "/", "nothing-of-this-name", PLAIN);
  g_assert_cmpint (own.n_destroyed, ==, 1);
  any_watch_end (own.watch);
  g_assert_cmpint (own.n_asked, ==, 0);

  any_watch_end (inherited->watch);
  g_assert_cmpint (inherited->n_destroyed, ==, 1);
}

START_TEST (test_fork)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch watch;

  any_test_watch_start (&watch, folder, "file", PLAIN);
  for (guint i = 0; i < 10; i++)
    any_test_process_run (child_part, &watch);

  any_test_shell (folder, "echo > file");
  any_test_wait_for (&watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}
END_TEST

typedef struct
{
  const char *folder;
  int         is_done; /* atomic */
} Busy;

static gpointer
be_busy_cb (gpointer data)
{
  Busy *self = data;

  while (!g_atomic_int_get (&self->is_done))
    {
      AnyTestWatch watch;

      any_test_watch_begin (&watch, self->folder, "file", PLAIN);
      any_watch_end (watch.watch);
      any_test_wait_for (&watch.n_destroyed, 1);
      g_free (watch.path);
    }

  return NULL;
}

static void
busy_child_part (int      line,
                 gpointer data)
{
  AnyTestWatch watch;

  any_test_watch_begin (&watch, "/", "nothing-of-this-name", PLAIN);
  any_watch_end (watch.watch);
  g_assert_cmpint (watch.n_destroyed, ==, 1);
}

/* No lock is held in the child, at whatever instant it was forked. */
START_TEST (test_fork_at_any_time)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  Busy     busy = { folder, FALSE };
  GThread *thread;

  if (!any_test_can_fork_from_threads ())
    return;

  thread = g_thread_new ("busy", be_busy_cb, &busy);
  for (guint i = 0; i < 50; i++)
    any_test_process_run (busy_child_part, NULL);
  g_atomic_int_set (&busy.is_done, TRUE);
  g_thread_join (thread);
  any_test_wait_for_rest ();
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("watch-calls");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_storm_of_others);
  tcase_add_test (all, test_storm);
  tcase_add_test (all, test_end_before_the_first_look);
  tcase_add_test (all, test_end_at_any_time);
  tcase_add_loop_test (all, test_end_from_within, 0, 2);
  tcase_add_test (all, test_without_destroy);
  tcase_add_test (all, test_no_targets);
  tcase_add_test (all, test_many_targets);
  tcase_add_test (all, test_crowd);
  tcase_add_test (all, test_crowd_without_a_home);
  tcase_add_test (all, test_too_many);
  tcase_add_test (all, test_threads);
  tcase_add_test (all, test_fork);
  tcase_add_test (all, test_fork_at_any_time);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
