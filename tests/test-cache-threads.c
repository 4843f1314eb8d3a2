/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many threads, on one cache and on objects of their own, doing everything at once. */

#include "cache-setup.h"

#define N_THREADS 6
#define N_KEYS    5
#define N_ROUNDS  150

/* What all of them share. Each computation is given a number, and each removal notes which number the next may have. */
typedef struct
{
  Setup   *setup;
  int      n_numbers;       /* atomic */
  int      removed[N_KEYS]; /* atomic: for each key, no result up to this number may be told any more */
  gboolean own_caches;
} Crowd;

typedef struct
{
  Crowd       *crowd;
  AnyFunction *function; /* (owned) */
  guint        seed;
} Member;

/* Gives the key back, and a number that no other computation gives. */
static gboolean
number_cb (AnyRequest *request,
           gpointer    user_data,
           GError    **error)
{
  Crowd *crowd = user_data;
  gint32 key;

  g_variant_get (any_request_get_args (request), "(i)", &key);
  any_request_return_value (request, g_variant_new ("(ii)", key, g_atomic_int_add (&crowd->n_numbers, 1) + 1));

  return TRUE;
}

/* A result must be of the key, and not be one that was removed before it was asked for. */
static void
check_result (GVariant *value,
              gint32    key,
              int       removed)
{
  g_autoptr (GVariant) taken = value;
  gint32 of_key, number;

  g_variant_get (taken, "(ii)", &of_key, &number);
  g_assert_cmpint (of_key, ==, key);
  g_assert_cmpint (number, >, removed);
}

static void
raise_to (int *place,
          int  number)
{
  int old = g_atomic_int_get (place);

  while (old < number && !g_atomic_int_compare_and_exchange (place, old, number))
    old = g_atomic_int_get (place);
}

/* All numbers up to here were given, at the latest, to computations that began before the removal does. */
static void
remove_or_clear (Member *member,
                 gint32  key,
                 guint   way)
{
  Crowd   *crowd = member->crowd;
  int      number = g_atomic_int_get (&crowd->n_numbers);
  gboolean removed;
  g_autoptr (GError) error = NULL;

  if (way == 0)
    removed = any_cache_clear (any_function_get_cache (member->function), NULL, &error);
  else if (way == 1)
    removed = any_function_clear (member->function, NULL, &error);
  else
    removed = any_function_remove (member->function, g_variant_new ("(i)", key), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (removed);

  for (gint32 i = 0; i < N_KEYS; i++)
    {
      if (way < 2 || i == key)
        raise_to (&crowd->removed[i], number);
    }
}

static gpointer
work_cb (gpointer data)
{
  Member *member = data;
  Crowd  *crowd = member->crowd;
  g_autoptr (GRand) rand = g_rand_new_with_seed (member->seed);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint32 key = g_rand_int_range (rand, 0, N_KEYS);
      guint  what = g_rand_int_range (rand, 0, 20);
      int    removed = g_atomic_int_get (&crowd->removed[key]);
      g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(i)", key));
      GVariant *value = NULL;

      if (what < 2)
        remove_or_clear (member, key, what);
      else if (what < 4)
        remove_or_clear (member, key, 2);
      else if (what < 6)
        value = any_function_refresh (member->function, args, NULL, NULL);
      else if (what < 10)
        value = any_function_lookup (member->function, args, NULL, NULL);
      else
        value = any_function_call (member->function, args, NULL, NULL);

      g_assert_true (value != NULL || what < 4 || (what >= 6 && what < 10));
      if (value != NULL)
        check_result (value, key, removed);
    }

  return NULL;
}

static void
run_crowd (gboolean own_caches,
           gint64   maxmemory)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Failures) failures = { 0 };
  Crowd    crowd = { .setup = &setup };
  Member   members[N_THREADS];
  GThread *threads[N_THREADS];

  setup_init (&setup);
  any_cache_set_maxmemory (setup.cache, maxmemory);
  failures_watch (&failures, setup.cache);

  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autoptr (AnyCache) cache = own_caches ? any_cache_new (setup.cachedir, -1) : g_object_ref (setup.cache);

      members[i] = (Member){ &crowd, any_cache_define (cache, "org.example.Crowd", NULL, number_cb, &crowd, NULL), i };
      threads[i] = g_thread_new ("member", work_cb, &members[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_object_unref (members[i].function);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;

  ck_assert_msg (failures.n_told == 0, "%s", failures.error != NULL ? failures.error->message : "");

  /* And the size is right in the end. */
  ck_assert (any_cache_clear (setup.cache, NULL, NULL));
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 0);
}

START_TEST (test_one_cache)
{
  run_crowd (FALSE, 1 << 20);
}
END_TEST

START_TEST (test_one_cache_without_memory)
{
  run_crowd (FALSE, 0);
}
END_TEST

/* As much memory as one entry takes: what is found may be thrown out by somebody else at once. */
START_TEST (test_one_cache_with_little_memory)
{
  run_crowd (FALSE, 600);
}
END_TEST

START_TEST (test_a_cache_each)
{
  run_crowd (TRUE, 1 << 20);
}
END_TEST

static gpointer
open_and_close_cb (gpointer data)
{
  Setup *setup = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (AnyCache) cache = any_cache_new (setup->cachedir, -1);
      g_autoptr (AnyFunction) function = any_function_new (cache, "org.example.Number", "1");

      g_assert_cmpint (lookup (function, "key"), ==, 1);
    }

  return NULL;
}

/* The last object on a directory goes, and the first comes, at one time. */
START_TEST (test_objects_come_and_go)
{
  g_auto (Setup) setup = { 0 };
  GThread *threads[N_THREADS];

  setup_init (&setup);
  call (setup.function, "key");
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("member", open_and_close_cb, &setup);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cache-threads");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_one_cache);
  tcase_add_test (all, test_one_cache_without_memory);
  tcase_add_test (all, test_one_cache_with_little_memory);
  tcase_add_test (all, test_a_cache_each);
  tcase_add_test (all, test_objects_come_and_go);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
