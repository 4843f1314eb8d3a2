/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An application says what has changed: a path, or a token of its own. */

#include "cache-setup.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "any-test-process.h"

#define KEY   "key"
#define TOKEN "app:account/42"
#define HOUR  (3600 * G_TIME_SPAN_SECOND)

static void
invalidate (AnyCache   *cache,
            const char *dependency)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_cache_invalidate (cache, dependency, NULL, &error));
  g_assert_no_error (error);
}

/* The data is the one name. */
static void
name_it (Setup      *setup,
         AnyRequest *request)
{
  any_request_add_dependency (request, setup->data);
}

static void
name_tree (Setup      *setup,
           AnyRequest *request)
{
  any_request_add_dependency_full (request, setup->data, ANY_DEPENDENCY_FLAGS_RECURSIVE);
}

static void
setup_on (Setup      *self,
          SetupFunc   during,
          const char *name)
{
  setup_init (self);
  self->during = during;
  self->data = (gpointer) name;
}

/* With the folder of the test in the place of “@”. */
static char *
expand (Setup      *setup,
        const char *pattern)
{
  g_auto (GStrv) parts = g_strsplit (pattern, "@", -1);

  return g_strjoinv (setup->folder, parts);
}

START_TEST (test_names)
{
  static const struct
  {
    const char *named;
    const char *invalidated;
    gboolean    outdated;
  } rows[] = {
    { "@/a file", "@/a file", TRUE },
    { "@/a file", "a file", TRUE },
    { "a file", "./a file", TRUE },
    { "a file", "@/./a file", TRUE },
    { "@//a file", "@/cache/../a file", TRUE },
    { "@/a file", "/@/a file", TRUE },
    { "@/a file", "file://@/a%20file", TRUE },
    { "@/a file", "file:@/a%20file", TRUE },
    { "@/a file", "FILE://localhost@/a%20file", TRUE },
    { "file://@/a%20file", "@/a file", TRUE },
    { "@/a file", "@", FALSE },
    { "@/a file", "@/another", FALSE },
    { "@/absent", "@/absent", TRUE },
    { "@", "@", TRUE },
    { "@", "@/a file", FALSE },
    { TOKEN, TOKEN, TRUE },
    { TOKEN, "app:account/4", FALSE },
    { TOKEN, "app:account/42/", FALSE },
    { TOKEN, "@/app:account/42", FALSE },
    { "./" TOKEN, TOKEN, FALSE },
    { "https://example.org/a", "https://example.org/a", TRUE },
    { "https://example.org/a", "https://example.org/b", FALSE },
    { "x-odd+1.2:\xff\xfe", "x-odd+1.2:\xff\xfe", TRUE },
  };
  g_autofree char *here = g_get_current_dir ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_autofree char *named = NULL;
      g_autofree char *invalidated = NULL;

      setup_on (&setup, name_it, NULL);
      g_free (setup_write (&setup, "a file", "text"));
      setup.data = named = expand (&setup, rows[i].named);
      invalidated = expand (&setup, rows[i].invalidated);
      ck_assert_int_eq (chdir (setup.folder), 0);
      ck_assert_int_eq (call (setup.function, KEY), 1);
      ck_assert_int_eq (lookup (setup.function, KEY), 1);

      invalidate (setup.cache, invalidated);
      ck_assert_msg ((lookup (setup.function, KEY) == MISS) == rows[i].outdated, "%s, %s", named, invalidated);
      ck_assert_int_eq (call (setup.function, KEY), rows[i].outdated ? 2 : 1);
      ck_assert_int_eq (lookup (setup.function, KEY), rows[i].outdated ? 2 : 1);
      ck_assert_int_eq (chdir (here), 0);
    }
}
END_TEST

