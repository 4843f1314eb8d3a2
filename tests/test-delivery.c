/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-delivery.h"

#include <gio/gio.h>

#include "any-test-process.h"

#define N_THREADS 4
#define N_EACH    5000

#define MS (G_USEC_PER_SEC / 1000)

/* What was called, as letters in order. */
typedef struct
{
  GMainContext *context; /* (owned) */
  GString      *letters; /* (owned) */
} Fixture;

typedef struct
{
  Fixture *fixture;
  char     letter;
  Fixture *visited; /* (nullable): where the call runs the loop */
  char     then;    /* or 0: what the call pushes */
} Letter;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->context = g_main_context_new ();
  self->letters = g_string_new (NULL);

  return self;
}

static void
fixture_free (Fixture *self)
{
  g_clear_pointer (&self->context, g_main_context_unref);
  g_string_free (self->letters, TRUE);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void push (Fixture *self,
                  char     letter);

static void
write_cb (gpointer data)
{
  g_autofree Letter *letter = data;
  Fixture           *self = letter->fixture;

  g_assert_true (g_main_context_is_owner (self->context));
  g_assert_true (g_source_get_context (g_main_current_source ()) == self->context);
  g_string_append_c (self->letters, letter->letter);
  if (letter->then != 0)
    push (self, letter->then);
  while (letter->visited != NULL && g_main_context_iteration (letter->visited->context, FALSE))
    continue;
  if (letter->visited != NULL)
    g_string_append_c (self->letters, g_ascii_toupper (letter->letter));
}

static void
push_full (Fixture *self,
           char     letter,
           Fixture *visited,
           char     then)
{
  Letter *pushed = g_new (Letter, 1);

  *pushed = (Letter){ self, letter, visited, then };
  any_delivery_push (self->context, write_cb, pushed);
}

static void
push (Fixture *self,
      char     letter)
{
  push_full (self, letter, NULL, 0);
}

/* In as many iterations as it takes: on a slow machine, each may come to one call only. */
static void
run (Fixture *self)
{
  while (g_main_context_iteration (self->context, FALSE))
    continue;
}

START_TEST (test_in_order)
{
  g_autoptr (Fixture) self = fixture_new ();

  ck_assert (!g_main_context_pending (self->context));
  for (char letter = 'a'; letter <= 'e'; letter++)
    push (self, letter);
  ck_assert_str_eq (self->letters->str, "");

  run (self);
  ck_assert_str_eq (self->letters->str, "abcde");

  push (self, 'f');
  run (self);
  ck_assert_str_eq (self->letters->str, "abcdef");
}
END_TEST

START_TEST (test_contexts_apart)
{
  g_autoptr (Fixture) one = fixture_new ();
  g_autoptr (Fixture) two = fixture_new ();

  push (one, 'a');
  push (two, 'b');
  push (one, 'c');
  run (one);
  ck_assert_str_eq (one->letters->str, "ac");
  ck_assert_str_eq (two->letters->str, "");
  run (two);
  ck_assert_str_eq (two->letters->str, "b");
}
END_TEST

/* The source is there while something waits. */
START_TEST (test_nothing_is_left)
{
  g_autoptr (Fixture) self = fixture_new ();
  GSource *source;

  push (self, 'a');
  source = g_main_context_find_source_by_id (self->context, 1);
  ck_assert_ptr_nonnull (source);
  ck_assert_str_eq (g_source_get_name (source), "[anycache] delivery");
  ck_assert_int_eq (g_source_get_priority (source), G_PRIORITY_DEFAULT);
  push (self, 'b');
  ck_assert_ptr_null (g_main_context_find_source_by_id (self->context, 2));

  run (self);
  ck_assert_ptr_null (g_main_context_find_source_by_id (self->context, 1));
}
END_TEST

START_TEST (test_more_is_pushed)
{
  g_autoptr (Fixture) self = fixture_new ();

  push_full (self, 'a', NULL, 'c');
  push_full (self, 'b', NULL, 'd');
  run (self);
  ck_assert_str_eq (self->letters->str, "abcd");
}
END_TEST

static void
again_cb (gpointer data)
{
  Fixture *self = data;

  g_string_append_c (self->letters, 'a');
  any_delivery_push (self->context, again_cb, self);
}

/* A call that never comes to an end leaves the others their turn. */
START_TEST (test_again_and_again)
{
  g_autoptr (Fixture) self = fixture_new ();

  any_delivery_push (self->context, again_cb, self);
  for (guint i = 1; i <= 5; i++)
    {
      ck_assert (g_main_context_iteration (self->context, FALSE));
      ck_assert_uint_eq (self->letters->len, i);
    }
}
END_TEST

START_TEST (test_nested_loop)
{
  g_autoptr (Fixture) self = fixture_new ();

  push (self, 'a');
  push_full (self, 'b', self, 'e');
  push_full (self, 'c', self, 'f');
  push (self, 'd');
  run (self);
  ck_assert_str_eq (self->letters->str, "abcdefCB");

  push (self, 'g');
  run (self);
  ck_assert_str_eq (self->letters->str, "abcdefCBg");
}
END_TEST

typedef struct
{
  Fixture *self;
  guint    n_left;
  guint    n_drawn;
} Work;

static void
work_cb (gpointer data)
{
  Work  *work = data;
  gint64 until = g_get_monotonic_time () + MS / 4;

  while (g_get_monotonic_time () < until)
    continue;
  work->n_left--;
}

static gboolean
draw_cb (gpointer data)
{
  Work *work = data;

  work->n_drawn++;

  return G_SOURCE_CONTINUE;
}

/* The second one: where GTK draws. */
static const int priorities[] = { G_PRIORITY_DEFAULT, G_PRIORITY_HIGH_IDLE + 20 };

START_TEST (test_application_draws)
{
  const guint n_calls = 200;
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GSource) drawing = g_idle_source_new ();
  Work work = { self, n_calls, 0 };

  for (guint i = 0; i < n_calls; i++)
    any_delivery_push (self->context, work_cb, &work);
  g_source_set_priority (drawing, priorities[_i]);
  g_source_set_callback (drawing, draw_cb, &work, NULL);
  g_source_attach (drawing, self->context);

  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (self->context, FALSE);
  ck_assert_uint_gt (work.n_left, 0);
  ck_assert_uint_gt (work.n_drawn, 1);

  g_source_destroy (drawing);
  run (self);
  ck_assert_uint_eq (work.n_left, 0);
}
END_TEST

