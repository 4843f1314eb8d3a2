/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What an application says to have changed: a token of its own, or a path. */

#include "fixture.h"

#include <string.h>

#define TOKEN "app:account/42"

static void
invalidate (Fixture *fixture, const char *dependency)
{
  g_autoptr (GError) error = NULL;

  ck_assert_msg (any_cache_invalidate (fixture->cache, dependency, NULL, &error), "%s: %s", dependency, error ? error->message : "");
  ck_assert_ptr_null (error);
}

static gboolean
account_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  any_request_add_dependency (request, TOKEN);
  fixture->computed++;
  any_request_return_value (request, g_variant_new_int64 (fixture->computed));

  return TRUE;
}

/* Depends on something that is no file. */
static AnyFunction *
define_account (Fixture *fixture)
{
  return any_cache_define (fixture->cache, "org.example.Account", NULL, account_cb, fixture, NULL);
}

START_TEST (test_token)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_account (fixture);

  ck_assert_int_eq (count_words (function, "any"), 1);
  invalidate (fixture, "app:account/43");
  ck_assert_int_eq (count_words (function, "any"), 1);

  invalidate (fixture, TOKEN);
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
  ck_assert_int_eq (count_words (function, "any"), 2);
  ck_assert_int_eq (count_words (function, "any"), 2);
}
END_TEST

START_TEST (test_path)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  count_words (function, path);

  /* The file is as it was, and nobody looks at that. */
  invalidate (fixture, path);
  ck_assert_int_eq (lookup_words (function, path), MISS);
  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (fixture->computed, 2);

  invalidate (fixture, uri);
  ck_assert_int_eq (lookup_words (function, path), MISS);
}
END_TEST

START_TEST (test_entry)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_account (fixture);
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) names = NULL;

  count_words (function, "any");
  entry = any_function_peek (function, path_args ("any"));
  names = any_entry_dup_dependencies (entry);
  ck_assert_uint_eq (g_strv_length (names), 1);
  ck_assert_str_eq (names[0], TOKEN);
  ck_assert (any_entry_is_current (entry));
  invalidate (fixture, TOKEN);
  ck_assert (!any_entry_is_current (entry));
}
END_TEST

START_TEST (test_stored_result)
{
  static const char *const names[] = { TOKEN, NULL };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_account (fixture);
  g_autoptr (GError) error = NULL;

  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (40), -1, names, NULL, &error));
  ck_assert_int_eq (lookup_words (function, "any"), 40);
  invalidate (fixture, TOKEN);
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
}
END_TEST

static gboolean
double_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  GVariant *value = any_function_call (user_data, any_request_get_args (request), NULL, error);

  if (value == NULL)
    return FALSE;
  any_request_return_value (request, g_variant_new_int64 (2 * take_int64 (value)));

  return TRUE;
}

START_TEST (test_a_function_calls_another)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) account = define_account (fixture);
  g_autoptr (AnyFunction) twice = any_cache_define (fixture->cache, "org.example.Twice", NULL, double_cb, account, NULL);

  ck_assert_int_eq (count_words (twice, "any"), 2);
  invalidate (fixture, TOKEN);
  ck_assert_int_eq (lookup_words (twice, "any"), MISS);
  ck_assert_int_eq (count_words (twice, "any"), 4);
}
END_TEST

/* Another process on the directory that the environment names. */
START_TEST (invalidating_part)
{
  g_autoptr (AnyCache) cache = any_cache_new (g_getenv ("STORY_CACHEDIR"), -1);

  ck_assert (any_cache_invalidate (cache, TOKEN, NULL, NULL));
}
END_TEST

START_TEST (test_another_process)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = define_account (fixture);
  g_autofree char *told = NULL;

  ck_assert_int_eq (count_words (function, "any"), 1);
  ck_assert_int_eq (count_words (function, "any"), 1);
  told = run_part ("invalidating", "STORY_CACHEDIR", any_cache_get_cachedir (fixture->cache), NULL);
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
  ck_assert_int_eq (count_words (function, "any"), 2);
}
END_TEST

START_TEST (test_refusals)
{
  static const char *const names[] = { "", "file://elsewhere/text" };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert (!any_cache_invalidate (fixture->cache, names[i], NULL, &error));
      ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
    }
}
END_TEST

static Suite *
invalidation_suite (void)
{
  Suite *suite = suite_create ("invalidation");
  TCase *invalidation = tcase_create ("invalidation");

  tcase_set_timeout (invalidation, 60);
  tcase_add_test (invalidation, test_token);
  tcase_add_test (invalidation, test_path);
  tcase_add_test (invalidation, test_entry);
  tcase_add_test (invalidation, test_stored_result);
  tcase_add_test (invalidation, test_a_function_calls_another);
  tcase_add_test (invalidation, test_another_process);
  tcase_add_test (invalidation, test_refusals);
  suite_add_tcase (suite, invalidation);

  return suite;
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "invalidating") == 0)
    return run_alone (invalidating_part);

  return run_suite (invalidation_suite ());
}
