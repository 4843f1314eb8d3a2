/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The library's own threads, for what may block. Those of GTask belong to the application, which may keep them all busy; and a GThreadPool
 * waits for ever in a child that was forked, for threads that are not there.
 *
 * Jobs are begun in the order in which they are due. What is queued at a fork is the parent's alone.
 */
typedef void (*AnyJob) (gpointer data);

void any_pool_push (AnyJob   job,
                    gpointer data);

void any_pool_push_later (AnyJob   job,
                          gpointer data,
                          gint64   delay_us);

gboolean any_pool_try_push_later (AnyJob   job,
                                  gpointer data,
                                  gint64   delay_us);

G_END_DECLS
