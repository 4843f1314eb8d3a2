/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What one process does while another computes the same result, and that one is slow, stopped or dead. */

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <anycache-glib/anycache.h>

#include "any-test.h"

#define SHORT_WAIT_US (200 * G_TIME_SPAN_MILLISECOND)

/* Two processes with one directory and a line between them. */
typedef struct
{
  AnyTestFolder *folder;   /* (owned) */
  char          *cachedir; /* (owned) */
  int            line;     /* (owned): to the other one */
  pid_t          other;    /* 0 in the child */
  int            n_computed;
  AnyFunction   *one;
  AnyFunction   *two;
  gint64         wait_timeout; /* us */
} Scene;

static void
say (Scene *scene)
{
  g_assert (send (scene->line, ".", 1, MSG_NOSIGNAL) == 1);
}

static void
hear (Scene *scene)
{
  char sign;

  g_assert (recv (scene->line, &sign, 1, 0) == 1);
}

/* In the child, it says that it has begun and goes on when it is told to. In the parent, it answers at once. */
static gboolean
compute_cb (AnyRequest    *request,
            gpointer       data,
            GError **error G_GNUC_UNUSED)
{
  Scene *scene = data;

  g_atomic_int_inc (&scene->n_computed);
  if (scene->other == 0)
    {
      say (scene);
      hear (scene);
    }
  any_request_return_value (request, g_variant_new_int32 (7));

  return TRUE;
}

static AnyCache *
open_cache (Scene *scene)
{
  AnyCache *cache = any_cache_new (scene->cachedir, -1);

  any_cache_set_wait_timeout (cache, scene->wait_timeout);

  return cache;
}

static GVariant *
ask (AnyFunction *function)
{
  g_autoptr (GError) error = NULL;
  GVariant *result = any_function_call (function, g_variant_new ("()"), NULL, &error);

  g_assert_no_error (error);

  return result;
}

static void
compute_in_child (Scene *scene)
{
  g_autoptr (AnyCache) cache = open_cache (scene);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, scene, NULL);
  g_autoptr (GVariant) result = ask (function);

  g_assert_cmpint (g_variant_get_int32 (result), ==, 7);
}

static void
scene_init (Scene *self,
            gint64 wait_timeout,
            void (*part) (Scene *self))
{
  int lines[2];

  *self = (Scene){ .wait_timeout = wait_timeout };
  self->folder = any_test_make_folder ();
  self->cachedir = g_build_filename (self->folder, "cache", NULL);
  ck_assert_int_eq (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lines), 0);

  self->other = fork ();
  ck_assert_int_ge (self->other, 0);
  self->line = lines[self->other == 0 ? 1 : 0];
  close (lines[self->other == 0 ? 0 : 1]);
  if (self->other != 0)
    return;

  part (self);
  any_test_leave_child ();
}

