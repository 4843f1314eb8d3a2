/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What happens to those who watch when something runs out: watches and instances of inotify, its queue, descriptors, rights. All in
 * children, which change their limits before their first watch. */

#include "any-watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "any-test-folder.h"
#include "any-test-process.h"
#include "any-test-watch.h"

#define PLAIN ANY_DEPENDENCY_FLAGS_NONE

/* As the room has it. */
#define MAX_DIRECTORIES 1024

/* More than the kernel keeps for a reader who does not read. */
#define N_TOO_MANY_EVENTS 100000

/* What cannot be heard is asked about. */
static void
check_polled (const char *folder)
{
  AnyTestWatch watch;

  any_test_shell (folder, "mkdir a; echo one > a/file");
  any_test_watch_start (&watch, folder, "a/file", PLAIN);
  g_assert_cmpint (any_watch_count_polled (), ==, 1);
  any_test_shell (folder, "echo more >> a/file");
  any_test_wait_for (&watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}

static void
no_watches_part (int      line,
                 gpointer data)
{
  if (any_test_enter_namespace ("max_inotify_watches", "2"))
    check_polled (data);
}

static void
no_instances_part (int      line,
                   gpointer data)
{
  if (!any_test_enter_namespace ("max_inotify_instances", "0"))
    return;

  check_polled (data);
  g_assert_cmpint (any_monitors_count (), ==, 0);
}

/* What could not be monitored is tried again. */
static void
more_watches_part (int      line,
                   gpointer data)
{
  const char  *folder = data;
  AnyTestWatch watch;
  gint64       deadline = any_test_deadline ();

  if (!any_test_enter_namespace ("max_inotify_watches", "2"))
    return;

  any_test_watch_start (&watch, folder, "file", PLAIN);
  g_assert_cmpint (any_watch_count_polled (), ==, 1);
  g_assert_true (any_test_write ("/proc/sys/user/max_inotify_watches", "1000"));
  while (any_watch_count_polled () > 0)
    g_assert_true (any_test_wait (deadline));

  any_test_shell (folder, "echo > file");
  any_test_wait_for (&watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}

static void
closed_way_part (int      line,
                 gpointer data)
{
  const char *folder = data;

  any_test_become_ordinary (folder);
  any_test_shell (folder, "chmod 311 .");
  check_polled (folder);
  any_test_shell (folder, "chmod 700 .");
}

static void
endless_way_part (int      line,
                  gpointer data)
{
  const char  *folder = data;
  AnyTestWatch watch;

  any_test_shell (folder, "ln -s circle circle");
  any_test_watch_start (&watch, folder, "circle", PLAIN);
  g_atomic_int_set (&watch.insists, TRUE);
  g_assert_cmpint (any_watch_count_polled (), ==, 1);
  any_test_shell (folder, "rm circle");
  any_test_wait_for (&watch.n_asked, 2);
  any_test_watch_end (&watch);
}

/* The largest tree is watched as far as the cap allows. */
static void
large_tree_part (int      line,
                 gpointer data)
{
  const char  *folder = data;
  AnyTestWatch watch;

  any_test_shell (folder, "mkdir tree; cd tree; mkdir $(seq 1100)");
  any_test_watch_start (&watch, folder, "tree", ANY_DEPENDENCY_FLAGS_RECURSIVE);
  g_assert_cmpint (any_watch_count_polled (), ==, 1);
  g_assert_cmpint (any_monitors_count (), <=, MAX_DIRECTORIES);
  g_assert_cmpint (any_monitors_count (), >=, MAX_DIRECTORIES - 10);
  any_test_shell (folder, "for i in $(seq 1100); do echo > tree/$i/new; done");
  any_test_wait_for (&watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}

static void
many_directories_part (int      line,
                       gpointer data)
{
  const guint   n = 1100;
  const char   *folder = data;
  AnyTestWatch *watches = g_new (AnyTestWatch, n);

  any_test_shell (folder, "mkdir $(seq 0 1099)");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u/file", i);

      any_test_watch_begin (&watches[i], folder, name, PLAIN);
    }
  for (guint i = 0; i < n; i++)
    any_test_wait_for (&watches[i].n_asked, 1);
  g_assert_cmpint (any_monitors_count (), ==, MAX_DIRECTORIES);
  g_assert_cmpint (any_watch_count_polled (), >, n - MAX_DIRECTORIES);

  any_test_shell (folder, "echo > 3/file; echo > 1099/file");
  any_test_wait_for (&watches[3].n_lapsed, 1);
  any_test_wait_for (&watches[1099].n_lapsed, 1);

  for (guint i = 0; i < n; i++)
    any_watch_end (watches[i].watch);
  for (guint i = 0; i < n; i++)
    {
      any_test_wait_for (&watches[i].n_destroyed, 1);
      g_free (watches[i].path);
    }
  any_test_wait_for_rest ();
  g_free (watches);
}

static const AnyTestPart parts[] = {
  no_watches_part,
  no_instances_part,
  more_watches_part,
  closed_way_part,
  endless_way_part,
  large_tree_part,
  many_directories_part,
};

START_TEST (test_limits)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (parts[_i], folder);
}
END_TEST

static void
overflow_part (int      line,
               gpointer data)
{
  AnyTestWatch watch;
  gint64       deadline = any_test_deadline ();

  any_test_watch_start (&watch, data, "file", PLAIN);
  g_atomic_int_set (&watch.insists, TRUE);
  any_test_sign (line);
  any_test_await (line);

  /* Until there is room in the queue again, what is written is lost too. */
  g_atomic_int_set (&watch.insists, FALSE);
  while (g_atomic_int_get (&watch.n_lapsed) == 0)
    {
      any_test_shell (data, "echo again >> file; sleep 0.1");
      g_assert_true (any_test_wait (deadline));
    }
  any_test_watch_end (&watch);
}

/* While the process is stopped, more happens than the kernel keeps for it. What is lost is lost, and later events are heard. */
START_TEST (test_overflow)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  int            place = any_test_open_folder (folder);
  AnyTestProcess watcher;
  int            files[2];
  int            status;

  any_test_put_text (place, "file", "one");
  for (guint i = 0; i < 2; i++)
    files[i] = openat (place, i == 0 ? "a" : "b", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  watcher = any_test_process_start (overflow_part, folder);
  any_test_await (watcher.line);

  kill (watcher.pid, SIGSTOP);
  ck_assert_int_eq (waitpid (watcher.pid, &status, WUNTRACED), watcher.pid);
  ck_assert (WIFSTOPPED (status));
  /* Two by turns: an event that is as the one before it is none. */
  for (guint i = 0; i < N_TOO_MANY_EVENTS; i++)
    ck_assert_int_eq (pwrite (files[i % 2], "x", 1, 0), 1);
  any_test_put_text (place, "file", "two");
  kill (watcher.pid, SIGCONT);

  any_test_sign (watcher.line);
  any_test_process_join (&watcher);
  for (guint i = 0; i < 2; i++)
    close (files[i]);
  close (place);
}
END_TEST

typedef struct
{
  const char *folder;
  rlim_t      n_free;
} Scarcity;

/* The numbers of descriptors are given from the lowest on, and the limit is one for the numbers. */
static void
limit_descriptors (rlim_t n_free)
{
  int           next = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  struct rlimit limit;

  g_assert_cmpint (next, >=, 0);
  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = (rlim_t) next + n_free;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
unlimit_descriptors (void)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

/* A watch is begun in vain, and works as soon as there are descriptors again. */
static void
scarce_part (int      line,
             gpointer data)
{
  Scarcity        *self = data;
  g_autofree char *name = g_strdup_printf ("file-%u", (guint) self->n_free);
  g_autofree char *script = g_strdup_printf ("echo > %s", name);
  AnyTestWatch     watch;

  limit_descriptors (self->n_free);
  any_test_watch_begin (&watch, self->folder, name, PLAIN);
  g_atomic_int_set (&watch.insists, TRUE);
  g_usleep (50000);

  unlimit_descriptors ();
  any_test_wait_for (&watch.n_asked, 1);
  any_test_shell (self->folder, script);
  any_test_wait_for (&watch.n_asked, 2);
  any_test_watch_end (&watch);
}

/* No number of descriptors is so low that GLib ends the process. */
START_TEST (test_no_descriptors)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestProcess processes[28];
  Scarcity       scarcities[G_N_ELEMENTS (processes)];

  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      scarcities[i] = (Scarcity){ folder, i };
      processes[i] = any_test_process_start (scarce_part, &scarcities[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    any_test_process_join (&processes[i]);
}
END_TEST

/* They run out after the thread has begun, and while something is watched. */
static void
scarce_later_part (int      line,
                   gpointer data)
{
  Scarcity        *self = data;
  g_autofree char *folder = g_strdup_printf ("%s/%u", self->folder, (guint) self->n_free);
  AnyTestWatch     first;
  AnyTestWatch     second;

  g_assert_cmpint (mkdir (folder, 0700), ==, 0);
  any_test_watch_start (&first, self->folder, "file", PLAIN);
  g_atomic_int_set (&first.insists, TRUE);
  limit_descriptors (self->n_free);
  any_test_watch_begin (&second, folder, "file", PLAIN);
  g_atomic_int_set (&second.insists, TRUE);
  g_usleep (50000);

  unlimit_descriptors ();
  any_test_wait_for (&second.n_asked, 1);
  any_test_shell (folder, "echo > file");
  any_test_wait_for (&second.n_asked, 2);
  any_watch_end (first.watch);
  any_test_wait_for (&first.n_destroyed, 1);
  any_test_watch_end (&second);
  g_free (first.path);
}

START_TEST (test_no_descriptors_later)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestProcess processes[28];
  Scarcity       scarcities[G_N_ELEMENTS (processes)];

  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    {
      scarcities[i] = (Scarcity){ folder, i };
      processes[i] = any_test_process_start (scarce_later_part, &scarcities[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    any_test_process_join (&processes[i]);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("watch-limits");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_limits, 0, G_N_ELEMENTS (parts));
  tcase_add_test (all, test_overflow);
  tcase_add_test (all, test_no_descriptors);
  tcase_add_test (all, test_no_descriptors_later);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
