/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signal door, closing, what is freed when and where, and several threads at once. */

#include "fixture.h"

#define NAME "org.example.Lifetime"

static void
check_call_fails (AnyFunction *function, int code)
{
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (any_function_call (function, path_args ("new"), NULL, &error));
  ck_assert_msg (error != NULL && g_error_matches (error, ANY_CACHE_ERROR, code), "the error is: %s", error ? error->message : "none");
  g_clear_error (&error);
  ck_assert_ptr_null (any_function_refresh (function, path_args ("new"), NULL, &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, code));
}

static gboolean
pass_on_handler_cb (AnyFunction *function, AnyRequest *request, gpointer user_data)
{
  int *n_asked = user_data;

  (*n_asked)++;

  return FALSE;
}

static gboolean
answer_handler_cb (AnyFunction *function, AnyRequest *request, gpointer user_data)
{
  int *n_asked = user_data;

  (*n_asked)++;
  any_request_return_value (request, g_variant_new_int64 (*n_asked));

  return TRUE;
}

static gboolean
error_handler_cb (AnyFunction *function, AnyRequest *request, gpointer user_data)
{
  any_request_return_error_literal (request, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such word");

  return TRUE;
}

static gboolean
answer_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  any_request_return_value (request, g_variant_new_int64 (7));

  return TRUE;
}

START_TEST (test_first_handler_that_answers_wins)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_function_new (fixture->cache, NAME, NULL);
  int n_passed = 0;
  int n_answered = 0;
  int n_late = 0;

  g_signal_connect (function, "compute", G_CALLBACK (pass_on_handler_cb), &n_passed);
  g_signal_connect (function, "compute", G_CALLBACK (answer_handler_cb), &n_answered);
  g_signal_connect (function, "compute", G_CALLBACK (answer_handler_cb), &n_late);

  ck_assert_int_eq (count_words (function, "any"), 1);
  ck_assert_int_eq (count_words (function, "any"), 1);
  ck_assert_int_eq (n_passed, 1);
  ck_assert_int_eq (n_answered, 1);
  ck_assert_int_eq (n_late, 0);
}
END_TEST

START_TEST (test_no_handler_is_no_result)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) defined = any_cache_define (fixture->cache, NAME, NULL, NULL, NULL, NULL);
  g_autoptr (AnyFunction) made = any_function_new (fixture->cache, NAME, NULL);
  int n_asked = 0;

  g_signal_connect (made, "compute", G_CALLBACK (pass_on_handler_cb), &n_asked);
  check_call_fails (defined, ANY_CACHE_ERROR_NO_RESULT);
  check_call_fails (made, ANY_CACHE_ERROR_NO_RESULT);
  ck_assert_int_eq (n_asked, 2);
}
END_TEST

START_TEST (test_defined_without_callback_asks_handlers)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, NULL, NULL, NULL);
  int n_asked = 0;

  g_signal_connect (function, "compute", G_CALLBACK (answer_handler_cb), &n_asked);
  ck_assert_int_eq (count_words (function, "any"), 1);
}
END_TEST

START_TEST (test_callback_goes_before_handlers)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, answer_cb, NULL, NULL);
  int n_asked = 0;

  g_signal_connect (function, "compute", G_CALLBACK (answer_handler_cb), &n_asked);
  ck_assert_int_eq (count_words (function, "any"), 7);
  ck_assert_int_eq (n_asked, 0);
}
END_TEST

START_TEST (test_handler_reports_an_error)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_function_new (fixture->cache, NAME, NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect (function, "compute", G_CALLBACK (error_handler_cb), NULL);
  ck_assert_ptr_null (any_function_call (function, path_args ("any"), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  ck_assert_str_eq (error->message, "no such word");
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
}
END_TEST

START_TEST (test_closed_function_still_hits)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) by_callback = any_cache_define (fixture->cache, NAME, NULL, answer_cb, NULL, NULL);
  g_autoptr (AnyFunction) by_signal = any_function_new (fixture->cache, NAME, NULL);
  int n_asked = 0;

  g_signal_connect (by_signal, "compute", G_CALLBACK (answer_handler_cb), &n_asked);
  ck_assert_int_eq (count_words (by_callback, "any"), 7);

  any_function_close (by_callback);
  any_function_close (by_callback);
  any_function_close (by_signal);
  ck_assert_int_eq (count_words (by_callback, "any"), 7);
  ck_assert_int_eq (count_words (by_signal, "any"), 7);
  check_call_fails (by_callback, ANY_CACHE_ERROR_CLOSED);
  check_call_fails (by_signal, ANY_CACHE_ERROR_CLOSED);
  ck_assert_int_eq (n_asked, 0);
}
END_TEST

