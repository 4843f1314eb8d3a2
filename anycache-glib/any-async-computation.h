/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-attempt.h"
#include "any-call.h"
#include "any-flight.h"

G_BEGIN_DECLS

/* One computation that need not answer at once: it begins in a main context, its answer comes from anywhere, and it ends in a thread of
 * the library's. */

void any_async_computation_begin (AnyFlight *flight,
                                  AnyCall   *call,
                                  guint      turn,
                                  AnyRecord *old);

/* A computation is the computation of its flight. */
void any_async_computation_abort (gpointer self);
void any_async_computation_release (gpointer self);

G_END_DECLS
