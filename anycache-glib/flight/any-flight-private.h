/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-flight.h"
#include "any-process-lock.h"

G_BEGIN_DECLS

typedef enum
{
  ANY_FLIGHT_LOOKS,    /* for what is stored, or until it may compute */
  ANY_FLIGHT_ASKS,     /* somebody's main context shall have it computed */
  ANY_FLIGHT_COMPUTES, /* code of the user does */
  ANY_FLIGHT_STORES,
  ANY_FLIGHT_ENDED,
} AnyFlightStage;

struct _AnyFlight
{
  AnyCore      *core;        /* (owned), set once */
  AnyKey        key;         /* set once */
  gboolean      renews;      /* set once: for those who want it new */
  GCancellable *cancellable; /* (owned), set once: of the computation */
  AnyFlight    *outer;       /* (owned) (nullable), set once: for whose computation it was begun */

  /* The driver's. */
  AnyProcessLock process_lock;
  gboolean       may_compute; /* no other process does, as far as that can be known and waited for */
  gint64         wait_until;  /* us, monotonic; 0 before it was in question */
  guint          n_waits;     /* so often another process was in the way */

  /* Protected by any_flights_lock. */
  AnyFlightStage        stage;
  gboolean              is_known;    /* in the table: others can join */
  GQueue                waiters;     /* (element-type AnyWaiter) (owned) */
  guint                 n_looks;     /* that have begun */
  guint                 turn;        /* who is asked changes with it */
  AnyWaiter            *asked;       /* (nullable): one of the waiters */
  const AnyWaiterFuncs *funcs;       /* (nullable): of who was asked */
  GThread              *performer;   /* (nullable): in whose thread the user's code was called */
  gpointer              computation; /* (owned) (nullable), while it computes: what its functions do that with */
  gboolean              insists;     /* the computation, on what is fresh */
  gboolean              visited;     /* by who looks for a deadlock */
  GSList               *flushes;     /* (element-type AnyFlush): who waits until it is stored */
  GList                 in_storing;
};

extern GMutex any_flights_lock;
extern GQueue any_flights_storing; /* (element-type AnyFlight) in write-behind, protected by any_flights_lock */

void any_flight_remove_locked (AnyFlight *self,
                               AnyWaiter *waiter);

void any_flight_end_locked (AnyFlight *self);

gboolean any_flight_is_wanted_locked (AnyFlight *self);

AnyWaiter *any_flight_choose_locked (AnyFlight *self);

/* Serving: those with functions are told when the lock is free. */
void any_flight_serve_locked (AnyFlight *self,
                              AnyWaiter *waiter,
                              AnyReply  *reply,
                              GQueue    *served);

void any_flight_tell (GQueue *served);

/* The table of those that others can join. */
AnyFlight *any_flight_new (const AnyWaiter *waiter,
                           AnyCore         *core,
                           const AnyKey    *key);

AnyFlight *any_flight_find_locked (AnyCore      *core,
                                   const AnyKey *key,
                                   gboolean      renews);

void any_flight_make_known_locked (AnyFlight *self);

void any_flights_watch_forks (void);

G_END_DECLS
