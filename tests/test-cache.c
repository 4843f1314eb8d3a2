/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache as an object: its properties, and what it says when it cannot store. */

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache-setup.h"

#define KEY "key"

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  *(int *) user_data += 1;
}

/* A change is told once; to set what is there already is none. */
START_TEST (test_notify)
{
  static const char *const names[] = { "maxsize", "maxage", "maxmemory", "check-interval", "wait-timeout", "compression-threshold" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_autofree char *signal = g_strconcat ("notify::", names[i], NULL);
      int              n_notified = 0;
      gint64           before, after;

      setup_init (&setup);
      g_signal_connect (setup.cache, signal, G_CALLBACK (count_notify_cb), &n_notified);

      g_object_get (setup.cache, names[i], &before, NULL);
      g_object_set (setup.cache, names[i], before, NULL);
      ck_assert_msg (n_notified == 0, "%s", names[i]);

      g_object_set (setup.cache, names[i], G_GINT64_CONSTANT (12345), NULL);
      g_object_set (setup.cache, names[i], G_GINT64_CONSTANT (12345), NULL);
      g_object_get (setup.cache, names[i], &after, NULL);
      ck_assert_msg (n_notified == 1, "%s", names[i]);
      ck_assert_int_eq (after, 12345);
    }
}
END_TEST

START_TEST (test_size_is_a_property)
{
  g_auto (Setup) setup = { 0 };
  guint64 size;

  setup_init (&setup);
  g_object_get (setup.cache, "size", &size, NULL);
  ck_assert_uint_eq (size, 0);
  call (setup.function, KEY);
  g_object_get (setup.cache, "size", &size, NULL);
  ck_assert_uint_gt (size, 0);
  ck_assert_uint_eq (size, any_cache_get_size (setup.cache));
}
END_TEST

/* However a directory is written, it is one, and its objects share what is in memory. */
START_TEST (test_ways_to_write_a_directory)
{
  static const char *const suffixes[] = { "", "/", "//", "/.", "/x/..", "/../cache" };
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  call (setup.function, KEY);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (setup.cachedir, suffixes[i], NULL);
      g_autoptr (AnyCache) cache = any_cache_new (path, -1);
      g_autoptr (AnyFunction) function = any_function_new (cache, "org.example.Number", "1");
      g_autoptr (AnyEntry) entry = any_function_peek (function, text_args (KEY));

      ck_assert_str_eq (any_cache_get_cachedir (cache), setup.cachedir);
      ck_assert_msg (entry != NULL, "%s", path);
    }
}
END_TEST

/* Where the process was when the object was made. */
START_TEST (test_relative_directory)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *expected = g_build_filename (folder, "below", NULL);
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;

  ck_assert_int_eq (chdir (folder), 0);
  cache = any_cache_new ("below", -1);
  ck_assert_int_eq (chdir (here), 0);

  ck_assert_str_eq (any_cache_get_cachedir (cache), expected);
  function = any_function_new (cache, "a", NULL);
  ck_assert (any_function_store (function, text_args (KEY), g_variant_new_int64 (1), -1, NULL, NULL, NULL));
  ck_assert (g_file_test (expected, G_FILE_TEST_IS_DIR));
}
END_TEST

/* Nothing is made before something is stored, and nothing that manages the cache minds. */
START_TEST (test_nothing_is_there_yet)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 0);
  ck_assert (any_function_is_outdated (setup.function, text_args (KEY), NULL, NULL));
  ck_assert (any_function_remove (setup.function, text_args (KEY), NULL, &error));
  ck_assert (any_function_clear (setup.function, NULL, &error));
  ck_assert (any_cache_clear (setup.cache, NULL, &error));
  ck_assert (!g_file_test (setup.cachedir, G_FILE_TEST_EXISTS));
}
END_TEST

/* One property of all objects on a directory. */
START_TEST (test_memory_is_shared)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) other = NULL;

  setup_init (&setup);
  other = any_cache_new (setup.cachedir, 5);
  any_cache_set_maxmemory (other, 1 << 20);
  ck_assert_int_eq (any_cache_get_maxmemory (setup.cache), 1 << 20);
  ck_assert_int_eq (any_cache_get_maxsize (setup.cache), -1);
  ck_assert_int_eq (any_cache_get_maxsize (other), 5);
}
END_TEST

START_TEST (test_disabled_by_environment)
{
  static const struct
  {
    const char *value;
    gboolean    off;
  } rows[] = { { "1", TRUE }, { "yes", TRUE }, { "0", FALSE }, { "", FALSE }, { NULL, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Setup) setup = { 0 };

      if (rows[i].value != NULL)
        g_setenv ("ANYCACHE_DISABLE", rows[i].value, TRUE);
      else
        g_unsetenv ("ANYCACHE_DISABLE");
      setup_init (&setup);
      g_setenv ("ANYCACHE_DISABLE", "", TRUE);

      ck_assert_int_eq (call (setup.function, KEY), 1);
      ck_assert_msg (call (setup.function, KEY) == (rows[i].off ? 2 : 1), "“%s”", rows[i].value);
      ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
      ck_assert_int_eq (lookup (setup.function, KEY), rows[i].off ? MISS : 7);
      ck_assert (any_function_is_outdated (setup.function, text_args (KEY), NULL, NULL) == rows[i].off);
      ck_assert (g_file_test (setup.cachedir, G_FILE_TEST_EXISTS) == !rows[i].off);
    }
}
END_TEST

