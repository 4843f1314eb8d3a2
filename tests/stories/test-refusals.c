/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is refused before anything is computed, and what is computed but not kept. */

#include "fixture.h"

#define NAME "org.example.Refusals"

static gboolean
count_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  fixture->computed++;
  any_request_return_value (request, g_variant_new_int64 (fixture->computed));

  return TRUE;
}

static AnyFunction *
define_counter (Fixture *fixture)
{
  return any_cache_define (fixture->cache, NAME, NULL, count_cb, fixture, NULL);
}

static void
expect_failure (const char *operation, gboolean done, GError **error, int code)
{
  ck_assert_msg (!done, "%s did not fail", operation);
  ck_assert_msg (*error != NULL, "%s failed without an error", operation);
  ck_assert_msg (g_error_matches (*error, G_IO_ERROR, code), "%s: %s", operation, (*error)->message);
  g_clear_error (error);
}

/* Does everything with @args that can be done, and expects that all of it fails alike. */
static void
check_all_fail (AnyFunction *function, GVariant *args, GCancellable *cancellable, int code)
{
  g_autoptr (GVariant) shared = g_variant_ref_sink (args);
  g_autoptr (GError) error = NULL;

  expect_failure ("call", any_function_call (function, shared, cancellable, &error) != NULL, &error, code);
  expect_failure ("lookup", any_function_lookup (function, shared, cancellable, &error) != NULL, &error, code);
  expect_failure ("refresh", any_function_refresh (function, shared, cancellable, &error) != NULL, &error, code);
  expect_failure ("store",
                  any_function_store (function, shared, g_variant_new_int64 (5), -1, NULL, cancellable, &error),
                  &error,
                  code);
  expect_failure ("is_outdated", any_function_is_outdated (function, shared, cancellable, &error), &error, code);
  expect_failure ("remove", any_function_remove (function, shared, cancellable, &error), &error, code);
}

static void
check_refused (AnyFunction *function, GVariant *args)
{
  g_autoptr (GVariant) shared = g_variant_ref_sink (args);
  g_autoptr (GError) error = NULL;

  check_all_fail (function, shared, NULL, G_IO_ERROR_INVALID_ARGUMENT);
  ck_assert_ptr_null (any_function_dup_ident (function, shared, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
  ck_assert_ptr_null (any_function_peek (function, shared));
}

/* A number in @n_levels boxes. */
static GVariant *
nested (int n_levels)
{
  GVariant *value = g_variant_new_int64 (1);

  for (int i = 0; i < n_levels; i++)
    value = g_variant_new_variant (value);

  return value;
}

START_TEST (test_handles_are_refused)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_counter (fixture);

  check_refused (function, g_variant_new_handle (0));
  check_refused (function, g_variant_new ("(sh)", "file", 0));
  check_refused (function, g_variant_new ("(v)", g_variant_new_handle (0)));
  check_refused (function, g_variant_new_array (G_VARIANT_TYPE_HANDLE, NULL, 0));
  ck_assert_int_eq (fixture->computed, 0);
}
END_TEST

START_TEST (test_deep_nesting_is_refused)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_counter (fixture);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  check_refused (function, nested (70));
  ck_assert_int_eq (fixture->computed, 0);

  value = any_function_call (function, nested (60), NULL, &error);
  ck_assert_msg (value != NULL, "sixty levels: %s", error ? error->message : "");
}
END_TEST

START_TEST (test_other_types_are_refused)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = g_object_new (ANY_TYPE_FUNCTION,
                                                   "cache", fixture->cache,
                                                   "name", NAME,
                                                   "args-type", "(si)",
                                                   NULL);

  check_refused (function, g_variant_new ("(sx)", "two", (gint64) 2));
  check_refused (function, g_variant_new ("s", "two"));
}
END_TEST

START_TEST (test_cancelled_computes_nothing)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_counter (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  check_all_fail (function, path_args ("any"), cancellable, G_IO_ERROR_CANCELLED);
  ck_assert_int_eq (fixture->computed, 0);

  /* What is stored stays, and is not told to who has cancelled. */
  count_words (function, "any");
  check_all_fail (function, path_args ("any"), cancellable, G_IO_ERROR_CANCELLED);
  ck_assert (!any_function_clear (function, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_clear_error (&error);
  ck_assert (!any_cache_clear (fixture->cache, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));

  ck_assert_int_eq (lookup_words (function, "any"), 1);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

static char **
silent_null_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  return NULL;
}

static char **
failing_null_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the list is lost");

  return NULL;
}

/* Without its files a result may be told, but not kept. */
START_TEST (test_unknown_files_are_not_stored)
{
  static const AnyDepfilesFunc ways[] = { silent_null_cb, failing_null_cb };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (Fixture) fixture = fixture_new ();
      g_autoptr (AnyFunction) function = define_counter (fixture);

      any_function_set_depfiles_func (function, ways[i], NULL, NULL);
      ck_assert_int_eq (count_words (function, "any"), 1);
      ck_assert_int_eq (lookup_words (function, "any"), MISS);
      ck_assert_int_eq (count_words (function, "any"), 2);
      ck_assert_uint_eq (any_cache_get_size (fixture->cache), 0);

      /* A new list of files counts from the next call on. */
      any_function_set_depfiles_func (function, NULL, NULL, NULL);
      ck_assert_int_eq (count_words (function, "any"), 3);
      ck_assert_int_eq (count_words (function, "any"), 3);
    }
}
END_TEST