START_TEST (test_trees)
{
  static const struct
  {
    const char *invalidated;
    gboolean    outdated;
  } rows[] = {
    { "@/tree", TRUE },
    { "@/tree/a/b", TRUE },
    { "@/tree/nothing/of this name", TRUE },
    { "file://@/tree/a", TRUE },
    { "@/tre", FALSE },
    { "@/trees", FALSE },
    { "@", FALSE },
    { "app:@/tree/a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_autofree char *tree = NULL;
      g_autofree char *invalidated = NULL;

      setup_on (&setup, name_tree, NULL);
      setup.data = tree = g_build_filename (setup.folder, "tree", NULL);
      invalidated = expand (&setup, rows[i].invalidated);
      ck_assert_int_eq (g_mkdir (tree, 0700), 0);
      ck_assert_int_eq (call (setup.function, KEY), 1);
      ck_assert_int_eq (lookup (setup.function, KEY), 1);
      invalidate (setup.cache, invalidated);
      ck_assert_msg ((lookup (setup.function, KEY) == MISS) == rows[i].outdated, "%s", invalidated);
    }
}
END_TEST

START_TEST (test_refusals)
{
  static const struct
  {
    const char *name;
    const char *said;
  } rows[] = {
    { "", "empty" },
    { "file://elsewhere/file", "elsewhere" },
    { "file:", "file:" },
    { "file:relative", "file:relative" },
    { "file:///a%2Fb", "a%2Fb" },
    { "file:///a%00b", "a%00b" },
  };
  g_auto (Setup) setup = { 0 };

  setup_on (&setup, name_it, TOKEN);
  call (setup.function, KEY);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_msg (!any_cache_invalidate (setup.cache, rows[i].name, NULL, &error), "%s", rows[i].name);
      ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
      ck_assert_msg (strstr (error->message, rows[i].said) != NULL, "%s: %s", rows[i].name, error->message);
      ck_assert (!any_cache_invalidate (setup.cache, rows[i].name, NULL, NULL));
    }
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
}
END_TEST

START_TEST (test_cancelled)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  setup_on (&setup, name_it, TOKEN);
  call (setup.function, KEY);
  ck_assert (any_cache_invalidate (setup.cache, "app:other", cancellable, &error));
  g_cancellable_cancel (cancellable);
  ck_assert (!any_cache_invalidate (setup.cache, TOKEN, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
}
END_TEST

/* There is nothing to outdate, and no reason to make a directory. */
START_TEST (test_nothing_is_stored_yet)
{
  g_auto (Setup) setup = { 0 };

  setup_on (&setup, name_it, TOKEN);
  invalidate (setup.cache, TOKEN);
  ck_assert (!g_file_test (setup.cachedir, G_FILE_TEST_EXISTS));
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_int_eq (call (setup.function, KEY), 1);
}
END_TEST

/* What is off for one may be on for others. */
START_TEST (test_a_cache_that_is_off)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) off = NULL;

  setup_on (&setup, name_it, TOKEN);
  off = any_cache_new (setup.cachedir, 0);
  call (setup.function, KEY);
  invalidate (off, TOKEN);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
}
END_TEST

START_TEST (test_other_directories)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Setup) other = { 0 };

  setup_on (&setup, name_it, TOKEN);
  setup_on (&other, name_it, TOKEN);
  call (setup.function, KEY);
  call (other.function, KEY);
  invalidate (other.cache, TOKEN);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  ck_assert_int_eq (lookup (other.function, KEY), MISS);
}
END_TEST

START_TEST (test_an_unsafe_directory)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *inner = NULL;
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (GError) error = NULL;

  setup_on (&setup, name_it, TOKEN);
  call (setup.function, KEY);
  inner = g_build_filename (setup.cachedir, "anycache-1", NULL);
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  ck_assert_int_eq (g_chmod (inner, 0777), 0);

  cache = any_cache_new (setup.cachedir, -1);
  ck_assert (!any_cache_invalidate (cache, TOKEN, NULL, &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY));
  ck_assert_msg (strstr (error->message, setup.cachedir) != NULL, "%s", error->message);
}
END_TEST

