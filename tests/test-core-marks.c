/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What was marked is outdated, for this process and for all others, from the moment at which the mark is made. */

#include "any-core.h"

#include "any-posix.h"
#include "any-test-core.h"
#include "any-test-dependent.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/mman.h>

#define TOKEN "app:token"
#define OTHER "app:other"

static const char *const on_token[] = { TOKEN, NULL };
static const char *const on_other[] = { OTHER, NULL };
static const char *const on_nothing[] = { NULL };

/* As the next process would. */
static void
open_anew (Fixture *self)
{
  any_core_release (self->core);
  self->core = any_core_acquire (self->cachedir);
}

static void
begin (Fixture  *self,
       AnyDraft *draft)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_core_begin (self->core, &self->key, ANY_ORIGIN_CALL, draft, &error));
  g_assert_no_error (error);
}

static void
store (Fixture           *self,
       const char *const *names)
{
  g_auto (AnyDraft) draft = { 0 };

  begin (self, &draft);
  any_test_publish_dependent (self->core, &self->key, "text", names, &draft);
}

static void
invalidate (Fixture    *self,
            const char *dependency)
{
  g_autoptr (GError) error = NULL;
  gboolean invalidated = any_core_invalidate (self->core, dependency, &error);

  g_assert_no_error (error);
  g_assert_true (invalidated);
}

static AnyMiss
look (Fixture *self)
{
  g_autoptr (AnyRecord) record = NULL;

  return any_core_lookup (self->core, &self->key, &any_test_terms, &record);
}

static void
invalidate_part (int      line,
                 gpointer data)
{
  Fixture *self = data;

  self->core = any_core_acquire (self->cachedir);
  invalidate (self, TOKEN);
}

/* All that can be asked about it gives the same answer. */
static void
assert_marked (Fixture   *self,
               AnyRecord *record,
               gboolean   marked)
{
  g_autoptr (AnyRecord) read = any_core_read (self->core, &self->key);

  ck_assert_int_eq (look (self), marked ? ANY_MISS_OUTDATED : ANY_MISS_NONE);
  ck_assert_int_eq (any_core_is_current (self->core, record, &any_test_terms), !marked);
  ck_assert_int_eq (any_core_is_marked (self->core, record), marked);
  ck_assert_int_eq (read == NULL, marked);
}

/* By this process or another one; found in memory or on disk. */
START_TEST (test_invalidate)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) record = NULL;
  g_autoptr (AnyRecord) peeked = NULL;

  store (self, on_token);
  any_core_lookup (self->core, &self->key, &any_test_terms, &record);
  if (_i / 2 == 1)
    any_core_set_max_memory (self->core, 0);
  assert_marked (self, record, FALSE);
  invalidate (self, OTHER);
  assert_marked (self, record, FALSE);

  if (_i % 2 == 0)
    invalidate (self, TOKEN);
  else
    any_test_process_run (invalidate_part, self);
  assert_marked (self, record, TRUE);
  assert_marked (self, record, TRUE);
  peeked = any_core_peek (self->core, &self->key);
  ck_assert (peeked == NULL || !any_core_is_current (self->core, peeked, &any_test_terms));

  store (self, on_token);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
  ck_assert (!any_core_is_current (self->core, record, &any_test_terms));
  open_anew (self);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
}
END_TEST

START_TEST (test_without_dependencies)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *marks = g_build_filename (self->cachedir, "anycache-1", "marks", NULL);

  store (self, on_nothing);
  invalidate (self, TOKEN);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
  ck_assert_int_eq (unlink (marks), 0);
  open_anew (self);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
  invalidate (self, TOKEN);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
}
END_TEST

START_TEST (test_paths)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *path = g_build_filename (self->folder, "file", NULL);
  g_autofree char *odd = g_build_filename (self->folder, ".", "cache", "..", "file", NULL);
  const char      *names[] = { path, NULL };

  ck_assert (g_file_set_contents (path, "text", -1, NULL));
  store (self, names);
  invalidate (self, self->folder);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
  invalidate (self, odd);
  ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);
}
END_TEST

/* What counts is when the computation began. */
START_TEST (test_during_a_computation)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyDraft) before = { 0 };
  g_auto (AnyDraft) after = { 0 };

  begin (self, &before);
  if (_i == 0)
    invalidate (self, TOKEN);
  else
    any_test_process_run (invalidate_part, self);
  any_test_publish_dependent (self->core, &self->key, "before", on_token, &before);
  ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);

  begin (self, &after);
  any_test_publish_dependent (self->core, &self->key, "after", on_token, &after);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
}
END_TEST

