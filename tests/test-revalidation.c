/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A result whose age has run out lately is returned at once, and computed anew behind. */

#include "cache-setup.h"

#include "any-test-process.h"

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* Over before anybody can ask again. */
#define MOMENT 1

/* The function of the setup gives results whose age runs out at once, up to a number; those that follow last. It fails if it is told to. */
typedef struct _Scene Scene;

struct _Scene
{
  Setup    setup;
  int      n_old;    /* atomic: so many run out */
  gboolean fails;    /* with an error of its own */
  char    *path;     /* (owned) what each result depends on */
  GThread *computed; /* where the last computation was done */

  int      n_updated; /* atomic */
  gint64   updated;   /* what the last signal has brought */
  char    *args;      /* (owned) (nullable): for what */
  GThread *told;      /* where it was told */
  void (*on_update) (Scene *self);

  void (*act) (Scene *self); /* what another process does */
};

static gboolean
scene_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Scene *self = user_data;

  any_request_add_dependency (request, self->path);
  self->computed = g_thread_self ();
  if (self->fails)
    {
      g_atomic_int_inc (&self->setup.n_computed);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there");
      return FALSE;
    }

  if (g_atomic_int_get (&self->setup.n_computed) < g_atomic_int_get (&self->n_old))
    any_request_set_maxage (request, MOMENT);

  return setup_compute_cb (request, &self->setup, error);
}

static void
updated_cb (AnyFunction *function,
            GVariant    *args,
            GVariant    *result,
            gpointer     user_data)
{
  Scene *self = user_data;

  self->updated = g_variant_get_int64 (result);
  g_free (self->args);
  self->args = g_variant_print (args, FALSE);
  self->told = g_thread_self ();
  if (self->on_update != NULL)
    self->on_update (self);
  g_atomic_int_inc (&self->n_updated);
}

static AnyFunction *
define (Scene *self)
{
  AnyFunction *function = any_cache_define (self->setup.cache, "org.example.Scene", "1", scene_cb, self, NULL);

  any_function_set_stale_while_revalidate (function, HOUR);
  g_signal_connect (function, "updated", G_CALLBACK (updated_cb), self);

  return function;
}

/* With one result that has run out. */
static void
scene_init (Scene *self)
{
  setup_init (&self->setup);
  self->setup.data = self;
  self->path = setup_write (&self->setup, "file", "text");
  self->n_old = 1;
  g_clear_object (&self->setup.function);
  self->setup.function = define (self);
  ck_assert_int_eq (call (self->setup.function, KEY), 1);
}

static void
scene_clear (Scene *self)
{
  setup_clear (&self->setup);
  g_free (self->args);
  g_free (self->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
assert_seen (Scene *self,
             int    n_computed,
             int    n_updated)
{
  ck_assert_int_eq (self->setup.n_computed, n_computed);
  ck_assert_int_eq (self->n_updated, n_updated);
}

/* However often it is asked for, and in whichever tier it lies. */
START_TEST (test_old_at_once)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  if (_i == 1)
    any_cache_set_maxmemory (self.setup.cache, 0);
  for (guint i = 0; i < 5; i++)
    ck_assert_int_eq (call (self.setup.function, KEY), 1);
  assert_seen (&self, 1, 0);

  run_to_rest ();
  assert_seen (&self, 2, 1);
  ck_assert_int_eq (self.updated, 2);
  ck_assert_str_eq (self.args, "('key',)");

  for (guint i = 0; i < 5; i++)
    ck_assert_int_eq (call (self.setup.function, KEY), 2);
  ck_assert_int_eq (lookup (self.setup.function, KEY), 2);
  run_to_rest ();
  assert_seen (&self, 2, 1);
}
END_TEST

/* Time and again. */
START_TEST (test_again)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  self.n_old = G_MAXINT;
  for (int i = 1; i < 10; i++)
    {
      ck_assert_int_eq (call (self.setup.function, KEY), i);
      assert_seen (&self, i, i - 1);
      run_to_rest ();
      assert_seen (&self, i + 1, i);
      ck_assert_int_eq (self.updated, i + 1);
    }
}
END_TEST

#define N_KEYS 100

/* Each is one. They come back after failures too, more of them than are looked for each time. */
START_TEST (test_many_keys)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  self.n_old = 1 + N_KEYS;
  any_function_set_error_maxage (self.setup.function, MOMENT);

  for (int round = 0; round < 4; round++)
    {
      self.fails = round > 0 && round < 3;
      for (int i = 0; i < N_KEYS; i++)
        {
          g_autofree char *key = g_strdup_printf ("%d", i);

          ck_assert_int_eq (call (self.setup.function, key), 2 + i);
        }
      run_to_rest ();
      ck_assert_int_eq (self.setup.n_computed, 1 + (round + 1) * N_KEYS);
    }
  ck_assert_int_eq (self.n_updated, N_KEYS);
}
END_TEST