static void
read_only_part (int      line,
                gpointer data)
{
  Setup setup = { .during = name_it, .data = (gpointer) TOKEN };
  g_autoptr (GError) error = NULL;

  any_test_become_ordinary (data);
  setup.cache = any_cache_new (".", -1);
  setup.function = any_cache_define (setup.cache, "org.example.Number", "1", setup_compute_cb, &setup, NULL);
  g_assert_cmpint (call (setup.function, KEY), ==, 1);
  g_assert_cmpint (g_chmod ("anycache-1", 0500), ==, 0);
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);

  setup.cache = any_cache_new (".", -1);
  setup.function = any_cache_define (setup.cache, "org.example.Number", "1", setup_compute_cb, &setup, NULL);
  g_assert_false (any_cache_invalidate (setup.cache, TOKEN, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (lookup (setup.function, KEY), ==, 1);
  g_assert_cmpint (g_chmod ("anycache-1", 0700), ==, 0);
  invalidate (setup.cache, TOKEN);
  g_assert_cmpint (lookup (setup.function, KEY), ==, MISS);
}

START_TEST (test_a_read_only_directory)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (read_only_part, folder);
}
END_TEST

static char **
list_cb (GVariant *result,
         GVariant *args,
         gpointer  user_data,
         GError  **error)
{
  return g_strsplit (TOKEN " urn:other", " ", -1);
}

START_TEST (test_depfiles)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree char *shown = NULL;

  setup_on (&setup, name_it, "app:named");
  any_function_set_depfiles_func (setup.function, list_cb, NULL, NULL);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  entry = any_function_peek (setup.function, text_args (KEY));
  names = any_entry_dup_dependencies (entry);
  shown = g_strjoinv (" ", names);
  ck_assert_str_eq (shown, "app:named " TOKEN " urn:other");

  ck_assert (any_entry_is_current (entry));
  invalidate (setup.cache, "urn:other");
  ck_assert (!any_entry_is_current (entry));
  ck_assert_int_eq (call (setup.function, KEY), 2);
}
END_TEST

START_TEST (test_store)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  path = setup_write (&setup, "file", "text");
  for (guint i = 0; i < 2; i++)
    {
      const char *const given[] = { TOKEN, path, NULL };

      ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (7), -1, given, NULL, &error));
      ck_assert_int_eq (lookup (setup.function, KEY), 7);
      invalidate (setup.cache, given[i]);
      ck_assert_int_eq (lookup (setup.function, KEY), MISS);
    }

  entry = any_function_peek (setup.function, text_args (KEY));
  names = any_entry_dup_dependencies (entry);
  ck_assert_uint_eq (g_strv_length (names), 2);
  ck_assert (g_strv_contains ((const char *const *) names, TOKEN));
  ck_assert (g_strv_contains ((const char *const *) names, path));
}
END_TEST

static void
invalidate_meanwhile (Setup      *setup,
                      AnyRequest *request)
{
  any_request_add_dependency (request, TOKEN);
  if (setup->n_computed == 1)
    invalidate (setup->cache, TOKEN);
}

/* The caller gets what was computed, and nobody else does. */
START_TEST (test_during_the_computation)
{
  g_auto (Setup) setup = { 0 };

  setup_on (&setup, invalidate_meanwhile, NULL);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
  ck_assert_int_eq (call (setup.function, KEY), 2);
  ck_assert_int_eq (call (setup.function, KEY), 2);
}
END_TEST

static void
invalidate_part (int      line,
                 gpointer data)
{
  Setup *setup = data;

  invalidate (setup->cache, TOKEN);
}

/* One's own at once, those of others within the interval. */
START_TEST (test_check_interval)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) other = NULL;

  setup_on (&setup, name_it, TOKEN);
  other = any_cache_new (setup.cachedir, -1);
  any_cache_set_check_interval (setup.cache, HOUR);
  call (setup.function, KEY);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  invalidate (_i == 0 ? setup.cache : other, TOKEN);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
  ck_assert_int_eq (call (setup.function, KEY), 2);

  ck_assert_int_eq (call (setup.function, KEY), 2);
  any_test_process_run (invalidate_part, &setup);
  ck_assert_int_eq (lookup (setup.function, KEY), 2);
  any_cache_set_check_interval (setup.cache, 0);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
}
END_TEST

