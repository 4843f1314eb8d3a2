/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many processes with many threads want the same results, and some are killed while they compute. What each has done is judged from
 * what all of them have written down. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <anycache-glib/anycache.h>

#include "any-test.h"

#define PROCESSES 8
#define THREADS   8
#define KEYS      200
#define KILLS     24

/* What happens to a key, in the order of a thread. Written at once, so that lines of several do not mix. */
typedef enum
{
  ASKED = 'a',
  BEGUN = 'b',
  ENDED = 'e',
  GOT = 'g',
  KILLED = 'k', /* by the one who judges, of a whole process */
} Event;

typedef struct
{
  char          *cachedir; /* (owned) */
  int            log;      /* (owned) */
  AnyFunction   *function;
  AnyTestFolder *folder; /* (owned) */
} Scene;

static gint64 thread_seed; /* atomic */

static void
write_down (int   log,
            Event event,
            pid_t pid,
            int   key)
{
  char line[64];
  int  length = g_snprintf (line, sizeof line, "%" G_GINT64_FORMAT " %c %d %d %d\n", g_get_monotonic_time (), event, (int) pid, key,
                            (int) gettid ());

  g_assert (write (log, line, length) == length);
}

static int
key_of (AnyRequest *request)
{
  int key;

  g_variant_get (any_request_get_args (request), "(i)", &key);

  return key;
}

static gboolean
compute_cb (AnyRequest    *request,
            gpointer       data,
            GError **error G_GNUC_UNUSED)
{
  Scene *scene = data;
  int    key = key_of (request);

  write_down (scene->log, BEGUN, getpid (), key);
  g_usleep (1000 + 1000 * (key % 4));
  write_down (scene->log, ENDED, getpid (), key);
  any_request_return_value (request, g_variant_new_int32 (key * key));

  return TRUE;
}

static gpointer
thread_cb (gpointer data)
{
  Scene *scene = data;
  int    first = (int) (g_atomic_pointer_add (&thread_seed, 37) + getpid () * 61) % KEYS;

  for (int i = 0; i < KEYS; i++)
    {
      int key = (first + i) % KEYS;
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) result = NULL;

      write_down (scene->log, ASKED, getpid (), key);
      result = any_function_call (scene->function, g_variant_new ("(i)", key), NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_variant_get_int32 (result), ==, key * key);
      write_down (scene->log, GOT, getpid (), key);
    }

  return NULL;
}