static gpointer
call_often_cb (gpointer function)
{
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (call (function, KEY), ==, 1);

  return NULL;
}

/* Wherever it is asked for, it is computed and told at home. */
START_TEST (test_other_threads)
{
  g_auto (Scene) self = { 0 };
  GThread *threads[4];

  scene_init (&self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_often_cb, self.setup.function);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_seen (&self, 1, 0);

  self.computed = NULL;
  run_to_rest ();
  assert_seen (&self, 2, 1);
  ck_assert_ptr_eq (self.computed, g_thread_self ());
  ck_assert_ptr_eq (self.told, g_thread_self ());
}
END_TEST

static gpointer
call_until_new_cb (gpointer function)
{
  gint64 deadline = any_test_deadline ();

  while (call (function, KEY) == 1)
    g_assert_true (any_test_wait (deadline));

  return NULL;
}

/* While the loop runs, nobody is forgotten who was given the old one: the signal comes behind. */
START_TEST (test_while_the_loop_runs)
{
  g_auto (Scene) self = { 0 };
  GThread *threads[4];

  scene_init (&self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_until_new_cb, self.setup.function);
  run_until (&self.n_updated, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  run_to_rest ();

  ck_assert_int_eq (self.setup.n_computed, 2);
  ck_assert_int_eq (self.updated, 2);
}
END_TEST

/* Not the default context, but the one that was thread-default where the function was made. */
START_TEST (test_own_context)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (AnyFunction) function = NULL;

  scene_init (&self);
  g_main_context_push_thread_default (context);
  function = define (&self);
  g_main_context_pop_thread_default (context);

  ck_assert_int_eq (call (function, KEY), 1);
  run_to_rest ();
  assert_seen (&self, 1, 0);
  run_to_rest_of (context);
  assert_seen (&self, 2, 1);
}
END_TEST

/* Two objects have two signals, and one set of entries. */
START_TEST (test_two_objects)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyFunction) same = NULL;

  scene_init (&self);
  same = define (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  ck_assert_int_eq (call (same, KEY), 1);
  run_to_rest ();
  assert_seen (&self, 2, 2);
}
END_TEST

static void
close_window (Scene *self)
{
  any_function_set_stale_while_revalidate (self->setup.function, MOMENT);
}

static void
have_no_window (Scene *self)
{
  any_function_set_stale_while_revalidate (self->setup.function, 0);
}

static void
allow_no_age (Scene *self)
{
  any_function_set_maxage (self->setup.function, 0);
}

static void
change_file (Scene *self)
{
  g_free (setup_write (&self->setup, "file", "another text"));
}

static void
change_file_within_interval (Scene *self)
{
  any_cache_set_check_interval (self->setup.cache, HOUR);
  change_file (self);
}

static void
mark_file (Scene *self)
{
  g_assert_true (any_cache_invalidate (self->setup.cache, self->path, NULL, NULL));
}

static void
remove_it (Scene *self)
{
  g_assert_true (any_function_remove (self->setup.function, text_args (KEY), NULL, NULL));
}

static void
clear_function (Scene *self)
{
  g_assert_true (any_function_clear (self->setup.function, NULL, NULL));
}

static void
clear_cache (Scene *self)
{
  g_assert_true (any_cache_clear (self->setup.cache, NULL, NULL));
}

static void
switch_off (Scene *self)
{
  any_cache_set_maxsize (self->setup.cache, 0);
}

static void (*const obstacles[]) (Scene *) = {
  close_window, have_no_window, allow_no_age, change_file, change_file_within_interval, mark_file, remove_it, clear_function,
  clear_cache, switch_off
};

/* Then it is computed in the call, and nothing is done behind. */
START_TEST (test_never_returned)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  obstacles[_i](&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 2);
  run_to_rest ();
  assert_seen (&self, 2, 0);
}
END_TEST

static void
act_part (int      line,
          gpointer data)
{
  Scene *self = data;

  self->act (self);
}

/* Whichever process has done it. */
START_TEST (test_never_returned_elsewhere)
{
  static void (*const acts[]) (Scene *) = { change_file, mark_file, remove_it, clear_function, clear_cache };
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  self.act = acts[_i];
  any_test_process_run (act_part, &self);
  ck_assert_int_eq (call (self.setup.function, KEY), 2);
}
END_TEST

