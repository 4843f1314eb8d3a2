/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-answer.h"

#include "any-error.h"
#include "any-request-private.h"
#include "any-test-entry.h"
#include "any-test.h"

/* An answer, and somebody who waits for it. */
typedef struct
{
  AnyAnswer *answer;       /* (owned) */
  int        n_refs;       /* atomic: to this, by the answer */
  int        n_answered;   /* atomic */
  int        n_progressed; /* atomic */
  int        percent;      /* atomic: the last */
  GThread   *thread;       /* atomic: of the last that told anything */
} Wait;

static gpointer
ref_cb (gpointer data)
{
  Wait *self = data;

  g_atomic_int_inc (&self->n_refs);

  return self;
}

static void
unref_cb (gpointer data)
{
  Wait *self = data;

  g_atomic_int_add (&self->n_refs, -1);
}

static void
answered_cb (AnyAnswer *answer,
             gpointer   data)
{
  Wait *self = data;

  ck_assert_ptr_eq (answer, self->answer);
  ck_assert_int_gt (g_atomic_int_get (&self->n_refs), 0);
  g_atomic_pointer_set (&self->thread, g_thread_self ());
  g_atomic_int_inc (&self->n_answered);
}

static void
progressed_cb (AnyAnswer *answer,
               double     fraction,
               gpointer   data)
{
  Wait *self = data;

  ck_assert_ptr_eq (answer, self->answer);
  ck_assert_int_gt (g_atomic_int_get (&self->n_refs), 0);
  g_atomic_pointer_set (&self->thread, g_thread_self ());
  g_atomic_int_set (&self->percent, (int) (100 * fraction));
  g_atomic_int_inc (&self->n_progressed);
}

static const AnyAnswerListener listener = { answered_cb, progressed_cb, ref_cb, unref_cb };

static AnyAnswer *
answer_new (AnyRecord *old)
{
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(s)", "key"));

  return any_answer_new (ANY_TEST_NAME, args, old, NULL);
}

static void
wait_init (Wait                    *self,
           const AnyAnswerListener *by)
{
  *self = (Wait){ .answer = answer_new (NULL) };
  any_answer_set_listener (self->answer, by, self);
}

static void
wait_clear (Wait *self)
{
  g_clear_pointer (&self->answer, any_answer_unref);
  ck_assert_int_eq (self->n_refs, 0);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wait, wait_clear)

static void
give (AnyAnswer *answer,
      gint64     number)
{
  any_answer_give (answer, g_variant_ref_sink (g_variant_new_int64 (number)), FALSE, NULL);
}

static void
give_error (AnyAnswer *answer)
{
  any_answer_give (answer, NULL, FALSE, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "trouble"));
}

/* Closes, and gives the number that was the answer, or 0 with the error, or with none. */
static gint64
take (AnyAnswer *answer,
      GError   **error)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean answered = any_answer_close (answer, &value, &local_error);

  ck_assert (answered || (value == NULL && local_error == NULL));
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return value != NULL ? g_variant_get_int64 (value) : 0;
}

START_TEST (test_what_it_holds)
{
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(s)", "key"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (AnyAnswer) answer = any_answer_new (ANY_TEST_NAME, args, NULL, cancellable);
  g_autoptr (AnyAnswer) other = any_answer_new (ANY_TEST_NAME, args, NULL, NULL);

  ck_assert_str_eq (any_answer_get_name (answer), ANY_TEST_NAME);
  ck_assert_ptr_eq (any_answer_get_args (answer), args);
  ck_assert_ptr_eq (any_answer_get_cancellable (answer), cancellable);
  ck_assert_ptr_null (any_answer_get_old (answer));
  ck_assert_ptr_null (any_answer_get_validator (answer));

  ck_assert (G_IS_CANCELLABLE (any_answer_get_cancellable (other)));
  ck_assert_ptr_ne (any_answer_get_cancellable (other), cancellable);
}
END_TEST

static gpointer
give_cb (gpointer data)
{
  Wait *self = data;

  any_answer_set_progress (self->answer, 0.5);
  give (self->answer, 7);

  return NULL;
}

/* Who waits is told where the answer comes from, once. */
START_TEST (test_another_thread)
{
  g_auto (Wait) wait = { 0 };
  GThread *thread;

  wait_init (&wait, &listener);
  ck_assert_int_eq (wait.n_refs, 1);
  thread = g_thread_ref (g_thread_new ("user", give_cb, &wait));
  g_thread_join (thread);

  ck_assert_int_eq (wait.n_progressed, 1);
  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_ptr_eq (wait.thread, thread);
  ck_assert_int_eq (wait.n_refs, 0);
  ck_assert_int_eq (take (wait.answer, NULL), 7);
  ck_assert_int_eq (wait.n_answered, 1);
  g_thread_unref (thread);
}
END_TEST

