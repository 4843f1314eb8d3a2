/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a forked child does with the objects that it has inherited: all that it could do with its own. No other thread is busy
 * when a child is made, for GLib has locks of its own, which stay as they are in the child. */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache-setup.h"

#define KEY "key"

/* In a child: it is killed when it does not come to an end, for a lock whose owner it does not have. libcheck's own alarm would take
 * the whole test with it. */
static void
limit_time (void)
{
  signal (SIGALRM, SIG_DFL);
  alarm (any_test_patience ());
}

/* Runs in a child. g_assert_*() is for use there. */
static void
run_child (void (*act) (Setup *setup),
           Setup *setup)
{
  pid_t child = fork ();
  int   status;

  if (child == 0)
    {
      limit_time ();
      act (setup);
      any_test_leave_child ();
    }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_msg (!WIFSIGNALED (status), "the child died of signal %d", WTERMSIG (status));
  ck_assert_int_eq (status, 0);
}

static void
find_compute_remove (Setup *setup)
{
  g_assert_cmpint (lookup (setup->function, KEY), ==, 1);
  g_assert_cmpint (call (setup->function, "child's"), ==, 2);
  g_assert_cmpint (lookup (setup->function, "child's"), ==, 2);
  g_assert_true (any_function_remove (setup->function, text_args ("removed"), NULL, NULL));
  g_assert_cmpint (lookup (setup->function, "removed"), ==, MISS);
}

START_TEST (test_child_and_parent)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert (any_function_store (setup.function, text_args ("removed"), g_variant_new_int64 (5), -1, NULL, NULL, NULL));
  run_child (find_compute_remove, &setup);

  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  ck_assert_int_eq (lookup (setup.function, "child's"), 2);
  ck_assert_int_eq (lookup (setup.function, "removed"), MISS);
  ck_assert_int_eq (setup.n_computed, 1);
}
END_TEST

static void
find_as_grandchild (Setup *setup)
{
  g_assert_cmpint (lookup (setup->function, KEY), ==, 1);
  g_assert_cmpint (lookup (setup->function, "child's"), ==, 2);
}

static void
have_a_grandchild (Setup *setup)
{
  pid_t child;
  int   status;

  g_assert_cmpint (call (setup->function, "child's"), ==, 2);
  child = fork ();
  if (child == 0)
    {
      limit_time ();
      find_as_grandchild (setup);
      any_test_leave_child ();
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

START_TEST (test_grandchild)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  run_child (have_a_grandchild, &setup);
}
END_TEST

static void
let_all_go (Setup *setup)
{
  g_clear_object (&setup->function);
  g_clear_object (&setup->cache);
}

START_TEST (test_child_lets_all_go)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  run_child (let_all_go, &setup);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  ck_assert_int_eq (call (setup.function, "another"), 2);
}
END_TEST

static void
clear_all (Setup *setup)
{
  g_assert_true (any_cache_clear (setup->cache, NULL, NULL));
  g_assert_cmpuint (any_cache_get_size (setup->cache), ==, 0);
}

START_TEST (test_child_clears)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  run_child (clear_all, &setup);
  ck_assert_int_eq (lookup (setup.function, KEY), MISS);
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 0);
  ck_assert_int_eq (call (setup.function, KEY), 2);
}
END_TEST

/* What was set holds in the child too. */
static void
compare_properties (Setup *setup)
{
  g_assert_cmpint (any_cache_get_maxsize (setup->cache), ==, 123456);
  g_assert_cmpint (any_cache_get_maxage (setup->cache), ==, 3600 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (any_cache_get_maxmemory (setup->cache), ==, 0);
}

START_TEST (test_properties)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  any_cache_set_maxsize (setup.cache, 123456);
  any_cache_set_maxage (setup.cache, 3600 * G_TIME_SPAN_SECOND);
  any_cache_set_maxmemory (setup.cache, 0);
  run_child (compare_properties, &setup);
}
END_TEST

/* A computation of another thread, which the child does not have, stands still outside all locks. */
typedef struct
{
  Setup setup;
  int   step; /* atomic: 1 when it stands still, 2 when it may go on */
} Scene;

static void
stand_still (Setup      *setup,
             AnyRequest *request)
{
  Scene *scene = setup->data;

  if (g_atomic_int_get (&scene->step) == 0)
    {
      reach (&scene->step, 1);
      await_step (&scene->step, 2);
    }
}

static gpointer
call_cb (gpointer function)
{
  return GINT_TO_POINTER ((int) call (function, KEY));
}

static void
compute_the_same (Setup *setup)
{
  g_assert_cmpint (call (setup->function, KEY), ==, 2);
  g_assert_cmpint (lookup (setup->function, KEY), ==, 2);
}

START_TEST (test_fork_during_a_computation)
{
  Scene    scene = { .setup = { .during = stand_still } };
  GThread *thread;

  scene.setup.data = &scene;
  setup_init (&scene.setup);
  thread = g_thread_new ("computation", call_cb, scene.setup.function);
  await_step (&scene.step, 1);
  run_child (compute_the_same, &scene.setup);
  ck_assert_int_eq (lookup (scene.setup.function, KEY), 2);
  reach (&scene.step, 2);

  ck_assert_int_eq (GPOINTER_TO_INT (g_thread_join (thread)), 1);
  setup_clear (&scene.setup);
}
END_TEST

typedef struct
{
  pid_t child; /* 0 in the child itself */
} Fork;

static void
fork_within (Setup      *setup,
             AnyRequest *request)
{
  Fork *self = setup->data;

  self->child = fork ();
  if (self->child == 0)
    limit_time ();
}

/* Both come back from the callback, and one of them is the cache's user. */
START_TEST (test_fork_within_a_computation)
{
  Fork self = { 0 };
  g_auto (Setup) setup = { .during = fork_within, .data = &self };
  g_auto (Failures) failures = { 0 };
  int status;

  setup_init (&setup);
  failures_watch (&failures, setup.cache);
  g_assert_cmpint (call (setup.function, KEY), ==, 1);
  if (self.child == 0)
    {
      setup.during = NULL;
      g_assert_cmpint (failures.n_told, ==, 0);
      g_assert_cmpint (call (setup.function, "child's"), ==, 2);
      g_assert_cmpint (lookup (setup.function, "child's"), ==, 2);
      any_test_leave_child ();
    }

  ck_assert_int_eq (waitpid (self.child, &status, 0), self.child);
  ck_assert_int_eq (status, 0);
  ck_assert_int_eq (failures.n_told, 0);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  ck_assert_int_eq (lookup (setup.function, "child's"), 2);
  ck_assert (any_function_clear (setup.function, NULL, NULL));
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cache-fork");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_child_and_parent);
  tcase_add_test (all, test_grandchild);
  tcase_add_test (all, test_child_lets_all_go);
  tcase_add_test (all, test_child_clears);
  tcase_add_test (all, test_properties);
  tcase_add_test (all, test_fork_during_a_computation);
  tcase_add_test (all, test_fork_within_a_computation);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
