/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What may be set: ages, switches, directories, types; and the names of entries, which nothing may move. */

#include "fixture.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* A fixture whose function sets the limits of its request. */
typedef struct
{
  Fixture *fixture;
  gint64   maxage;
  gboolean no_store;
} Limits;

static gboolean
limited_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Limits *limits = user_data;

  limits->fixture->computed++;
  if (limits->no_store)
    any_request_set_no_store (request);
  any_request_set_maxage (request, limits->maxage);
  any_request_return_value (request, g_variant_new_int64 (limits->fixture->computed));

  return TRUE;
}

static AnyFunction *
define_limited (Limits *limits)
{
  return any_cache_define (limits->fixture->cache, "org.example.Limited", NULL, limited_cb, limits, NULL);
}

/* The age that the entry in memory was given, -1 for none. */
static gint64
age_given (AnyFunction *function)
{
  g_autoptr (AnyEntry) entry = any_function_peek (function, path_args ("any"));

  ck_assert_msg (entry != NULL, "the result was not kept");
  if (any_entry_get_expires (entry) == -1)
    return -1;

  return any_entry_get_expires (entry) - any_entry_get_created (entry);
}

START_TEST (test_shortest_age_wins)
{
  static const struct
  {
    gint64 cache;
    gint64 function;
    gint64 request;
    gint64 expected;
  } rows[] = {
    { -1, -1, -1, -1 },
    { HOUR, -1, -1, HOUR },
    { -1, HOUR, -1, HOUR },
    { -1, -1, HOUR, HOUR },
    { HOUR, 2 * HOUR, 3 * HOUR, HOUR },
    { 2 * HOUR, HOUR, 3 * HOUR, HOUR },
    { 3 * HOUR, 2 * HOUR, HOUR, HOUR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Fixture) fixture = fixture_new ();
      Limits limits = { fixture, rows[i].request, FALSE };
      g_autoptr (AnyFunction) function = define_limited (&limits);

      any_cache_set_maxage (fixture->cache, rows[i].cache);
      any_function_set_maxage (function, rows[i].function);
      count_words (function, "any");
      ck_assert_int_eq (age_given (function), rows[i].expected);
    }
}
END_TEST

START_TEST (test_stored_age_is_limited_too)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (GError) error = NULL;

  any_function_set_maxage (function, 2 * HOUR);
  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (1), HOUR, NULL, NULL, &error));
  ck_assert_int_eq (age_given (function), HOUR);
  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (1), 3 * HOUR, NULL, NULL, &error));
  ck_assert_int_eq (age_given (function), 2 * HOUR);
}
END_TEST

static void
check_not_stored (gint64 cache, gint64 function_age, gint64 request, gboolean no_store)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  Limits limits = { fixture, request, no_store };
  g_autoptr (AnyFunction) function = define_limited (&limits);

  any_cache_set_maxage (fixture->cache, cache);
  any_function_set_maxage (function, function_age);
  ck_assert_int_eq (count_words (function, "any"), 1);
  ck_assert_int_eq (lookup_words (function, "any"), MISS);
  ck_assert_int_eq (count_words (function, "any"), 2);
  ck_assert_uint_eq (any_cache_get_size (fixture->cache), 0);
}

START_TEST (test_age_zero_is_not_stored)
{
  check_not_stored (0, HOUR, HOUR, FALSE);
  check_not_stored (HOUR, 0, HOUR, FALSE);
  check_not_stored (HOUR, HOUR, 0, FALSE);
}
END_TEST

START_TEST (test_no_store)
{
  check_not_stored (-1, -1, -1, TRUE);
}
END_TEST

START_TEST (test_expired_computes_again)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  AnyFunction     *before = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline = deadline_in_seconds (30);

  ck_assert (any_function_store (before, path_args (path), g_variant_new_int64 (9), 50 * G_TIME_SPAN_MILLISECOND, NULL, NULL, &error));
  g_object_unref (before);
  fixture_reopen (fixture);
  function = fixture_define_word_count (fixture, NULL);

  /* Looking again and again must not keep it alive. */
  while (lookup_words (function, path) != MISS)
    ck_assert_msg (poll_until (deadline), "the entry does not expire");

  ck_assert_int_eq (count_words (function, path), 2);
  ck_assert_int_eq (fixture->computed, 1);
}
END_TEST

START_TEST (test_maxsize_zero_is_off)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  g_autoptr (AnyEntry) entry = NULL;

  any_cache_set_maxsize (fixture->cache, 0);
  count_words (function, path);
  count_words (function, path);
  entry = any_function_peek (function, path_args (path));
  ck_assert_int_eq (fixture->computed, 2);
  ck_assert_int_eq (lookup_words (function, path), MISS);
  ck_assert_ptr_null (entry);
  ck_assert_uint_eq (any_cache_get_size (fixture->cache), 0);

  any_cache_set_maxsize (fixture->cache, -1);
  count_words (function, path);
  count_words (function, path);
  ck_assert_int_eq (fixture->computed, 3);

  any_cache_set_maxsize (fixture->cache, 0);
  ck_assert_int_eq (lookup_words (function, path), MISS);
  count_words (function, path);
  ck_assert_int_eq (fixture->computed, 4);
}
END_TEST

