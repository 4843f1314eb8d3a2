/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A function as an object: its properties, what it owns, and whom it outlives. */

#include <string.h>

#include "cache-setup.h"

#define KEY "key"

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  *(int *) user_data += 1;
}

START_TEST (test_notify)
{
  g_auto (Setup) setup = { 0 };
  int    n_notified = 0;
  gint64 maxage;

  setup_init (&setup);
  g_signal_connect (setup.function, "notify::maxage", G_CALLBACK (count_notify_cb), &n_notified);

  any_function_set_maxage (setup.function, -1);
  ck_assert_int_eq (n_notified, 0);
  any_function_set_maxage (setup.function, 5);
  any_function_set_maxage (setup.function, 5);
  ck_assert_int_eq (n_notified, 1);
  g_object_set (setup.function, "maxage", G_GINT64_CONSTANT (7), NULL);
  ck_assert_int_eq (n_notified, 2);
  g_object_get (setup.function, "maxage", &maxage, NULL);
  ck_assert_int_eq (maxage, 7);
}
END_TEST

START_TEST (test_what_is_set_once)
{
  static const char *const names[] = { "cache", "name", "version", "args-type" };
  GObjectClass            *klass = g_type_class_ref (ANY_TYPE_FUNCTION);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GParamSpec *pspec = g_object_class_find_property (klass, names[i]);

      ck_assert_ptr_nonnull (pspec);
      ck_assert_msg (pspec->flags & G_PARAM_CONSTRUCT_ONLY, "%s", names[i]);
      ck_assert_msg (pspec->flags & G_PARAM_READABLE, "%s", names[i]);
    }

  g_type_class_unref (klass);
}
END_TEST

/* A mistake in a program is said, and does not take the program down. */
START_TEST (test_unusable_properties)
{
  static const struct
  {
    gboolean    with_cache;
    const char *name;
    const char *args_type;
    const char *said;
  } rows[] = {
    { FALSE, "name", NULL, "needs a cache" },
    { TRUE, NULL, NULL, "needs a name" },
    { TRUE, "", NULL, "needs a name" },
    { TRUE, "name", "", "is not the type" },
    { TRUE, "name", "a", "is not the type" },
    { TRUE, "name", "ss", "is not the type" },
    { TRUE, "name", "a*", "is not the type" },
    { TRUE, "name", "(s", "is not the type" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_autoptr (AnyFunction) function = NULL;
      const GPtrArray *criticals;

      setup_init (&setup);
      criticals = listen_to_criticals ();
      function = g_object_new (ANY_TYPE_FUNCTION,
                               "cache", rows[i].with_cache ? setup.cache : NULL,
                               "name", rows[i].name,
                               "args-type", rows[i].args_type,
                               NULL);

      ck_assert_uint_eq (criticals->len, 1);
      ck_assert_msg (strstr (criticals->pdata[0], rows[i].said) != NULL, "row %u: “%s”", i, (char *) criticals->pdata[0]);
      stop_listening ();

      ck_assert (any_function_store (function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
      ck_assert_int_eq (lookup (function, KEY), 7);
      any_function_remove (function, text_args (KEY), NULL, NULL);
    }
}
END_TEST

/* A name and a version make a function; the objects are handles. */
START_TEST (test_one_set_of_entries)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) same = NULL;
  g_autoptr (AnyFunction) other_version = NULL;
  g_autoptr (AnyFunction) other_name = NULL;

  setup_init (&setup);
  same = any_function_new (setup.cache, "org.example.Number", "1");
  other_version = any_function_new (setup.cache, "org.example.Number", NULL);
  other_name = any_function_new (setup.cache, "org.example.Numbe", "r1");

  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_int_eq (lookup (same, KEY), 1);
  ck_assert_int_eq (lookup (other_version, KEY), MISS);
  ck_assert_int_eq (lookup (other_name, KEY), MISS);

  /* All versions of a name are cleared together, and no other name. */
  ck_assert (any_function_store (other_name, text_args (KEY), g_variant_new_int64 (5), -1, NULL, NULL, NULL));
  ck_assert (any_function_clear (other_version, NULL, NULL));
  ck_assert_int_eq (lookup (same, KEY), MISS);
  ck_assert_int_eq (lookup (other_name, KEY), 5);
}
END_TEST

/* Each method sinks what floats, and leaves alone what does not. */
START_TEST (test_floating_args)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GVariant) args = g_variant_ref_sink (text_args (KEY));
  g_autoptr (AnyEntry) entry = NULL;
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_int64 (7));
  g_autofree char *ident = NULL;
  g_autofree char *same_ident = NULL;

  setup_init (&setup);
  ck_assert (any_function_store (setup.function, args, value, -1, NULL, NULL, NULL));
  g_variant_unref (any_function_call (setup.function, args, NULL, NULL));
  g_variant_unref (any_function_lookup (setup.function, args, NULL, NULL));
  g_variant_unref (any_function_refresh (setup.function, args, NULL, NULL));
  entry = any_function_peek (setup.function, args);
  any_function_is_outdated (setup.function, args, NULL, NULL);
  ident = any_function_dup_ident (setup.function, args, NULL);
  any_function_remove (setup.function, args, NULL, NULL);

  /* Each of these would be a leak for valgrind to find. */
  any_function_is_outdated (setup.function, text_args (KEY), NULL, NULL);
  same_ident = any_function_dup_ident (setup.function, text_args (KEY), NULL);
  any_function_remove (setup.function, text_args (KEY), NULL, NULL);

  ck_assert_str_eq (ident, same_ident);
  g_clear_object (&entry);
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  ck_assert_str_eq (g_variant_get_type_string (args), "(s)");
  ck_assert_int_eq (g_variant_get_int64 (value), 7);
}
END_TEST

