/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-terms.h"
#include "any-use.h"
#include "any-waiter.h"

G_BEGIN_DECLS

typedef struct _AnyCall AnyCall;

/* Completes the task of a call that was served. */
typedef void (*AnyCallTell) (AnyCall *call,
                             GTask   *task);

/* Somebody who calls a function and has to wait. Belongs to who waits; threads that work for it meanwhile only read it. */
struct _AnyCall
{
  AnyWaiter     waiter;      /* first */
  AnyFunction  *function;    /* (owned), set once */
  GVariant     *args;        /* (owned), set once */
  AnyIdent      ident;       /* set once: of the key */
  AnyTerms      terms;       /* set once */
  AnyAnswer    *outer;       /* (owned) (nullable), set once: for which it asks */
  GCancellable *cancellable; /* (owned) (nullable), set once */
  gulong        cancelled_id;
  AnyCallTell   tell; /* (nullable), set once: with a task */
  GTask        *task; /* (owned) (nullable): who is told */
};

AnyCall *any_call_new (AnyFunction          *function,
                       const AnyUse         *use,
                       AnyWant               want,
                       gboolean              insists,
                       const AnyWaiterFuncs *funcs,
                       GCancellable         *cancellable);

static inline void
any_call_unref (AnyCall *self)
{
  any_waiter_unref (&self->waiter);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyCall, any_call_unref)

void any_call_set_outer (AnyCall   *self,
                         AnyFlight *flight,
                         AnyAnswer *answer);

gboolean any_call_join (AnyCall      *self,
                        const AnyKey *key,
                        GCallback     cancelled_cb,
                        GError      **error);

void any_call_disconnect (AnyCall *self);

gboolean any_call_look (AnyCall    *self,
                        AnyFlight  *flight,
                        AnyRecord **old);

GVariant *any_call_take (AnyCall *self,
                         GError **error);

/* Of a function, whoever calls it. */
void any_call_get_terms (AnyFunction *function,
                         gboolean     looks_now,
                         AnyTerms    *terms);

AnyMiss any_call_find (AnyFunction    *function,
                       AnyCore        *core,
                       const AnyKey   *key,
                       const AnyTerms *terms,
                       AnyRecord     **record);

void any_call_count (AnyCore *core,
                     AnyMiss  miss);

GVariant *any_call_use (AnyFunction *function,
                        GVariant    *args,
                        AnyRecord   *record,
                        AnyAnswer   *outer,
                        GError     **error);

G_END_DECLS