static void
scene_clear (Scene *self)
{
  close (self->line);
  g_free (self->cachedir);
  any_test_remove_folder (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
await_end (Scene *scene)
{
  gint64 deadline = any_test_deadline ();
  int    status;

  while (waitpid (scene->other, &status, WNOHANG) == 0)
    ck_assert (any_test_wait (deadline));
  ck_assert (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

typedef struct
{
  GVariant *result; /* (owned) (nullable) */
  gint64    when;   /* us, monotonic: it came */
} Answer;

static void
called_cb (GObject      *function,
           GAsyncResult *call,
           gpointer      user_data)
{
  Answer *answer = user_data;

  answer->result = any_function_call_finish (ANY_FUNCTION (function), call, NULL);
  answer->when = g_get_monotonic_time ();
  ck_assert_ptr_nonnull (answer->result);
}

static void
await_answer (Answer *answer)
{
  gint64 deadline = any_test_deadline ();

  while (answer->result == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      ck_assert (any_test_wait (deadline));
    }
  ck_assert_int_eq (g_variant_get_int32 (answer->result), 7);
  g_variant_unref (answer->result);
}

static gpointer
ask_cb (gpointer function)
{
  return ask (function);
}

/* What the other process has stored is what who waits for it gets. */
START_TEST (test_waits)
{
  g_auto (Scene) scene = { NULL };
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) result = NULL;
  GThread *thread;
  Answer   answer = { NULL };

  scene_init (&scene, G_MAXINT64, compute_in_child);
  cache = open_cache (&scene);
  function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, &scene, NULL);
  hear (&scene);

  thread = g_thread_new ("asker", ask_cb, function);
  any_function_call_async (function, g_variant_new ("()"), NULL, called_cb, &answer);
  for (int i = 0; i < 100; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  ck_assert_ptr_null (answer.result);

  say (&scene);
  await_answer (&answer);
  result = g_thread_join (thread);
  ck_assert_int_eq (g_variant_get_int32 (result), 7);
  ck_assert_int_eq (scene.n_computed, 0);
  await_end (&scene);
}
END_TEST

/* Who dies while it computes delays nobody for longer than until the next try. */
START_TEST (test_dies)
{
  g_auto (Scene) scene = { NULL };
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) result = NULL;
  GThread *thread = NULL;
  Answer   answer = { NULL };
  gint64   killed;

  scene_init (&scene, G_MAXINT64, compute_in_child);
  cache = open_cache (&scene);
  function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, &scene, NULL);
  hear (&scene);

  if (_i == 0)
    thread = g_thread_new ("asker", ask_cb, function);
  else
    any_function_call_async (function, g_variant_new ("()"), NULL, called_cb, &answer);
  g_usleep (300000);

  killed = g_get_monotonic_time ();
  kill (scene.other, SIGKILL);
  waitpid (scene.other, NULL, 0);
  if (_i == 0)
    {
      result = g_thread_join (thread);
      answer.when = g_get_monotonic_time ();
      ck_assert_int_eq (g_variant_get_int32 (result), 7);
    }
  else
    {
      await_answer (&answer);
    }

  g_print ("Taken over after %" G_GINT64_FORMAT " ms\n", (answer.when - killed) / 1000);
  ck_assert_int_eq (scene.n_computed, 1);
}
END_TEST

/* Who hangs is waited for only so long, and what it stores in the end does no harm. */
START_TEST (test_hangs)
{
  g_auto (Scene) scene = { NULL };
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) found = NULL;
  Answer answer = { NULL };
  gint64 began;

  scene_init (&scene, SHORT_WAIT_US, compute_in_child);
  cache = open_cache (&scene);
  function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, &scene, NULL);
  hear (&scene);
  kill (scene.other, SIGSTOP);

  began = g_get_monotonic_time ();
  if (_i == 0)
    {
      result = ask (function);
      ck_assert_int_eq (g_variant_get_int32 (result), 7);
    }
  else
    {
      any_function_call_async (function, g_variant_new ("()"), NULL, called_cb, &answer);
      await_answer (&answer);
    }
  ck_assert_int_ge (g_get_monotonic_time () - began, SHORT_WAIT_US);
  ck_assert_int_eq (scene.n_computed, 1);
  ck_assert (any_cache_flush (cache, NULL, NULL));

  kill (scene.other, SIGCONT);
  say (&scene);
  await_end (&scene);
  found = any_function_lookup (function, g_variant_new ("()"), NULL, NULL);
  ck_assert_ptr_nonnull (found);
  ck_assert_int_eq (g_variant_get_int32 (found), 7);
}
END_TEST

/* With no time to wait, both compute. */
START_TEST (test_does_not_wait)
{
  g_auto (Scene) scene = { NULL };
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) result = NULL;

  scene_init (&scene, 0, compute_in_child);
  cache = open_cache (&scene);
  function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, &scene, NULL);
  hear (&scene);

  result = ask (function);
  ck_assert_int_eq (scene.n_computed, 1);
  say (&scene);
  await_end (&scene);
}
END_TEST

/* A refresh waits for no other process: what that computes may be older. */
START_TEST (test_refresh)
{
  g_auto (Scene) scene = { NULL };
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) result = NULL;

  scene_init (&scene, G_MAXINT64, compute_in_child);
  cache = open_cache (&scene);
  function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, &scene, NULL);
  hear (&scene);

  result = any_function_refresh (function, g_variant_new ("()"), NULL, NULL);
  ck_assert_int_eq (g_variant_get_int32 (result), 7);
  ck_assert_int_eq (scene.n_computed, 1);
  say (&scene);
  await_end (&scene);
}
END_TEST

/* Who does not want to wait any longer need not. */
START_TEST (test_cancelled)
{
  g_auto (Scene) scene = { NULL };
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;

  scene_init (&scene, G_MAXINT64, compute_in_child);
  cache = open_cache (&scene);
  function = any_cache_define (cache, "org.example.Seven", NULL, compute_cb, &scene, NULL);
  hear (&scene);

  thread = g_thread_new ("canceller", (GThreadFunc) (void (*) (void)) g_cancellable_cancel, cancellable);
  result = any_function_call (function, g_variant_new ("()"), cancellable, &error);
  ck_assert_ptr_null (result);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_thread_join (thread);
  ck_assert_int_eq (scene.n_computed, 0);

  say (&scene);
  await_end (&scene);
}
END_TEST

