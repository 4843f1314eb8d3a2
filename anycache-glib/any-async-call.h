/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-call.h"

G_BEGIN_DECLS

/* Calls that nobody waits for in a thread: the library's threads look and store for them, and the user computes in the main context of
 * one of them. Each is told in its own. */

void any_async_call (AnyFunction  *function,
                     const AnyUse *use,
                     AnyWant       want,
                     gboolean      insists,
                     AnyAnswer    *outer,
                     AnyCallTell   tell,
                     GTask        *task);

G_END_DECLS
