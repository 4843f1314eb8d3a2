/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-blocking.h"
#include "any-error.h"

/* Refuses what would be made from itself, also where nobody shares it. */
static gboolean
check_chain (const AnyWaiter *waiter,
             AnyCore         *core,
             const AnyKey    *key,
             GError         **error)
{
  for (AnyFlight *flight = waiter->outer; flight != NULL; flight = flight->outer)
    {
      if (flight->core != core || !any_key_equal (&flight->key, key->bytes, key->length))
        continue;

      g_set_error_literal (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION, "The computation asks for its own result");
      return FALSE;
    }

  return TRUE;
}

static void
add_locked (AnyFlight *self,
            AnyWaiter *waiter)
{
  waiter->flight = any_flight_ref (self);
  waiter->state = ANY_WAITER_WAITS;
  waiter->joined = self->n_looks;
  waiter->missed = waiter->want == ANY_WANT_NEW;
  waiter->late = self->stage >= ANY_FLIGHT_COMPUTES;
  g_queue_push_tail_link (&self->waiters, &any_waiter_ref (waiter)->in_flight);
  any_blocking_add_locked (waiter);
}

/* Takes a waiter out; the reference is the caller's. One that drives keeps others waiting until it is done. */
void
any_flight_remove_locked (AnyFlight *self,
                          AnyWaiter *waiter)
{
  g_queue_unlink (&self->waiters, &waiter->in_flight);
  if (waiter->state == ANY_WAITER_DRIVES)
    return;

  any_blocking_remove_locked (waiter);
  g_clear_pointer (&waiter->flight, any_flight_unref);
}

/* Whether a result is being stored that its callers have had already. */
gboolean
any_flight_is_storing (AnyCore      *core,
                       const AnyKey *key)
{
  gboolean storing = FALSE;

  g_mutex_lock (&any_flights_lock);

  for (int renews = 0; renews < 2; renews++)
    {
      AnyFlight *flight = any_flight_find_locked (core, key, renews);

      storing = storing || (flight != NULL && flight->stage == ANY_FLIGHT_STORES);
    }

  g_mutex_unlock (&any_flights_lock);

  return storing;
}

static gboolean
is_joinable (const AnyFlight *self,
             const AnyWaiter *waiter)
{
  return waiter->want != ANY_WANT_STORED || self->stage == ANY_FLIGHT_STORES;
}

/* Whether a waiter may wait for any flight of a key, whichever it will be. */
static gboolean
check_locked (const AnyWaiter *waiter,
              AnyCore         *core,
              const AnyKey    *key,
              GError         **error)
{
  for (int renews = 0; renews < 2; renews++)
    {
      AnyFlight *flight = any_flight_find_locked (core, key, renews);

      if (flight != NULL && is_joinable (flight, waiter) && !any_blocking_check_locked (flight, waiter, error))
        return FALSE;
    }

  return TRUE;
}

/* A thread that waits can compute at once, and a main context may be slow to. */
static void
take_over_locked (AnyFlight *self,
                  AnyWaiter *waiter)
{
  if (self->stage != ANY_FLIGHT_ASKS || waiter->thread == NULL)
    return;

  self->stage = ANY_FLIGHT_LOOKS;
  self->turn++;
  self->asked = NULL;
  waiter->state = ANY_WAITER_DRIVES;
}

/* Has somebody wait for a key, with those who wait for it already if there are any. What nobody shares, nobody else joins. A thread
 * may find that it is its turn to drive. */
