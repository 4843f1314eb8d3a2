/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* In which thread somebody is told, what he may do then, and what many threads do at once. */

#include "vigil-setup.h"

#include "any-test-folder.h"
#include "any-test-process.h"

#define FILE  "file"
#define WATCH ANY_FUNCTION_FLAGS_WATCH
#define NONE  ANY_FUNCTION_FLAGS_NONE

static gpointer
call_cb (gpointer data)
{
  g_assert_cmpint (call (data, FILE), >=, 1);

  return NULL;
}

START_TEST (test_call_in_another_thread)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  scene_put (&self, FILE, "text");
  g_thread_join (g_thread_new ("caller", call_cb, self.setup.function));
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
  ck_assert_ptr_eq (self.told.thread, g_thread_self ());
}
END_TEST

/* Somebody at home in a thread with a main context of its own. */
typedef struct
{
  Scene *scene;
  int    step;
} Guest;

static gpointer
live_cb (gpointer data)
{
  Guest *self = data;
  gint64 deadline = any_test_deadline ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (AnyFunction) function = NULL;
  g_auto (Told) told = { 0 };

  g_main_context_push_thread_default (context);
  function = any_cache_define (self->scene->setup.cache, "org.example.Number", "1", setup_compute_cb, &self->scene->setup, NULL);
  any_function_set_flags (function, WATCH);
  told_listen (&told, function);
  call (function, FILE);
  reach (&self->step, 1);

  while (g_atomic_int_get (&told.n_told) == 0)
    {
      g_assert_true (any_test_wait (deadline));
      g_main_context_iteration (context, FALSE);
    }
  g_assert_true (told.thread == g_thread_self ());
  g_main_context_pop_thread_default (context);

  return NULL;
}

START_TEST (test_owner_in_another_thread)
{
  g_auto (Scene) self = { 0 };
  Guest    guest = { &self, 0 };
  GThread *thread;

  scene_init (&self, WATCH);
  scene_put (&self, FILE, "text");
  thread = g_thread_new ("guest", live_cb, &guest);
  await_step (&guest.step, 1);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_echoed, 1);
  g_thread_join (thread);
  scene_fence (&self);
  ck_assert_int_eq (self.told.n_told, 0);
}
END_TEST

/* The thread does not run its main context. */
static gpointer
leave_cb (gpointer data)
{
  Scene *scene = data;
  gint64 deadline = any_test_deadline ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (AnyFunction) function = NULL;
  g_autofree char *text = g_strnfill (1 + (gsize) g_atomic_int_get (&scene->setup.n_computed), 'x');

  g_main_context_push_thread_default (context);
  function = any_cache_define (scene->setup.cache, "org.example.Number", "1", setup_compute_cb, &scene->setup, NULL);
  any_function_set_flags (function, WATCH);
  call (function, FILE);
  scene_put (scene, FILE, text);
  call (scene->setup.function, FILE);
  g_main_context_pop_thread_default (context);
  while (!g_main_context_pending (context))
    g_assert_true (any_test_wait (deadline));

  return NULL;
}

/* Nothing is left of a thread that ends with something to be told, and there are no descriptors that only it had. */
START_TEST (test_owner_that_ends)
{
  g_auto (Scene) self = { 0 };
  gint64 deadline = any_test_deadline ();
  guint  n_descriptors;

  scene_init (&self, WATCH);
  scene_fence (&self);
  n_descriptors = any_test_count_descriptors ();
  for (int i = 0; i < 3; i++)
    g_thread_join (g_thread_new ("guest", leave_cb, &self));
  scene_fence (&self);
  while (any_test_count_descriptors () > n_descriptors)
    ck_assert (any_test_wait (deadline));
}
END_TEST

/* What a handler did. */
typedef struct
{
  Scene *scene;
  int    n_told;
  gint64 result;
} Deed;

static void
call_again_cb (AnyFunction *function,
               GVariant    *args,
               Deed        *deed)
{
  deed->result = call (function, FILE);
  g_atomic_int_inc (&deed->n_told);
}

START_TEST (test_handler_calls)
{
  g_auto (Scene) self = { 0 };
  Deed   deed = { 0 };
  gulong handler;

  scene_init (&self, WATCH);
  handler = g_signal_connect (self.setup.function, "invalidated", G_CALLBACK (call_again_cb), &deed);
  call (self.setup.function, FILE);
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *text = g_strnfill (i, 'x');

      scene_put (&self, FILE, text);
      run_until (&deed.n_told, i);
      ck_assert_int_eq (deed.result, i + 1);
    }
  g_signal_handler_disconnect (self.setup.function, handler);
}
END_TEST

static void
drop_all_cb (AnyFunction *function,
             GVariant    *args,
             Deed        *deed)
{
  g_clear_object (&deed->scene->fence);
  g_clear_object (&deed->scene->setup.function);
  g_clear_object (&deed->scene->setup.cache);
  g_atomic_int_inc (&deed->n_told);
}

static void
count_cb (gpointer n_gone,
          GObject *object)
{
  g_atomic_int_inc ((int *) n_gone);
}

START_TEST (test_handler_drops_the_last_references)
{
  g_auto (Scene) self = { 0 };
  Deed deed = { &self, 0, 0 };
  int  n_gone = 0;

  scene_init (&self, ANY_FUNCTION_FLAGS_REFRESH);
  told_clear (&self.told);
  g_signal_connect (self.setup.function, "invalidated", G_CALLBACK (drop_all_cb), &deed);
  g_object_weak_ref (G_OBJECT (self.setup.function), count_cb, &n_gone);
  g_object_weak_ref (G_OBJECT (self.setup.cache), count_cb, &n_gone);
  call (self.setup.function, FILE);
  scene_put (&self, FILE, "text");
  run_until (&deed.n_told, 1);
  run_until (&n_gone, 2);
  ck_assert_int_eq (self.setup.n_computed, 1);
}
END_TEST