START_TEST (test_error)
{
  g_auto (Wait) wait = { 0 };
  g_autoptr (GError) error = NULL;

  wait_init (&wait, &listener);
  give_error (wait.answer);
  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_int_eq (take (wait.answer, &error), 0);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED));
}
END_TEST

static int *n_criticals; /* (nullable): while somebody counts */

static GLogWriterOutput
log_cb (GLogLevelFlags   level,
        const GLogField *fields,
        gsize            n_fields,
        gpointer         user_data)
{
  if (n_criticals == NULL || !(level & G_LOG_LEVEL_CRITICAL))
    return g_log_writer_default (level, fields, n_fields, user_data);

  (*n_criticals)++;

  return G_LOG_WRITER_HANDLED;
}

/* The first answer counts, and a second one is a mistake in the program: also where the first came too late. */
START_TEST (test_twice)
{
  gboolean       is_late = _i & 1;
  gboolean       is_error = _i & 2;
  int            n_told = 0;
  GLogLevelFlags levels = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_auto (Wait) wait = { 0 };

  n_criticals = &n_told;
  wait_init (&wait, &listener);
  if (is_late)
    ck_assert_int_eq (take (wait.answer, NULL), 0);
  give (wait.answer, 1);
  ck_assert_int_eq (n_told, 0);

  if (is_error)
    give_error (wait.answer);
  else
    give (wait.answer, 2);
  ck_assert_int_eq (n_told, 1);
  ck_assert_int_eq (wait.n_answered, is_late ? 0 : 1);
  ck_assert_int_eq (take (wait.answer, NULL), is_late ? 0 : 1);

  n_criticals = NULL;
  g_log_set_always_fatal (levels);
}
END_TEST

static void
note_freed_cb (gpointer freed)
{
  *(gboolean *) freed = TRUE;
}

/* Nobody waits any more: who did is let go, and what comes is dropped. */
START_TEST (test_after_close)
{
  gboolean freed = FALSE;
  g_auto (Wait) wait = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func ("text", 4, note_freed_cb, &freed);

  wait_init (&wait, &listener);
  ck_assert_int_eq (take (wait.answer, NULL), 0);
  ck_assert_int_eq (wait.n_refs, 0);

  any_answer_give (wait.answer, g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE)), FALSE, NULL);
  g_clear_pointer (&bytes, g_bytes_unref);
  ck_assert (freed);
  ck_assert_int_eq (wait.n_answered, 0);
  ck_assert_int_eq (take (wait.answer, NULL), 0);
}
END_TEST

START_TEST (test_abandoned)
{
  g_auto (Wait) wait = { 0 };
  g_autoptr (GError) error = NULL;

  wait_init (&wait, &listener);
  any_answer_abandon (wait.answer);
  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_ptr_eq (wait.thread, g_thread_self ());

  any_answer_abandon (wait.answer);
  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_int_eq (take (wait.answer, &error), 0);
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_ABANDONED));
  ck_assert_str_eq (error->message, "The request for “" ANY_TEST_NAME "” was dropped without an answer");
}
END_TEST

/* Whoever has answered drops the request then. */
START_TEST (test_abandoned_after_an_answer)
{
  g_auto (Wait) wait = { 0 };

  wait_init (&wait, &listener);
  give (wait.answer, 1);
  any_answer_abandon (wait.answer);
  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_int_eq (take (wait.answer, NULL), 1);
}
END_TEST

START_TEST (test_abandoned_after_close)
{
  g_auto (Wait) wait = { 0 };
  g_autoptr (GError) error = NULL;

  wait_init (&wait, &listener);
  take (wait.answer, NULL);
  any_answer_abandon (wait.answer);
  ck_assert_int_eq (wait.n_answered, 0);
  ck_assert_int_eq (take (wait.answer, &error), 0);
  ck_assert_ptr_null (error);
}
END_TEST

/* Whoever drops the last reference to a request has nothing more to say; a wrapper that runs dispose may have. */
START_TEST (test_request_dropped)
{
  gboolean has_answered = _i;
  g_auto (Wait) wait = { 0 };
  g_autoptr (GError) error = NULL;
  AnyRequest *request;

  wait_init (&wait, &listener);
  request = any_request_new (wait.answer);
  ck_assert_ptr_eq (any_request_get_answer (request), wait.answer);

  g_object_run_dispose (G_OBJECT (request));
  ck_assert_int_eq (wait.n_answered, 0);
  if (has_answered)
    any_request_return_value (request, g_variant_new_int64 (7));
  g_object_unref (request);

  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_int_eq (take (wait.answer, &error), has_answered ? 7 : 0);
  ck_assert_int_eq (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_ABANDONED), !has_answered);
}
END_TEST