static char **
ask_itself_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  AnyFunction **function = user_data;
  g_autoptr (GVariant) again = any_function_call (*function, args, NULL, error);

  return again != NULL ? g_new0 (char *, 1) : NULL;
}

/* The result is not stored yet while its files are listed, so asking for it is a recursion too. */
START_TEST (test_depfiles_function_asks_itself)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_counter (fixture);

  any_function_set_depfiles_func (function, ask_itself_cb, &function, NULL);
  ck_assert_int_eq (count_words (function, "any"), 1);
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

/* Somebody else changes the file while the first computation reads it. */
static gboolean
disturbed_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture    *fixture = user_data;
  const char *path = NULL;

  g_variant_get (any_request_get_args (request), "(&s)", &path);
  fixture->computed++;
  if (fixture->computed == 1)
    write_text (path, "changed meanwhile");
  any_request_return_value (request, g_variant_new_int64 (fixture->computed));

  return TRUE;
}

static gboolean
named_and_disturbed_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  const char *path = NULL;

  g_variant_get (any_request_get_args (request), "(&s)", &path);
  any_request_add_dependency (request, path);

  return disturbed_cb (request, user_data, error);
}

static char **
args_are_the_file_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  char **files = g_new0 (char *, 2);

  g_variant_get (args, "(s)", &files[0]);

  return files;
}

static void
check_first_is_not_stored (AnyFunction *function, const char *path)
{
  settle (path);
  ck_assert_int_eq (count_words (function, path), 1);
  ck_assert_int_eq (lookup_words (function, path), MISS);
  settle (path);
  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (count_words (function, path), 2);
}

START_TEST (test_file_changed_meanwhile_is_not_stored)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) named = any_cache_define (fixture->cache, NAME, NULL, named_and_disturbed_cb, fixture, NULL);
  g_autoptr (AnyFunction) listed = any_cache_define (fixture->cache, NAME, "listed", disturbed_cb, fixture, NULL);

  check_first_is_not_stored (named, path);

  fixture->computed = 0;
  any_function_set_depfiles_func (listed, args_are_the_file_cb, NULL, NULL);
  check_first_is_not_stored (listed, path);
}
END_TEST

/* What the signal has told, and where. */
typedef struct
{
  int      n_times;
  GThread *thread;
  GQuark   domain;
} Trouble;

static void
note_trouble_cb (AnyCache *cache, GError *error, gpointer user_data)
{
  Trouble *trouble = user_data;

  trouble->n_times++;
  trouble->thread = g_thread_self ();
  trouble->domain = error->domain;
}

static gpointer
call_cb (gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (user_data, path_args ("from a thread"), NULL, &error);

  return GINT_TO_POINTER (value != NULL);
}

/* A cache that cannot store is a slow cache, not a broken program. */
START_TEST (test_trouble_is_told_once)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "file", "not a directory");
  g_autoptr (AnyCache) cache = any_cache_new (path, -1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, NAME, NULL, count_cb, fixture, NULL);
  Trouble trouble = { 0, NULL, 0 };
  gint64  deadline = deadline_in_seconds (30);

  g_signal_connect (cache, "store-failed", G_CALLBACK (note_trouble_cb), &trouble);

  /* It happens in another thread and is told here. */
  ck_assert_ptr_nonnull (g_thread_join (g_thread_new ("caller", call_cb, function)));
  while (trouble.n_times == 0)
    ck_assert_msg (poll_until (deadline), "nothing was told");
  ck_assert_ptr_eq (trouble.thread, g_thread_self ());
  ck_assert_int_ne (trouble.domain, 0);

  ck_assert_int_eq (count_words (function, "any"), 2);
  ck_assert_int_eq (count_words (function, "any"), 3);
  poll_until (deadline);
  ck_assert_int_eq (trouble.n_times, 1);
  ck_assert_uint_eq (any_cache_get_size (cache), 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("refusals");
  TCase *refused = tcase_create ("refused");

  tcase_set_timeout (refused, 60);
  tcase_add_test (refused, test_handles_are_refused);
  tcase_add_test (refused, test_deep_nesting_is_refused);
  tcase_add_test (refused, test_other_types_are_refused);
  tcase_add_test (refused, test_cancelled_computes_nothing);
  tcase_add_test (refused, test_unknown_files_are_not_stored);
  tcase_add_test (refused, test_depfiles_function_asks_itself);
  tcase_add_test (refused, test_file_changed_meanwhile_is_not_stored);
  tcase_add_test (refused, test_trouble_is_told_once);
  suite_add_tcase (suite, refused);

  return run_suite (suite);
}
