/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The story: what becomes of a remembered call. Vala, Python and JavaScript tell the same one. */

#include "fixture.h"

#include <glib/gstdio.h>

START_TEST (test_call_computes_once)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two three");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  ck_assert_int_eq (count_words (function, path), 3);
  ck_assert_int_eq (count_words (function, path), 3);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

START_TEST (test_hit_after_reopening)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two three");
  AnyFunction     *first = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyFunction) second = NULL;

  ck_assert_int_eq (count_words (first, path), 3);

  /* The last reference goes before the directory is opened again: only the disk remembers. */
  g_object_unref (first);
  fixture_reopen (fixture);
  second = fixture_define_word_count (fixture, NULL);

  ck_assert_int_eq (count_words (second, path), 3);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

START_TEST (test_changed_file_computes_once_more)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "a b c d");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  ck_assert_int_eq (count_words (function, path), 4);

  /* The size stays, so that only the times and the content tell. */
  write_text (path, "abc def");
  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (fixture->computed, 2);
}
END_TEST

START_TEST (test_missing_file_appears)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = g_build_filename (fixture->directory, "later", NULL);
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  ck_assert_int_eq (count_words (function, path), 0);
  ck_assert_int_eq (count_words (function, path), 0);
  ck_assert_int_eq (fixture->computed, 1);

  write_text (path, "here now");
  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (fixture->computed, 2);

  ck_assert_int_eq (g_unlink (path), 0);
  ck_assert_int_eq (count_words (function, path), 0);
  ck_assert_int_eq (fixture->computed, 3);
}
END_TEST

START_TEST (test_remove)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autofree char *other = fixture_write (fixture, "other", "three");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (GError) error = NULL;

  count_words (function, path);
  count_words (function, other);

  ck_assert (any_function_remove (function, path_args (path), NULL, &error));
  ck_assert_ptr_null (error);
  ck_assert_int_eq (lookup_words (function, path), MISS);
  ck_assert_int_eq (lookup_words (function, other), 1);

  /* Nothing to remove is nothing wrong. */
  ck_assert (any_function_remove (function, path_args (path), NULL, &error));
  ck_assert_ptr_null (error);

  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (fixture->computed, 3);
}
END_TEST

START_TEST (test_clear_empties_the_cache)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (GError) error = NULL;

  ck_assert_uint_eq (any_cache_get_size (fixture->cache), 0);
  count_words (function, path);
  ck_assert_uint_gt (any_cache_get_size (fixture->cache), 0);

  ck_assert (any_cache_clear (fixture->cache, NULL, &error));
  ck_assert_ptr_null (error);
  ck_assert_uint_eq (any_cache_get_size (fixture->cache), 0);
  ck_assert_int_eq (lookup_words (function, path), MISS);

  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (fixture->computed, 2);
  ck_assert_uint_gt (any_cache_get_size (fixture->cache), 0);
}
END_TEST

START_TEST (test_clearing_a_function_spares_others)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) plain = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyFunction) versioned = fixture_define_word_count (fixture, "2");
  g_autoptr (AnyFunction) other = any_function_new (fixture->cache, "org.example.Other", NULL);
  g_autoptr (GError) error = NULL;

  count_words (plain, path);
  count_words (versioned, path);
  ck_assert (any_function_store (other, path_args (path), g_variant_new_int64 (7), -1, NULL, NULL, &error));

  /* All entries of the name go, whatever their version. */
  ck_assert (any_function_clear (plain, NULL, &error));
  ck_assert_ptr_null (error);
  ck_assert_int_eq (lookup_words (plain, path), MISS);
  ck_assert_int_eq (lookup_words (versioned, path), MISS);
  ck_assert_int_eq (lookup_words (other, path), 7);
}
END_TEST

START_TEST (test_lookup_never_computes)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  ck_assert_int_eq (lookup_words (function, path), MISS);
  ck_assert_int_eq (fixture->computed, 0);

  count_words (function, path);
  ck_assert_int_eq (lookup_words (function, path), 2);

  write_text (path, "one two three");
  ck_assert_int_eq (lookup_words (function, path), MISS);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

START_TEST (test_store_then_lookup)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char  *path = fixture_write (fixture, "text", "one two");
  g_autofree char  *again = NULL;
  const char *const dependencies[] = { path, NULL };
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (GError) error = NULL;

  ck_assert (any_function_store (function, path_args (path), g_variant_new_int64 (40), -1, dependencies, NULL, &error));
  ck_assert_ptr_null (error);
  ck_assert_int_eq (lookup_words (function, path), 40);

  /* A later store takes the place of an earlier one, and a call takes what was stored. */
  ck_assert (any_function_store (function, path_args (path), g_variant_new_int64 (41), -1, dependencies, NULL, &error));
  ck_assert_int_eq (count_words (function, path), 41);
  ck_assert_int_eq (fixture->computed, 0);

  write_text (path, "one two three");
  ck_assert_int_eq (lookup_words (function, path), MISS);
  ck_assert_int_eq (count_words (function, path), 3);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