static void G_GNUC_NORETURN
work (Scene *scene)
{
  g_autoptr (AnyCache) cache = any_cache_new (scene->cachedir, -1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "org.example.Square", NULL, compute_cb, scene, NULL);
  GThread *threads[THREADS];

  scene->function = function;
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("worker", thread_cb, scene);
  for (int i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  any_test_leave_child ();
}

static pid_t
begin (Scene *scene)
{
  pid_t pid = fork ();

  g_assert (pid >= 0);
  if (pid == 0)
    work (scene);

  return pid;
}

/* Kills a process, most likely while it computes, and begins another in its place. */
static void
replace (Scene *scene,
         pid_t *pid)
{
  int status;

  write_down (scene->log, KILLED, *pid, -1);
  kill (*pid, SIGKILL);
  ck_assert_int_eq (waitpid (*pid, &status, 0), *pid);
  *pid = begin (scene);
}

/* The judge: one line after the other, in the order of the clock. */
typedef struct
{
  gint64      now;
  GHashTable *computing; /* (owned): "key" -> pid, of a computation that has begun */
  GHashTable *ended;     /* (owned): "key" -> pid, of one that has ended */
  GHashTable *dead;      /* (owned): pids */
  int         n_overlaps;
  int         n_again;
  int         n_computed;
  gint64      longest; /* us */
} Judge;

static void
judge_begun (Judge *self,
             int    pid,
             int    key)
{
  int other = GPOINTER_TO_INT (g_hash_table_lookup (self->computing, GINT_TO_POINTER (key + 1)));
  int before = GPOINTER_TO_INT (g_hash_table_lookup (self->ended, GINT_TO_POINTER (key + 1)));

  if (other != 0 && !g_hash_table_contains (self->dead, GINT_TO_POINTER (other)))
    self->n_overlaps++;
  if (before != 0 && !g_hash_table_contains (self->dead, GINT_TO_POINTER (before)))
    self->n_again++;
  g_hash_table_insert (self->computing, GINT_TO_POINTER (key + 1), GINT_TO_POINTER (pid));
  self->n_computed++;
}

static void
judge_line (Judge      *self,
            const char *line)
{
  char event;
  int  pid;
  int  key;

  ck_assert_int_eq (sscanf (line, "%" G_GINT64_FORMAT " %c %d %d", &self->now, &event, &pid, &key), 4);

  switch ((Event) event)
    {
    case BEGUN:
      judge_begun (self, pid, key);
      break;

    case ENDED:
      g_hash_table_remove (self->computing, GINT_TO_POINTER (key + 1));
      g_hash_table_insert (self->ended, GINT_TO_POINTER (key + 1), GINT_TO_POINTER (pid));
      break;

    case KILLED:
      g_hash_table_add (self->dead, GINT_TO_POINTER (pid));
      break;

    case ASKED:
    case GOT:
    default:
      break;
    }
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 one = g_ascii_strtoll (*(const char *const *) a, NULL, 10);
  gint64 other = g_ascii_strtoll (*(const char *const *) b, NULL, 10);

  return (one > other) - (one < other);
}

static void
judge_waits (Judge *self,
             GStrv  lines)
{
  g_autoptr (GHashTable) asked = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  for (char **line = lines; *line != NULL; line++)
    {
      gint64  now;
      gint64 *since;
      char    event;
      int     thread;

      ck_assert_int_eq (sscanf (*line, "%" G_GINT64_FORMAT " %c %*d %*d %d", &now, &event, &thread), 3);
      since = g_hash_table_lookup (asked, GINT_TO_POINTER (thread));
      if (event == ASKED)
        g_hash_table_insert (asked, GINT_TO_POINTER (thread), g_memdup2 (&now, sizeof now));
      else if (event == GOT && since != NULL)
        self->longest = MAX (self->longest, now - *since);
    }
}

static void
judge (Scene *scene)
{
  Judge            self = { .now = 0 };
  g_autofree char *path = g_build_filename (scene->folder, "log", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self.computing = g_hash_table_new (NULL, NULL);
  self.ended = g_hash_table_new (NULL, NULL);
  self.dead = g_hash_table_new (NULL, NULL);
  ck_assert (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  qsort (lines, g_strv_length (lines), sizeof *lines, compare_times);

  for (char **line = lines; *line != NULL; line++)
    judge_line (&self, *line);
  judge_waits (&self, lines);

  g_print ("%d computations of %d keys, %u processes killed; longest wait %" G_GINT64_FORMAT " ms\n",
           self.n_computed, KEYS, g_hash_table_size (self.dead), self.longest / 1000);
  ck_assert_int_eq (self.n_overlaps, 0);
  ck_assert_int_eq (self.n_again, 0);
  ck_assert_int_ge (self.n_computed, KEYS);
  ck_assert_int_le (self.n_computed, KEYS + (int) g_hash_table_size (self.dead) * THREADS);

  g_hash_table_unref (self.computing);
  g_hash_table_unref (self.ended);
  g_hash_table_unref (self.dead);
}

static void
await_end (pid_t pid)
{
  gint64 deadline = any_test_deadline ();
  int    status;

  while (waitpid (pid, &status, WNOHANG) == 0)
    ck_assert (any_test_wait (deadline));
  ck_assert (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

/* Each result is computed once in the life of who computes it, and who waits for a dead one is not stuck. */
START_TEST (test_kills)
{
  Scene            scene = { NULL };
  g_autofree char *path = NULL;
  pid_t            pids[PROCESSES];
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);

  scene.folder = any_test_make_folder ();
  scene.cachedir = g_build_filename (scene.folder, "cache", NULL);
  path = g_build_filename (scene.folder, "log", NULL);
  scene.log = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  ck_assert_int_ge (scene.log, 0);

  for (int i = 0; i < PROCESSES; i++)
    pids[i] = begin (&scene);
  for (int i = 0; i < KILLS; i++)
    {
      g_usleep (g_rand_int_range (rand, 5000, 40000));
      replace (&scene, &pids[g_rand_int_range (rand, 0, PROCESSES)]);
    }
  for (int i = 0; i < PROCESSES; i++)
    await_end (pids[i]);

  judge (&scene);

  close (scene.log);
  g_free (scene.cachedir);
  any_test_remove_folder (scene.folder);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("flight-kills");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_kills);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
