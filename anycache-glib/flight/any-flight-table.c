/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <pthread.h>

#include "any-blocking.h"

GMutex any_flights_lock;
GQueue any_flights_storing;

static GHashTable *table; /* (owned) (nullable) set of AnyFlight, protected by any_flights_lock */

/* Runs in the child, in its only thread. What is under way is its parent's. */
static void
in_child_cb (void)
{
  g_mutex_init (&any_flights_lock);
  g_queue_init (&any_flights_storing);
  table = NULL;
  any_blocking_forget_locked ();
}

void
any_flights_watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, in_child_cb);
      g_once_init_leave (&once, 1);
    }
}

static guint
flight_hash (gconstpointer data)
{
  const AnyFlight *flight = data;

  return any_ident_hash (&flight->key.ident) ^ g_direct_hash (flight->core) ^ (guint) flight->renews;
}

static gboolean
flight_equal (gconstpointer a,
              gconstpointer b)
{
  const AnyFlight *one = a;
  const AnyFlight *other = b;

  return one->core == other->core && one->renews == other->renews &&
         any_key_equal (&one->key, other->key.bytes, other->key.length);
}

AnyFlight *
any_flight_new (const AnyWaiter *waiter,
                AnyCore         *core,
                const AnyKey    *key)
{
  AnyFlight *self = g_atomic_rc_box_new0 (AnyFlight);

  self->core = any_core_ref (core);
  any_key_init_copy (&self->key, key);
  self->renews = waiter->want == ANY_WANT_NEW;
  self->outer = waiter->outer != NULL ? any_flight_ref (waiter->outer) : NULL;
  self->cancellable = g_cancellable_new ();
  self->in_storing.data = self;

  return self;
}

AnyFlight *
any_flight_ref (AnyFlight *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
flight_clear (AnyFlight *self)
{
  g_clear_pointer (&self->outer, any_flight_unref);
  g_object_unref (self->cancellable);
  any_key_clear (&self->key);
  any_core_release (self->core);
}

void
any_flight_unref (AnyFlight *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) flight_clear);
}

AnyCore *
any_flight_get_core (AnyFlight *self)
{
  return self->core;
}

const AnyKey *
any_flight_get_key (AnyFlight *self)
{
  return &self->key;
}

/* What tells the computation that nobody waits for it any more. */
GCancellable *
any_flight_get_cancellable (AnyFlight *self)
{
  return self->cancellable;
}

AnyFlight *
any_flight_find_locked (AnyCore      *core,
                        const AnyKey *key,
                        gboolean      renews)
{
  AnyFlight probe;

  if (table == NULL)
    return NULL;

  probe.core = core;
  probe.key.bytes = key->bytes;
  probe.key.length = key->length;
  probe.key.ident = key->ident;
  probe.renews = renews;

  return g_hash_table_lookup (table, &probe);
}

void
any_flight_make_known_locked (AnyFlight *self)
{
  if (table == NULL)
    table = g_hash_table_new (flight_hash, flight_equal);

  g_hash_table_add (table, self);
  self->is_known = TRUE;
}

/* Nobody joins it any more. */
static void
forget_locked (AnyFlight *self)
{
  if (!self->is_known)
    return;

  self->is_known = FALSE;
  g_hash_table_remove (table, self);
  if (g_hash_table_size (table) == 0)
    g_clear_pointer (&table, g_hash_table_unref);
}

void
any_flight_end_locked (AnyFlight *self)
{
  self->stage = ANY_FLIGHT_ENDED;
  self->asked = NULL;
  forget_locked (self);
}

/* What was stored before, or is stored now, is not what a flight that computes already will bring: later callers begin another one.
 * With no key, all flights of the directory. Those who wait get what they wait for. */
void
any_flight_part (AnyCore      *core,
                 const AnyKey *key)
{
  GHashTableIter iter;
  gpointer       item;

  g_mutex_lock (&any_flights_lock);

  if (table != NULL)
    {
      g_hash_table_iter_init (&iter, table);
      while (g_hash_table_iter_next (&iter, &item, NULL))
        {
          AnyFlight *flight = item;

          if (flight->core != core || flight->stage < ANY_FLIGHT_COMPUTES ||
              (key != NULL && !any_key_equal (&flight->key, key->bytes, key->length)))
            continue;

          g_hash_table_iter_remove (&iter);
          flight->is_known = FALSE;
        }
    }

  g_mutex_unlock (&any_flights_lock);
}