/* Who asks whether it is fresh is told the truth. */
START_TEST (test_who_insists)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;

  scene_init (&self);
  entry = any_function_peek (self.setup.function, text_args (KEY));
  ck_assert_int_eq (lookup (self.setup.function, KEY), MISS);
  ck_assert (any_function_is_outdated (self.setup.function, text_args (KEY), NULL, NULL));
  ck_assert (!any_entry_is_current (entry));
  run_to_rest ();
  assert_seen (&self, 1, 0);

  ck_assert_int_eq (refresh (self.setup.function, KEY), 2);
  ck_assert_int_eq (call (self.setup.function, KEY), 2);
}
END_TEST

/* The old one goes on until the window closes; then the caller is told. */
START_TEST (test_failure_behind)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (GError) error = NULL;

  scene_init (&self);
  self.fails = TRUE;
  for (int i = 1; i < 4; i++)
    {
      ck_assert_int_eq (call (self.setup.function, KEY), 1);
      run_to_rest ();
      assert_seen (&self, 1 + i, 0);
    }

  close_window (&self);
  ck_assert_ptr_null (any_function_call (self.setup.function, text_args (KEY), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE));
}
END_TEST

/* For as long as a failure counts, nobody tries again behind; and it does not take the place of what can still be returned. */
START_TEST (test_failure_is_remembered_behind)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  self.fails = TRUE;
  any_function_set_error_maxage (self.setup.function, HOUR);
  for (guint i = 0; i < 3; i++)
    {
      ck_assert_int_eq (call (self.setup.function, KEY), 1);
      run_to_rest ();
      assert_seen (&self, 2, 0);
    }

  self.fails = FALSE;
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  close_window (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 3);
}
END_TEST

START_TEST (test_failure_is_forgotten_behind)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  self.fails = TRUE;
  any_function_set_error_maxage (self.setup.function, MOMENT);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  run_to_rest ();
  self.fails = FALSE;
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  run_to_rest ();
  assert_seen (&self, 3, 1);
  ck_assert_int_eq (call (self.setup.function, KEY), 3);
}
END_TEST

/* A failure is never given for longer than it counts. */
START_TEST (test_failures_are_not_stretched)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  remove_it (&self);
  self.fails = TRUE;
  any_function_set_error_maxage (self.setup.function, MOMENT);
  for (int i = 2; i < 4; i++)
    {
      ck_assert_ptr_null (any_function_call (self.setup.function, text_args (KEY), NULL, NULL));
      ck_assert_int_eq (self.setup.n_computed, i);
    }
  self.fails = FALSE;
  ck_assert_int_eq (call (self.setup.function, KEY), 4);
}
END_TEST

static void
forbid (Setup      *setup,
        AnyRequest *request)
{
  any_request_set_no_store (request);
}

static void
call_now_and_then (Scene *self)
{
  if (self->n_updated < 5)
    call (self->setup.function, KEY);
}

/* A newer one that may not be stored takes the old one along: who was told of it is not given that again, and does not have it
 * computed behind once more by asking. */
START_TEST (test_not_stored_behind)
{
  g_auto (Scene) self = { .on_update = call_now_and_then };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  self.setup.during = forbid;
  run_to_rest ();
  assert_seen (&self, 3, 1);
  ck_assert_int_eq (call (self.setup.function, KEY), 4);
  run_to_rest ();
  assert_seen (&self, 4, 1);
}
END_TEST

static void
remove_during (Setup      *setup,
               AnyRequest *request)
{
  remove_it (setup->data);
}

/* What is removed while it is computed behind is told and not kept; what was removed before is computed. */
START_TEST (test_removed_meanwhile)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  if (_i == 0)
    self.setup.during = remove_during;
  else
    obstacles[5 + _i](&self);
  run_to_rest ();
  assert_seen (&self, 2, 1);
  ck_assert_int_eq (self.updated, 2);
  ck_assert_int_eq (lookup (self.setup.function, KEY), _i == 0 ? MISS : 2);
}
END_TEST

START_TEST (test_dropped_before)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  g_clear_object (&self.setup.function);
  run_to_rest ();
  assert_seen (&self, 1, 0);
}
END_TEST

/* It cannot be computed any more; what is there goes on. */
START_TEST (test_closed_before)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  any_function_close (self.setup.function);
  for (guint i = 0; i < 3; i++)
    {
      run_to_rest ();
      ck_assert_int_eq (call (self.setup.function, KEY), 1);
    }
  assert_seen (&self, 1, 0);
}
END_TEST

