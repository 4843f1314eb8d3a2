/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Does something in a process of its own: all that it needs for it, and between tracer_begin () and tracer_end () what counts. */
typedef void (*TracedFunc) (gpointer data,
                            guint    count);

void tracer_begin (void);
void tracer_end (gboolean success);

int tracer_count_calls (TracedFunc func,
                        gpointer   data,
                        guint      count);

G_END_DECLS