START_TEST (test_context_goes)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (Fixture) gone = fixture_new ();
      g_autoptr (Fixture) self = NULL;
      int lost = 0;

      any_delivery_push (gone->context, (AnyDeliver) g_atomic_int_inc, &lost);
      any_delivery_push (gone->context, (AnyDeliver) g_atomic_int_inc, &lost);
      g_clear_pointer (&gone->context, g_main_context_unref);

      /* Perhaps at the same address. */
      self = fixture_new ();
      ck_assert (!g_main_context_pending (self->context));
      push (self, 'a');
      ck_assert (g_main_context_iteration (self->context, FALSE));
      ck_assert_str_eq (self->letters->str, "a");
      ck_assert_int_eq (lost, 0);
    }
}
END_TEST

/* Somebody still has a reference to the source of a context that is gone. */
START_TEST (test_source_outlives_context)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GSource) source = NULL;
  int lost = 0;

  any_delivery_push (self->context, (AnyDeliver) g_atomic_int_inc, &lost);
  source = g_main_context_find_source_by_id (self->context, 1);
  ck_assert_ptr_nonnull (source);
  g_source_ref (source);
  g_source_destroy (source);

  push (self, 'a');
  ck_assert (g_main_context_iteration (self->context, FALSE));
  ck_assert_str_eq (self->letters->str, "a");
  ck_assert_int_eq (lost, 0);
}
END_TEST

static void
returned_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GString *letters = user_data;

  g_string_append_c (letters, (char) g_task_propagate_int (G_TASK (result), NULL));
}

typedef struct
{
  GTask *task; /* (owned) */
  char   letter;
} Answer;

/* The callback is called in between, and not some time later. */
static void
answer_cb (gpointer data)
{
  g_autofree Answer *answer = data;
  g_autoptr (GTask) task = answer->task;
  GString *letters = g_task_get_task_data (task);

  g_string_append_c (letters, '(');
  g_task_return_int (task, answer->letter);
  g_string_append_c (letters, ')');
}

static gboolean
ask_cb (gpointer data)
{
  Fixture *self = data;

  for (char letter = 'a'; letter <= 'd'; letter++)
    {
      Answer *answer = g_new (Answer, 1);

      answer->letter = letter;
      answer->task = g_task_new (NULL, NULL, returned_cb, self->letters);
      g_task_set_task_data (answer->task, self->letters, NULL);
      any_delivery_push (self->context, answer_cb, answer);
    }

  return G_SOURCE_REMOVE;
}

/* Asked for from another source, as an application does, or before the loop runs. */
START_TEST (test_tasks_return_at_once)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GSource) asking = g_idle_source_new ();

  g_main_context_push_thread_default (self->context);
  if (_i == 0)
    {
      ask_cb (self);
    }
  else
    {
      g_source_set_callback (asking, ask_cb, self, NULL);
      g_source_attach (asking, self->context);
    }
  run (self);
  g_main_context_pop_thread_default (self->context);

  ck_assert_str_eq (self->letters->str, "(a)(b)(c)(d)");
}
END_TEST

static void
ask_again_cb (gpointer data)
{
  ask_cb (data);
}

/* A task that is made and returned in one iteration would call later. */
START_TEST (test_tasks_of_a_call)
{
  g_autoptr (Fixture) self = fixture_new ();

  g_main_context_push_thread_default (self->context);
  any_delivery_push (self->context, ask_again_cb, self);
  run (self);
  g_main_context_pop_thread_default (self->context);

  ck_assert_str_eq (self->letters->str, "(a)(b)(c)(d)");
}
END_TEST

typedef struct
{
  GMainContext *context;
  guint         n_seen;
} Sender;

