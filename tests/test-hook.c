/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-hook.h"

#include "any-test.h"

/* What a hook leads to, and who has let it go. */
typedef struct
{
  GThread *thread;
  int      n_freed; /* atomic */
} Data;

static void
free_cb (gpointer user_data)
{
  Data *data = user_data;

  data->thread = g_thread_self ();
  g_atomic_int_inc (&data->n_freed);
}

static void
callback (void)
{
}

START_TEST (test_what_it_holds)
{
  Data data = { 0 };
  g_autoptr (AnyHook) hook = any_hook_new (callback, &data, free_cb);

  ck_assert (any_hook_get_callback (hook) == callback);
  ck_assert_ptr_eq (any_hook_get_data (hook), &data);
  ck_assert_int_eq (data.n_freed, 0);
}
END_TEST

/* Kept for as long as anybody, for instance a running call, has hold of it. */
START_TEST (test_freed_once_and_last)
{
  Data     data = { 0 };
  AnyHook *hook = any_hook_new (callback, &data, free_cb);
  AnyHook *again = any_hook_ref (hook);

  any_hook_unref (hook);
  ck_assert_int_eq (data.n_freed, 0);
  any_hook_unref (again);
  ck_assert_int_eq (data.n_freed, 1);
  ck_assert_ptr_eq (data.thread, g_thread_self ());
}
END_TEST

START_TEST (test_nothing_to_free)
{
  Data data = { 0 };

  any_hook_unref (any_hook_new (callback, &data, NULL));
  any_hook_unref (any_hook_new (callback, NULL, NULL));
  ck_assert_int_eq (data.n_freed, 0);
}
END_TEST

static gpointer
unref_cb (gpointer hook)
{
  any_hook_unref (hook);

  return NULL;
}

/* Let go by somebody else, the data waits for its own thread to come home. */
START_TEST (test_freed_at_home)
{
  Data     data = { 0 };
  AnyHook *hook = any_hook_new (callback, &data, free_cb);
  gint64   deadline = any_test_deadline ();

  g_thread_join (g_thread_new ("guest", unref_cb, hook));
  ck_assert_int_eq (data.n_freed, 0);

  while (g_atomic_int_get (&data.n_freed) == 0)
    {
      ck_assert (any_test_wait (deadline));
      g_main_context_iteration (NULL, FALSE);
    }
  ck_assert_ptr_eq (data.thread, g_thread_self ());
}
END_TEST

static gpointer
ref_and_unref_cb (gpointer hook)
{
  for (guint i = 0; i < 20000; i++)
    any_hook_unref (any_hook_ref (hook));

  return NULL;
}

START_TEST (test_many_threads)
{
  Data     data = { 0 };
  AnyHook *hook = any_hook_new (callback, &data, free_cb);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("guest", ref_and_unref_cb, hook);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  ck_assert_int_eq (data.n_freed, 0);
  any_hook_unref (hook);
  ck_assert_int_eq (data.n_freed, 1);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("hook");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_what_it_holds);
  tcase_add_test (all, test_freed_once_and_last);
  tcase_add_test (all, test_nothing_to_free);
  tcase_add_test (all, test_freed_at_home);
  tcase_add_test (all, test_many_threads);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