/* How often and where something was let go. */
typedef struct
{
  int      n_times;
  GThread *thread;
} Farewell;

static void
farewell_cb (gpointer user_data)
{
  Farewell *farewell = user_data;

  farewell->n_times++;
  farewell->thread = g_thread_self ();
}

static char **
no_file_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  return g_new0 (char *, 1);
}

START_TEST (test_callbacks_are_let_go_once)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Farewell     never_called = { 0, NULL };
  Farewell     closed = { 0, NULL };
  Farewell     depfiles[2] = { { 0, NULL }, { 0, NULL } };
  AnyFunction *function = any_cache_define (fixture->cache, NAME, NULL, answer_cb, &never_called, farewell_cb);

  ck_assert_int_eq (never_called.n_times, 0);
  g_object_unref (function);
  ck_assert_int_eq (never_called.n_times, 1);

  function = any_cache_define (fixture->cache, NAME, NULL, answer_cb, &closed, farewell_cb);
  any_function_set_depfiles_func (function, no_file_cb, &depfiles[0], farewell_cb);
  any_function_set_depfiles_func (function, no_file_cb, &depfiles[1], farewell_cb);
  ck_assert_int_eq (depfiles[0].n_times, 1);
  ck_assert_int_eq (depfiles[1].n_times, 0);

  count_words (function, "any");
  any_function_close (function);
  ck_assert_int_eq (closed.n_times, 1);
  ck_assert_int_eq (depfiles[1].n_times, 1);

  g_object_unref (function);
  ck_assert_int_eq (closed.n_times, 1);
  ck_assert_int_eq (depfiles[0].n_times + depfiles[1].n_times, 2);
}
END_TEST

/* Data that comes without a callback is not needed, and let go at once. */
START_TEST (test_data_without_callback_is_let_go)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Farewell     compute = { 0, NULL };
  Farewell     depfiles = { 0, NULL };
  AnyFunction *function = any_cache_define (fixture->cache, NAME, NULL, NULL, &compute, farewell_cb);

  any_function_set_depfiles_func (function, NULL, &depfiles, farewell_cb);
  g_object_unref (function);
  ck_assert_int_eq (compute.n_times, 1);
  ck_assert_int_eq (depfiles.n_times, 1);
}
END_TEST

static gpointer
unref_cb (gpointer user_data)
{
  g_object_unref (user_data);

  return NULL;
}

static gpointer
close_cb (gpointer user_data)
{
  any_function_close (user_data);

  return NULL;
}

static void
wait_for_farewell (Farewell *farewell)
{
  gint64 deadline = deadline_in_seconds (30);

  while (farewell->n_times == 0)
    ck_assert_msg (poll_until (deadline), "nothing was let go");

  ck_assert_int_eq (farewell->n_times, 1);
  ck_assert_ptr_eq (farewell->thread, g_thread_self ());
}

START_TEST (test_callbacks_are_let_go_at_home)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Farewell     unreffed = { 0, NULL };
  Farewell     closed = { 0, NULL };
  AnyFunction *function = any_cache_define (fixture->cache, NAME, NULL, answer_cb, &unreffed, farewell_cb);

  /* The last reference goes in another thread, the user's data here. */
  g_thread_join (g_thread_new ("unref", unref_cb, function));
  wait_for_farewell (&unreffed);

  function = any_cache_define (fixture->cache, NAME, NULL, answer_cb, &closed, farewell_cb);
  g_thread_join (g_thread_new ("close", close_cb, function));
  wait_for_farewell (&closed);
  g_object_unref (function);
  ck_assert_int_eq (closed.n_times, 1);
}
END_TEST

START_TEST (test_function_keeps_its_cache)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  g_clear_object (&fixture->cache);
  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (lookup_words (function, path), 2);
}
END_TEST

#define N_THREADS 4
#define N_KEYS    50

static GPrivate running_in;

