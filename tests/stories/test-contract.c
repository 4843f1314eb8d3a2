/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The contract of the compute callback, line by line: where it runs, how it answers, what its errors become. */

#include "fixture.h"

#include <string.h>

#define NAME "org.example.Contract"

static GQuark
words_quark (void)
{
  return g_quark_from_static_string ("org-example-words");
}

static void
check_call_fails (AnyFunction *function, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (function, path_args ("any"), NULL, &error);

  ck_assert_msg (value == NULL, "the call has a result");
  ck_assert_msg (error != NULL, "the call fails without an error");
  ck_assert_msg (g_error_matches (error, domain, code),
                 "the error is %s %d: %s",
                 g_quark_to_string (error->domain),
                 error->code,
                 error->message);
}

static gboolean
note_thread_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  GThread **ran_in = user_data;

  *ran_in = g_thread_self ();
  any_request_return_value (request, g_variant_new_int64 (1));

  return TRUE;
}

static gpointer
call_in_thread_cb (gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (user_data, g_variant_new ("(s)", "from a thread"), NULL, &error);

  return value != NULL ? g_thread_self () : NULL;
}

START_TEST (test_runs_in_the_callers_thread)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  GThread *ran_in = NULL;
  GThread *thread;
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, note_thread_cb, &ran_in, NULL);

  ck_assert_int_eq (count_words (function, "any"), 1);
  ck_assert_ptr_eq (ran_in, g_thread_self ());

  thread = g_thread_new ("caller", call_in_thread_cb, function);
  ck_assert_ptr_eq (g_thread_join (thread), ran_in);
  ck_assert_ptr_ne (ran_in, g_thread_self ());
}
END_TEST

static gboolean
describe_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  any_request_return_value (request,
                            g_variant_new ("(s@*b)",
                                           any_request_get_name (request),
                                           any_request_get_args (request),
                                           g_cancellable_is_cancelled (any_request_get_cancellable (request))));

  return TRUE;
}

START_TEST (test_answer_arrives)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, describe_cb, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (function, g_variant_new ("(si)", "two", 2), NULL, &error);
  g_autofree char *text = NULL;

  ck_assert_ptr_null (error);
  ck_assert (!g_variant_is_floating (value));
  text = g_variant_print (value, FALSE);
  ck_assert_str_eq (text, "('org.example.Contract', ('two', 2), false)");
}
END_TEST

static gpointer
answer_in_thread_cb (gpointer request)
{
  any_request_return_value (request, g_variant_new_int64 (4));

  return NULL;
}

static gboolean
delegate_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  g_thread_join (g_thread_new ("helper", answer_in_thread_cb, request));

  return TRUE;
}

START_TEST (test_another_thread_may_answer)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, delegate_cb, NULL, NULL);

  ck_assert_int_eq (count_words (function, "any"), 4);
  ck_assert_int_eq (lookup_words (function, "any"), 4);
}
END_TEST

static gboolean
cancel_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  g_cancellable_cancel (user_data);

  return !g_cancellable_set_error_if_cancelled (any_request_get_cancellable (request), error);
}

START_TEST (test_computation_sees_the_cancellation)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, cancel_cb, cancellable, NULL);
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (any_function_call (function, path_args ("any"), cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}
END_TEST

static gboolean
fail_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->computed++;
  g_set_error_literal (error, words_quark (), 42, "no such word");

  return FALSE;
}

static gboolean
return_error_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) mine = g_error_new_literal (words_quark (), 42, "no such word");

  fixture->computed++;
  any_request_return_error (request, mine);

  return TRUE;
}

static gboolean
return_literal_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->computed++;
  any_request_return_error_literal (request, words_quark (), 42, "no such word");

  return TRUE;
}

/* An error arrives as it was made and is not remembered, by whatever way it comes. */
START_TEST (test_error_arrives_and_is_not_stored)
{
  static const AnyComputeFunc ways[] = { fail_cb, return_error_cb, return_literal_cb };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (Fixture) fixture = fixture_new ();
      g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, ways[i], fixture, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = any_function_call (function, path_args ("any"), NULL, &error);

      ck_assert_ptr_null (value);
      ck_assert (g_error_matches (error, words_quark (), 42));
      ck_assert_str_eq (error->message, "no such word");

      ck_assert_int_eq (lookup_words (function, "any"), MISS);
      ck_assert_uint_eq (any_cache_get_size (fixture->cache), 0);
      check_call_fails (function, words_quark (), 42);
      ck_assert_int_eq (fixture->computed, 2);
    }
}
END_TEST

static gboolean
nothing_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  return FALSE;
}

START_TEST (test_nothing_is_no_result)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, nothing_cb, NULL, NULL);

  check_call_fails (function, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT);
}
END_TEST

static gboolean
answer_and_forget_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->computed++;
  any_request_return_value (request, g_variant_new_int64 (8));

  return FALSE;
}

START_TEST (test_false_after_an_answer_is_fine)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, answer_and_forget_cb, fixture, NULL);

  ck_assert_int_eq (count_words (function, "any"), 8);
  ck_assert_int_eq (count_words (function, "any"), 8);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

