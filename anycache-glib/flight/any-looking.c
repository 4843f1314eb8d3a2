/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-driving.h"

#include "any-flight-private.h"

/* Another process is asked again after a millisecond, and then less and less often: who dies is noticed within the last of these. */
#define FIRST_PAUSE_US G_USEC_PER_SEC / 1000
#define LAST_PAUSE_US  (32 * FIRST_PAUSE_US)

/* Begins a look for what is stored, and gives the waiter on whose terms: its own for a thread, which looks for itself. NULL where
 * nobody is left who has not missed. */
AnyWaiter *
any_flight_begin_look (AnyFlight *self,
                       AnyWaiter *own)
{
  AnyWaiter *found = NULL;

  g_mutex_lock (&any_flights_lock);

  for (GList *link = self->waiters.head; link != NULL && found == NULL; link = link->next)
    {
      AnyWaiter *waiter = link->data;

      if (!waiter->missed && (own != NULL ? waiter == own : waiter->funcs != NULL))
        found = any_waiter_ref (waiter);
    }
  if (found != NULL)
    self->n_looks++;

  g_mutex_unlock (&any_flights_lock);

  return found;
}

/* Whether both take what is stored on the same terms. */
static gboolean
is_alike (const AnyWaiter *one,
          const AnyWaiter *other)
{
  return one->group == other->group && one->insists == other->insists && (one->outer != NULL) == (other->outer != NULL);
}

/* Ends the look. What was found is for all of the waiter's group who came before it began; where it found nothing that suits them,
 * it was done for all of these too. */
void
any_flight_end_look (AnyFlight *self,
                     AnyWaiter *waiter,
                     AnyReply  *reply,
                     gboolean   suits)
{
  GQueue served = G_QUEUE_INIT;
  GList *next;

  g_mutex_lock (&any_flights_lock);

  for (GList *link = self->waiters.head; link != NULL; link = next)
    {
      AnyWaiter *other = link->data;

      next = link->next;
      if (!is_alike (other, waiter) || other->joined >= self->n_looks || other->want == ANY_WANT_NEW)
        continue;

      other->miss = reply->miss;
      if (suits || other->want == ANY_WANT_STORED)
        any_flight_serve_locked (self, other, reply, &served);
      else
        other->missed = TRUE;
    }

  g_mutex_unlock (&any_flights_lock);

  any_flight_tell (&served);
}

/* Whether somebody waits who wants it computed. */
gboolean
any_flight_is_wanted (AnyFlight *self)
{
  gboolean wanted;

  g_mutex_lock (&any_flights_lock);
  wanted = any_flight_is_wanted_locked (self);
  g_mutex_unlock (&any_flights_lock);

  return wanted;
}

/* Somebody who waits, if there is anybody. */
AnyWaiter *
any_flight_ref_first (AnyFlight *self)
{
  AnyWaiter *first;

  g_mutex_lock (&any_flights_lock);
  first = g_queue_peek_head (&self->waiters);
  if (first != NULL)
    any_waiter_ref (first);
  g_mutex_unlock (&any_flights_lock);

  return first;
}

/* Everybody has to look again: another process may have stored it meanwhile. */
void
any_flight_forget_misses (AnyFlight *self)
{
  g_mutex_lock (&any_flights_lock);

  for (GList *link = self->waiters.head; link != NULL; link = link->next)
    {
      AnyWaiter *waiter = link->data;

      waiter->missed = waiter->want == ANY_WANT_NEW;
    }

  g_mutex_unlock (&any_flights_lock);
}

/* Whether no other process computes this, or has for too long. Where it is so for the first time, all must look again. Otherwise
 * gives a span after which to try again. */
gboolean
any_flight_try_lock (AnyFlight *self,
                     gint64     timeout,
                     gint64    *pause)
{
  gint64 now;

  if (self->may_compute)
    return TRUE;

  now = g_get_monotonic_time ();
  if (self->wait_until == 0)
    self->wait_until = timeout < G_MAXINT64 - now ? now + timeout : G_MAXINT64;

  if (any_process_lock_try (&self->process_lock, self->core, &self->key.ident) == ANY_PROCESS_LOCK_BUSY && now < self->wait_until)
    {
      *pause = MIN (FIRST_PAUSE_US << MIN (self->n_waits, 5), LAST_PAUSE_US);
      *pause = MIN (*pause, self->wait_until - now);
      self->n_waits++;
      return FALSE;
    }

  self->may_compute = TRUE;
  any_flight_forget_misses (self);

  return TRUE;
}