static gboolean
square_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  int   *n_computed = user_data;
  gint64 n;

  /* Set only in the threads that call. */
  if (g_private_get (&running_in) == NULL)
    return FALSE;

  g_atomic_int_inc (n_computed);
  g_variant_get (any_request_get_args (request), "(x)", &n);
  any_request_return_value (request, g_variant_new_int64 (n * n));

  return TRUE;
}

static gpointer
square_many_cb (gpointer user_data)
{
  g_private_set (&running_in, GINT_TO_POINTER (1));

  for (gint64 n = 0; n < N_KEYS; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = any_function_call (user_data, g_variant_new ("(x)", n), NULL, &error);

      if (value == NULL)
        return g_strdup (error->message);
      if (g_variant_get_int64 (value) != n * n)
        return g_strdup_printf ("%d squared is not %d", (int) n, (int) g_variant_get_int64 (value));
    }

  return NULL;
}

START_TEST (test_many_threads)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  int n_computed = 0;
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, square_cb, &n_computed, NULL);
  GThread *threads[N_THREADS];
  int      n_before;

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("caller", square_many_cb, function);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree char *complaint = g_thread_join (threads[i]);

      ck_assert_msg (complaint == NULL, "%s", complaint);
    }

  ck_assert_int_ge (n_computed, N_KEYS);
  ck_assert_int_le (n_computed, N_THREADS * N_KEYS);

  /* All of it is kept now. */
  n_before = n_computed;
  ck_assert_ptr_null (g_thread_join (g_thread_new ("caller", square_many_cb, function)));
  ck_assert_int_eq (n_computed, n_before);
}
END_TEST

/* Two threads that compute one key at a time. */
typedef struct
{
  AnyFunction *function;
  GThread     *second; /* (owned), started while the first computes */
  int          second_done;
  int          n_computed;
} Meeting;

static gpointer
call_second_cb (gpointer user_data)
{
  Meeting *meeting = user_data;
  GError  *error = NULL;
  g_autoptr (GVariant) value = any_function_call (meeting->function, path_args ("any"), NULL, &error);

  g_atomic_int_set (&meeting->second_done, 1);

  return error;
}

static gboolean
meet_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Meeting *meeting = user_data;
  gint64   deadline = g_get_monotonic_time () + G_USEC_PER_SEC / 4;

  /* The second thread may compute for itself or wait for the first one; both are right. */
  if (g_atomic_int_add (&meeting->n_computed, 1) == 0)
    {
      meeting->second = g_thread_new ("second", call_second_cb, meeting);
      while (g_atomic_int_get (&meeting->second_done) == 0 && g_get_monotonic_time () < deadline)
        g_usleep (1000);
    }
  any_request_return_value (request, g_variant_new_int64 (3));

  return TRUE;
}

START_TEST (test_other_thread_is_no_recursion)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Meeting meeting = { NULL, NULL, 0, 0 };
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, meet_cb, &meeting, NULL);
  g_autoptr (GError) error = NULL;

  meeting.function = function;
  ck_assert_int_eq (count_words (function, "any"), 3);
  error = g_thread_join (meeting.second);
  ck_assert_msg (error == NULL, "the second thread: %s", error ? error->message : "");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("lifetime");
  TCase *lifetime = tcase_create ("lifetime");

  tcase_set_timeout (lifetime, 60);
  tcase_add_test (lifetime, test_first_handler_that_answers_wins);
  tcase_add_test (lifetime, test_no_handler_is_no_result);
  tcase_add_test (lifetime, test_defined_without_callback_asks_handlers);
  tcase_add_test (lifetime, test_callback_goes_before_handlers);
  tcase_add_test (lifetime, test_handler_reports_an_error);
  tcase_add_test (lifetime, test_closed_function_still_hits);
  tcase_add_test (lifetime, test_callbacks_are_let_go_once);
  tcase_add_test (lifetime, test_data_without_callback_is_let_go);
  tcase_add_test (lifetime, test_callbacks_are_let_go_at_home);
  tcase_add_test (lifetime, test_function_keeps_its_cache);
  tcase_add_test (lifetime, test_many_threads);
  tcase_add_test (lifetime, test_other_thread_is_no_recursion);
  suite_add_tcase (suite, lifetime);

  return run_suite (suite);
}
