/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-call.h"

G_BEGIN_DECLS

/* A thread that asks for a key and waits: for others, or for itself, when it is its turn to drive the flight. */

GVariant *any_sync_call (AnyFunction  *function,
                         const AnyUse *use,
                         AnyWant       want,
                         gboolean      insists,
                         GCancellable *cancellable,
                         GError      **error);

void any_sync_call_await_stored (AnyFunction  *function,
                                 const AnyUse *use,
                                 GCancellable *cancellable);

G_END_DECLS
