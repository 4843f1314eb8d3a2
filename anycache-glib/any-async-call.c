/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-async-call.h"

#include "any-async-computation.h"
#include "any-cache-private.h"
#include "any-delivery.h"
#include "any-driving.h"
#include "any-function-private.h"
#include "any-pool.h"

/* So long a main context may be busy before somebody else is asked. */
#define RECALL_US (100 * G_TIME_SPAN_MILLISECOND)

static void drive_cb (gpointer data);

/* One look after the other, on the terms of each who waits. */
static void
look_for_all (AnyFlight  *flight,
              AnyRecord **old)
{
  AnyWaiter *waiter;

  while ((waiter = any_flight_begin_look (flight, NULL)) != NULL)
    {
      any_call_look ((AnyCall *) waiter, flight, old);
      any_waiter_unref (waiter);
    }
}

/* What those find who want it new. */
static AnyRecord *
read_old (AnyFlight *flight,
          AnyCall   *call)
{
  return any_cache_is_on (any_function_get_cache (call->function)) ? any_core_read (any_flight_get_core (flight), any_flight_get_key (flight))
                                                                   : NULL;
}

static void
ask_somebody (AnyFlight *flight,
              AnyRecord *old)
{
  guint turn;
  g_autoptr (AnyWaiter) waiter = any_flight_begin_asking (flight, &turn);
  g_autoptr (AnyRecord) found = NULL;

  if (waiter == NULL)
    return;

  if (waiter->want == ANY_WANT_NEW)
    old = found = read_old (flight, (AnyCall *) waiter);
  any_async_computation_begin (flight, (AnyCall *) waiter, turn, old);
}

/* How long to wait for other processes. */
static gint64
get_timeout (AnyFlight *flight)
{
  g_autoptr (AnyWaiter) waiter = any_flight_ref_first (flight);

  if (waiter == NULL || waiter->want == ANY_WANT_NEW)
    return 0;

  return any_cache_get_wait_timeout (any_function_get_cache (((AnyCall *) waiter)->function));
}

/* In a thread of the library's. */
static void
drive_cb (gpointer data)
{
  g_autoptr (AnyFlight) flight = data;
  g_autoptr (AnyRecord) old = NULL;
  gint64 pause;

  look_for_all (flight, &old);

  if (!any_flight_is_wanted (flight))
    {
      any_flight_hand_over (flight, NULL);
      return;
    }
  if (!any_flight_try_lock (flight, get_timeout (flight), &pause))
    {
      any_flight_forget_misses (flight);
      any_pool_push_later (drive_cb, g_steal_pointer (&flight), pause);
      return;
    }

  look_for_all (flight, &old);
  ask_somebody (flight, old);
}

static void
drive (AnyFlight *flight)
{
  any_pool_push (drive_cb, flight);
}

typedef struct
{
  AnyFlight *flight; /* (owned) */
  guint      turn;
} Recall;

static void
recall_cb (gpointer data)
{
  g_autofree Recall *recall = data;
  g_autoptr (AnyFlight) flight = recall->flight;

  if (any_flight_recall (flight, recall->turn))
    drive_cb (g_steal_pointer (&flight));
}

static void
recall (AnyFlight *flight,
        guint      turn)
{
  Recall *later = g_new (Recall, 1);

  *later = (Recall){ flight, turn };
  any_pool_push_later (recall_cb, later, RECALL_US);
}

/* Tells the caller, in his main context. */
static void
tell_cb (gpointer data)
{
  g_autoptr (AnyCall) self = data;
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  any_call_disconnect (self);

  if (self->waiter.reply != NULL)
    {
      if (self->waiter.want != ANY_WANT_NEW)
        any_call_count (any_cache_get_active_core (self->function->cache), self->waiter.miss);
      self->tell (self, task);
      return;
    }

  if (self->outer != NULL)
    any_answer_inherit_doubt (self->outer);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The call was cancelled");
}

static void
serve (AnyWaiter *waiter)
{
  any_delivery_push (waiter->context, tell_cb, waiter);
}

static const AnyWaiterFuncs waiter_funcs = {
  .drive = drive,
  .recall = recall,
  .abort = any_async_computation_abort,
  .release = any_async_computation_release,
  .serve = serve,
};

static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer                  data)
{
  AnyWaiter *waiter = data;

  if (any_flight_leave (waiter))
    serve (waiter);
}

/* Calls a function where the result is not at hand. Takes the task. What goes into something that shall be fresh must be. */
void
any_async_call (AnyFunction  *function,
                const AnyUse *use,
                AnyWant       want,
                gboolean      insists,
                AnyAnswer    *outer,
                AnyCallTell   tell,
                GTask        *task)
{
  g_autoptr (AnyFlight) flight = outer != NULL ? any_answer_ref_flight (outer) : NULL;
  g_autoptr (AnyCall) call = NULL;
  g_autoptr (GError) error = NULL;

  insists = insists || (flight != NULL && any_flight_insists (flight));
  call = any_call_new (function, use, want, insists, &waiter_funcs, g_task_get_cancellable (task));

  if (flight != NULL)
    any_call_set_outer (call, flight, outer);
  call->tell = tell;
  call->task = task;

  if (!any_call_join (call, &use->key, G_CALLBACK (cancelled_cb), &error))
    {
      if (flight != NULL)
        any_answer_inherit_doubt (outer);
      g_task_return_error (call->task, g_steal_pointer (&error));
    }
}
