/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-reply.h"

G_BEGIN_DECLS

typedef struct _AnyFlight AnyFlight;
typedef struct _AnyWaiter AnyWaiter;

typedef enum
{
  ANY_WANT_STORED, /* what is stored, if there is something; never to compute */
  ANY_WANT_RESULT, /* what is stored, or else to have it computed */
  ANY_WANT_NEW,    /* to have it computed, whatever is stored */
} AnyWant;

typedef enum
{
  ANY_WAITER_WAITS,
  ANY_WAITER_DRIVES, /* it is its thread that goes on with the flight */
  ANY_WAITER_SERVED, /* the reply is there */
  ANY_WAITER_LEFT,   /* it did not want to wait any longer */
} AnyWaiterState;

/* What is done for those who may not be kept waiting. Called with no lock held. */
typedef struct
{
  void (*drive) (AnyFlight *flight);              /* (transfer full): goes on with a flight that no thread of the user's drives */
  void (*recall) (AnyFlight *flight, guint turn); /* (transfer full): sees to it that another one is asked if this one is slow */
  void (*abort) (gpointer computation);           /* (transfer full): nobody is left for whom it is computed */
  void (*release) (gpointer computation);         /* (transfer full): it is computed */
  void (*serve) (AnyWaiter *waiter);              /* (transfer full): its reply is there */
} AnyWaiterFuncs;

/* Somebody who asks for a key: a thread that waits or, with functions, one who is told.
 *
 * It is a member, the first one, of an atomically reference counted box.
 */
struct _AnyWaiter
{
  AnyWant               want;    /* set once */
  gboolean              insists; /* set once: on what is fresh, also of what goes into it */
  gpointer              group;   /* set once: an object; those of one group take what is stored on the same terms */
  const AnyWaiterFuncs *funcs;   /* (nullable), set once */
  GMainContext         *context; /* (nullable), set once: where it is at home; with functions */
  GThread              *thread;  /* (nullable), set once: that waits; without functions */
  AnyFlight            *outer;   /* (owned) (nullable), set once: for whose computation it asks */
  GDestroyNotify        clear;   /* set once: of the box */

  /* Protected by the lock of flights. */
  AnyFlight     *flight; /* (nullable): while it waits or drives */
  AnyWaiterState state;
  guint          joined; /* after so many looks of the flight */
  gboolean       missed; /* one that began since, on its terms, found nothing */
  AnyMiss        miss;   /* what the last look found that was for it */
  gboolean       late;   /* the computation began before it came, or for one who insists on less */
  AnyReply      *reply;  /* (owned) (nullable) */
  GCond          woken;
  GList          in_flight;
  GList          in_queue; /* of those who keep others waiting, see AnyQueue */
};

void any_waiter_init (AnyWaiter            *self,
                      AnyWant               want,
                      const AnyWaiterFuncs *funcs,
                      GDestroyNotify        clear);

AnyWaiter *any_waiter_ref (AnyWaiter *self);
void       any_waiter_unref (AnyWaiter *self);

void any_waiter_wake (AnyWaiter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyWaiter, any_waiter_unref)

G_END_DECLS