/* A result is the caller's, whatever becomes of the entry. */
START_TEST (test_result_outlives_all)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GVariant) computed = NULL;
  g_autoptr (GVariant) found = NULL;
  g_autoptr (GVariant) read = NULL;

  setup_init (&setup);
  computed = any_function_call (setup.function, text_args (KEY), NULL, NULL);
  found = any_function_call (setup.function, text_args (KEY), NULL, NULL);
  any_cache_set_maxmemory (setup.cache, 0);
  read = any_function_call (setup.function, text_args (KEY), NULL, NULL);

  ck_assert (any_cache_clear (setup.cache, NULL, NULL));
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  ck_assert_int_eq (g_variant_get_int64 (computed), 1);
  ck_assert_int_eq (g_variant_get_int64 (found), 1);
  ck_assert_int_eq (g_variant_get_int64 (read), 1);
}
END_TEST

static void
drop_function (Setup      *setup,
               AnyRequest *request)
{
  g_clear_object (&setup->function);
}

static void
close_function (Setup      *setup,
                AnyRequest *request)
{
  any_function_close (setup->function);
}

/* A computation ends as it would have, whoever lets the function go meanwhile. */
START_TEST (test_dropped_while_it_computes)
{
  g_auto (Setup) setup = { .during = drop_function };
  g_autoptr (AnyFunction) again = NULL;

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_ptr_null (setup.function);

  again = any_function_new (setup.cache, "org.example.Number", "1");
  ck_assert_int_eq (lookup (again, KEY), 1);
}
END_TEST

START_TEST (test_closed_while_it_computes)
{
  g_auto (Setup) setup = { .during = close_function };
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_ptr_null (any_function_call (setup.function, text_args ("another"), NULL, &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_CLOSED));

  any_function_close (setup.function);
  ck_assert_int_eq (setup.n_computed, 1);
}
END_TEST

static char **
one_file_cb (GVariant *result,
             GVariant *args,
             gpointer  user_data,
             GError  **error)
{
  const char *paths[] = { user_data, NULL };

  return g_strdupv ((char **) paths);
}

/* A computation ends as it would have, so it is still asked for its files. */
START_TEST (test_closed_before_it_lists_files)
{
  g_auto (Setup) setup = { .during = close_function };
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) dependencies = NULL;
  char path[] = "/nothing of this name";

  setup_init (&setup);
  any_function_set_depfiles_func (setup.function, one_file_cb, path, NULL);
  ck_assert_int_eq (call (setup.function, KEY), 1);

  entry = any_function_peek (setup.function, text_args (KEY));
  ck_assert_ptr_nonnull (entry);
  dependencies = any_entry_dup_dependencies (entry);
  ck_assert_str_eq (dependencies[0], path);
  ck_assert_ptr_null (dependencies[1]);
}
END_TEST

static void
count_freed_cb (gpointer user_data)
{
  *(int *) user_data += 1;
}

static char **
no_files_cb (GVariant *result,
             GVariant *args,
             gpointer  user_data,
             GError  **error)
{
  return g_new0 (char *, 1);
}

/* Whatever is done with a callback, its data is let go once. */
START_TEST (test_data_is_freed_once)
{
  g_auto (Setup) setup = { 0 };
  int n_freed[6] = { 0 };

  setup_init (&setup);
  g_object_unref (any_cache_define (setup.cache, "a", NULL, setup_compute_cb, &n_freed[0], count_freed_cb));
  g_object_unref (any_cache_define (setup.cache, "a", NULL, NULL, &n_freed[1], count_freed_cb));
  any_function_set_depfiles_func (setup.function, no_files_cb, &n_freed[2], count_freed_cb);
  any_function_set_depfiles_func (setup.function, no_files_cb, &n_freed[3], count_freed_cb);
  ck_assert_int_eq (n_freed[2], 1);
  ck_assert_int_eq (n_freed[3], 0);
  any_function_set_depfiles_func (setup.function, NULL, &n_freed[4], count_freed_cb);
  ck_assert_int_eq (n_freed[3], 1);
  any_function_close (setup.function);
  any_function_set_depfiles_func (setup.function, no_files_cb, &n_freed[5], count_freed_cb);

  for (guint i = 0; i < G_N_ELEMENTS (n_freed); i++)
    ck_assert_msg (n_freed[i] == 1, "%u: %d times", i, n_freed[i]);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("function");
  TCase *object = tcase_create ("object");
  TCase *lifetime = tcase_create ("lifetime");

  tcase_set_timeout (object, 60);
  tcase_add_test (object, test_notify);
  tcase_add_test (object, test_what_is_set_once);
  tcase_add_test (object, test_unusable_properties);
  tcase_add_test (object, test_one_set_of_entries);
  suite_add_tcase (suite, object);

  tcase_set_timeout (lifetime, 60);
  tcase_add_test (lifetime, test_floating_args);
  tcase_add_test (lifetime, test_result_outlives_all);
  tcase_add_test (lifetime, test_dropped_while_it_computes);
  tcase_add_test (lifetime, test_closed_while_it_computes);
  tcase_add_test (lifetime, test_closed_before_it_lists_files);
  tcase_add_test (lifetime, test_data_is_freed_once);
  suite_add_tcase (suite, lifetime);

  return any_test_run (suite);
}