/* Says what it finds, each time that it is asked. */
static void
look_part (int      line,
           gpointer data)
{
  Fixture *self = data;
  char     sign;

  self->core = any_core_acquire (self->cachedir);
  while ((sign = any_test_hear (line)) == '?')
    g_assert_cmpint (send (line, look (self) == ANY_MISS_NONE ? "1" : "0", 1, MSG_NOSIGNAL), ==, 1);
}

static char
ask (AnyTestProcess *reader)
{
  g_assert_cmpint (send (reader->line, "?", 1, MSG_NOSIGNAL), ==, 1);

  return any_test_hear (reader->line);
}

/* Whatever it has in memory. */
START_TEST (test_a_warm_reader)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyTestProcess reader = any_test_process_start (look_part, self);

  for (guint i = 0; i < 20; i++)
    {
      store (self, on_token);
      for (guint j = 0; j < 3; j++)
        ck_assert_int_eq (ask (&reader), '1');
      invalidate (self, OTHER);
      ck_assert_int_eq (ask (&reader), '1');

      if (i % 2 == 0)
        invalidate (self, TOKEN);
      else
        any_test_process_run (invalidate_part, self);
      ck_assert_int_eq (ask (&reader), '0');
    }

  any_test_sign (reader.line);
  any_test_process_join (&reader);
}
END_TEST

/* What the stopped process tells, over memory that all share. */
typedef struct
{
  Fixture *fixture;
  gboolean begun;    /* atomic: the computation has */
  gboolean returned; /* atomic: from the invalidation */
} Note;

static Note *
note_new (Fixture *fixture)
{
  Note *self = mmap (NULL, sizeof *self, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (self != MAP_FAILED);
  self->fixture = fixture;

  return self;
}

static void
told_invalidate_part (int      line,
                      gpointer data)
{
  Note *note = data;

  invalidate_part (line, note->fixture);
  g_atomic_int_set (&note->returned, TRUE);
}

static void
told_store_part (int      line,
                 gpointer data)
{
  Note    *note = data;
  Fixture *self = note->fixture;
  g_auto (AnyDraft) draft = { 0 };

  self->core = any_core_acquire (self->cachedir);
  begin (self, &draft);
  g_atomic_int_set (&note->begun, TRUE);
  any_test_publish_dependent (self->core, &self->key, "stopped", on_token, &draft);
}

/* Stopped before each of its system calls, a process has not made the mark, or it has; and when it says that it has, it is so for
 * everybody. In the first rounds the reader has it in memory, in the others it looks on the disk. */
static gboolean
invalidate_to (guint n)
{
  g_autoptr (Fixture) self = fixture_new ();
  Note   *note = note_new (self);
  int     status;
  pid_t   pid;
  AnyMiss miss;

  store (self, on_token);
  any_core_set_max_memory (self->core, n % 2 == 0 ? 0 : -1);
  g_assert_cmpint (look (self), ==, ANY_MISS_NONE);
  pid = any_test_process_step_to (told_invalidate_part, note, n);
  miss = look (self);
  g_assert_true (miss == ANY_MISS_OUTDATED || (miss == ANY_MISS_NONE && !g_atomic_int_get (&note->returned)));

  if (pid != 0)
    {
      g_assert_cmpint (ptrace (PTRACE_DETACH, pid, NULL, NULL), ==, 0);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_cmpint (status, ==, 0);
    }
  g_assert_true (g_atomic_int_get (&note->returned));
  g_assert_cmpint (look (self), ==, ANY_MISS_OUTDATED);
  munmap (note, sizeof *note);

  return pid != 0;
}

START_TEST (test_a_slow_invalidation)
{
  guint n = 1;

  while (any_test_can_step () && invalidate_to (n))
    n++;
  ck_assert (!any_test_can_step () || n > 15);
}
END_TEST

/* Killed there, it leaves what is right, and the next one is as good as any. */
START_TEST (test_a_dead_invalidation)
{
  guint n = 1;

  for (gboolean killed = any_test_can_step (); killed; n++)
    {
      g_autoptr (Fixture) self = fixture_new ();
      AnyMiss miss;

      store (self, on_token);
      killed = any_test_process_kill_at (invalidate_part, self, n);
      miss = look (self);
      ck_assert (miss == ANY_MISS_OUTDATED || (miss == ANY_MISS_NONE && killed));

      invalidate (self, TOKEN);
      ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);
      store (self, on_token);
      ck_assert_int_eq (look (self), ANY_MISS_NONE);
      ck_assert_int_eq (look (self), ANY_MISS_NONE);
    }
  ck_assert (!any_test_can_step () || n > 15);
}
END_TEST