static void
drop (Scene *self)
{
  g_clear_object (&self->setup.function);
}

static void
close_it (Scene *self)
{
  any_function_close (self->setup.function);
}

static void
call_again (Scene *self)
{
  g_assert_cmpint (call (self->setup.function, KEY), ==, self->updated);
}

static void (*const reactions[]) (Scene *) = { drop, close_it, call_again, clear_cache };

/* Whoever is told may do as he likes. */
START_TEST (test_reactions)
{
  g_auto (Scene) self = { .on_update = reactions[_i] };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  run_to_rest ();
  assert_seen (&self, 2, 1);
}
END_TEST

static void
free_cb (gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

static gboolean
run_out_cb (AnyRequest *request,
            gpointer    user_data,
            GError    **error)
{
  any_request_set_maxage (request, MOMENT);
  any_request_return_value (request, g_variant_new_int64 (1));

  return TRUE;
}

/* What was to be done in it goes with it. */
START_TEST (test_context_goes)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GMainContext) context = g_main_context_new ();
  int n_freed = 0;

  setup_init (&setup);
  g_clear_object (&setup.function);
  g_main_context_push_thread_default (context);
  setup.function = any_cache_define (setup.cache, "org.example.Gone", NULL, run_out_cb, &n_freed, free_cb);
  g_main_context_pop_thread_default (context);
  any_function_set_stale_while_revalidate (setup.function, HOUR);
  g_clear_pointer (&context, g_main_context_unref);

  ck_assert_int_eq (call (setup.function, KEY), 1);
  ck_assert_int_eq (call (setup.function, KEY), 1);
  g_object_add_weak_pointer (G_OBJECT (setup.function), (gpointer *) &setup.function);
  g_object_unref (setup.function);
  ck_assert_ptr_null (setup.function);
  ck_assert_int_eq (n_freed, 1);
}
END_TEST

/* The window closes all the same. Who comes home late finds that all was done. */
START_TEST (test_loop_does_not_run)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  close_window (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 2);
  ck_assert_int_eq (call (self.setup.function, KEY), 2);
  run_to_rest ();
  assert_seen (&self, 2, 1);
  ck_assert_int_eq (self.updated, 2);
}
END_TEST

static void
store_part (int      line,
            gpointer data)
{
  Scene *self = data;

  g_assert_true (any_function_store (self->setup.function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
}

/* What another process has made meanwhile need not be made. */
START_TEST (test_another_process_was_faster)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  any_test_process_run (store_part, &self);
  run_to_rest ();
  assert_seen (&self, 1, 1);
  ck_assert_int_eq (self.updated, 7);
  ck_assert_int_eq (call (self.setup.function, KEY), 7);
}
END_TEST

static gboolean
outer_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Scene *self = user_data;
  g_autoptr (GVariant) inner = any_function_call (self->setup.function, text_args (KEY), NULL, error);

  if (inner == NULL)
    return FALSE;
  any_request_return_value (request, g_variant_new_int64 (10 * g_variant_get_int64 (inner)));

  return TRUE;
}

typedef struct
{
  Scene        scene;
  AnyFunction *outer; /* (owned): gives ten times what the other gives */
} Nest;

/* The inner one is at home where nobody is. */
static void
nest_init (Nest *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Scene *scene = &self->scene;

  scene_init (scene);
  g_clear_object (&scene->setup.function);
  g_main_context_push_thread_default (context);
  scene->setup.function = define (scene);
  g_signal_handlers_disconnect_by_data (scene->setup.function, scene);
  g_main_context_pop_thread_default (context);

  self->outer = any_cache_define (scene->setup.cache, "org.example.Outer", NULL, outer_cb, scene, NULL);
  g_signal_connect (self->outer, "updated", G_CALLBACK (updated_cb), scene);
}

