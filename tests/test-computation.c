/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What others do to the cache while a result is computed: the caller gets the value in any case, and stored is only what may be. */

#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache-setup.h"

#define KEY "key"

/* A computation in a thread of its own, that stands still in the middle while the test does something. */
typedef struct
{
  Setup setup;
  int   step; /* atomic: 1 when the computation stands still, 2 when it may go on */
} Scene;

static void
stand_still (Setup      *setup,
             AnyRequest *request)
{
  Scene *scene = setup->data;

  /* Only the first does. */
  if (g_atomic_int_get (&scene->step) == 0)
    {
      reach (&scene->step, 1);
      await_step (&scene->step, 2);
    }
}

static void
scene_init (Scene *self)
{
  setup_init (&self->setup);
  self->setup.during = stand_still;
  self->setup.data = self;
}

static void
scene_clear (Scene *self)
{
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static gpointer
call_cb (gpointer function)
{
  return GINT_TO_POINTER ((int) call (function, KEY));
}

static gpointer
refresh_cb (gpointer function)
{
  return GINT_TO_POINTER ((int) refresh (function, KEY));
}

/* Gives what the computation gave to its caller. */
static int
play (Scene      *scene,
      GThreadFunc begin,
      void (*meanwhile) (Setup *setup))
{
  GThread *thread = g_thread_new ("computation", begin, scene->setup.function);

  await_step (&scene->step, 1);
  meanwhile (&scene->setup);
  reach (&scene->step, 2);

  return GPOINTER_TO_INT (g_thread_join (thread));
}

static void
nothing (Setup *setup)
{
}

static void
remove_it (Setup *setup)
{
  g_assert_true (any_function_remove (setup->function, text_args (KEY), NULL, NULL));
}

static void
clear_function (Setup *setup)
{
  g_assert_true (any_function_clear (setup->function, NULL, NULL));
}

static void
clear_cache (Setup *setup)
{
  g_assert_true (any_cache_clear (setup->cache, NULL, NULL));
}

static void
clear_twice (Setup *setup)
{
  clear_cache (setup);
  clear_cache (setup);
}

static void
clear_other_function (Setup *setup)
{
  g_autoptr (AnyFunction) other = any_function_new (setup->cache, "org.example.Other", NULL);

  g_assert_true (any_function_clear (other, NULL, NULL));
}

static void
refresh_it (Setup *setup)
{
  g_assert_cmpint (refresh (setup->function, KEY), ==, 2);
}

static void
call_it (Setup *setup)
{
  g_assert_cmpint (call (setup->function, KEY), ==, 2);
}

static void
in_child (Setup *setup,
          void (*act) (Setup *setup))
{
  pid_t child = fork ();
  int   status;

  if (child == 0)
    {
      act (setup);
      any_test_leave_child ();
    }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_int_eq (status, 0);
}

static void
remove_elsewhere (Setup *setup)
{
  in_child (setup, remove_it);
}

static void
clear_elsewhere (Setup *setup)
{
  in_child (setup, clear_cache);
}

static void
clear_function_elsewhere (Setup *setup)
{
  in_child (setup, clear_function);
}

static void
refresh_elsewhere (Setup *setup)
{
  in_child (setup, refresh_it);
}

/* The caller always gets the first number; what is stored afterwards is another matter. */
START_TEST (test_meanwhile)
{
  static const struct
  {
    const char *what;
    GThreadFunc begin;
    void (*meanwhile) (Setup *setup);
    gint64 stored;
  } rows[] = {
    { "nothing", call_cb, nothing, 1 },
    { "remove", call_cb, remove_it, MISS },
    { "clear the function", call_cb, clear_function, MISS },
    { "clear the cache", call_cb, clear_cache, MISS },
    { "clear it twice", call_cb, clear_twice, MISS },
    { "refresh", call_cb, refresh_it, 2 },
    { "remove elsewhere", call_cb, remove_elsewhere, MISS },
    { "clear the function elsewhere", call_cb, clear_function_elsewhere, MISS },
    { "clear the cache elsewhere", call_cb, clear_elsewhere, MISS },
    { "refresh elsewhere", call_cb, refresh_elsewhere, 2 },
    { "nothing during a refresh", refresh_cb, nothing, 1 },
    { "a call during a refresh", refresh_cb, call_it, MISS },
    { "clear the cache during a refresh", refresh_cb, clear_cache, MISS },
    { "clear the cache elsewhere during a refresh", refresh_cb, clear_elsewhere, MISS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Scene) scene = { 0 };
      g_auto (Failures) failures = { 0 };
      int result;

      scene_init (&scene);
      failures_watch (&failures, scene.setup.cache);
      result = play (&scene, rows[i].begin, rows[i].meanwhile);
      g_main_context_iteration (NULL, FALSE);

      ck_assert_msg (result == 1, "%s: the caller got %d", rows[i].what, result);
      ck_assert_msg (lookup (scene.setup.function, KEY) == rows[i].stored, "%s", rows[i].what);
      ck_assert_msg (failures.n_told == 0, "%s: %s", rows[i].what, failures.error != NULL ? failures.error->message : "");

      /* And all goes on as ever. */
      any_cache_set_maxmemory (scene.setup.cache, 0);
      ck_assert_msg (lookup (scene.setup.function, KEY) == rows[i].stored, "%s, on disk", rows[i].what);
      any_function_remove (scene.setup.function, text_args (KEY), NULL, NULL);
      ck_assert_int_eq (call (scene.setup.function, KEY), scene.setup.n_computed);
      ck_assert_int_eq (lookup (scene.setup.function, KEY), scene.setup.n_computed);
    }
}
END_TEST

/* What removes a result while it is refreshed wants it gone, and what refreshes it in another process is newer: the refresh yields. It may yield
 * to less, but nothing brings the old result back. */
START_TEST (test_refresh_yields)
{
  static void (*const meanwhile[]) (Setup * setup) = {
    remove_it,
    remove_elsewhere,
    clear_function,
    clear_other_function,
    refresh_elsewhere,
  };

  for (guint i = 0; i < G_N_ELEMENTS (meanwhile); i++)
    {
      g_auto (Scene) scene = { 0 };

      scene_init (&scene);
      g_assert_true (any_function_store (scene.setup.function, text_args (KEY), g_variant_new_int64 (77), -1, NULL, NULL, NULL));
      ck_assert_int_eq (play (&scene, refresh_cb, meanwhile[i]), 1);
      ck_assert_msg (lookup (scene.setup.function, KEY) == MISS, "row %u", i);
    }
}
END_TEST

static void
remove_in_callback (Setup      *setup,
                    AnyRequest *request)
{
  remove_it (setup);
}

static void
clear_in_callback (Setup      *setup,
                   AnyRequest *request)
{
  clear_cache (setup);
}

/* The same from inside. */
START_TEST (test_in_the_callback)
{
  static const SetupFunc funcs[] = { remove_in_callback, clear_in_callback };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      g_auto (Setup) setup = { .during = funcs[i] };

      setup_init (&setup);
      ck_assert_int_eq (call (setup.function, KEY), 1);
      ck_assert_int_eq (lookup (setup.function, KEY), MISS);

      setup.during = NULL;
      ck_assert_int_eq (call (setup.function, KEY), 2);
      ck_assert_int_eq (lookup (setup.function, KEY), 2);
    }
}
END_TEST