static gboolean
store_to (guint n)
{
  g_autoptr (Fixture) self = fixture_new ();
  Note    *note = note_new (self);
  gboolean begun;
  int      status;
  pid_t    pid;

  if (n % 2 == 0)
    store (self, on_other);
  pid = any_test_process_step_to (told_store_part, note, n);
  begun = g_atomic_int_get (&note->begun);
  if (pid != 0)
    {
      AnyTestProcess other = any_test_process_start (invalidate_part, self);
      struct pollfd  end = { other.line, POLLIN, 0 };

      poll (&end, 1, ANY_TEST_REST_MS);
      g_assert_cmpint (ptrace (PTRACE_DETACH, pid, NULL, NULL), ==, 0);
      any_test_process_join (&other);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_cmpint (status, ==, 0);
    }

  /* Where there was another one, the stopped one had to take its place. */
  if (pid != 0 && begun)
    g_assert_cmpint (look (self), ==, ANY_MISS_OUTDATED);
  store (self, on_token);
  g_assert_cmpint (look (self), ==, ANY_MISS_NONE);
  munmap (note, sizeof *note);

  return pid != 0;
}

/* A computation that has begun comes too late, wherever it is when the mark is made. */
START_TEST (test_a_slow_computation)
{
  guint n = 1;

  while (any_test_can_step () && store_to (n))
    n++;
  ck_assert (!any_test_can_step () || n > 15);
}
END_TEST

#define N_THREADS 3
#define N_ROUNDS  50

/* What a result tells is the state at the beginning of its computation. The state changes, and then it is marked. */
typedef struct
{
  Fixture *fixture;
  int      state;   /* atomic */
  int      known;   /* atomic: the state before the last mark that is made */
  int      n_hits;  /* atomic */
  gboolean is_over; /* atomic */
} Race;

static void
compute (Race *self)
{
  Fixture *fixture = self->fixture;
  g_auto (AnyDraft) draft = { 0 };
  char text[16];

  begin (fixture, &draft);
  g_snprintf (text, sizeof text, "%d", g_atomic_int_get (&self->state));
  any_test_publish_dependent (fixture->core, &fixture->key, text, on_token, &draft);
}

static gpointer
look_thread (gpointer data)
{
  Race    *self = data;
  Fixture *fixture = self->fixture;

  while (!g_atomic_int_get (&self->is_over))
    {
      int known = g_atomic_int_get (&self->known);
      g_autoptr (AnyRecord) record = NULL;

      if (any_core_lookup (fixture->core, &fixture->key, &any_test_terms, &record) != ANY_MISS_NONE)
        {
          compute (self);
          continue;
        }
      g_assert_cmpint (atoi (any_test_record_text (record)), >=, known);
      g_atomic_int_inc (&self->n_hits);
    }

  return NULL;
}

/* All in one process, which has the marks in memory. */
START_TEST (test_threads)
{
  g_autoptr (Fixture) self = fixture_new ();
  Race     race = { .fixture = self };
  gint64   deadline = any_test_deadline ();
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("looker", look_thread, &race);

  for (int i = 1; i <= N_ROUNDS || g_atomic_int_get (&race.n_hits) < N_ROUNDS; i++)
    {
      g_atomic_int_set (&race.state, i);
      invalidate (self, TOKEN);
      g_atomic_int_set (&race.known, i);
      ck_assert (any_test_wait (deadline));
    }
  g_atomic_int_set (&race.is_over, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}
END_TEST

static void
remove_tree (const char *path)
{
  g_assert_true (any_posix_remove_tree (AT_FDCWD, path));
}

/* Nothing of the old one counts in the new one. */
START_TEST (test_the_directory_is_made_again)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyTestProcess reader = any_test_process_start (look_part, self);

  for (guint i = 0; i < 3; i++)
    {
      store (self, on_token);
      ck_assert_int_eq (ask (&reader), '1');
      invalidate (self, TOKEN);
      ck_assert_int_eq (ask (&reader), '0');
      store (self, on_token);
      remove_tree (self->cachedir);
      invalidate (self, TOKEN);
      ck_assert_int_eq (look (self), ANY_MISS_ABSENT);
      ck_assert_int_eq (ask (&reader), '0');
    }

  any_test_sign (reader.line);
  any_test_process_join (&reader);
}
END_TEST