/* An answer needs nobody to listen, and keeps nobody who does once it is gone itself. */
START_TEST (test_without_an_end)
{
  g_auto (Wait) wait = { 0 };
  g_autoptr (AnyAnswer) given = answer_new (NULL);
  g_autoptr (AnyAnswer) abandoned = answer_new (NULL);

  any_answer_set_progress (given, 0.5);
  give (given, 1);
  any_answer_abandon (abandoned);

  wait_init (&wait, &listener);
  ck_assert_int_eq (wait.n_refs, 1);
  g_clear_pointer (&wait.answer, any_answer_unref);
  ck_assert_int_eq (wait.n_refs, 0);
}
END_TEST

START_TEST (test_progress)
{
  g_auto (Wait) wait = { 0 };

  wait_init (&wait, &listener);
  any_answer_set_progress (wait.answer, 0.25);
  ck_assert_int_eq (wait.n_progressed, 1);
  ck_assert_int_eq (wait.percent, 25);
  any_answer_set_progress (wait.answer, 0.75);
  ck_assert_int_eq (wait.n_progressed, 2);
  ck_assert_int_eq (wait.percent, 75);
  ck_assert_ptr_eq (wait.thread, g_thread_self ());
  ck_assert_int_eq (wait.n_refs, 1);

  if (_i == 0)
    give (wait.answer, 1);
  else if (_i == 1)
    any_answer_abandon (wait.answer);
  else
    take (wait.answer, NULL);
  any_answer_set_progress (wait.answer, 1.0);
  ck_assert_int_eq (wait.n_progressed, 2);
}
END_TEST

static void
close_cb (AnyAnswer *answer,
          gpointer   data)
{
  answered_cb (answer, data);
  any_answer_set_progress (answer, 1.0);
  any_answer_set_no_store (answer);
  ck_assert_int_eq (take (answer, NULL), 7);
}

static void
give_in_turn_cb (AnyAnswer *answer,
                 double     fraction,
                 gpointer   data)
{
  progressed_cb (answer, fraction, data);
  any_answer_set_maxage (answer, 1000);
  give (answer, 7);
}

/* Who is told anything may do anything: no lock is held. */
START_TEST (test_without_a_lock)
{
  const AnyAnswerListener busy = { close_cb, give_in_turn_cb, ref_cb, unref_cb };
  g_auto (Wait) wait = { 0 };

  wait_init (&wait, &busy);
  any_answer_set_progress (wait.answer, 0.5);
  ck_assert_int_eq (wait.n_progressed, 1);
  ck_assert_int_eq (wait.n_answered, 1);
  ck_assert_int_eq (wait.n_refs, 0);
  ck_assert_int_eq (any_answer_get_maxage (wait.answer), 0);
}
END_TEST

/* Each of the two is optional. */
START_TEST (test_half_a_listener)
{
  const AnyAnswerListener deaf = { NULL, NULL, ref_cb, unref_cb };
  g_auto (Wait) wait = { 0 };

  wait_init (&wait, &deaf);
  any_answer_set_progress (wait.answer, 0.5);
  ck_assert_int_eq (wait.n_refs, 1);
  give (wait.answer, 1);
  ck_assert_int_eq (wait.n_refs, 0);
  ck_assert_int_eq (take (wait.answer, NULL), 1);
}
END_TEST

static gpointer
progress_cb (gpointer data)
{
  Wait *self = data;

  for (guint i = 0; i < 50; i++)
    any_answer_set_progress (self->answer, i / 50.0);

  return NULL;
}

/* Whatever comes first, both sides agree on it, and nobody is told anything whom nobody holds. */
START_TEST (test_many_threads)
{
  for (guint i = 0; i < 200; i++)
    {
      g_auto (Wait) wait = { 0 };
      GThread *threads[3];
      gint64   number;

      wait_init (&wait, &listener);
      threads[0] = g_thread_new ("user", progress_cb, &wait);
      threads[1] = g_thread_new ("user", progress_cb, &wait);
      threads[2] = g_thread_new ("user", give_cb, &wait);
      while (i % 2 == 1 && g_atomic_int_get (&wait.n_progressed) == 0 && g_atomic_int_get (&wait.n_refs) > 0)
        g_thread_yield ();
      number = take (wait.answer, NULL);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);

      ck_assert_int_eq (wait.n_answered, number == 7 ? 1 : 0);
      ck_assert_int_eq (wait.n_refs, 0);
    }
}
END_TEST

