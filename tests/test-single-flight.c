/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many who ask for one result, and one computation. */

#include <unistd.h>

#include "async-setup.h"

#define KEY     "key"
#define CALLERS 50
#define LEAVE   10

/* All get what the one computation gives, a value or an error, but for those who did not want to wait. */
START_TEST (test_crowd)
{
  g_auto (Desk) desk = { .answers = FALSE };
  Answered      told[CALLERS] = { { 0 } };
  GCancellable *cancellables[CALLERS];

  desk_init (&desk);
  for (guint i = 0; i < CALLERS; i++)
    {
      cancellables[i] = g_cancellable_new ();
      begin_call (desk.function, KEY, cancellables[i], &told[i]);
    }
  desk_await (&desk, 1);
  for (guint i = 0; i < LEAVE; i++)
    g_cancellable_cancel (cancellables[i]);
  await_all_told (told, LEAVE);
  ck_assert (!g_cancellable_is_cancelled (any_request_get_cancellable (desk.requests->pdata[0])));

  if (_i == 0)
    desk_answer (&desk, 0);
  else
    any_request_return_error_literal (desk.requests->pdata[0], G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "half of it");
  await_all_told (told, CALLERS);

  for (guint i = 0; i < CALLERS; i++)
    {
      if (i < LEAVE)
        ck_assert (g_error_matches (told[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      else if (_i == 0)
        ck_assert_int_eq (g_variant_get_int64 (told[i].value), 1);
      else
        ck_assert (g_error_matches (told[i].error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT));
      answered_clear (&told[i]);
      g_object_unref (cancellables[i]);
    }
  idle_a_while ();
  ck_assert_int_eq (desk.setup.n_computed, 1);
}
END_TEST

/* When the last has left, the computation knows, and what it answers all the same is nobody's and is not stored. */
START_TEST (test_nobody_left)
{
  g_auto (Desk) desk = { .answers = FALSE };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answered told[2] = { { 0 } };
  g_auto (Answered) again = { 0 };
  AnyRequest *request;

  desk_init (&desk);
  begin_call (desk.function, KEY, cancellable, &told[0]);
  begin_call (desk.function, KEY, cancellable, &told[1]);
  request = desk_await (&desk, 1);
  g_cancellable_cancel (cancellable);
  ck_assert (g_cancellable_is_cancelled (any_request_get_cancellable (request)));
  desk_answer (&desk, 0);
  await_all_told (told, 2);
  for (guint i = 0; i < 2; i++)
    {
      ck_assert (g_error_matches (told[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      answered_clear (&told[i]);
    }
  ck_assert (any_cache_flush (desk.setup.cache, NULL, NULL));
  ck_assert_ptr_null (any_function_lookup (desk.function, text_args (KEY), NULL, NULL));

  /* Others begin anew. */
  begin_call (desk.function, KEY, NULL, &again);
  desk_await (&desk, 2);
  desk_answer (&desk, 1);
  await_told (&again);
  ck_assert_int_eq (g_variant_get_int64 (again.value), 2);
}
END_TEST

/* A computation that says that it was cancelled, though somebody waits, concerns who was asked. The next one is asked. */
START_TEST (test_cancelled_by_itself)
{
  g_auto (Desk) desk = { .answers = FALSE };
  Answered told[3] = { { 0 } };

  desk_init (&desk);
  for (guint i = 0; i < 3; i++)
    begin_call (desk.function, KEY, NULL, &told[i]);
  any_request_return_error_literal (desk_await (&desk, 1), G_IO_ERROR, G_IO_ERROR_CANCELLED, "somebody's own");
  desk_await (&desk, 2);
  desk_answer (&desk, 1);
  await_all_told (told, 3);

  ck_assert (g_error_matches (told[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  for (guint i = 0; i < 3; i++)
    {
      ck_assert (i == 0 || g_variant_get_int64 (told[i].value) == 2);
      answered_clear (&told[i]);
    }
}
END_TEST

static gpointer
call_cb (gpointer function)
{
  GError   *error = NULL;
  GVariant *value = any_function_call (function, text_args (KEY), NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Threads wait for what is computed in a main loop. */
START_TEST (test_threads_join)
{
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) told = { 0 };
  GThread *threads[8];

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &told);
  desk_await (&desk, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_cb, desk.function);
  idle_a_while ();
  desk_answer (&desk, 0);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GVariant) value = g_thread_join (threads[i]);

      ck_assert_int_eq (g_variant_get_int64 (value), 1);
    }
  await_told (&told);
  ck_assert_int_eq (g_variant_get_int64 (told.value), 1);
  ck_assert_int_eq (desk.setup.n_computed, 1);
}
END_TEST

static gboolean
stand_still_cb (AnyRequest    *request,
                gpointer       step,
                GError **error G_GNUC_UNUSED)
{
  reach (step, 1);
  await_step (step, 2);
  any_request_return_value (request, g_variant_new_int64 (5));

  return TRUE;
}

/* A main loop waits for what a thread computes. */
START_TEST (test_loop_joins)
{
  g_auto (Setup) setup = { NULL };
  g_auto (Answered) told = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) value = NULL;
  GThread *thread;
  int      step = 0;

  setup_init (&setup);
  function = any_cache_define (setup.cache, "org.example.Still", NULL, stand_still_cb, &step, NULL);
  thread = g_thread_new ("caller", call_cb, function);
  await_step (&step, 1);
  begin_call (function, KEY, NULL, &told);
  idle_a_while ();
  ck_assert_int_eq (told.n_told, 0);

  reach (&step, 2);
  await_told (&told);
  value = g_thread_join (thread);
  ck_assert_int_eq (g_variant_get_int64 (told.value), 5);
}
END_TEST

/* Who would wait for what this very thread has to go on with is refused. */
START_TEST (test_own_loop)
{
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) told = { 0 };
  g_autoptr (GError) error = NULL;

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &told);
  desk_await (&desk, 1);
  ck_assert_ptr_null (any_function_call (desk.function, text_args (KEY), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));

  desk_answer (&desk, 0);
  await_told (&told);
  ck_assert_int_eq (g_variant_get_int64 (told.value), 1);
}
END_TEST

/* A thread that waits does not wait for a main loop that has not come to it yet: it computes, and the loop has it too. */
START_TEST (test_takes_over)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_auto (Answered) told = { 0 };
  g_autoptr (GVariant) value = NULL;

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &told);
  if (_i > 0)
    g_usleep (50000);
  value = call_cb (desk.function);
  await_told (&told);
  ck_assert_int_eq (g_variant_get_int64 (value), 1);
  ck_assert_int_eq (g_variant_get_int64 (told.value), 1);
  ck_assert_int_eq (desk.setup.n_computed, 1);
}
END_TEST

static gpointer
call_and_go_cb (gpointer data)
{
  Desk *desk = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  any_function_call_async (desk->function, text_args (KEY), NULL, NULL, NULL);
  g_usleep (20000);
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* One whose main context is never run keeps nobody waiting. */
START_TEST (test_context_is_left)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_auto (Answered) told = { 0 };

  desk_init (&desk);
  g_thread_join (g_thread_new ("caller", call_and_go_cb, &desk));
  begin_call (desk.function, KEY, NULL, &told);
  await_told (&told);
  ck_assert_int_eq (g_variant_get_int64 (told.value), 1);
  ck_assert_int_eq (desk.setup.n_computed, 1);
}
END_TEST

static void
remove_it (Desk *desk)
{
  ck_assert (any_function_remove (desk->function, text_args (KEY), NULL, NULL));
}

static void
clear_function (Desk *desk)
{
  ck_assert (any_function_clear (desk->function, NULL, NULL));
}

static void
clear_cache (Desk *desk)
{
  ck_assert (any_cache_clear (desk->setup.cache, NULL, NULL));
}

static void
invalidate_it (Desk *desk)
{
  ck_assert (any_cache_invalidate (desk->setup.cache, desk->path, NULL, NULL));
}

static void
change_file (Desk *desk)
{
  g_free (setup_write (&desk->setup, "file", "another content"));
}

/* What is taken away while it is computed is given to those who asked before, and not stored. Who asks afterwards has it computed
 * once more. */
START_TEST (test_taken_away)
{
  static void (*const deeds[]) (Desk * desk) = { remove_it, clear_function, clear_cache, invalidate_it, change_file };
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) early = { 0 };
  g_auto (Answered) late = { 0 };
  g_autofree char *path = NULL;

  desk_init (&desk);
  desk.path = path = setup_write (&desk.setup, "file", "content");
  begin_call (desk.function, KEY, NULL, &early);
  desk_await (&desk, 1);
  deeds[_i](&desk);
  begin_call (desk.function, KEY, NULL, &late);

  desk.answers = FALSE;
  desk_answer (&desk, 0);
  await_told (&early);
  ck_assert_int_eq (g_variant_get_int64 (early.value), 1);

  desk_await (&desk, 2);
  ck_assert_int_eq (late.n_told, 0);
  desk_answer (&desk, 1);
  await_told (&late);
  ck_assert_int_eq (g_variant_get_int64 (late.value), 2);
}
END_TEST

/* What is stored meanwhile by somebody who knows better is what later callers get, at once. */
START_TEST (test_given_meanwhile)
{
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) early = { 0 };
  g_auto (Answered) late = { 0 };

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &early);
  desk_await (&desk, 1);
  ck_assert (any_function_store (desk.function, text_args (KEY), g_variant_new_int64 (77), -1, NULL, NULL, NULL));
  begin_call (desk.function, KEY, NULL, &late);
  await_told (&late);
  ck_assert_int_eq (g_variant_get_int64 (late.value), 77);

  desk_answer (&desk, 0);
  await_told (&early);
  ck_assert_int_eq (g_variant_get_int64 (early.value), 1);
  ck_assert (any_cache_flush (desk.setup.cache, NULL, NULL));
  ck_assert_int_eq (lookup (desk.function, KEY), 77);
}
END_TEST