static void
pull_away_part (int      line,
                gpointer data)
{
  Fixture         *self = data;
  g_autofree char *away = g_build_filename (self->folder, "away", NULL);

  g_assert_cmpint (rename (self->cachedir, away), ==, 0);
}

/* Who is still in it may make another file, for the first time and the last. */
static void
remove_part (int      line,
             gpointer data)
{
  Fixture         *self = data;
  g_autofree char *away = g_build_filename (self->folder, "away", NULL);

  pull_away_part (line, data);
  if (!any_posix_remove_tree (AT_FDCWD, away))
    remove_tree (away);
}

/* Pulled away under an invalidation, it takes along all that could be outdated. */
START_TEST (test_the_directory_vanishes)
{
  guint n = 1;

  for (gboolean stopped = any_test_can_step (); stopped; n++)
    {
      g_autoptr (Fixture) self = fixture_new ();

      store (self, on_token);
      stopped = any_test_process_race_at (invalidate_part, self, n, _i == 0 ? pull_away_part : remove_part, self);
      invalidate (self, TOKEN);
      ck_assert_int_ne (look (self), ANY_MISS_NONE);
      store (self, on_token);
      ck_assert_int_eq (look (self), ANY_MISS_NONE);
    }
  ck_assert (!any_test_can_step () || n > 15);
}
END_TEST

/* Somebody removes the marks. Nobody knows any more who was marked, neither now nor after the next mark. */
START_TEST (test_lost_marks)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *marks = g_build_filename (self->cachedir, "anycache-1", "marks", NULL);

  store (self, on_token);
  invalidate (self, OTHER);
  store (self, on_token);
  if (_i % 2 == 0)
    invalidate (self, TOKEN);
  ck_assert_int_eq (unlink (marks), 0);
  open_anew (self);
  ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);

  if (_i / 2 == 1)
    {
      invalidate (self, OTHER);
      ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);
    }
  store (self, on_token);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
  open_anew (self);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
}
END_TEST

/* They could not be read for a moment, as for want of descriptors. That says nothing about the next one. */
START_TEST (test_marks_come_back)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *marks = g_build_filename (self->cachedir, "anycache-1", "marks", NULL);
  g_autofree char *away = g_build_filename (self->folder, "away", NULL);

  store (self, on_token);
  open_anew (self);
  ck_assert_int_eq (rename (marks, away), 0);
  ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);
  ck_assert_int_eq (rename (away, marks), 0);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
}
END_TEST

/* Damaged ones are mended by the next computation, which is not outdated by what was before. */
START_TEST (test_damaged_marks)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *marks = g_build_filename (self->cachedir, "anycache-1", "marks", NULL);

  store (self, on_token);
  ck_assert (g_file_set_contents (marks, "damaged", -1, NULL));
  open_anew (self);
  ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);
  store (self, on_token);
  ck_assert_int_eq (look (self), ANY_MISS_NONE);
  invalidate (self, TOKEN);
  ck_assert_int_eq (look (self), ANY_MISS_OUTDATED);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("core-marks");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_invalidate, 0, 4);
  tcase_add_test (all, test_without_dependencies);
  tcase_add_test (all, test_paths);
  tcase_add_loop_test (all, test_during_a_computation, 0, 2);
  tcase_add_test (all, test_a_warm_reader);
  tcase_add_test (all, test_a_slow_invalidation);
  tcase_add_test (all, test_a_dead_invalidation);
  tcase_add_test (all, test_a_slow_computation);
  tcase_add_test (all, test_threads);
  tcase_add_test (all, test_the_directory_is_made_again);
  tcase_add_loop_test (all, test_the_directory_vanishes, 0, 2);
  tcase_add_loop_test (all, test_lost_marks, 0, 4);
  tcase_add_test (all, test_marks_come_back);
  tcase_add_test (all, test_damaged_marks);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