/* Two threads that ask for one result at one time get that of one computation, and so do two that refresh it. */
START_TEST (test_two_at_once)
{
  g_auto (Scene) scene = { 0 };
  const GThreadFunc begin = _i == 0 ? call_cb : refresh_cb;
  GThread          *threads[2];

  scene_init (&scene);
  threads[0] = g_thread_new ("first", begin, scene.setup.function);
  await_step (&scene.step, 1);
  threads[1] = g_thread_new ("second", begin, scene.setup.function);
  g_usleep (20000);
  reach (&scene.step, 2);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    ck_assert_int_eq (GPOINTER_TO_INT (g_thread_join (threads[i])), 1);
  ck_assert_int_eq (scene.setup.n_computed, 1);
  ck_assert_int_eq (lookup (scene.setup.function, KEY), 1);
}
END_TEST

/* A refresh that fails leaves what was there. */
static gboolean
fail_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not today");

  return FALSE;
}

START_TEST (test_refresh_that_fails)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) failing = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  failing = any_cache_define (setup.cache, "org.example.Number", "1", fail_cb, NULL, NULL);
  ck_assert_ptr_null (any_function_refresh (failing, text_args (KEY), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED));
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
}
END_TEST

static void
forbid_storing (Setup      *setup,
                AnyRequest *request)
{
  any_request_set_no_store (request);
}

