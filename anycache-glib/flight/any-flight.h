/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"
#include "any-waiter.h"

G_BEGIN_DECLS

/* Single flight: many ask for one key, and there is one computation for all of them.
 *
 * A flight is what is under way for one key of one directory. Those who ask wait in it. One of them drives it, or the library's
 * threads do where none of them may be kept waiting: look for what is stored, compute, store. Who drives goes when it has what it
 * wants, and hands over if others are left.
 *
 * All of it is protected by one lock of the process, under which nothing but pointers is moved.
 */

AnyFlight *any_flight_ref (AnyFlight *self);
void       any_flight_unref (AnyFlight *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyFlight, any_flight_unref)

AnyCore      *any_flight_get_core (AnyFlight *self);
const AnyKey *any_flight_get_key (AnyFlight *self);
GCancellable *any_flight_get_cancellable (AnyFlight *self);

/* For those who ask. */
gboolean any_flight_join (AnyWaiter    *waiter,
                          AnyCore      *core,
                          const AnyKey *key,
                          gboolean      shared,
                          GError      **error);

gboolean any_flight_leave (AnyWaiter *waiter);

AnyWaiterState any_flight_wait (AnyWaiter     *waiter,
                                AnyWaiterState while_state,
                                gint64         until);

gboolean any_flight_is_storing (AnyCore      *core,
                                const AnyKey *key);

/* For those who change what is stored. */
void any_flight_part (AnyCore      *core,
                      const AnyKey *key);

G_END_DECLS
