/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-sync-call.h"

#include "any-asking.h"
#include "any-cache-private.h"
#include "any-computation.h"
#include "any-driving.h"
#include "any-function-private.h"

/* Who waits for another process to compute what nobody of this one does. */
static gboolean
await_lock (AnyCall   *call,
            AnyFlight *flight)
{
  gint64 timeout = call->waiter.want == ANY_WANT_NEW ? 0 : any_cache_get_wait_timeout (any_function_get_cache (call->function));
  gint64 pause;

  while (!any_flight_try_lock (flight, timeout, &pause))
    {
      if (any_flight_wait (&call->waiter, ANY_WAITER_DRIVES, g_get_monotonic_time () + pause) != ANY_WAITER_DRIVES)
        return FALSE;
    }

  return TRUE;
}

/* Looks on the call's own terms. */
static gboolean
look (AnyCall    *call,
      AnyFlight  *flight,
      AnyRecord **old)
{
  g_autoptr (AnyWaiter) waiter = any_flight_begin_look (flight, &call->waiter);

  if (waiter != NULL)
    return any_call_look (call, flight, old);

  if (call->waiter.want == ANY_WANT_NEW && any_cache_is_on (any_function_get_cache (call->function)))
    *old = any_core_read (any_flight_get_core (flight), any_flight_get_key (flight));

  return FALSE;
}

/* What a child finds that was forked from within the computation: the flight is its parent's, but the caller is its own. */
static void
serve_child (AnyCall  *call,
             AnyReply *reply)
{
  call->waiter.reply = any_reply_ref (reply);
  call->waiter.state = ANY_WAITER_SERVED;
}

static void
conclude (AnyCall    *call,
          AnyFlight  *flight,
          AnyAttempt *attempt,
          GVariant   *value,
          GError     *failure)
{
  g_autoptr (AnyReply) reply = NULL;
  gboolean hands_up = any_flight_has_outer (flight);
  gboolean late;
  gboolean is_child = any_core_is_inherited (any_flight_get_core (flight));

  any_attempt_list_files (attempt, value, hands_up);
  if (!is_child)
    any_flight_begin_storing (flight, NULL);

  reply = any_attempt_conclude (attempt, value, failure, hands_up, &late);
  if (is_child)
    serve_child (call, reply);
  else if (failure != NULL && any_asking_concerns_one (failure))
    any_flight_serve (flight, &call->waiter, reply);
  else
    any_flight_land (flight, reply, late);
}

static void
progressed_cb (AnyAnswer *answer,
               double     fraction,
               gpointer   flight)
{
  any_asking_tell_progress (flight, answer, fraction);
}

static const AnyAnswerListener listener = {
  .progressed = progressed_cb,
  .ref = (gpointer (*) (gpointer)) any_flight_ref,
  .unref = (GDestroyNotify) any_flight_unref,
};

/* Asks the user. The answer is closed before the request is dropped, so that this is not taken for an answer. */
static GVariant *
ask (AnyAttempt *attempt,
     AnyFlight  *flight,
     GError    **error)
{
  g_autoptr (AnyRequest) request = NULL;
  g_autoptr (GError) callback_error = NULL;
  gboolean accepted;

  request = any_asking_call (attempt, flight, &listener, flight, &accepted, &callback_error);

  return any_asking_take (attempt, accepted, callback_error, error);
}

/* Computes what nobody has stored. */
static void
compute (AnyCall    *call,
         AnyFlight  *flight,
         AnyAttempt *attempt,
         AnyRecord  *old)
{
  AnyOrigin      origin = call->waiter.want == ANY_WANT_NEW ? ANY_ORIGIN_REFRESH : ANY_ORIGIN_CALL;
  AnyComputation computation;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) failure = NULL;

  if (!any_flight_begin_computing (flight, &call->waiter, 0, NULL))
    return;

  any_attempt_begin (attempt, call->function, any_flight_get_key (flight), call->args, origin, old, any_flight_get_cancellable (flight));
  any_computation_enter (&computation, flight, attempt->answer, call->waiter.insists);

  value = ask (attempt, flight, &failure);
  conclude (call, flight, attempt, value, failure);

  any_computation_leave (&computation);
}

/* It is this thread's turn. It goes on until its caller has what he wants, or leaves; then it is another's turn, if others are left.
 * To let go of what the user gave may call him, who may ask again: that comes last. */
static void
drive (AnyCall *call)
{
  g_autoptr (AnyFlight) flight = any_flight_ref (call->waiter.flight);
  g_autoptr (AnyRecord) old = NULL;
  g_auto (AnyAttempt) attempt = { NULL };
  gboolean computes = call->waiter.want != ANY_WANT_STORED;

  if ((!computes || await_lock (call, flight)) && !look (call, flight, &old) && computes)
    compute (call, flight, &attempt, old);

  if (!any_core_is_inherited (any_flight_get_core (flight)))
    any_flight_hand_over (flight, &call->waiter);
}

static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer                  call)
{
  any_flight_leave (call);
}

/* Waits until there is a reply. FALSE where the caller has cancelled, or may not wait. */
static gboolean
await_reply (AnyCall      *call,
             const AnyKey *key,
             GError      **error)
{
  AnyWaiterState state;

  if (!any_call_join (call, key, G_CALLBACK (cancelled_cb), error))
    return FALSE;

  state = any_flight_wait (&call->waiter, ANY_WAITER_WAITS, -1);
  if (state == ANY_WAITER_DRIVES)
    {
      drive (call);
      state = any_flight_wait (&call->waiter, ANY_WAITER_DRIVES, 0);
    }
  any_call_disconnect (call);

  return state == ANY_WAITER_SERVED || !g_cancellable_set_error_if_cancelled (call->cancellable, error);
}

/* Those who have something to do with the call may be about to let it go, in other threads; it is the caller's function that they must
 * not be the last to hold. */
static void
end (AnyCall *call)
{
  g_clear_object (&call->function);
  any_waiter_unref (&call->waiter);
}

/* Calls a function where the result is not at hand. */
GVariant *
any_sync_call (AnyFunction  *function,
               const AnyUse *use,
               AnyWant       want,
               gboolean      insists,
               GCancellable *cancellable,
               GError      **error)
{
  const AnyComputation *outer = any_computation_get ();
  AnyCall              *call = any_call_new (function, use, want, insists, NULL, cancellable);
  GVariant             *result = NULL;

  if (outer != NULL)
    any_call_set_outer (call, outer->flight, outer->answer);

  if (await_reply (call, &use->key, error))
    result = any_call_take (call, error);
  else
    any_computation_note_doubt ();
  end (call);

  return result;
}

/* Waits until what is being stored is stored, or could not be. */
void
any_sync_call_await_stored (AnyFunction  *function,
                            const AnyUse *use,
                            GCancellable *cancellable)
{
  const AnyComputation *outer = any_computation_get ();
  AnyCall              *call = any_call_new (function, use, ANY_WANT_STORED, FALSE, NULL, cancellable);

  if (outer != NULL)
    any_call_set_outer (call, outer->flight, outer->answer);
  await_reply (call, &use->key, NULL);
  end (call);
}