START_TEST (test_refresh_computes_anew)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (GError) error = NULL;
  GVariant *value;

  ck_assert (any_function_store (function, path_args (path), g_variant_new_int64 (40), -1, NULL, NULL, &error));

  value = any_function_refresh (function, path_args (path), NULL, &error);
  ck_assert_ptr_null (error);
  ck_assert_ptr_nonnull (value);
  ck_assert_int_eq (take_int64 (value), 2);
  ck_assert_int_eq (fixture->computed, 1);
  ck_assert_int_eq (lookup_words (function, path), 2);
}
END_TEST

static gboolean
is_outdated (AnyFunction *function, const char *path)
{
  g_autoptr (GError) error = NULL;
  gboolean outdated = any_function_is_outdated (function, path_args (path), NULL, &error);

  ck_assert_ptr_null (error);

  return outdated;
}

START_TEST (test_is_outdated)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);

  ck_assert (is_outdated (function, path));
  count_words (function, path);
  ck_assert (!is_outdated (function, path));
  write_text (path, "one two three");
  ck_assert (is_outdated (function, path));

  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

START_TEST (test_version_is_another_entry)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) none = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyFunction) empty = fixture_define_word_count (fixture, "");
  g_autoptr (AnyFunction) first = fixture_define_word_count (fixture, "1");
  g_autoptr (AnyFunction) second = fixture_define_word_count (fixture, "2");

  count_words (none, path);
  count_words (empty, path);
  ck_assert_int_eq (fixture->computed, 1);
  count_words (first, path);
  count_words (second, path);
  ck_assert_int_eq (fixture->computed, 3);

  /* They stand side by side. */
  count_words (first, path);
  count_words (none, path);
  ck_assert_int_eq (fixture->computed, 3);
}
END_TEST

START_TEST (test_peek_shows_what_memory_holds)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyEntry) entry = any_function_peek (function, path_args (path));
  g_auto (GStrv) dependencies = NULL;

  ck_assert_ptr_null (entry);
  count_words (function, path);
  entry = any_function_peek (function, path_args (path));
  ck_assert_msg (entry != NULL, "nothing in memory after a call");

  ck_assert_int_eq (g_variant_get_int64 (any_entry_get_value (entry)), 2);
  ck_assert_int_gt (any_entry_get_created (entry), 0);
  ck_assert_int_eq (any_entry_get_expires (entry), -1);
  ck_assert_int_ge (any_entry_get_cost (entry), 0);
  dependencies = any_entry_dup_dependencies (entry);
  ck_assert_uint_eq (g_strv_length (dependencies), 1);
  ck_assert_str_eq (dependencies[0], path);

  /* The entry keeps what it found; whether a call would return it is asked anew. */
  ck_assert (any_entry_is_current (entry));
  write_text (path, "one two three");
  ck_assert (!any_entry_is_current (entry));
  ck_assert_int_eq (g_variant_get_int64 (any_entry_get_value (entry)), 2);
}
END_TEST

static gboolean
text_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture         *fixture = user_data;
  const char      *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  fixture->computed++;
  g_variant_get (any_request_get_args (request), "(&s)", &path);
  text = read_text (path);
  bytes = g_bytes_new (text, strlen (text));
  any_request_return_bytes (request, bytes);

  return TRUE;
}

static void
check_text (AnyFunction *function, const char *path, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (function, path_args (path), NULL, &error);
  g_autoptr (GVariant) text = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, expected, strlen (expected), 1));

  ck_assert_msg (value != NULL, "the call failed: %s", error ? error->message : "without an error");
  ck_assert (g_variant_equal (value, text));
}

static char **
args_are_the_file_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  char **files = g_new0 (char *, 2);

  g_variant_get (args, "(s)", &files[0]);

  return files;
}

static char **
no_file_cb (GVariant *result, GVariant *args, gpointer user_data, GError **error)
{
  return g_new0 (char *, 1);
}

START_TEST (test_depfiles_function)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, "org.example.Text", NULL, text_cb, fixture, NULL);

  any_function_set_depfiles_func (function, args_are_the_file_cb, NULL, NULL);
  settle (path);
  check_text (function, path, "one two");
  check_text (function, path, "one two");
  ck_assert_int_eq (fixture->computed, 1);

  write_text (path, "six ten");
  settle (path);
  check_text (function, path, "six ten");
  check_text (function, path, "six ten");
  ck_assert_int_eq (fixture->computed, 2);
}
END_TEST