/* Who comes while it is computed has the same one if nothing speaks against it. */
START_TEST (test_late)
{
  g_auto (Desk) desk = { .answers = FALSE };
  Answered told[3] = { { 0 } };

  desk_init (&desk);
  for (guint i = 0; i < 3; i++)
    {
      begin_call (desk.function, KEY, NULL, &told[i]);
      idle_a_while ();
    }
  if (_i == 1)
    any_request_set_no_store (desk.requests->pdata[0]);
  desk_answer (&desk, 0);
  await_all_told (told, 3);
  for (guint i = 0; i < 3; i++)
    {
      ck_assert_int_eq (g_variant_get_int64 (told[i].value), 1);
      answered_clear (&told[i]);
    }
  ck_assert_int_eq (desk.setup.n_computed, 1);
}
END_TEST

static void
progress_cb (AnyFunction *function G_GNUC_UNUSED,
             GVariant *args        G_GNUC_UNUSED,
             double                fraction,
             gpointer              sum)
{
  *(double *) sum += fraction;
}

/* Whoever waits learns how far it is, through whichever object it asks. */
START_TEST (test_progress)
{
  g_auto (Desk) desk = { .answers = FALSE };
  Answered told[3] = { { 0 } };
  double   sums[2] = { 0 };
  g_autoptr (AnyFunction) other = NULL;

  desk_init (&desk);
  other = desk_define (&desk, "org.example.Desk");
  g_signal_connect (desk.function, "progress", G_CALLBACK (progress_cb), &sums[0]);
  g_signal_connect (other, "progress", G_CALLBACK (progress_cb), &sums[1]);
  begin_call (desk.function, KEY, NULL, &told[0]);
  begin_call (desk.function, KEY, NULL, &told[1]);
  begin_call (other, KEY, NULL, &told[2]);
  desk_await (&desk, 1);

  any_request_set_progress (desk.requests->pdata[0], 0.25);
  any_request_set_progress (desk.requests->pdata[0], 0.5);
  ck_assert_double_eq (sums[0], 0.75);
  ck_assert_double_eq (sums[1], 0.75);

  desk_answer (&desk, 0);
  await_all_told (told, 3);
  for (guint i = 0; i < 3; i++)
    answered_clear (&told[i]);
}
END_TEST

