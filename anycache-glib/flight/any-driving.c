/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-driving.h"

#include "any-blocking.h"
#include "any-flush.h"

/* The user's code is called now, in this thread. FALSE where it is not the waiter's turn any more. Those who wait already will get
 * what it gives, unless they insist on more. */
gboolean
any_flight_begin_computing (AnyFlight *self,
                            AnyWaiter *waiter,
                            guint      turn,
                            gpointer   computation)
{
  gboolean begins;

  g_mutex_lock (&any_flights_lock);

  begins = waiter->thread != NULL ? waiter->state == ANY_WAITER_DRIVES
                                  : self->stage == ANY_FLIGHT_ASKS && self->turn == turn;
  if (begins)
    {
      self->stage = ANY_FLIGHT_COMPUTES;
      self->asked = NULL;
      self->funcs = waiter->funcs;
      self->computation = computation;
      self->performer = g_thread_self ();
      self->insists = waiter->insists;
      for (GList *link = self->waiters.head; link != NULL; link = link->next)
        {
          AnyWaiter *other = link->data;

          other->late = other->insists && !self->insists;
        }
    }

  g_mutex_unlock (&any_flights_lock);

  return begins;
}

/* Whether what is computed shall be made from what is fresh. */
gboolean
any_flight_insists (AnyFlight *self)
{
  gboolean insists;

  g_mutex_lock (&any_flights_lock);
  insists = self->insists;
  g_mutex_unlock (&any_flights_lock);

  return insists;
}

/* Whether what it brings goes into something else, so that it matters what it depends on. */
gboolean
any_flight_has_outer (AnyFlight *self)
{
  gboolean has_outer = FALSE;

  g_mutex_lock (&any_flights_lock);
  for (GList *link = self->waiters.head; link != NULL && !has_outer; link = link->next)
    has_outer = ((AnyWaiter *) link->data)->outer != NULL;
  g_mutex_unlock (&any_flights_lock);

  return has_outer;
}

/* Those on whose behalf somebody waits, each once, as objects with a reference each. */
GPtrArray *
any_flight_list_groups (AnyFlight *self)
{
  GPtrArray *groups = g_ptr_array_new ();

  g_mutex_lock (&any_flights_lock);

  for (GList *link = self->waiters.head; link != NULL; link = link->next)
    {
      AnyWaiter *waiter = link->data;

      if (!g_ptr_array_find (groups, waiter->group, NULL))
        g_ptr_array_add (groups, g_object_ref (waiter->group));
    }

  g_mutex_unlock (&any_flights_lock);

  return groups;
}

/* Who need not know what the reply depends on, or whether it could be stored. */
static gboolean
is_early (const AnyWaiter *waiter)
{
  return waiter->funcs != NULL && waiter->want != ANY_WANT_STORED && !waiter->insists && !waiter->late && waiter->outer == NULL;
}

/* The user's code has answered. FALSE where nobody wants it any more. With an early reply, those are served with it who can be. */
gboolean
any_flight_begin_storing (AnyFlight *self,
                          AnyReply  *early)
{
  GQueue   served = G_QUEUE_INIT;
  gpointer computation = NULL;
  gboolean begins;
  GList   *next;

  g_mutex_lock (&any_flights_lock);

  computation = g_steal_pointer (&self->computation);
  begins = self->stage == ANY_FLIGHT_COMPUTES;
  if (begins)
    {
      self->stage = ANY_FLIGHT_STORES;
      if (self->funcs != NULL)
        g_queue_push_tail_link (&any_flights_storing, &self->in_storing);
    }
  for (GList *link = self->waiters.head; begins && early != NULL && link != NULL; link = next)
    {
      next = link->next;
      if (is_early (link->data))
        any_flight_serve_locked (self, link->data, early, &served);
    }

  g_mutex_unlock (&any_flights_lock);

  any_flight_tell (&served);
  if (computation != NULL)
    self->funcs->release (computation);

  return begins;
}

/* It is stored, or cannot be. Serves those who wanted it computed, late ones if it suits them. The others go on. */
void
any_flight_land (AnyFlight *self,
                 AnyReply  *reply,
                 gboolean   suits_late)
{
  GQueue  served = G_QUEUE_INIT;
  GSList *flushes = NULL;
  GList  *next;

  g_mutex_lock (&any_flights_lock);

  if (self->stage == ANY_FLIGHT_STORES && self->funcs != NULL)
    g_queue_unlink (&any_flights_storing, &self->in_storing);
  flushes = g_steal_pointer (&self->flushes);

  for (GList *link = self->waiters.head; link != NULL; link = next)
    {
      AnyWaiter *waiter = link->data;

      next = link->next;
      if (waiter->want != ANY_WANT_STORED && (!waiter->late || suits_late))
        any_flight_serve_locked (self, waiter, reply, &served);
      else
        waiter->missed = waiter->want == ANY_WANT_NEW;
    }

  g_mutex_unlock (&any_flights_lock);

  any_flight_tell (&served);
  any_flushes_count_down (flushes);
}

/* Serves one alone, whom the reply concerns and no other. */
void
any_flight_serve (AnyFlight *self,
                  AnyWaiter *waiter,
                  AnyReply  *reply)
{
  GQueue served = G_QUEUE_INIT;

  g_mutex_lock (&any_flights_lock);
  if (waiter->state == ANY_WAITER_WAITS || waiter->state == ANY_WAITER_DRIVES)
    any_flight_serve_locked (self, waiter, reply, &served);
  g_mutex_unlock (&any_flights_lock);

  any_flight_tell (&served);
}

/* Gives up the driving, which was a thread's own or, with none, that of the waiters' functions. It ends where nobody is left. */
void
any_flight_hand_over (AnyFlight *self,
                      AnyWaiter *own)
{
  AnyFlight            *kept = NULL;
  const AnyWaiterFuncs *old_funcs = self->funcs;
  const AnyWaiterFuncs *funcs = NULL;
  gpointer              computation;
  AnyWaiter            *next;

  g_mutex_lock (&any_flights_lock);

  computation = g_steal_pointer (&self->computation);

  if (own != NULL)
    {
      any_blocking_remove_locked (own);
      kept = g_steal_pointer (&own->flight);
    }
  next = any_flight_choose_locked (self);
  if (next == NULL)
    next = g_queue_peek_head (&self->waiters);

  if (self->stage != ANY_FLIGHT_ENDED && next == NULL)
    any_flight_end_locked (self);
  if (next != NULL)
    {
      self->stage = ANY_FLIGHT_LOOKS;
      funcs = next->funcs;
      if (next->thread != NULL)
        next->state = ANY_WAITER_DRIVES;
      any_waiter_wake (next);
    }

  g_mutex_unlock (&any_flights_lock);

  if (next == NULL)
    any_process_lock_release (&self->process_lock);
  else if (funcs != NULL)
    funcs->drive (any_flight_ref (self));
  if (computation != NULL)
    old_funcs->release (computation);
  g_clear_pointer (&kept, any_flight_unref);
}
