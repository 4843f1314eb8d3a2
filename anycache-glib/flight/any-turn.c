/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-driving.h"

#include "any-flight-private.h"

static gboolean
has_other_context_locked (AnyFlight    *self,
                          GMainContext *context)
{
  for (GList *link = self->waiters.head; link != NULL; link = link->next)
    {
      if (((AnyWaiter *) link->data)->context != context)
        return TRUE;
    }

  return FALSE;
}

/* Chooses who is asked to compute. NULL where a thread drives from now on, or nobody is left: then the flight is no longer the
 * caller's to drive. */
AnyWaiter *
any_flight_begin_asking (AnyFlight *self,
                         guint     *turn)
{
  AnyWaiter *chosen;
  gboolean   recalls = FALSE;

  g_mutex_lock (&any_flights_lock);

  chosen = any_flight_choose_locked (self);
  if (chosen == NULL || chosen->thread != NULL)
    {
      g_mutex_unlock (&any_flights_lock);
      any_flight_hand_over (self, NULL);
      return NULL;
    }

  self->stage = ANY_FLIGHT_ASKS;
  self->asked = any_waiter_ref (chosen);
  self->funcs = chosen->funcs;
  *turn = ++self->turn;
  recalls = has_other_context_locked (self, chosen->context);

  g_mutex_unlock (&any_flights_lock);

  if (recalls)
    chosen->funcs->recall (any_flight_ref (self), *turn);

  return chosen;
}

/* Takes the question back from a main context that did not come to it. Whether another one is to be asked, and last this one. */
gboolean
any_flight_recall (AnyFlight *self,
                   guint      turn)
{
  gboolean recalled;

  g_mutex_lock (&any_flights_lock);

  recalled = self->stage == ANY_FLIGHT_ASKS && self->turn == turn;
  if (recalled)
    {
      g_queue_unlink (&self->waiters, &self->asked->in_flight);
      g_queue_push_tail_link (&self->waiters, &self->asked->in_flight);
      self->stage = ANY_FLIGHT_LOOKS;
      self->asked = NULL;
      self->turn++;
    }

  g_mutex_unlock (&any_flights_lock);

  return recalled;
}
