/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-flight-private.h"

G_BEGIN_DECLS

/* Who keeps whom waiting, so that no two wait for each other. */

void any_blocking_add_locked (AnyWaiter *waiter);
void any_blocking_remove_locked (AnyWaiter *waiter);
void any_blocking_forget_locked (void);

gboolean any_blocking_check_locked (AnyFlight       *flight,
                                    const AnyWaiter *waiter,
                                    GError         **error);

G_END_DECLS