static void
nest_clear (Nest *self)
{
  g_clear_object (&self->outer);
  scene_clear (&self->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Nest, nest_clear)

/* What is made from an old one is as old. */
START_TEST (test_nested)
{
  g_auto (Nest) self = { 0 };
  g_autoptr (AnyEntry) inner = NULL;
  g_autoptr (AnyEntry) outer = NULL;

  nest_init (&self);
  ck_assert_int_eq (call (self.outer, KEY), 10);
  ck_assert_int_eq (self.scene.setup.n_computed, 1);
  inner = any_function_peek (self.scene.setup.function, text_args (KEY));
  outer = any_function_peek (self.outer, text_args (KEY));
  ck_assert_int_eq (any_entry_get_expires (outer), any_entry_get_expires (inner));
  ck_assert_int_eq (lookup (self.outer, KEY), MISS);

  ck_assert_int_eq (refresh (self.scene.setup.function, KEY), 2);
  ck_assert_int_eq (call (self.outer, KEY), 20);
  ck_assert_int_eq (lookup (self.outer, KEY), 20);
}
END_TEST

/* What is computed behind, or because somebody wants it new, is made from what is fresh: it would have to be made again at once. */
START_TEST (test_nested_insists)
{
  g_auto (Nest) self = { 0 };

  nest_init (&self);
  any_function_set_stale_while_revalidate (self.outer, HOUR);
  ck_assert_int_eq (call (self.outer, KEY), 10);
  if (_i == 0)
    {
      ck_assert_int_eq (call (self.outer, KEY), 10);
      run_to_rest ();
      ck_assert_int_eq (self.scene.n_updated, 1);
      ck_assert_int_eq (self.scene.updated, 20);
    }
  else
    ck_assert_int_eq (refresh (self.outer, KEY), 20);
  ck_assert_int_eq (lookup (self.outer, KEY), 20);
  ck_assert_int_eq (lookup (self.scene.setup.function, KEY), 2);
}
END_TEST

/* If the inner one fails, so does the outer, which keeps what it has as well. */
START_TEST (test_nested_failure_behind)
{
  g_auto (Nest) self = { 0 };

  nest_init (&self);
  any_function_set_stale_while_revalidate (self.outer, HOUR);
  ck_assert_int_eq (call (self.outer, KEY), 10);
  self.scene.fails = TRUE;
  for (guint i = 0; i < 3; i++)
    {
      ck_assert_int_eq (call (self.outer, KEY), 10);
      run_to_rest ();
    }
  ck_assert_int_eq (self.scene.n_updated, 0);

  self.scene.fails = FALSE;
  ck_assert_int_eq (call (self.outer, KEY), 10);
  run_to_rest ();
  ck_assert_int_eq (self.scene.n_updated, 1);
  ck_assert_int_eq (call (self.outer, KEY), self.scene.updated);
}
END_TEST

START_TEST (test_setting)
{
  g_auto (Setup) setup = { 0 };
  gint64 window, error_maxage;

  setup_init (&setup);
  ck_assert_int_eq (any_function_get_stale_while_revalidate (setup.function), 0);
  ck_assert_int_eq (any_function_get_error_maxage (setup.function), 0);
  g_object_set (setup.function, "stale-while-revalidate", HOUR, "error-maxage", G_MAXINT64, NULL);
  g_object_get (setup.function, "stale-while-revalidate", &window, "error-maxage", &error_maxage, NULL);
  ck_assert_int_eq (window, HOUR);
  ck_assert_int_eq (error_maxage, G_MAXINT64);
  ck_assert_int_eq (any_function_get_stale_while_revalidate (setup.function), HOUR);
  ck_assert_int_eq (any_function_get_error_maxage (setup.function), G_MAXINT64);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("revalidation");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_old_at_once, 0, 2);
  tcase_add_test (all, test_again);
  tcase_add_test (all, test_many_keys);
  tcase_add_test (all, test_other_threads);
  tcase_add_test (all, test_while_the_loop_runs);
  tcase_add_test (all, test_own_context);
  tcase_add_test (all, test_two_objects);
  tcase_add_loop_test (all, test_never_returned, 0, G_N_ELEMENTS (obstacles));
  tcase_add_loop_test (all, test_never_returned_elsewhere, 0, 5);
  tcase_add_test (all, test_who_insists);
  tcase_add_test (all, test_failure_behind);
  tcase_add_test (all, test_failure_is_remembered_behind);
  tcase_add_test (all, test_failure_is_forgotten_behind);
  tcase_add_test (all, test_failures_are_not_stretched);
  tcase_add_test (all, test_not_stored_behind);
  tcase_add_loop_test (all, test_removed_meanwhile, 0, 4);
  tcase_add_test (all, test_dropped_before);
  tcase_add_test (all, test_closed_before);
  tcase_add_loop_test (all, test_reactions, 0, G_N_ELEMENTS (reactions));
  tcase_add_test (all, test_context_goes);
  tcase_add_test (all, test_loop_does_not_run);
  tcase_add_test (all, test_another_process_was_faster);
  tcase_add_test (all, test_nested);
  tcase_add_loop_test (all, test_nested_insists, 0, 2);
  tcase_add_test (all, test_nested_failure_behind);
  tcase_add_test (all, test_setting);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