gboolean
any_flight_join (AnyWaiter    *waiter,
                 AnyCore      *core,
                 const AnyKey *key,
                 gboolean      shared,
                 GError      **error)
{
  gboolean   renews = waiter->want == ANY_WANT_NEW;
  AnyFlight *flight = NULL;
  g_autoptr (AnyFlight) fresh = NULL;
  guint recall = 0;

  if (!check_chain (waiter, core, key, error))
    return FALSE;

  any_flights_watch_forks ();
  g_mutex_lock (&any_flights_lock);

  if (shared && !check_locked (waiter, core, key, error))
    {
      g_mutex_unlock (&any_flights_lock);
      return FALSE;
    }

  flight = shared ? any_flight_find_locked (core, key, renews) : NULL;
  if (shared && waiter->want == ANY_WANT_STORED && (flight == NULL || !is_joinable (flight, waiter)))
    flight = any_flight_find_locked (core, key, TRUE);
  if (flight == NULL || !is_joinable (flight, waiter))
    {
      flight = fresh = any_flight_new (waiter, core, key);
      fresh->may_compute = !shared;
      if (shared && waiter->want != ANY_WANT_STORED)
        any_flight_make_known_locked (fresh);
    }

  add_locked (flight, waiter);
  if (fresh == NULL)
    take_over_locked (flight, waiter);
  else if (waiter->thread != NULL)
    waiter->state = ANY_WAITER_DRIVES;
  if (flight->stage == ANY_FLIGHT_ASKS && flight->asked->context != waiter->context)
    {
      fresh = any_flight_ref (flight);
      recall = flight->turn;
    }

  g_mutex_unlock (&any_flights_lock);

  if (recall > 0)
    waiter->funcs->recall (any_flight_ref (fresh), recall);
  else if (fresh != NULL && waiter->funcs != NULL)
    waiter->funcs->drive (any_flight_ref (fresh));

  return TRUE;
}

gboolean
any_flight_is_wanted_locked (AnyFlight *self)
{
  for (GList *link = self->waiters.head; link != NULL; link = link->next)
    {
      if (((AnyWaiter *) link->data)->want != ANY_WANT_STORED)
        return TRUE;
    }

  return FALSE;
}

/* What a flight needs when somebody has left it. */
typedef struct
{
  const AnyWaiterFuncs *funcs;
  gpointer              computation; /* (owned) (nullable): of what is aborted */
  gboolean              cancels;
  gboolean              drives; /* another one must be asked */
} Consequence;

static Consequence
consider_locked (AnyFlight *self,
                 AnyWaiter *gone)
{
  Consequence consequence = { .funcs = self->funcs };

  if (self->stage == ANY_FLIGHT_COMPUTES && !any_flight_is_wanted_locked (self))
    {
      consequence.cancels = TRUE;
      consequence.computation = g_steal_pointer (&self->computation);
      if (consequence.computation != NULL)
        any_flight_end_locked (self);
    }
  else if (self->stage == ANY_FLIGHT_ASKS && self->asked == gone)
    {
      self->stage = ANY_FLIGHT_LOOKS;
      self->turn++;
      self->asked = NULL;
      consequence.drives = TRUE;
    }

  return consequence;
}

/* Lets somebody go who does not want to wait any longer. Where it did wait, with functions, the reference that the flight had is the
 * caller's. The computation is told if nobody is left. */
gboolean
any_flight_leave (AnyWaiter *waiter)
{
  g_autoptr (AnyFlight) flight = NULL;
  Consequence consequence = { NULL };
  gboolean    waited;

  g_mutex_lock (&any_flights_lock);

  waited = waiter->flight != NULL && (waiter->state == ANY_WAITER_WAITS || waiter->state == ANY_WAITER_DRIVES);
  if (waited)
    {
      flight = any_flight_ref (waiter->flight);
      any_flight_remove_locked (flight, waiter);
      waiter->state = ANY_WAITER_LEFT;
      any_waiter_wake (waiter);
      consequence = consider_locked (flight, waiter);
    }

  g_mutex_unlock (&any_flights_lock);

  if (consequence.cancels)
    g_cancellable_cancel (flight->cancellable);
  if (consequence.computation != NULL)
    consequence.funcs->abort (consequence.computation);
  if (consequence.drives)
    consequence.funcs->drive (any_flight_ref (flight));
  if (waited && waiter->thread != NULL)
    any_waiter_unref (waiter);

  return waited;
}

/* Waits as long as nothing changes for somebody, or until an instant of the monotonic clock, -1 for none. */
AnyWaiterState
any_flight_wait (AnyWaiter     *waiter,
                 AnyWaiterState while_state,
                 gint64         until)
{
  AnyWaiterState state;
  gboolean       in_time = TRUE;

  g_mutex_lock (&any_flights_lock);

  while (waiter->state == while_state && in_time)
    {
      if (until < 0)
        g_cond_wait (&waiter->woken, &any_flights_lock);
      else
        in_time = g_cond_wait_until (&waiter->woken, &any_flights_lock, until);
    }
  state = waiter->state;

  g_mutex_unlock (&any_flights_lock);

  return state;
}
