/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What happens to files, and what runs out: calls are right whatever it is, and where the system can see it, one is told. */

#include "vigil-setup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "any-test-folder.h"
#include "any-test-process.h"
#include "any-test-shell.h"

#define PLAIN     ANY_DEPENDENCY_FLAGS_NONE
#define CONTENT   ANY_DEPENDENCY_FLAGS_CONTENT
#define RECURSIVE ANY_DEPENDENCY_FLAGS_RECURSIVE

#define FILE "file"

/* More than the kernel keeps for a reader who does not read. */
#define N_TOO_MANY_EVENTS 100000

static const struct
{
  const char        *name; /* of what the result depends on */
  AnyDependencyFlags flags;
  gboolean           is_seen; /* by the system */
  const char        *before;
  const char        *change;
} situations[] = {
  { "file", PLAIN, TRUE, "echo one > file", "echo more >> file" },
  { "file", PLAIN, TRUE, "echo one > file", "echo more > .new; mv .new file" },
  { "file", PLAIN, TRUE, "echo one > file", "exec 3>>file; for i in $(seq 30); do echo $i >&3; done" },
  { "file", PLAIN, TRUE, "true", "echo one > file" },
  { "file", PLAIN, TRUE, "echo one > file", "rm file" },
  { "a/b/file", PLAIN, TRUE, "true", "mkdir -p a/b; echo one > a/b/file" },
  { "a/b/file", PLAIN, TRUE, "mkdir -p a/b; echo one > a/b/file", "rm -r a; mkdir -p a/b; echo more > a/b/file" },
  { "a/b/file", PLAIN, TRUE, "mkdir -p a/b c/b; echo one > a/b/file; echo more > c/b/file", "mv a old; mv c a" },
  { "link", PLAIN, TRUE, "echo one > file; ln -s file link", "echo more >> file" },
  { "link", PLAIN, TRUE, "mkdir a; echo one > a/file; ln -s a/file link", "echo more >> a/file" },
  { "link", PLAIN, TRUE, "echo one > file; echo more > other; ln -s file link", "ln -s other new; mv -T new link" },
  { "file", PLAIN, FALSE, "mkdir a; echo one > file; ln file a/other", "echo more >> a/other" },
  { "a", PLAIN, TRUE, "mkdir a; echo one > a/file", "echo one > a/other" },
  { "a", RECURSIVE, TRUE, "mkdir -p a/b/c; echo one > a/b/c/file", "echo more >> a/b/c/file" },
  { "a", RECURSIVE, TRUE, "mkdir -p a/b", "mkdir a/b/c; echo one > a/b/c/file" },
  { "file", CONTENT, TRUE, "echo one > file", "echo two > file; touch -r / file" },
};

static void
check_situation (Scene      *scene,
                 const char *name,
                 const char *change,
                 gboolean    is_seen)
{
  g_assert_cmpint (call (scene->setup.function, name), ==, 1);
  any_test_shell (scene->setup.folder, change);
  if (is_seen)
    run_until (&scene->told.n_told, 1);
  g_assert_cmpint (call (scene->setup.function, name), ==, 2);
}

START_TEST (test_situations)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, ANY_FUNCTION_FLAGS_WATCH);
  self.flags = situations[_i].flags;
  any_test_shell (self.setup.folder, situations[_i].before);
  check_situation (&self, situations[_i].name, situations[_i].change, situations[_i].is_seen);
}
END_TEST

