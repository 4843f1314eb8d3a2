/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that nobody waits for in a thread. */

#include <string.h>
#include <unistd.h>

#include "async-setup.h"

#define KEY "key"

static gpointer
answer_cb (gpointer request)
{
  any_request_return_value (request, g_variant_new_int64 (1));
  g_object_unref (request);

  return NULL;
}

/* An answer may come from anywhere, at once or later, and is told where the caller is at home. */
START_TEST (test_answers)
{
  g_auto (Desk) desk = { .answers = _i == 0 };
  g_auto (Answered) answer = { 0 };

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &answer);
  ck_assert_int_eq (answer.n_told, 0);
  if (_i > 0)
    desk_await (&desk, 1);
  if (_i == 1)
    desk_answer (&desk, 0);
  if (_i == 2)
    g_thread_join (g_thread_new ("answerer", answer_cb, g_object_ref (desk.requests->pdata[0])));
  await_told (&answer);

  ck_assert_int_eq (g_variant_get_int64 (answer.value), 1);
  ck_assert_ptr_eq (answer.thread, g_thread_self ());
  idle_a_while ();
  ck_assert_int_eq (answer.n_told, 1);
}
END_TEST

/* In a context that is thread-default, and in no other. */
START_TEST (test_own_context)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_auto (Answered) answer = { 0 };
  g_autoptr (GMainContext) context = g_main_context_new ();

  desk_init (&desk);
  g_main_context_push_thread_default (context);
  begin_call (desk.function, KEY, NULL, &answer);
  idle_a_while ();
  ck_assert_int_eq (answer.n_told, 0);

  await_told (&answer);
  ck_assert_ptr_eq (answer.context, context);
  ck_assert_int_eq (g_variant_get_int64 (answer.value), 1);
  g_main_context_pop_thread_default (context);
}
END_TEST

static gpointer
call_in_own_loop_cb (gpointer function)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_auto (Answered) answer = { 0 };

  g_main_context_push_thread_default (context);
  begin_call (function, KEY, NULL, &answer);
  await_told (&answer);
  g_assert_cmpint (g_variant_get_int64 (answer.value), ==, 1);
  g_assert_true (answer.thread == g_thread_self ());
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* Each thread is told in its own loop. */
START_TEST (test_other_thread)
{
  g_auto (Desk) desk = { .answers = TRUE };
  GThread *threads[4];

  desk_init (&desk);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_in_own_loop_cb, desk.function);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  ck_assert_int_eq (desk.setup.n_computed, 1);
}
END_TEST

static gboolean
fail_cb (AnyRequest *request G_GNUC_UNUSED,
         gpointer            sets_error,
         GError            **error)
{
  if (sets_error != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "none");

  return FALSE;
}

static gboolean
drop_cb (AnyRequest *request G_GNUC_UNUSED,
         gpointer user_data  G_GNUC_UNUSED,
         GError **error      G_GNUC_UNUSED)
{
  return TRUE;
}

static void
assert_fails (AnyFunction *function,
              GQuark       domain,
              int          code)
{
  g_auto (Answered) answer = { 0 };

  begin_call (function, KEY, NULL, &answer);
  await_told (&answer);
  ck_assert_ptr_null (answer.value);
  ck_assert_msg (g_error_matches (answer.error, domain, code), "%s", answer.error->message);
}

/* What fails says how. */
START_TEST (test_failures)
{
  g_auto (Setup) setup = { NULL };
  g_autoptr (AnyFunction) failing = NULL;
  g_autoptr (AnyFunction) silent = NULL;
  g_autoptr (AnyFunction) dropping = NULL;
  g_autoptr (AnyFunction) nameless = NULL;

  setup_init (&setup);
  failing = any_cache_define (setup.cache, "org.example.Failing", NULL, fail_cb, &setup, NULL);
  silent = any_cache_define (setup.cache, "org.example.Silent", NULL, fail_cb, NULL, NULL);
  dropping = any_cache_define (setup.cache, "org.example.Dropping", NULL, drop_cb, NULL, NULL);
  nameless = any_function_new (setup.cache, "org.example.Nobody", NULL);

  assert_fails (failing, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_fails (silent, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT);
  assert_fails (dropping, ANY_CACHE_ERROR, ANY_CACHE_ERROR_ABANDONED);
  assert_fails (nameless, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT);
  any_function_close (failing);
  assert_fails (failing, ANY_CACHE_ERROR, ANY_CACHE_ERROR_CLOSED);
}
END_TEST

/* A request that is dropped later is noticed then, and told from the main loop, not by who drops it. */
START_TEST (test_dropped_later)
{
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) answer = { 0 };

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &answer);
  desk_await (&desk, 1);
  g_ptr_array_set_size (desk.requests, 0);
  ck_assert_int_eq (answer.n_told, 0);
  await_told (&answer);
  ck_assert (g_error_matches (answer.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_ABANDONED));
}
END_TEST