/* What a process sees whose environment switches the cache off. */
START_TEST (disabled_part)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = fixture_write (fixture, "text", "one two");
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, NULL);
  gint64 first = count_words (function, path);
  gint64 second = count_words (function, path);

  g_print ("results %d %d, computed %d, found %d, size %d\n",
           (int) first,
           (int) second,
           fixture->computed,
           (int) lookup_words (function, path),
           (int) any_cache_get_size (fixture->cache));
}
END_TEST

START_TEST (test_environment_switches_off)
{
  g_autofree char *off = run_part ("disabled", "ANYCACHE_DISABLE", "1", NULL);

  ck_assert_str_eq (off, "results 2 2, computed 2, found -1, size 0");
}
END_TEST

START_TEST (test_private_directory)
{
  g_autoptr (AnyCache) cache = any_cache_new (NULL, -1);
  g_autoptr (AnyCache) other = any_cache_new (NULL, -1);
  AnyFunction     *function = any_function_new (cache, "org.example.Other", NULL);
  g_autofree char *cachedir = g_strdup (any_cache_get_cachedir (cache));
  g_autoptr (GError) error = NULL;
  struct stat status;

  ck_assert_ptr_nonnull (cachedir);
  ck_assert_str_ne (cachedir, any_cache_get_cachedir (other));
  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (5), -1, NULL, NULL, &error));
  ck_assert_int_eq (lookup_words (function, "any"), 5);
  ck_assert_int_eq (stat (cachedir, &status), 0);
  ck_assert_int_eq (status.st_mode & 07777, 0700);

  g_object_unref (function);
  g_clear_object (&cache);
  ck_assert_msg (!g_file_test (cachedir, G_FILE_TEST_EXISTS), "%s was left behind", cachedir);
}
END_TEST

START_TEST (default_part)
{
  AnyCache *cache = any_cache_get_default ();
  g_autoptr (AnyFunction) function = any_function_new (cache, "org.example.Other", NULL);
  g_autoptr (GError) error = NULL;

  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (5), -1, NULL, NULL, &error));

  g_print ("same %d, maxsize %d, found %d, %s\n",
           cache == any_cache_get_default (),
           (int) any_cache_get_maxsize (cache),
           (int) lookup_words (function, "any"),
           any_cache_get_cachedir (cache));
}
END_TEST

START_TEST (test_default_cache)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *told = run_part ("default", "TMPDIR", fixture->directory, NULL);
  g_autofree char *expected = g_strdup_printf ("same 1, maxsize -1, found 5, %s/", fixture->directory);

  ck_assert_msg (g_str_has_prefix (told, expected), "the default cache says: %s", told);
  ck_assert_msg (!g_file_test (strchr (told, '/'), G_FILE_TEST_EXISTS), "%s was left behind", strchr (told, '/'));
}
END_TEST

/* A temporary cache looks for what killed processes have left beside it. What was given a name by somebody is not that. */
START_TEST (test_named_directory_is_spared)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *cachedir = g_build_filename (fixture->directory, "anycache-abcdef", NULL);
  g_autoptr (AnyCache) cache = any_cache_new (cachedir, -1);
  g_autoptr (AnyFunction) function = any_function_new (cache, "org.example.Other", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *told = NULL;

  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (5), -1, NULL, NULL, &error));
  told = run_part ("default", "TMPDIR", fixture->directory, NULL);
  ck_assert_msg (g_file_test (cachedir, G_FILE_TEST_IS_DIR), "%s was removed by another cache", cachedir);
  ck_assert_int_eq (lookup_words (function, "any"), 5);
}
END_TEST

START_TEST (app_part)
{
  g_autoptr (AnyCache) cache = any_cache_new_for_app ("org.example.App", -1);
  g_autoptr (AnyFunction) function = any_function_new (cache, "org.example.Other", NULL);
  g_autoptr (GError) error = NULL;
  gint64 found = lookup_words (function, "any");

  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (5), -1, NULL, NULL, &error));

  g_print ("found %d, %s\n", (int) found, any_cache_get_cachedir (cache));
}
END_TEST

START_TEST (test_app_cache_is_persistent)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *first = run_part ("app", "XDG_CACHE_HOME", fixture->directory, NULL);
  g_autofree char *second = run_part ("app", "XDG_CACHE_HOME", fixture->directory, NULL);
  g_autofree char *nothing = g_strdup_printf ("found -1, %s/org.example.App", fixture->directory);
  g_autofree char *something = g_strdup_printf ("found 5, %s/org.example.App", fixture->directory);

  ck_assert_str_eq (first, nothing);
  ck_assert_str_eq (second, something);
}
END_TEST

START_TEST (test_args_type)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = g_object_new (ANY_TYPE_FUNCTION,
                                                   "cache", fixture->cache,
                                                   "name", "org.example.Typed",
                                                   "args-type", "(s)",
                                                   NULL);
  g_autoptr (GError) error = NULL;

  ck_assert_str_eq (any_function_get_args_type (function), "(s)");
  ck_assert (any_function_store (function, path_args ("any"), g_variant_new_int64 (5), -1, NULL, NULL, &error));
  ck_assert_int_eq (lookup_words (function, "any"), 5);
}
END_TEST