/* The system says nothing of what is written through a map, nor when; the content does. */
START_TEST (test_map)
{
  g_auto (Scene) self = { 0 };
  g_autofree char *path = NULL;
  char            *map;
  int              fd;

  scene_init (&self, ANY_FUNCTION_FLAGS_WATCH);
  self.flags = CONTENT;
  path = setup_write (&self.setup, FILE, "text");
  fd = open (path, O_RDWR | O_CLOEXEC);
  map = mmap (NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ck_assert (map != MAP_FAILED);

  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  map[0] = 'T';
  ck_assert_int_eq (msync (map, 4, MS_SYNC), 0);
  ck_assert_int_eq (call (self.setup.function, FILE), 2);
  munmap (map, 4);
  close (fd);
}
END_TEST

/* A scene for a child, whose limits are its own. */
static void
check_polled (const char *limit,
              const char *value)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyStats) stats = NULL;
  gint64 deadline = any_test_deadline ();

  if (!any_test_enter_namespace (limit, value))
    return;

  scene_init (&self, ANY_FUNCTION_FLAGS_WATCH);
  any_test_shell (self.setup.folder, "mkdir a; echo one > a/file");
  g_assert_cmpint (call (self.setup.function, "a/file"), ==, 1);
  for (stats = any_cache_get_stats (self.setup.cache); any_stats_get_polled (stats) == 0; stats = any_cache_get_stats (self.setup.cache))
    {
      g_assert_true (any_test_wait (deadline));
      any_stats_free (stats);
    }
  g_assert_cmpuint (any_stats_get_polled (stats), ==, 1);

  any_test_shell (self.setup.folder, "echo more >> a/file");
  g_assert_cmpint (call (self.setup.function, "a/file"), ==, 2);
  any_test_shell (self.setup.folder, "echo more >> a/file");
  run_until (&self.told.n_told, 1);
  g_assert_cmpint (call (self.setup.function, "a/file"), ==, 3);
}

static void
no_watches_part (int      line,
                 gpointer data)
{
  check_polled ("max_inotify_watches", "2");
}

static void
no_instances_part (int      line,
                   gpointer data)
{
  check_polled ("max_inotify_instances", "0");
}

static const AnyTestPart shortages[] = { no_watches_part, no_instances_part };

/* What the system does not tell of is asked about, and the statistics say so. */
START_TEST (test_shortages)
{
  any_test_process_run (shortages[_i], NULL);
}
END_TEST

static void
write_and_listen (Scene *self,
                  gint64 deadline)
{
  any_test_shell (self->setup.folder, "echo again >> file");
  for (guint i = 0; i < 200 && g_atomic_int_get (&self->told.n_told) == 0; i++)
    {
      g_assert_true (any_test_wait (deadline));
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
overflow_part (int      line,
               gpointer data)
{
  Scene *self = data;
  gint64 deadline = any_test_deadline ();

  g_assert_cmpint (call (self->setup.function, FILE), ==, 1);
  scene_fence (self);
  any_test_sign (line);
  any_test_await (line);

  /* Now, and once the queue has room again for what is told. */
  g_assert_cmpint (call (self->setup.function, FILE), ==, 2);
  while (g_atomic_int_get (&self->told.n_told) == 0)
    write_and_listen (self, deadline);
  g_assert_cmpint (call (self->setup.function, FILE), ==, 3);
}

/* While the process is stopped, more happens than the kernel keeps for it. What is lost is lost: calls are right, and what comes later
 * is told. */
START_TEST (test_overflow)
{
  g_auto (Scene) self = { 0 };
  AnyTestProcess watcher;
  int            files[2];
  int            place;
  int            status;

  scene_init (&self, ANY_FUNCTION_FLAGS_WATCH);
  scene_put (&self, FILE, "text");
  place = any_test_open_folder (self.setup.folder);
  for (guint i = 0; i < 2; i++)
    files[i] = openat (place, i == 0 ? "a" : "b", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  watcher = any_test_process_start (overflow_part, &self);
  any_test_await (watcher.line);

  kill (watcher.pid, SIGSTOP);
  ck_assert_int_eq (waitpid (watcher.pid, &status, WUNTRACED), watcher.pid);
  /* Two by turns: an event that is as the one before it is none. */
  for (guint i = 0; i < N_TOO_MANY_EVENTS; i++)
    ck_assert_int_eq (pwrite (files[i % 2], "x", 1, 0), 1);
  scene_put (&self, FILE, "another text");
  kill (watcher.pid, SIGCONT);

  any_test_sign (watcher.line);
  any_test_process_join (&watcher);
  for (guint i = 0; i < 2; i++)
    close (files[i]);
  close (place);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("vigil-situations");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_situations, 0, G_N_ELEMENTS (situations));
  tcase_add_test (all, test_map);
  tcase_add_loop_test (all, test_shortages, 0, G_N_ELEMENTS (shortages));
  tcase_add_test (all, test_overflow);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
