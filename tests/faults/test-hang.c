/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file system that hangs, as those on networks do: who waits for it may leave at once, and nobody else has to wait, as long as the
 * library has a thread left. With the shim of hang-shim.h.
 */

#include "faults/hang-shim.h"

#include <dlfcn.h>
#include <string.h>

#include "async-setup.h"

/* As the pool has them. */
#define N_THREADS 8

#define N_OTHERS 20

static const char *const names[N_THREADS] = { "hanging-0", "hanging-1", "hanging-2", "hanging-3", "hanging-4", "hanging-5", "hanging-6", "hanging-7" };

static HangShimSetFunc   set_hanging;
static HangShimCountFunc count_hanging;

static void
find_shim (void)
{
  void *set = dlsym (RTLD_DEFAULT, "hang_shim_set");
  void *count = dlsym (RTLD_DEFAULT, "hang_shim_count");

  ck_assert_msg (set != NULL && count != NULL, "the shim is not loaded");
  memcpy (&set_hanging, &set, sizeof set);
  memcpy (&count_hanging, &count, sizeof count);
}

/* The computation depends on the file beside the cache that the argument names, which need not be there. */
static void
depend (Setup      *setup,
        AnyRequest *request)
{
  const char      *name;
  g_autofree char *path = NULL;

  g_variant_get (any_request_get_args (request), "(&s)", &name);
  path = g_build_filename (setup->folder, name, NULL);
  any_request_add_dependency (request, path);
}

static void
await_hanging (guint n)
{
  gint64 deadline = any_test_deadline ();

  while (count_hanging () < n)
    ck_assert (any_test_wait (deadline));
  ck_assert_uint_eq (count_hanging (), n);
}

static void
await_cancelled (Answered *told)
{
  await_told (told);
  ck_assert (g_error_matches (told->error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

/* Nobody keeps anything of what has hung. */
static void
finish (Setup *setup)
{
  gint64   deadline = any_test_deadline ();
  GObject *kept;
  GWeakRef cache;

  g_weak_ref_init (&cache, setup->cache);
  setup_clear (setup);
  while ((kept = g_weak_ref_get (&cache)) != NULL)
    {
      g_object_unref (kept);
      g_main_context_iteration (NULL, FALSE);
      ck_assert (any_test_wait (deadline));
    }
  g_weak_ref_clear (&cache);
}

/* Nothing but the end of this test lets the file come back: what is waited for meanwhile does not wait for it. */
static void
check_that_others_go_on (Setup *setup)
{
  Answered others[N_OTHERS] = { { 0 } };

  for (guint i = 0; i < N_OTHERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("other-%u", i);

      begin_call (setup->function, name, NULL, &others[i]);
    }
  await_all_told (others, N_OTHERS);
  for (guint i = 0; i < N_OTHERS; i++)
    {
      ck_assert_ptr_nonnull (others[i].value);
      answered_clear (&others[i]);
    }
}

static void
check_that_one_hangs (Setup *setup)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Answered) impatient = { 0 };
  g_auto (Answered) patient = { 0 };

  begin_call (setup->function, "hanging", cancellable, &impatient);
  await_hanging (1);
  begin_call (setup->function, "hanging", NULL, &patient);
  check_that_others_go_on (setup);

  ck_assert_int_eq (impatient.n_told, 0);
  g_cancellable_cancel (cancellable);
  await_cancelled (&impatient);

  check_that_others_go_on (setup);
  ck_assert_int_eq (patient.n_told, 0);
  await_hanging (1);

  set_hanging (NULL);
  await_told (&patient);
  ck_assert_int_eq (g_variant_get_int64 (patient.value), 1);
}

START_TEST (test_entry)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *ident = NULL;

  setup_init (&setup);
  any_cache_set_maxmemory (setup.cache, 0);
  ck_assert_int_eq (call (setup.function, "hanging"), 1);
  ident = any_function_dup_ident (setup.function, text_args ("hanging"), NULL);

  /* The first two digits name a folder. */
  set_hanging (ident + 2);
  check_that_one_hangs (&setup);
  finish (&setup);
}
END_TEST

START_TEST (test_dependency)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  setup.during = depend;
  ck_assert_int_eq (call (setup.function, "hanging"), 1);

  set_hanging ("hanging");
  check_that_one_hangs (&setup);
  finish (&setup);
}
END_TEST

/* Where all threads wait for it, what is in memory is given all the same, threads of the application find and compute for themselves,
 * and everybody may leave. What needs a thread waits. */
START_TEST (test_no_thread_left)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answered hanging[N_THREADS] = { { 0 } };
  g_auto (Answered) at_hand = { 0 };
  g_auto (Answered) leaving = { 0 };
  g_auto (Answered) waiting = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, "at hand"), 1);
  ck_assert_int_eq (lookup (setup.function, "at hand"), 1);
  setup.during = depend;
  for (guint i = 0; i < N_THREADS; i++)
    call (setup.function, names[i]);

  set_hanging ("hanging");
  for (guint i = 0; i < N_THREADS; i++)
    begin_call (setup.function, names[i], i % 2 == 0 ? cancellable : NULL, &hanging[i]);
  await_hanging (N_THREADS);
  begin_call (setup.function, "leaving", cancellable, &leaving);
  begin_call (setup.function, "waiting", NULL, &waiting);

  begin_call (setup.function, "at hand", NULL, &at_hand);
  await_told (&at_hand);
  ck_assert_int_eq (call (setup.function, "by oneself"), N_THREADS + 2);
  g_cancellable_cancel (cancellable);
  await_cancelled (&leaving);
  for (guint i = 0; i < N_THREADS; i += 2)
    await_cancelled (&hanging[i]);

  idle_a_while ();
  ck_assert_int_eq (waiting.n_told, 0);
  await_hanging (N_THREADS);

  set_hanging (NULL);
  await_told (&waiting);
  await_all_told (hanging, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    {
      ck_assert (i % 2 == 0 || g_variant_get_int64 (hanging[i].value) == i + 2);
      answered_clear (&hanging[i]);
    }
  finish (&setup);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("fault hang");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_checked_fixture (all, find_shim, NULL);
  tcase_add_test (all, test_entry);
  tcase_add_test (all, test_dependency);
  tcase_add_test (all, test_no_thread_left);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