static void
allow_no_age (Setup      *setup,
              AnyRequest *request)
{
  any_request_set_maxage (request, 0);
}

static void
depend_on_device (Setup      *setup,
                  AnyRequest *request)
{
  any_request_add_dependency (request, "/dev/null");
}

/* One that gives a result which may not be stored takes away what was there: it would be older than what was just returned. */
START_TEST (test_refresh_that_is_not_stored)
{
  static const SetupFunc reasons[] = { forbid_storing, allow_no_age, depend_on_device };
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  setup.during = reasons[_i];
  ck_assert_int_eq (refresh (setup.function, KEY), 2);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 0);
}
END_TEST

/* Nor does what is given with no age leave an older result. */
START_TEST (test_store_without_age)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (7), 0, NULL, NULL, NULL));
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
}
END_TEST

/* A cache that is off leaves what is stored as it is. */
START_TEST (test_refresh_while_off)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  any_cache_set_maxsize (setup.cache, 0);
  ck_assert_int_eq (refresh (setup.function, KEY), 2);
  ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (7), 0, NULL, NULL, NULL));
  any_cache_set_maxsize (setup.cache, -1);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
}
END_TEST

/* A directory that was deleted is made anew for a result that was computed without a look at it. */
START_TEST (test_refresh_after_deletion)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Failures) failures = { 0 };

  setup_init (&setup);
  failures_watch (&failures, setup.cache);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  any_test_remove_folder (g_strdup (setup.cachedir));
  ck_assert_int_eq (refresh (setup.function, KEY), 2);
  ck_assert_int_eq (lookup (setup.function, KEY), 2);
  ck_assert_int_eq (failures.n_told, 0);
}
END_TEST

static void
depend_on_file (Setup      *setup,
                AnyRequest *request)
{
  any_request_add_dependency (request, setup->data);
}

/* Nor does a result that memory says is outdated find the directory where it was. */
START_TEST (test_call_after_deletion)
{
  g_auto (Setup) setup = { .during = depend_on_file };
  g_auto (Failures) failures = { 0 };
  g_autofree char *path = NULL;
  g_autofree char *away = NULL;

  setup_init (&setup);
  setup.data = path = setup_write (&setup, "file", "text");
  away = g_build_filename (setup.folder, "away", NULL);
  failures_watch (&failures, setup.cache);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);

  if (_i % 2 == 0)
    any_test_remove_folder (g_strdup (setup.cachedir));
  else
    ck_assert_int_eq (g_rename (setup.cachedir, away), 0);
  if (_i / 2 == 0)
    {
      g_free (setup_write (&setup, "file", "else"));
      ck_assert_int_eq (call (setup.function, KEY), 2);
    }
  else
    ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (2), -1, NULL, NULL, NULL));

  any_cache_set_maxmemory (setup.cache, 0);
  ck_assert_int_eq (lookup (setup.function, KEY), 2);
  ck_assert (g_file_test (setup.cachedir, G_FILE_TEST_IS_DIR));
  ck_assert_int_eq (failures.n_told, 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("computation");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_meanwhile);
  tcase_add_test (all, test_refresh_yields);
  tcase_add_test (all, test_in_the_callback);
  tcase_add_loop_test (all, test_two_at_once, 0, 2);
  tcase_add_test (all, test_refresh_that_fails);
  tcase_add_loop_test (all, test_refresh_that_is_not_stored, 0, 3);
  tcase_add_test (all, test_store_without_age);
  tcase_add_test (all, test_refresh_while_off);
  tcase_add_test (all, test_refresh_after_deletion);
  tcase_add_loop_test (all, test_call_after_deletion, 0, 4);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