/* What is said of an answer is part of it until it is closed. */
START_TEST (test_what_is_said)
{
  gboolean is_late = _i;
  g_autoptr (AnyAnswer) answer = answer_new (NULL);
  g_autoptr (GBytes) packed = NULL;
  GError *error = NULL;

  if (is_late)
    take (answer, &error);
  any_answer_add_dependency (answer, "/etc/passwd", ANY_DEPENDENCY_FLAGS_NONE);
  any_answer_set_maxage (answer, 1000);
  any_answer_set_validator (answer, "one");
  any_answer_set_validator (answer, "two");
  if (!is_late)
    take (answer, &error);

  packed = any_dependencies_pack (any_answer_get_dependencies (answer));
  ck_assert_int_eq (g_bytes_get_size (packed) > 0, !is_late);
  ck_assert_int_eq (any_answer_get_maxage (answer), is_late ? -1 : 1000);
  ck_assert_pstr_eq (any_answer_get_new_validator (answer), is_late ? NULL : "two");
  ck_assert_ptr_null (error);
}
END_TEST

/* An answer holds no longer than all that it was made from. */
START_TEST (test_inherit)
{
  g_autoptr (AnyAnswer) answer = answer_new (NULL);
  g_autoptr (GBytes) packed = NULL;

  ck_assert_int_eq (any_answer_get_expires (answer), -1);
  any_answer_inherit (answer, "org.example.Inner", "1", NULL, 0, 2000);
  ck_assert_int_eq (any_answer_get_expires (answer), 2000);
  any_answer_inherit (answer, "org.example.Inner", "1", NULL, 0, -1);
  any_answer_inherit (answer, "org.example.Inner", "1", NULL, 0, 1000);
  any_answer_inherit (answer, "org.example.Inner", "1", NULL, 0, 3000);
  ck_assert_int_eq (any_answer_get_expires (answer), 1000);
  packed = any_dependencies_pack (any_answer_get_dependencies (answer));
  ck_assert_uint_gt (g_bytes_get_size (packed), 0);

  any_answer_set_maxage (answer, 1000);
  ck_assert_int_eq (any_answer_get_maxage (answer), 1000);
  any_answer_inherit_doubt (answer);
  ck_assert_int_eq (any_answer_get_maxage (answer), 0);
}
END_TEST

/* The old value once more, for as long as it held, unless something else is said. */
START_TEST (test_old)
{
  gboolean says_else = _i;
  AnyKey   key;
  gsize    head_length;
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_int64 (7));
  const AnyFacts facts = { .created = 5000, .expires = 6000, .validator = "one" };
  g_autoptr (AnyRecord) old = NULL;
  g_autoptr (AnyAnswer) answer = NULL;

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  old = any_codec_seal (&key, none, value, &facts, ANY_CODEC_NEVER_COMPRESS, &head_length);
  any_key_clear (&key);
  answer = answer_new (old);
  ck_assert_ptr_eq (any_answer_get_old (answer), old);
  ck_assert_str_eq (any_answer_get_validator (answer), "one");
  ck_assert_ptr_null (any_answer_get_new_validator (answer));

  if (says_else)
    {
      any_answer_set_validator (answer, "two");
      any_answer_set_maxage (answer, 10);
    }
  any_answer_give (answer, g_variant_ref (old->value), TRUE, NULL);
  ck_assert_int_eq (take (answer, NULL), 7);
  ck_assert_str_eq (any_answer_get_new_validator (answer), says_else ? "two" : "one");
  ck_assert_int_eq (any_answer_get_maxage (answer), says_else ? 10 : 1000);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("answer");
  TCase *all = tcase_create ("all");

  /* A writer is set once in a process. */
  g_log_set_writer_func (log_cb, NULL, NULL);

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_what_it_holds);
  tcase_add_test (all, test_another_thread);
  tcase_add_test (all, test_error);
  tcase_add_loop_test (all, test_twice, 0, 4);
  tcase_add_test (all, test_after_close);
  tcase_add_test (all, test_abandoned);
  tcase_add_test (all, test_abandoned_after_an_answer);
  tcase_add_test (all, test_abandoned_after_close);
  tcase_add_loop_test (all, test_request_dropped, 0, 2);
  tcase_add_test (all, test_without_an_end);
  tcase_add_loop_test (all, test_progress, 0, 3);
  tcase_add_test (all, test_without_a_lock);
  tcase_add_test (all, test_half_a_listener);
  tcase_add_test (all, test_many_threads);
  tcase_add_loop_test (all, test_what_is_said, 0, 2);
  tcase_add_test (all, test_inherit);
  tcase_add_loop_test (all, test_old, 0, 2);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
