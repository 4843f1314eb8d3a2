/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-flush.h"

#include "any-flight-private.h"

typedef struct
{
  int        n_left; /* atomic */
  AnyFlushed flushed;
  gpointer   data;
} AnyFlush;

static void
count_down (AnyFlush *self)
{
  if (!g_atomic_int_dec_and_test (&self->n_left))
    return;

  self->flushed (self->data);
  g_free (self);
}

void
any_flushes_count_down (GSList *flushes)
{
  g_slist_free_full (flushes, (GDestroyNotify) count_down);
}

/* Calls a function once what is being stored now in a directory is stored, or could not be: in the thread that stores the last of it,
 * or at once. */
void
any_flush (AnyCore   *core,
           AnyFlushed flushed,
           gpointer   data)
{
  AnyFlush *self = g_new (AnyFlush, 1);

  *self = (AnyFlush){ .n_left = 1, .flushed = flushed, .data = data };

  g_mutex_lock (&any_flights_lock);

  for (GList *link = any_flights_storing.head; link != NULL; link = link->next)
    {
      AnyFlight *flight = link->data;

      if (flight->core != core)
        continue;

      flight->flushes = g_slist_prepend (flight->flushes, self);
      g_atomic_int_inc (&self->n_left);
    }

  g_mutex_unlock (&any_flights_lock);

  count_down (self);
}

/* A thread that waits for it. */
typedef struct
{
  GMutex   lock;
  GCond    done;
  gboolean is_done; /* protected by lock */
} Wait;

static void
wake_cb (gpointer data)
{
  Wait *wait = data;

  g_mutex_lock (&wait->lock);
  wait->is_done = TRUE;
  g_cond_signal (&wait->done);
  g_mutex_unlock (&wait->lock);
}

/* Returns once what is being stored now is stored, or could not be. */
void
any_flush_wait (AnyCore *core)
{
  Wait wait = { .is_done = FALSE };

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.done);
  any_flush (core, wake_cb, &wait);

  g_mutex_lock (&wait.lock);
  while (!wait.is_done)
    g_cond_wait (&wait.done, &wait.lock);
  g_mutex_unlock (&wait.lock);

  g_cond_clear (&wait.done);
  g_mutex_clear (&wait.lock);
}