/* Switched off, a cache leaves what others have stored, and can still be told to remove it. */
START_TEST (test_off_and_managed)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) off = NULL;
  g_autoptr (AnyFunction) function = NULL;

  setup_init (&setup);
  off = any_cache_new (setup.cachedir, 0);
  function = any_cache_define (off, "org.example.Number", "1", setup_compute_cb, &setup, NULL);
  ck_assert_int_eq (call (setup.function, KEY), 1);

  ck_assert_int_eq (lookup (function, KEY), MISS);
  ck_assert_int_eq (call (function, KEY), 2);
  ck_assert_int_eq (refresh (function, KEY), 3);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  ck_assert_uint_eq (any_cache_get_size (off), any_cache_get_size (setup.cache));

  ck_assert (any_function_remove (function, text_args (KEY), NULL, NULL));
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
}
END_TEST

/* Puts a file where the directory should be, or takes it away again. */
static void
block (Setup   *setup,
       gboolean blocked)
{
  any_test_remove_folder (g_strdup (setup->cachedir));
  if (blocked)
    g_free (setup_write (setup, "cache", "in the way"));
}

/* Once for a series of failures; the next after something was stored again. */
START_TEST (test_told_once_a_series)
{
  static const struct
  {
    gboolean blocked;
    int      n_told; /* so far */
  } rows[] = { { TRUE, 1 }, { TRUE, 1 }, { FALSE, 1 }, { FALSE, 1 }, { TRUE, 2 }, { TRUE, 2 }, { FALSE, 2 }, { TRUE, 3 } };
  g_auto (Setup) setup = { 0 };
  g_auto (Failures) failures = { 0 };

  setup_init (&setup);
  failures_watch (&failures, setup.cache);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      block (&setup, rows[i].blocked);
      ck_assert_int_eq (call (setup.function, text), i + 1);

      /* That the directory has gone is noticed by the one call that fails for it, or by none. */
      if (!rows[i].blocked && lookup (setup.function, text) == MISS)
        ck_assert_int_eq (call (setup.function, text), setup.n_computed);
      if (rows[i].blocked)
        ck_assert_msg (failures.n_told >= rows[i].n_told, "row %u: told %d times", i, failures.n_told);
      ck_assert_msg (failures.n_told <= rows[i].n_told, "row %u: told %d times", i, failures.n_told);
    }
}
END_TEST

static gpointer
call_cb (gpointer function)
{
  return GINT_TO_POINTER ((int) call (function, KEY));
}

/* In the thread that has made the cache, whoever has called. */
START_TEST (test_told_at_home)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Failures) failures = { 0 };
  gint64 deadline = any_test_deadline ();

  setup_init (&setup);
  block (&setup, TRUE);
  failures_watch (&failures, setup.cache);
  ck_assert_int_eq (GPOINTER_TO_INT (g_thread_join (g_thread_new ("guest", call_cb, setup.function))), 1);
  ck_assert_int_eq (failures.n_told, 0);

  while (g_atomic_int_get (&failures.n_told) == 0)
    {
      ck_assert (any_test_wait (deadline));
      g_main_context_iteration (NULL, FALSE);
    }
  ck_assert_ptr_eq (failures.thread, g_thread_self ());
  ck_assert_ptr_nonnull (failures.error);
}
END_TEST

/* In time for the caller, where that is the same thread. */
START_TEST (test_told_before_the_call_returns)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Failures) failures = { 0 };

  setup_init (&setup);
  block (&setup, TRUE);
  failures_watch (&failures, setup.cache);
  call (setup.function, KEY);
  ck_assert_int_eq (failures.n_told, 1);
}
END_TEST

static void
use_and_drop_cb (AnyCache *cache,
                 GError   *error,
                 gpointer  user_data)
{
  Setup *setup = user_data;

  /* A handler may use the cache, and let it go. */
  ck_assert_int_eq (lookup (setup->function, KEY), MISS);
  ck_assert_int_gt (call (setup->function, "another"), 0);
  g_clear_object (&setup->function);
  g_clear_object (&setup->cache);
}

START_TEST (test_handler_lets_all_go)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  block (&setup, TRUE);
  g_signal_connect (setup.cache, "store-failed", G_CALLBACK (use_and_drop_cb), &setup);
  ck_assert_int_gt (call (setup.function, KEY), 0);
  ck_assert_ptr_null (setup.cache);
  ck_assert_int_eq (setup.n_computed, 2);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cache");
  TCase *object = tcase_create ("object");
  TCase *failing = tcase_create ("failing");

  tcase_set_timeout (object, 60);
  tcase_add_test (object, test_notify);
  tcase_add_test (object, test_size_is_a_property);
  tcase_add_test (object, test_ways_to_write_a_directory);
  tcase_add_test (object, test_relative_directory);
  tcase_add_test (object, test_nothing_is_there_yet);
  tcase_add_test (object, test_memory_is_shared);
  tcase_add_test (object, test_disabled_by_environment);
  tcase_add_test (object, test_off_and_managed);
  suite_add_tcase (suite, object);

  tcase_set_timeout (failing, 120);
  tcase_add_test (failing, test_told_once_a_series);
  tcase_add_test (failing, test_told_at_home);
  tcase_add_test (failing, test_told_before_the_call_returns);
  tcase_add_test (failing, test_handler_lets_all_go);
  suite_add_tcase (suite, failing);

  return any_test_run (suite);
}