/* What was given because it was right lately is not, once it was marked. */
START_TEST (test_stale_results)
{
  g_auto (Setup) setup = { 0 };

  setup_on (&setup, name_it, TOKEN);
  any_function_set_stale_while_revalidate (setup.function, HOUR);
  call (setup.function, KEY);
  any_function_set_maxage (setup.function, 1);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  invalidate (setup.cache, TOKEN);
  ck_assert_int_eq (call (setup.function, KEY), 2);
}
END_TEST

static void
renew (Setup      *setup,
       AnyRequest *request)
{
  any_request_add_dependency (request, TOKEN);
  any_request_set_validator (request, "validator");
  if (setup->data != NULL)
    invalidate (setup->cache, setup->data);
  if (any_request_get_validator (request) != NULL)
    any_request_return_not_modified (request);
}

static gboolean
renew_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Setup *setup = user_data;

  setup->n_computed++;
  renew (setup, request);
  if (any_request_get_validator (request) == NULL)
    any_request_return_value (request, g_variant_new_int64 (setup->n_computed));

  return TRUE;
}

/* What is marked cannot be renewed; and what was renewed was not made after the mark. */
START_TEST (test_renewal)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;

  setup_init (&setup);
  function = any_cache_define (setup.cache, "org.example.Renewed", "1", renew_cb, &setup, NULL);
  ck_assert_int_eq (call (function, KEY), 1);
  ck_assert_int_eq (refresh (function, KEY), 1);
  invalidate (setup.cache, "app:other");
  ck_assert_int_eq (refresh (function, KEY), 1);
  invalidate (setup.cache, TOKEN);
  ck_assert_int_eq (refresh (function, KEY), 4);
  ck_assert_int_eq (lookup (function, KEY), 4);

  setup.data = (gpointer) TOKEN;
  ck_assert_int_eq (refresh (function, KEY), 4);
  ck_assert_int_eq (lookup (function, KEY), MISS);
  setup.data = NULL;
  ck_assert_int_eq (call (function, KEY), 6);
  ck_assert_int_eq (lookup (function, KEY), 6);
}
END_TEST

static gboolean
fail_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Setup *setup = user_data;

  any_request_add_dependency (request, TOKEN);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "%d", ++setup->n_computed);

  return FALSE;
}

static void
assert_failure (AnyFunction *function,
                const char  *message)
{
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (any_function_call (function, text_args (KEY), NULL, &error));
  ck_assert_str_eq (error->message, message);
}

START_TEST (test_failures)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;

  setup_init (&setup);
  function = any_cache_define (setup.cache, "org.example.Failing", "1", fail_cb, &setup, NULL);
  any_function_set_error_maxage (function, HOUR);
  assert_failure (function, "1");
  assert_failure (function, "1");
  invalidate (setup.cache, TOKEN);
  assert_failure (function, "2");
  assert_failure (function, "2");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("invalidate");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_names);
  tcase_add_test (all, test_trees);
  tcase_add_test (all, test_refusals);
  tcase_add_test (all, test_cancelled);
  tcase_add_test (all, test_nothing_is_stored_yet);
  tcase_add_test (all, test_a_cache_that_is_off);
  tcase_add_test (all, test_other_directories);
  tcase_add_test (all, test_an_unsafe_directory);
  tcase_add_test (all, test_a_read_only_directory);
  tcase_add_test (all, test_depfiles);
  tcase_add_test (all, test_store);
  tcase_add_test (all, test_during_the_computation);
  tcase_add_loop_test (all, test_check_interval, 0, 2);
  tcase_add_test (all, test_stale_results);
  tcase_add_test (all, test_renewal);
  tcase_add_test (all, test_failures);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
