/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-attempt.h"
#include "any-flight.h"

G_BEGIN_DECLS

/* A computation of a function, on the stack of the thread that is in its callback, linked to the one around it. */
typedef struct _AnyComputation AnyComputation;

struct _AnyComputation
{
  AnyComputation *outer;   /* (nullable) */
  AnyFlight      *flight;  /* that it is for */
  AnyAnswer      *answer;  /* that it gives */
  gboolean        insists; /* on what is fresh, also of others */
};

/* The innermost one of this thread. */
const AnyComputation *any_computation_get (void);

void any_computation_note_doubt (void);

gboolean any_computation_check (AnyFunction  *function,
                                const AnyKey *key,
                                GError      **error);

/* All callbacks of the user run inside this bracket. */
void any_computation_enter (AnyComputation *self,
                            AnyFlight      *flight,
                            AnyAnswer      *answer,
                            gboolean        insists);

void any_computation_leave (AnyComputation *self);

G_END_DECLS
