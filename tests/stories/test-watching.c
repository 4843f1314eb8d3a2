/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Hearing of changes: what is told, what is brought, and what is freed while something is to be told. */

#include "fixture.h"

#define NAME  "org.example.WordCount"
#define TOKEN "app:words"
#define WATCH ANY_FUNCTION_FLAGS_WATCH
#define BOTH  (ANY_FUNCTION_FLAGS_WATCH | ANY_FUNCTION_FLAGS_REFRESH)

static AnyFunction *
define_watched (Fixture *fixture, AnyFunctionFlags flags)
{
  AnyFunction *function = fixture_define_word_count (fixture, NULL);

  any_function_set_flags (function, flags);

  return function;
}

/* What was told, one after the other. */
typedef struct
{
  int      n_told;
  GString *text; /* (owned) */
} Told;

static void
told_init (Told *told)
{
  told->n_told = 0;
  told->text = g_string_new (NULL);
}

static void
told_clear (Told *told)
{
  g_string_free (told->text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

static void
told_note (Told *told, const char *what, GVariant *args)
{
  const char *path;

  g_variant_get (args, "(&s)", &path);
  g_string_append_printf (told->text, "%s%s;", what, path);
  told->n_told++;
}

static void
invalidated_cb (AnyFunction *function, GVariant *args, gpointer user_data)
{
  told_note (user_data, "", args);
}

static void
cache_invalidated_cb (AnyCache *cache, const char *name, GVariant *args, gpointer user_data)
{
  g_autofree char *what = g_strconcat (name, " ", NULL);

  told_note (user_data, what, args);
}

static void
updated_cb (AnyFunction *function, GVariant *args, GVariant *result, gpointer user_data)
{
  g_autofree char *what = g_strdup_printf ("%d ", (int) g_variant_get_int64 (result));

  told_note (user_data, what, args);
}

static void
told_wait_for (Told *told, int n)
{
  gint64 deadline = deadline_in_seconds (30);

  while (told->n_told < n)
    ck_assert_msg (poll_until (deadline), "nothing was told");
  ck_assert_int_eq (told->n_told, n);
}

static void
told_check (Told *told, const char *format, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (format, "*", 2);
  g_autofree char *expected = g_strjoinv (path, parts);

  ck_assert_str_eq (told->text->str, expected);
}

START_TEST (test_change_is_told)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = define_watched (fixture, WATCH);
  g_auto (Told) told = { 0 };
  g_auto (Told) echoes = { 0 };

  told_init (&told);
  told_init (&echoes);
  g_signal_connect (function, "invalidated", G_CALLBACK (invalidated_cb), &told);
  g_signal_connect (fixture->cache, "invalidated", G_CALLBACK (cache_invalidated_cb), &echoes);

  ck_assert_int_eq (count_words (function, path), 2);
  write_text (path, "one two three");
  told_wait_for (&told, 1);
  told_check (&told, "*;", path);
  told_check (&echoes, NAME " *;", path);
  ck_assert_int_eq (count_words (function, path), 3);
}
END_TEST

START_TEST (test_new_result_is_brought)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = define_watched (fixture, BOTH);
  g_auto (Told) told = { 0 };

  told_init (&told);
  g_signal_connect (function, "updated", G_CALLBACK (updated_cb), &told);

  ck_assert_int_eq (count_words (function, path), 2);
  write_text (path, "one two three");
  told_wait_for (&told, 1);
  told_check (&told, "3 *;", path);
  ck_assert_int_eq (fixture->computed, 2);
  ck_assert_int_eq (count_words (function, path), 3);
  ck_assert_int_eq (fixture->computed, 2);
}
END_TEST

START_TEST (test_token_is_told)
{
  static const char *const dependencies[] = { TOKEN, NULL };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_function_new (fixture->cache, NAME, NULL);
  g_auto (Told) told = { 0 };

  told_init (&told);
  any_function_set_flags (function, WATCH);
  g_signal_connect (function, "invalidated", G_CALLBACK (invalidated_cb), &told);
  ck_assert (any_function_store (function, path_args ("any"), path_args ("any"), -1, dependencies, NULL, NULL));
  ck_assert (any_cache_invalidate (fixture->cache, TOKEN, NULL, NULL));
  told_wait_for (&told, 1);
  told_check (&told, "*;", "any");
}
END_TEST

static void
call_again_cb (AnyFunction *function, GVariant *args, gpointer user_data)
{
  g_autoptr (GVariant) result = any_function_call (function, args, NULL, NULL);

  updated_cb (function, args, result, user_data);
}

START_TEST (test_handler_calls)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one");
  g_autoptr (AnyFunction) function = define_watched (fixture, WATCH);
  g_auto (Told) told = { 0 };

  told_init (&told);
  g_signal_connect (function, "invalidated", G_CALLBACK (call_again_cb), &told);

  ck_assert_int_eq (count_words (function, path), 1);
  write_text (path, "one two");
  told_wait_for (&told, 1);
  told_check (&told, "2 *;", path);
  write_text (path, "one two three");
  told_wait_for (&told, 2);
}
END_TEST

START_TEST (test_dropped_function_tells_nothing)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autofree char *other = fixture_write (fixture, "other", "one");
  g_auto (Told) told = { 0 };
  AnyFunction *function = define_watched (fixture, WATCH);

  told_init (&told);
  g_signal_connect (function, "invalidated", G_CALLBACK (invalidated_cb), &told);
  count_words (function, path);
  count_words (function, other);
  g_object_unref (function);

  /* What came of the second would come after what came of the first. */
  function = define_watched (fixture, WATCH);
  g_signal_connect (function, "invalidated", G_CALLBACK (invalidated_cb), &told);
  count_words (function, other);
  write_text (path, "one two three");
  write_text (other, "one two");
  told_wait_for (&told, 1);
  told_check (&told, "*;", other);
  g_object_unref (function);
}
END_TEST

/* With what they were given, while it changes. */
START_TEST (test_owners_come_and_go)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one");
  g_autoptr (AnyFunction) last = NULL;
  g_auto (Told) told = { 0 };

  for (int number = 0; number < 100; number++)
    {
      g_autoptr (AnyFunction) function = define_watched (fixture, BOTH);
      g_autofree char *text = g_strnfill (1 + (gsize) number % 7, 'x');

      count_words (function, path);
      write_text (path, text);
      g_main_context_iteration (NULL, FALSE);
    }

  told_init (&told);
  last = define_watched (fixture, BOTH);
  g_signal_connect (last, "updated", G_CALLBACK (updated_cb), &told);
  count_words (last, path);
  write_text (path, "one two three four");
  told_wait_for (&told, 1);
  ck_assert_int_eq (lookup_words (last, path), 4);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("watching");
  TCase *watching = tcase_create ("watching");

  tcase_set_timeout (watching, 60);
  tcase_add_test (watching, test_change_is_told);
  tcase_add_test (watching, test_new_result_is_brought);
  tcase_add_test (watching, test_token_is_told);
  tcase_add_test (watching, test_handler_calls);
  tcase_add_test (watching, test_dropped_function_tells_nothing);
  tcase_add_test (watching, test_owners_come_and_go);
  suite_add_tcase (suite, watching);

  return run_suite (suite);
}
