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

void any_voyage_begin (AnyFlight *flight,
                       AnyCall   *call,
                       guint      turn,
                       AnyRecord *old);

/* A computation is the cargo of its flight. */
void any_voyage_abort (gpointer self);
void any_voyage_release (gpointer self);

G_END_DECLS
