/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-flight.h"

G_BEGIN_DECLS

/* What whoever drives a flight does with it: one thread at a time. */

AnyWaiter *any_flight_begin_look (AnyFlight *self,
                                  AnyWaiter *own);

void any_flight_end_look (AnyFlight *self,
                          AnyWaiter *waiter,
                          AnyReply  *reply,
                          gboolean   suits);

AnyWaiter *any_flight_ref_first (AnyFlight *self);

gboolean any_flight_is_wanted (AnyFlight *self);

void any_flight_forget_misses (AnyFlight *self);

/* Between processes. */
gboolean any_flight_try_lock (AnyFlight *self,
                              gint64     timeout,
                              gint64    *pause);

/* In somebody's main context. */
AnyWaiter *any_flight_begin_asking (AnyFlight *self,
                                    guint     *turn);

gboolean any_flight_recall (AnyFlight *self,
                            guint      turn);

gboolean any_flight_begin_computing (AnyFlight *self,
                                     AnyWaiter *waiter,
                                     guint      turn,
                                     gpointer   computation);

gboolean any_flight_insists (AnyFlight *self);

gboolean any_flight_has_outer (AnyFlight *self);

GPtrArray *any_flight_list_groups (AnyFlight *self);

gboolean any_flight_begin_storing (AnyFlight *self,
                                   AnyReply  *early);

void any_flight_land (AnyFlight *self,
                      AnyReply  *reply,
                      gboolean   suits_late);

void any_flight_serve (AnyFlight *self,
                       AnyWaiter *waiter,
                       AnyReply  *reply);

void any_flight_hand_over (AnyFlight *self,
                           AnyWaiter *own);

G_END_DECLS