static void
queried_cb (GObject      *file,
            GAsyncResult *result,
            gpointer      done)
{
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (file), result, NULL);

  ck_assert_ptr_nonnull (info);
  *(gboolean *) done = TRUE;
}

/* Any number of those who wait leaves the threads of GIO to others. */
START_TEST (test_leaves_threads)
{
  g_auto (Desk) desk = { .answers = FALSE };
  Answered *told = g_new0 (Answered, 300);
  g_autoptr (GFile) file = g_file_new_for_path ("/");
  gboolean done = FALSE;
  gint64   deadline = any_test_deadline ();

  desk_init (&desk);
  for (guint i = 0; i < 300; i++)
    begin_call (desk.function, KEY, NULL, &told[i]);
  g_file_query_info_async (file, "standard::*", G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL, queried_cb, &done);
  while (!done)
    {
      g_main_context_iteration (NULL, FALSE);
      ck_assert (any_test_wait (deadline));
    }
  desk_await (&desk, 1);
  desk_answer (&desk, 0);
  await_all_told (told, 300);
  for (guint i = 0; i < 300; i++)
    answered_clear (&told[i]);
  g_free (told);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("single-flight");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_loop_test (all, test_crowd, 0, 2);
  tcase_add_test (all, test_nobody_left);
  tcase_add_test (all, test_cancelled_by_itself);
  tcase_add_test (all, test_threads_join);
  tcase_add_test (all, test_loop_joins);
  tcase_add_test (all, test_own_loop);
  tcase_add_loop_test (all, test_takes_over, 0, 2);
  tcase_add_test (all, test_context_is_left);
  tcase_add_loop_test (all, test_taken_away, 0, 5);
  tcase_add_test (all, test_given_meanwhile);
  tcase_add_loop_test (all, test_late, 0, 2);
  tcase_add_test (all, test_progress);
  tcase_add_test (all, test_leaves_threads);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