/* What a callback does that keeps its request for later. */
typedef struct
{
  AnyRequest *kept; /* (owned) */
  gboolean    promises;
  gboolean    fails;
} Late;

static gboolean
keep_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Late *late = user_data;

  g_set_object (&late->kept, request);
  if (late->fails)
    g_set_error_literal (error, words_quark (), 42, "no such word");

  return late->promises;
}

static void
check_late_answer (gboolean promises, gboolean fails, GQuark domain, int code)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Late late = { NULL, promises, fails };
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, keep_cb, &late, NULL);

  check_call_fails (function, domain, code);

  /* Criticals are fatal here: the answer must be dropped without a word. */
  any_request_return_value (late.kept, g_variant_new_int64 (8));
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
  check_call_fails (function, domain, code);
  g_clear_object (&late.kept);
}

START_TEST (test_late_answer_is_dropped)
{
  check_late_answer (TRUE, FALSE, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  check_late_answer (FALSE, FALSE, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT);
  check_late_answer (FALSE, TRUE, words_quark (), 42);
}
END_TEST

static gboolean
answer_twice_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  any_request_return_value (request, g_variant_new_int64 (1));
  any_request_return_value (request, g_variant_new_int64 (2));

  return TRUE;
}

START_TEST (answer_twice_part)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, answer_twice_cb, NULL, NULL);

  g_print ("%d\n", (int) count_words (function, "any"));
}
END_TEST

START_TEST (test_second_answer_is_a_critical)
{
  g_autofree char *errors = NULL;
  g_autofree char *output = run_part ("answer-twice", "G_DEBUG", "", &errors);

  ck_assert_str_eq (output, "1");
  ck_assert_msg (strstr (errors, "-CRITICAL **") != NULL, "no critical was logged: %s", errors);
}
END_TEST

/* A function and the arguments that it asks itself for. */
typedef struct
{
  AnyFunction *function;
  GError      *error; /* (owned) of the inner call */
} Mirror;

static gboolean
ask_itself_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Mirror *mirror = user_data;
  g_autoptr (GVariant) value = NULL;

  g_clear_error (&mirror->error);
  value = any_function_call (mirror->function, any_request_get_args (request), NULL, &mirror->error);
  any_request_return_value (request, g_variant_new_int64 (value != NULL));

  return TRUE;
}

START_TEST (test_recursion_fails_at_once)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Mirror mirror = { NULL, NULL };
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, ask_itself_cb, &mirror, NULL);
  g_autoptr (AnyFunction) twin = any_cache_define (fixture->cache, NAME, NULL, ask_itself_cb, &mirror, NULL);

  mirror.function = function;
  ck_assert_int_eq (count_words (function, "any"), 0);
  ck_assert (g_error_matches (mirror.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));

  /* It is the key that counts, not the object. */
  mirror.function = twin;
  ck_assert_int_eq (count_words (function, "other"), 0);
  ck_assert (g_error_matches (mirror.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
  g_clear_error (&mirror.error);
}
END_TEST

typedef struct
{
  AnyFunction *function;
  int          computed;
} Fibonacci;

static gint64
fibonacci (AnyFunction *function, gint64 n)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_call (function, g_variant_new ("(x)", n), NULL, &error);

  ck_assert_msg (value != NULL, "fibonacci %d: %s", (int) n, error ? error->message : "");

  return take_int64 (value);
}

static gboolean
fibonacci_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fibonacci *self = user_data;
  gint64     n;

  self->computed++;
  g_variant_get (any_request_get_args (request), "(x)", &n);
  n = n < 2 ? n : fibonacci (self->function, n - 1) + fibonacci (self->function, n - 2);
  any_request_return_value (request, g_variant_new_int64 (n));

  return TRUE;
}

START_TEST (test_other_arguments_are_no_recursion)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Fibonacci self = { NULL, 0 };
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, NAME, NULL, fibonacci_cb, &self, NULL);

  self.function = function;
  ck_assert_int_eq (fibonacci (function, 20), 6765);
  ck_assert_int_eq (self.computed, 21);
}
END_TEST

static Suite *
contract_suite (void)
{
  Suite *suite = suite_create ("contract");
  TCase *answers = tcase_create ("answers");

  tcase_set_timeout (answers, 60);
  tcase_add_test (answers, test_runs_in_the_callers_thread);
  tcase_add_test (answers, test_answer_arrives);
  tcase_add_test (answers, test_another_thread_may_answer);
  tcase_add_test (answers, test_computation_sees_the_cancellation);
  tcase_add_test (answers, test_error_arrives_and_is_not_stored);
  tcase_add_test (answers, test_nothing_is_no_result);
  tcase_add_test (answers, test_false_after_an_answer_is_fine);
  tcase_add_test (answers, test_late_answer_is_dropped);
  tcase_add_test (answers, test_second_answer_is_a_critical);
  tcase_add_test (answers, test_recursion_fails_at_once);
  tcase_add_test (answers, test_other_arguments_are_no_recursion);
  suite_add_tcase (suite, answers);

  return suite;
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "answer-twice") == 0)
    return run_alone (answer_twice_part);

  return run_suite (contract_suite ());
}