/* One asks for the other, if it is the first of the two. */
static gboolean
one_cb (AnyRequest *request,
        gpointer    data,
        GError    **error)
{
  Scene   *scene = data;
  gboolean is_first = g_str_equal (any_request_get_name (request), scene->other == 0 ? "org.example.Two" : "org.example.One");
  g_autoptr (GVariant) result = NULL;

  if (is_first && scene->n_computed++ == 0)
    {
      say (scene);
      hear (scene);
      result = any_function_call (scene->other == 0 ? scene->one : scene->two, g_variant_new ("()"), NULL, error);
      if (result == NULL)
        return FALSE;
    }
  any_request_return_value (request, g_variant_new_int32 (7));

  return TRUE;
}

static void
play_circle (Scene *scene)
{
  g_autoptr (AnyCache) cache = open_cache (scene);
  g_autoptr (AnyFunction) one = any_cache_define (cache, "org.example.One", NULL, one_cb, scene, NULL);
  g_autoptr (AnyFunction) two = any_cache_define (cache, "org.example.Two", NULL, one_cb, scene, NULL);
  g_autoptr (GVariant) result = NULL;

  scene->one = one;
  scene->two = two;
  result = ask (scene->other == 0 ? two : one);
  g_assert_cmpint (g_variant_get_int32 (result), ==, 7);
}

/* Two processes that wait for each other do so for no longer than they want to. */
START_TEST (test_circle)
{
  g_auto (Scene) scene = { NULL };

  scene_init (&scene, SHORT_WAIT_US, play_circle);
  play_circle (&scene);
  await_end (&scene);
}
END_TEST

static gboolean
keep_cb (AnyRequest    *request,
         gpointer       kept,
         GError **error G_GNUC_UNUSED)
{
  *(AnyRequest **) kept = g_object_ref (request);

  return TRUE;
}

/* A child that is forked while its parent computes waits for that as any other process does, and what it does itself leaves the
 * parent's call as it was. */
START_TEST (test_fork)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *cachedir = g_build_filename (folder, "cache", NULL);
  g_autoptr (AnyCache) cache = any_cache_new (cachedir, -1);
  g_autoptr (AnyFunction) function = NULL;
  Scene       scene = { .wait_timeout = SHORT_WAIT_US };
  AnyRequest *kept = NULL;
  Answer      answer = { NULL };
  gint64      deadline = any_test_deadline ();

  any_cache_set_wait_timeout (cache, SHORT_WAIT_US);
  function = any_cache_define (cache, "org.example.Seven", NULL, keep_cb, &kept, NULL);
  any_function_call_async (function, g_variant_new ("()"), NULL, called_cb, &answer);
  while (kept == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      ck_assert (any_test_wait (deadline));
    }

  scene.other = fork ();
  if (scene.other == 0)
    {
      g_autoptr (AnyCache) own = any_cache_new (cachedir, -1);
      g_autoptr (AnyFunction) same = NULL;
      gint64 began = g_get_monotonic_time ();

      scene.other = 1; /* It answers at once. */
      any_cache_set_wait_timeout (own, SHORT_WAIT_US);
      same = any_cache_define (own, "org.example.Seven", NULL, compute_cb, &scene, NULL);
      g_variant_unref (ask (same));
      g_assert_cmpint (g_get_monotonic_time () - began, >=, SHORT_WAIT_US);
      g_assert_cmpint (scene.n_computed, ==, 1);
      any_test_leave_child ();
    }

  await_end (&scene);
  ck_assert_ptr_null (answer.result);
  any_request_return_value (kept, g_variant_new_int32 (7));
  await_answer (&answer);
  g_object_unref (kept);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("flight-processes");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_waits);
  tcase_add_loop_test (all, test_dies, 0, 2);
  tcase_add_loop_test (all, test_hangs, 0, 2);
  tcase_add_test (all, test_does_not_wait);
  tcase_add_test (all, test_refresh);
  tcase_add_test (all, test_cancelled);
  tcase_add_test (all, test_circle);
  tcase_add_test (all, test_fork);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