static void
lower_flags_cb (AnyFunction *function,
                GVariant    *args,
                gpointer     user_data)
{
  any_function_set_flags (function, NONE);
}

START_TEST (test_handler_lowers_the_flags)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, ANY_FUNCTION_FLAGS_REFRESH);
  g_signal_connect (self.setup.function, "invalidated", G_CALLBACK (lower_flags_cb), NULL);
  call (self.setup.function, FILE);
  scene_put (&self, FILE, "text");
  run_until (&self.told.n_told, 1);
  scene_fence (&self);
  ck_assert_int_eq (self.told.n_updated, 0);
  ck_assert_int_eq (self.setup.n_computed, 1);
}
END_TEST

/* Where something of a user's was freed. */
typedef struct
{
  GThread *thread;
  int      n_freed; /* atomic */
} Farewell;

static void
farewell_cb (gpointer data)
{
  Farewell *farewell = data;

  farewell->thread = g_thread_self ();
  g_atomic_int_inc (&farewell->n_freed);
}

/* The bytes of arguments may be of a language that must not be entered from elsewhere. */
START_TEST (test_args_are_freed_by_the_caller)
{
  g_auto (Scene) self = { 0 };
  Farewell  farewell = { 0 };
  GVariant *args;
  g_autoptr (GVariant) result = NULL;

  scene_init (&self, WATCH);
  args = g_variant_new_from_data (G_VARIANT_TYPE ("(s)"), FILE, sizeof FILE, TRUE, farewell_cb, &farewell);
  result = any_function_call (self.setup.function, args, NULL, NULL);
  ck_assert_int_eq (farewell.n_freed, 1);
  ck_assert_ptr_eq (farewell.thread, g_thread_self ());
  scene_put (&self, FILE, "text");
  run_until (&self.told.n_told, 1);
  ck_assert_str_eq (self.told.args, "('file',)");
}
END_TEST

#define N_THREADS 4
#define N_ROUNDS  200

/* Threads that have one result replaced all the time, so that its guards relieve each other all the time. */
typedef struct
{
  Scene *scene;
  int    n_ready; /* atomic */
} Crowd;

static gpointer
replace_cb (gpointer data)
{
  Crowd           *self = data;
  g_autofree char *path = g_build_filename (self->scene->setup.folder, FILE, NULL);
  const char      *dependencies[] = { path, NULL };

  g_atomic_int_inc (&self->n_ready);
  while (g_atomic_int_get (&self->n_ready) < N_THREADS)
    g_thread_yield ();

  for (gint64 i = 0; i < N_ROUNDS; i++)
    {
      any_function_store (self->scene->setup.function, text_args (FILE), g_variant_new_int64 (i), -1, dependencies, NULL, NULL);
      if (i % 16 == 0)
        any_function_set_flags (self->scene->setup.function, NONE);
      if (i % 16 == 1)
        any_function_set_flags (self->scene->setup.function, WATCH);
    }

  return NULL;
}

START_TEST (test_many_replace_it)
{
  g_auto (Scene) self = { 0 };
  Crowd    crowd = { &self, 0 };
  GThread *threads[N_THREADS];
  int      n_told;

  scene_init (&self, WATCH);
  scene_put (&self, FILE, "text");
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("writer", replace_cb, &crowd);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  any_function_set_flags (self.setup.function, WATCH);
  scene_fence (&self);
  n_told = self.told.n_told;
  refresh (self.setup.function, FILE);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, n_told + 1);
  scene_fence (&self);
  ck_assert_int_eq (self.told.n_told, n_told + 1);
}
END_TEST

/* Functions come and go in other threads while what they were given changes. */
static gpointer
come_and_go_cb (gpointer data)
{
  Crowd *self = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (AnyFunction) function = any_function_new (self->scene->setup.cache, "org.example.Number", "1");

      any_function_set_flags (function, ANY_FUNCTION_FLAGS_REFRESH);
      lookup (function, FILE);
    }
  g_atomic_int_inc (&self->n_ready);

  return NULL;
}

START_TEST (test_functions_come_and_go)
{
  g_auto (Scene) self = { 0 };
  Crowd    crowd = { &self, 0 };
  GThread *threads[2];

  scene_init (&self, ANY_FUNCTION_FLAGS_REFRESH);
  call (self.setup.function, FILE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("guest", come_and_go_cb, &crowd);
  for (guint i = 0; g_atomic_int_get (&crowd.n_ready) < (int) G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *text = g_strnfill (1 + i % 50, 'x');

      scene_put (&self, FILE, text);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  scene_fence (&self);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("vigil-threads");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_call_in_another_thread);
  tcase_add_test (all, test_owner_in_another_thread);
  tcase_add_test (all, test_owner_that_ends);
  tcase_add_test (all, test_handler_calls);
  tcase_add_test (all, test_handler_drops_the_last_references);
  tcase_add_test (all, test_handler_lowers_the_flags);
  tcase_add_test (all, test_args_are_freed_by_the_caller);
  tcase_add_test (all, test_many_replace_it);
  tcase_add_test (all, test_functions_come_and_go);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