START_TEST (test_properties)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = fixture_define_word_count (fixture, "7");
  g_autofree char *expected = g_build_filename (fixture->directory, "cache", NULL);
  g_autofree char *cachedir = NULL;
  gint64           maxsize, maxage, maxmemory, check_interval, wait_timeout;

  g_object_get (fixture->cache, "cachedir", &cachedir, "maxsize", &maxsize, "maxage", &maxage, "maxmemory", &maxmemory,
                "check-interval", &check_interval, "wait-timeout", &wait_timeout, NULL);
  ck_assert_str_eq (cachedir, expected);
  ck_assert_int_eq (maxsize, -1);
  ck_assert_int_eq (maxage, -1);
  ck_assert_int_eq (maxmemory, 16 * 1024 * 1024);
  ck_assert_int_eq (check_interval, 0);
  ck_assert_int_eq (wait_timeout, 30 * G_TIME_SPAN_SECOND);

  g_object_set (fixture->cache, "maxage", HOUR, "maxmemory", G_GINT64_CONSTANT (0), "check-interval", HOUR,
                "wait-timeout", HOUR, NULL);
  ck_assert_int_eq (any_cache_get_maxage (fixture->cache), HOUR);
  ck_assert_int_eq (any_cache_get_maxmemory (fixture->cache), 0);
  ck_assert_int_eq (any_cache_get_check_interval (fixture->cache), HOUR);
  ck_assert_int_eq (any_cache_get_wait_timeout (fixture->cache), HOUR);

  ck_assert_ptr_eq (any_function_get_cache (function), fixture->cache);
  ck_assert_str_eq (any_function_get_name (function), "org.example.WordCount");
  ck_assert_str_eq (any_function_get_version (function), "7");
  ck_assert_ptr_null (any_function_get_args_type (function));
  ck_assert_int_eq (any_function_get_maxage (function), -1);
}
END_TEST

static char *
ident_of (Fixture *fixture, const char *name, const char *version, const char *text)
{
  g_autoptr (AnyFunction) function = any_function_new (fixture->cache, name, version);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) args = g_variant_parse (NULL, text, NULL, NULL, &error);
  char *ident;

  ck_assert_msg (args != NULL, "%s: %s", text, error ? error->message : "");
  ident = any_function_dup_ident (function, args, &error);
  ck_assert_msg (ident != NULL, "%s: %s", text, error ? error->message : "");

  return ident;
}

/* The names of entries, the same in every language, process and release of one format. */
START_TEST (test_idents_are_golden)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autofree char *path = g_build_filename (g_getenv ("ANYCACHE_SOURCE_ROOT"), "tests", "stories", "idents.txt", NULL);
  g_autofree char *table = read_text (path);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (table), "\n", -1);
  guint n_rows = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], " | ", -1);
      g_autofree char *ident = NULL;

      if (lines[i][0] == '#' || lines[i][0] == '\0')
        continue;

      ck_assert_uint_eq (g_strv_length (cells), 4);
      ident = ident_of (fixture, cells[0], cells[1], cells[2]);
      printf ("%s | %s | %s | %s\n", cells[0], cells[1], cells[2], ident);
      ck_assert_msg (strcmp (ident, cells[3]) == 0, "%s: the ident is %s", lines[i], ident);
      n_rows++;
    }

  ck_assert_uint_gt (n_rows, 0);
}
END_TEST

static Suite *
settings_suite (void)
{
  Suite *suite = suite_create ("settings");
  TCase *settings = tcase_create ("settings");

  tcase_set_timeout (settings, 60);
  tcase_add_test (settings, test_shortest_age_wins);
  tcase_add_test (settings, test_stored_age_is_limited_too);
  tcase_add_test (settings, test_age_zero_is_not_stored);
  tcase_add_test (settings, test_no_store);
  tcase_add_test (settings, test_expired_computes_again);
  tcase_add_test (settings, test_maxsize_zero_is_off);
  tcase_add_test (settings, test_environment_switches_off);
  tcase_add_test (settings, test_private_directory);
  tcase_add_test (settings, test_default_cache);
  tcase_add_test (settings, test_named_directory_is_spared);
  tcase_add_test (settings, test_app_cache_is_persistent);
  tcase_add_test (settings, test_args_type);
  tcase_add_test (settings, test_properties);
  tcase_add_test (settings, test_idents_are_golden);
  suite_add_tcase (suite, settings);

  return suite;
}

int
main (int argc, char **argv)
{
  const struct
  {
    const char  *name;
    const TTest *test;
  } parts[] = {
    { "disabled", disabled_part },
    { "default", default_part },
    { "app", app_part },
  };

  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (parts); i++)
    if (strcmp (argv[1], parts[i].name) == 0)
      return run_alone (parts[i].test);

  return run_suite (settings_suite ());
}
