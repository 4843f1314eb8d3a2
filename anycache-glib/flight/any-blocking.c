/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-blocking.h"

#include "any-error.h"

/* Who, while it waits, keeps others waiting: a thread, and who asks on behalf of a computation. Protected by any_flights_lock. */
static GQueue queue;

static gboolean
is_blocking (const AnyWaiter *waiter)
{
  return waiter->thread != NULL || waiter->outer != NULL;
}

void
any_blocking_add_locked (AnyWaiter *waiter)
{
  if (is_blocking (waiter))
    g_queue_push_tail_link (&queue, &waiter->in_queue);
}

void
any_blocking_remove_locked (AnyWaiter *waiter)
{
  if (is_blocking (waiter))
    g_queue_unlink (&queue, &waiter->in_queue);
}

/* A child has none of its parent's threads. */
void
any_blocking_forget_locked (void)
{
  g_queue_init (&queue);
}

/* Whether a computation goes on only when this thread returns to its main loop. */
static gboolean
needs_thread (const AnyFlight *flight,
              const GThread   *thread)
{
  return thread != NULL && flight->stage == ANY_FLIGHT_COMPUTES && flight->funcs != NULL && flight->performer == thread;
}

typedef enum
{
  FREE,
  IN_A_CIRCLE, /* the result would be made from itself */
  IN_THE_WAY,  /* the thread that asks is needed elsewhere */
} Verdict;

/* Whether a flight cannot end before a waiter goes on, directly or by way of others. */
static Verdict
judge (AnyFlight       *flight,
       const AnyWaiter *waiter)
{
  Verdict verdict = FREE;

  if (flight == waiter->outer)
    return IN_A_CIRCLE;
  if (needs_thread (flight, waiter->thread))
    return IN_THE_WAY;
  if (flight->stage == ANY_FLIGHT_STORES || flight->visited)
    return FREE;

  flight->visited = TRUE;
  for (GList *link = queue.head; link != NULL && verdict == FREE; link = link->next)
    {
      AnyWaiter *other = link->data;

      if (other->outer == flight)
        verdict = judge (other->flight, waiter);
      else if (needs_thread (flight, other->thread) && judge (other->flight, waiter) != FREE)
        verdict = IN_THE_WAY;
    }

  return verdict;
}

static void
forget_visits (AnyFlight *flight)
{
  flight->visited = FALSE;
  for (GList *link = queue.head; link != NULL; link = link->next)
    ((AnyWaiter *) link->data)->flight->visited = FALSE;
}

/* Whether a waiter may wait for a flight. Not where neither would ever end. */
gboolean
any_blocking_check_locked (AnyFlight       *flight,
                           const AnyWaiter *waiter,
                           GError         **error)
{
  Verdict verdict;

  if (!is_blocking (waiter))
    return TRUE;

  verdict = judge (flight, waiter);
  forget_visits (flight);

  if (verdict == IN_A_CIRCLE)
    g_set_error_literal (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION,
                         "The computation asks for its own result, by way of others");
  else if (verdict == IN_THE_WAY)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                         "The result is being computed by what this thread would go on with in its main loop");

  return verdict == FREE;
}