START_TEST (test_depfiles_function_names_no_file)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, "org.example.Text", NULL, text_cb, fixture, NULL);

  any_function_set_depfiles_func (function, no_file_cb, NULL, NULL);
  check_text (function, path, "one two");

  /* Nobody said that the file matters. */
  write_text (path, "six ten");
  check_text (function, path, "one two");
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

static gboolean
double_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  g_autoptr (GVariant) words = any_function_call (user_data, any_request_get_args (request), NULL, error);

  if (words == NULL)
    return FALSE;
  any_request_return_value (request, g_variant_new_int64 (2 * g_variant_get_int64 (words)));

  return TRUE;
}

START_TEST (test_a_function_calls_another)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) words = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyFunction) twice = any_cache_define (fixture->cache, "org.example.Twice", NULL, double_cb, words, NULL);

  ck_assert_int_eq (count_words (twice, path), 4);
  ck_assert_int_eq (count_words (twice, path), 4);
  ck_assert_int_eq (fixture->computed, 1);

  /* It names no file itself. */
  write_text (path, "one two three");
  ck_assert_int_eq (lookup_words (twice, path), MISS);
  ck_assert_int_eq (count_words (twice, path), 6);
  ck_assert_int_eq (fixture->computed, 2);
}
END_TEST

typedef struct
{
  Fixture           *fixture;
  char              *path; /* (owned) */
  AnyDependencyFlags flags;
} Look;

static Look *
look_new (Fixture *fixture, const char *path, AnyDependencyFlags flags)
{
  Look *self = g_new (Look, 1);

  *self = (Look){ fixture, g_strdup (path), flags };

  return self;
}

static void
look_free (gpointer data)
{
  Look *self = data;

  g_free (self->path);
  g_free (self);
}

/* Depends on one path, looked at in one way. */
static gboolean
look_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Look *self = user_data;

  any_request_add_dependency_full (request, self->path, self->flags);
  any_request_return_value (request, g_variant_new_int64 (++self->fixture->computed));

  return TRUE;
}

START_TEST (test_content_dependency)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  Look            *look = look_new (fixture, path, ANY_DEPENDENCY_FLAGS_CONTENT);
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, "org.example.Content", NULL, look_cb, look, look_free);

  ck_assert_int_eq (count_words (function, path), 1);

  /* The same bytes at another time, and at rest. */
  settle (path);
  write_text (path, "one two");
  settle (path);
  ck_assert_int_eq (count_words (function, path), 1);

  write_text (path, "six ten");
  ck_assert_int_eq (count_words (function, path), 2);
}
END_TEST

START_TEST (test_tree_dependency)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *tree = g_build_filename (fixture->directory, "tree", NULL);
  g_autofree char *deep = g_build_filename (tree, "one", "two", NULL);
  g_autofree char *beside = fixture_write (fixture, "beside", "text");
  g_autofree char *path = g_build_filename (deep, "text", NULL);
  Look            *look = look_new (fixture, tree, ANY_DEPENDENCY_FLAGS_RECURSIVE);
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, "org.example.Tree", NULL, look_cb, look, look_free);

  ck_assert_int_eq (g_mkdir_with_parents (deep, 0700), 0);
  write_text (path, "one two");
  ck_assert_int_eq (count_words (function, tree), 1);
  write_text (beside, "other");
  ck_assert_int_eq (count_words (function, tree), 1);

  write_text (path, "six ten");
  ck_assert_int_eq (count_words (function, tree), 2);
  ck_assert_int_eq (g_remove (path), 0);
  ck_assert_int_eq (count_words (function, tree), 3);
  ck_assert_int_eq (count_words (function, tree), 3);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("story");
  TCase *entry = tcase_create ("entry");

  tcase_set_timeout (entry, 60);
  tcase_add_test (entry, test_call_computes_once);
  tcase_add_test (entry, test_hit_after_reopening);
  tcase_add_test (entry, test_changed_file_computes_once_more);
  tcase_add_test (entry, test_missing_file_appears);
  tcase_add_test (entry, test_remove);
  tcase_add_test (entry, test_clear_empties_the_cache);
  tcase_add_test (entry, test_clearing_a_function_spares_others);
  tcase_add_test (entry, test_lookup_never_computes);
  tcase_add_test (entry, test_store_then_lookup);
  tcase_add_test (entry, test_refresh_computes_anew);
  tcase_add_test (entry, test_is_outdated);
  tcase_add_test (entry, test_version_is_another_entry);
  tcase_add_test (entry, test_peek_shows_what_memory_holds);
  tcase_add_test (entry, test_depfiles_function);
  tcase_add_test (entry, test_depfiles_function_names_no_file);
  tcase_add_test (entry, test_a_function_calls_another);
  tcase_add_test (entry, test_content_dependency);
  tcase_add_test (entry, test_tree_dependency);
  suite_add_tcase (suite, entry);

  return run_suite (suite);
}