/* Who has cancelled before costs nothing, and who passes what has no key is refused. Both are told later, as all are. */
START_TEST (test_refused)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answered answers[2] = { { 0 } };

  desk_init (&desk);
  g_cancellable_cancel (cancellable);
  begin_call (desk.function, KEY, cancellable, &answers[0]);
  any_function_call_async (desk.function, g_variant_new_handle (0), NULL, async_told_cb, &answers[1]);
  ck_assert_int_eq (answers[0].n_told + answers[1].n_told, 0);
  await_all_told (answers, 2);
  ck_assert (g_error_matches (answers[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  ck_assert (g_error_matches (answers[1].error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
  ck_assert_int_eq (desk.setup.n_computed, 0);
  ck_assert (!g_file_test (desk.setup.cachedir, G_FILE_TEST_EXISTS));
  for (guint i = 0; i < 2; i++)
    answered_clear (&answers[i]);
}
END_TEST

/* The last references may go while it is under way. */
START_TEST (test_dropped_function)
{
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) answer = { 0 };

  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &answer);
  g_clear_object (&desk.function);
  g_clear_object (&desk.setup.function);
  g_clear_object (&desk.setup.cache);
  desk_await (&desk, 1);
  desk_answer (&desk, 0);
  await_told (&answer);
  ck_assert_int_eq (g_variant_get_int64 (answer.value), 1);
}
END_TEST

/* All that can be asked for. */
START_TEST (test_all)
{
  g_auto (Desk) desk = { .answers = TRUE };
  Answered     answers[12] = { { 0 } };
  AnyCache    *cache;
  AnyFunction *function;

  desk_init (&desk);
  cache = desk.setup.cache;
  function = desk.function;

  any_function_lookup_async (function, text_args (KEY), NULL, async_told_cb, &answers[0]);
  await_told (&answers[0]);
  ck_assert (answers[0].value == NULL && answers[0].error == NULL);

  any_function_is_outdated_async (function, text_args (KEY), NULL, async_told_cb, &answers[1]);
  await_told (&answers[1]);
  ck_assert (answers[1].done);

  any_function_store_async (function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, async_told_cb, &answers[2]);
  await_told (&answers[2]);
  ck_assert (answers[2].done);
  ck_assert_int_eq (lookup (function, KEY), 7);

  any_function_is_outdated_async (function, text_args (KEY), NULL, async_told_cb, &answers[3]);
  any_function_lookup_async (function, text_args (KEY), NULL, async_told_cb, &answers[4]);
  await_all_told (&answers[3], 2);
  ck_assert (!answers[3].done && answers[3].error == NULL);
  ck_assert_int_eq (g_variant_get_int64 (answers[4].value), 7);

  any_function_refresh_async (function, text_args (KEY), NULL, async_told_cb, &answers[5]);
  await_told (&answers[5]);
  ck_assert_int_eq (g_variant_get_int64 (answers[5].value), 1);
  ck_assert_int_eq (lookup (function, KEY), 1);

  any_function_remove_async (function, text_args (KEY), NULL, async_told_cb, &answers[6]);
  await_told (&answers[6]);
  ck_assert (answers[6].done);
  ck_assert_int_eq (lookup (function, KEY), MISS);

  ck_assert_int_eq (call (function, KEY), 2);
  any_function_clear_async (function, NULL, async_told_cb, &answers[7]);
  await_told (&answers[7]);
  ck_assert (answers[7].done);
  ck_assert_int_eq (lookup (function, KEY), MISS);

  ck_assert_int_eq (call (function, KEY), 3);
  any_cache_clear_async (cache, NULL, async_told_cb, &answers[8]);
  await_told (&answers[8]);
  ck_assert (answers[8].done);
  ck_assert_int_eq (lookup (function, KEY), MISS);

  any_cache_invalidate_async (cache, "app:thing", NULL, async_told_cb, &answers[9]);
  any_cache_invalidate_async (cache, "", NULL, async_told_cb, &answers[10]);
  any_cache_flush_async (cache, NULL, async_told_cb, &answers[11]);
  await_all_told (&answers[9], 3);
  ck_assert (answers[9].done && answers[11].done);
  ck_assert (g_error_matches (answers[10].error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    answered_clear (&answers[i]);
}
END_TEST

/* What was given before it was stored is found by who looks for it, and is there after a flush. */
START_TEST (test_write_behind)
{
  g_auto (Desk) desk = { .answers = TRUE };

  desk_init (&desk);
  any_cache_set_maxmemory (desk.setup.cache, 0);
  for (int i = 1; i <= 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);
      g_auto (Answered) answer = { 0 };

      begin_call (desk.function, text, NULL, &answer);
      await_told (&answer);
      if (_i == 0)
        ck_assert (any_cache_flush (desk.setup.cache, NULL, NULL));
      ck_assert_int_eq (lookup (desk.function, text), i);
    }
}
END_TEST

static guint
count_threads (void)
{
  g_autoptr (GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  guint n_threads = 0;

  while (g_dir_read_name (threads) != NULL)
    n_threads++;

  return n_threads;
}

/* What is in memory and needs no look at a file needs no other thread either. */
START_TEST (test_hit_without_thread)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_auto (Answered) answer = { 0 };
  g_auto (Answered) first = { 0 };
  guint n_threads;

  desk_init (&desk);
  ck_assert_int_eq (call (desk.function, KEY), 1);
  /* The first result of a directory is looked at once more. */
  ck_assert_int_eq (lookup (desk.function, KEY), 1);
  /* A task of GIO needs a thread to begin with. */
  g_object_unref (g_task_new (NULL, NULL, NULL, NULL));
  n_threads = count_threads ();
  begin_call (desk.function, KEY, NULL, &answer);
  await_told (&answer);
  ck_assert_int_eq (g_variant_get_int64 (answer.value), 1);
  ck_assert_uint_le (count_threads (), n_threads);

  /* Where all tests share a process, the threads are there already. */
  begin_call (desk.function, "another", NULL, &first);
  await_told (&first);
  ck_assert_uint_ge (count_threads (), g_strcmp0 (g_getenv ("CK_FORK"), "no") == 0 ? 0 : n_threads + 1);
}
END_TEST

#define STORM 10000

static gpointer
cancel_all_cb (gpointer data)
{
  GCancellable **cancellables = data;

  for (guint i = 0; i < STORM; i += 1 + i % 3)
    {
      g_cancellable_cancel (cancellables[i]);
      if (i % 64 == 0)
        g_thread_yield ();
    }

  return NULL;
}

/* However many are cancelled, whenever that is, each is told once. */
START_TEST (test_storm)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_autofree Answered      *answers = g_new0 (Answered, STORM);
  g_autofree GCancellable **cancellables = g_new0 (GCancellable *, STORM);
  GThread                  *thread;
  guint                     n_cancelled = 0;

  desk_init (&desk);
  for (guint i = 0; i < STORM; i++)
    cancellables[i] = g_cancellable_new ();
  thread = g_thread_new ("canceller", cancel_all_cb, cancellables);
  for (guint i = 0; i < STORM; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i / 16);

      begin_call (desk.function, text, cancellables[i], &answers[i]);
      if (i % 32 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  await_all_told (answers, STORM);
  g_thread_join (thread);

  for (guint i = 0; i < STORM; i++)
    {
      ck_assert ((answers[i].value != NULL) != (answers[i].error != NULL));
      ck_assert (answers[i].error == NULL || g_error_matches (answers[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      n_cancelled += answers[i].error != NULL;
      answered_clear (&answers[i]);
      g_object_unref (cancellables[i]);
    }
  ck_assert_uint_gt (n_cancelled, 0);
  ck_assert_uint_lt (n_cancelled, STORM);
}
END_TEST

static void
again_cb (GObject      *function,
          GAsyncResult *result,
          gpointer      data)
{
  Answered *answer = data;
  g_autoptr (GVariant) value = any_function_call_finish (ANY_FUNCTION (function), result, NULL);

  /* All of it from within the callback: removed, computed by a call that waits, cleared, and called again. */
  ck_assert (any_function_remove (ANY_FUNCTION (function), text_args (KEY), NULL, NULL));
  ck_assert_int_eq (call (ANY_FUNCTION (function), "other"), 2);
  ck_assert (any_cache_clear (any_function_get_cache (ANY_FUNCTION (function)), NULL, NULL));
  begin_call (ANY_FUNCTION (function), KEY, NULL, answer);
  g_object_run_dispose (function);
}

/* A callback may do what it likes. */
START_TEST (test_from_the_callback)
{
  g_auto (Desk) desk = { .answers = TRUE };
  g_auto (Answered) answer = { 0 };

  desk_init (&desk);
  any_function_call_async (desk.function, text_args (KEY), NULL, again_cb, &answer);
  await_told (&answer);
  ck_assert (answer.value != NULL || g_error_matches (answer.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_CLOSED));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("call-async");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_loop_test (all, test_answers, 0, 3);
  tcase_add_test (all, test_own_context);
  tcase_add_test (all, test_other_thread);
  tcase_add_test (all, test_failures);
  tcase_add_test (all, test_dropped_later);
  tcase_add_test (all, test_refused);
  tcase_add_test (all, test_dropped_function);
  tcase_add_test (all, test_all);
  tcase_add_loop_test (all, test_write_behind, 0, 2);
  tcase_add_test (all, test_hit_without_thread);
  tcase_add_test (all, test_storm);
  tcase_add_test (all, test_from_the_callback);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
