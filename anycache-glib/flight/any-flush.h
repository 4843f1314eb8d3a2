/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"

G_BEGIN_DECLS

/* Somebody who waits until all is stored whose callers have had it already. */

typedef void (*AnyFlushed) (gpointer data);

void any_flush (AnyCore   *core,
                AnyFlushed flushed,
                gpointer   data);

void any_flush_wait (AnyCore *core);

/* Once for each flight that was waited for; takes the list. */
void any_flushes_count_down (GSList *flushes);

G_END_DECLS