static void
count_cb (gpointer data)
{
  Sender *sender = data;

  sender->n_seen++;
}

static gpointer
send_thread (gpointer data)
{
  Sender *sender = data;

  for (guint i = 0; i < N_EACH; i++)
    any_delivery_push (sender->context, count_cb, sender);

  return NULL;
}

START_TEST (test_many_threads)
{
  g_autoptr (Fixture) self = fixture_new ();
  Sender   senders[N_THREADS] = { 0 };
  GThread *threads[N_THREADS];
  gint64   deadline = any_test_deadline ();
  guint    n_seen = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      senders[i].context = self->context;
      threads[i] = g_thread_new ("sender", send_thread, &senders[i]);
    }
  while (n_seen < N_THREADS * N_EACH)
    {
      if (!g_main_context_iteration (self->context, FALSE))
        ck_assert (any_test_wait (deadline));
      n_seen = 0;
      for (guint i = 0; i < N_THREADS; i++)
        n_seen += senders[i].n_seen;
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  ck_assert_uint_eq (n_seen, N_THREADS * N_EACH);
  ck_assert (!g_main_context_pending (self->context));
}
END_TEST

static void
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
}

static gpointer
run_thread (gpointer data)
{
  g_main_loop_run (data);

  return NULL;
}

/* A loop that sleeps is woken. */
START_TEST (test_wakes)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
      GThread *thread = g_thread_new ("loop", run_thread, loop);

      while (!g_main_loop_is_running (loop))
        g_thread_yield ();
      g_usleep (i % 5 * 100);
      any_delivery_push (context, quit_cb, loop);
      g_thread_join (thread);
    }
}
END_TEST

typedef struct
{
  GMainContext *context;
  int           is_over; /* atomic */
} Hammer;

/* Takes and frees the lock all the time, and none of GLib's that a child needs: that of its list of contexts nobody frees there. */
static gpointer
busy_thread (gpointer data)
{
  Hammer *hammer = data;

  while (!g_atomic_int_get (&hammer->is_over))
    {
      Sender sender = { hammer->context, 0 };

      for (guint i = 0; i < 100; i++)
        any_delivery_push (hammer->context, count_cb, &sender);
      while (g_main_context_iteration (hammer->context, FALSE))
        continue;
      g_assert_cmpuint (sender.n_seen, ==, 100);
    }

  return NULL;
}

/* In what the child has inherited waits the parent's, perhaps half-way. */
static void
child_part (int      line,
            gpointer data)
{
  Fixture *inherited = data;
  g_autoptr (Fixture) self = fixture_new ();

  run (inherited);
  g_assert_cmpstr (inherited->letters->str, ==, "");

  push (self, 'a');
  g_assert_true (g_main_context_iteration (self->context, FALSE));
  g_assert_cmpstr (self->letters->str, ==, "a");

  push (inherited, 'b');
  g_assert_true (g_main_context_iteration (inherited->context, FALSE));
  g_assert_cmpstr (inherited->letters->str, ==, "b");
  g_clear_pointer (&inherited->context, g_main_context_unref);
}

START_TEST (test_child_begins_anew)
{
  g_autoptr (Fixture) self = fixture_new ();

  push (self, 'z');
  any_test_process_run (child_part, self);
  ck_assert (g_main_context_iteration (self->context, FALSE));
  ck_assert_str_eq (self->letters->str, "z");
}
END_TEST

START_TEST (test_the_lock_is_held)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (Fixture) other = fixture_new ();
  Hammer   hammer = { other->context, FALSE };
  GThread *thread;

  if (!any_test_can_fork_from_threads ())
    return;

  push (self, 'z');
  thread = g_thread_new ("busy", busy_thread, &hammer);
  for (guint i = 0; i < 50; i++)
    any_test_process_run (child_part, self);
  g_atomic_int_set (&hammer.is_over, TRUE);
  g_thread_join (thread);

  ck_assert (g_main_context_iteration (self->context, FALSE));
  ck_assert_str_eq (self->letters->str, "z");
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("delivery");
  TCase *calls = tcase_create ("calls");
  TCase *tasks = tcase_create ("tasks");
  TCase *trouble = tcase_create ("trouble");

  tcase_set_timeout (calls, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (calls, test_in_order);
  tcase_add_test (calls, test_contexts_apart);
  tcase_add_test (calls, test_nothing_is_left);
  tcase_add_test (calls, test_more_is_pushed);
  tcase_add_test (calls, test_again_and_again);
  tcase_add_test (calls, test_nested_loop);
  tcase_add_loop_test (calls, test_application_draws, 0, G_N_ELEMENTS (priorities));
  tcase_add_test (calls, test_many_threads);
  tcase_add_test (calls, test_wakes);
  suite_add_tcase (suite, calls);

  tcase_add_loop_test (tasks, test_tasks_return_at_once, 0, 2);
  tcase_add_test (tasks, test_tasks_of_a_call);
  suite_add_tcase (suite, tasks);

  tcase_set_timeout (trouble, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (trouble, test_context_goes);
  tcase_add_test (trouble, test_source_outlives_context);
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
