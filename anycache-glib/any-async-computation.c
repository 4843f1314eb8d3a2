/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-async-computation.h"

#include "any-asking.h"
#include "any-computation.h"
#include "any-delivery.h"
#include "any-driving.h"
#include "any-function-private.h"
#include "any-pool.h"

/* So many bytes of results wait for the disk before callers wait with them: a slow disk must not fill the memory. */
#define MAX_PENDING (64 << 20)

static gssize n_pending; /* atomic; bytes */

/* What has happened so far. The answer is gone on with once both have. */
enum
{
  ANSWERED = 1 << 0,
  RETURNED = 1 << 1, /* the callback has */
};

/* The answer is gone on with by one thread, whichever finds out that it is there, or that nobody wants it any more. */
typedef struct
{
  AnyFlight *flight; /* (owned), set once */
  AnyCall   *call;   /* (owned), set once: whom the user is asked for */
  guint      turn;   /* set once: of the flight */
  AnyAttempt attempt;
  guint      events;  /* atomic */
  int        claimed; /* atomic: somebody goes on with it */

  /* Of who goes on with it. */
  GVariant *value;   /* (owned) (nullable) */
  GError   *failure; /* (owned) (nullable) */
  gsize     n_bytes; /* of the value, while it is pending */
} Computation;

static Computation *
computation_ref (Computation *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
computation_clear (Computation *self)
{
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_error (&self->failure);
  any_attempt_clear (&self->attempt);
  any_waiter_unref (&self->call->waiter);
  any_flight_unref (self->flight);
}

static void
computation_unref (Computation *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) computation_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Computation, computation_unref)

static gboolean
claim (Computation *self)
{
  return g_atomic_int_compare_and_exchange (&self->claimed, FALSE, TRUE);
}

/* In a thread of the library's. */
static void
store_cb (gpointer data)
{
  g_autoptr (Computation) self = data;
  g_autoptr (AnyReply) reply = NULL;
  gboolean late;

  reply = any_attempt_conclude (&self->attempt, self->value, self->failure, any_flight_has_outer (self->flight), &late);
  g_atomic_pointer_add (&n_pending, -(gssize) self->n_bytes);

  any_flight_land (self->flight, reply, late);
  any_flight_hand_over (self->flight, NULL);
}

/* Those who can have it have it before the disk does. */
static void
hand_to_disk (Computation *self)
{
  g_autoptr (AnyReply) early = NULL;

  self->n_bytes = self->value != NULL ? g_variant_get_size (self->value) : 0;
  if (g_atomic_pointer_add (&n_pending, (gssize) self->n_bytes) + (gssize) self->n_bytes <= MAX_PENDING)
    early = any_reply_new_computed (self->value, self->failure, NULL, -1);

  if (any_flight_begin_storing (self->flight, early))
    {
      any_pool_push (store_cb, computation_ref (self));
      return;
    }

  g_atomic_pointer_add (&n_pending, -(gssize) self->n_bytes);
  any_flight_hand_over (self->flight, NULL);
}

/* In the caller's main context, as it is the user who names the files. */
static void
list_files (Computation *self)
{
  AnyComputation computation;

  any_computation_enter (&computation, self->flight, self->attempt.answer, self->call->waiter.insists);
  any_attempt_list_files (&self->attempt, self->value, any_flight_has_outer (self->flight));
  any_computation_leave (&computation);
}

static void
list_files_cb (gpointer data)
{
  g_autoptr (Computation) self = data;

  list_files (self);
  hand_to_disk (self);
}

/* Others who wait have nothing from a failure that is this caller's own: it goes, and they are asked in its place. */
static void
serve_one (Computation *self)
{
  g_autoptr (AnyReply) reply = any_reply_new_computed (NULL, self->failure, NULL, -1);

  any_flight_serve (self->flight, &self->call->waiter, reply);
  any_flight_hand_over (self->flight, NULL);
}

/* The answer is there, or there will be none. */
static void
go_on (Computation *self,
       gboolean     accepted,
       GError      *callback_error,
       gboolean     is_at_home)
{
  self->value = any_asking_take (&self->attempt, accepted, callback_error, &self->failure);

  if (self->failure != NULL && any_asking_concerns_one (self->failure))
    {
      serve_one (self);
      return;
    }

  if (self->attempt.depfiles != NULL && self->value != NULL && !is_at_home)
    {
      any_delivery_push (self->call->waiter.context, list_files_cb, computation_ref (self));
      return;
    }

  if (is_at_home)
    list_files (self);
  hand_to_disk (self);
}

/* The last of the events goes on with it. */
static gboolean
note (Computation *self,
      guint        event)
{
  guint others = g_atomic_int_or (&self->events, event);

  return (others | event) == (ANSWERED | RETURNED) && claim (self);
}

static void
answered_cb (AnyAnswer *answer G_GNUC_UNUSED,
             gpointer          data)
{
  Computation *self = data;

  if (note (self, ANSWERED))
    go_on (self, TRUE, NULL, FALSE);
}

static void
progressed_cb (AnyAnswer *answer,
               double     fraction,
               gpointer   data)
{
  any_asking_tell_progress (((Computation *) data)->flight, answer, fraction);
}

static const AnyAnswerListener listener = {
  .answered = answered_cb,
  .progressed = progressed_cb,
  .ref = (gpointer (*) (gpointer)) computation_ref,
  .unref = (GDestroyNotify) computation_unref,
};

/* Asks the user. To drop the request may be the last that was needed to know that there is no answer. */
static void
ask (Computation *self)
{
  AnyComputation computation;
  AnyRequest    *request;
  gboolean       accepted;
  g_autoptr (GError) callback_error = NULL;

  any_computation_enter (&computation, self->flight, self->attempt.answer, self->call->waiter.insists);
  request = any_asking_call (&self->attempt, self->flight, &listener, self, &accepted, &callback_error);
  any_computation_leave (&computation);

  if (callback_error != NULL || !accepted ? claim (self) : note (self, RETURNED))
    go_on (self, accepted, callback_error, TRUE);
  g_object_unref (request);
}

/* In the caller's main context, if it is still the one who is asked. */
static void
ask_cb (gpointer data)
{
  g_autoptr (Computation) self = data;

  computation_ref (self);
  if (any_flight_begin_computing (self->flight, &self->call->waiter, self->turn, self))
    ask (self);
  else
    computation_unref (self);
}

/* Notes what the directory is like, in a thread of the library's, and has the user asked in the main context of a call. */
void
any_async_computation_begin (AnyFlight *flight,
                             AnyCall   *call,
                             guint      turn,
                             AnyRecord *old)
{
  Computation *self = g_atomic_rc_box_new0 (Computation);
  AnyOrigin    origin = call->waiter.want == ANY_WANT_NEW ? ANY_ORIGIN_REFRESH : ANY_ORIGIN_CALL;

  self->flight = any_flight_ref (flight);
  any_waiter_ref (&call->waiter);
  self->call = call;
  self->turn = turn;
  any_attempt_begin (&self->attempt, call->function, any_flight_get_key (flight), call->args, origin, old,
                     any_flight_get_cancellable (flight));

  any_delivery_push (call->waiter.context, ask_cb, self);
}

/* Nobody wants it any more. What is answered all the same is dropped. */
void
any_async_computation_abort (gpointer data)
{
  g_autoptr (Computation) self = data;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) failure = NULL;

  if (!claim (self))
    return;

  any_answer_close (self->attempt.answer, &value, &failure);
  any_flight_hand_over (self->flight, NULL);
}

void
any_async_computation_release (gpointer self)
{
  computation_unref (self);
}
