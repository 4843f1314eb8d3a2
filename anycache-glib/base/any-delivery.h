/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Calls that are to be made where a main context runs, thousands at a time: they share one source, and do not keep the application from
 * drawing.
 *
 * In the order of pushing. What is pushed from such a call is called in a later iteration, so that a task which was made before the push is
 * returned there and then. Where the context is freed, or the process is a child that was forked since, what waits is never called, and the
 * data is lost.
 */
typedef void (*AnyDeliver) (gpointer data);

void any_delivery_push (GMainContext *context,
                        AnyDeliver    deliver,
                        gpointer      data);

G_END_DECLS
