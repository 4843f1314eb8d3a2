/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-flight-private.h"

/* Those with functions that were served under the lock, to be told without it. */
void
any_flight_tell (GQueue *served)
{
  GList *link;

  while ((link = g_queue_pop_head_link (served)) != NULL)
    {
      AnyWaiter *waiter = link->data;

      if (waiter->funcs != NULL)
        waiter->funcs->serve (waiter);
      else
        any_waiter_unref (waiter);
    }
}

void
any_flight_serve_locked (AnyFlight *self,
                         AnyWaiter *waiter,
                         AnyReply  *reply,
                         GQueue    *served)
{
  any_flight_remove_locked (self, waiter);
  waiter->reply = any_reply_ref (reply);
  waiter->state = ANY_WAITER_SERVED;
  any_waiter_wake (waiter);
  g_queue_push_tail_link (served, &waiter->in_flight);
}

/* Whom to have it computed: a thread that waits goes on with it itself. */
AnyWaiter *
any_flight_choose_locked (AnyFlight *self)
{
  AnyWaiter *first = NULL;

  for (GList *link = self->waiters.head; link != NULL; link = link->next)
    {
      AnyWaiter *waiter = link->data;

      if (waiter->want == ANY_WANT_STORED)
        continue;
      if (waiter->thread != NULL)
        return waiter;
      if (first == NULL)
        first = waiter;
    }

  return first;
}
