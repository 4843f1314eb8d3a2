/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* No lock is waited for longer than this, so a stopped process delays others and does not hang them. Holds last microseconds,
 * or the writing of one entry; two seconds outlast any of these on a busy disk. */
#define ANY_GATE_WAIT_US (2 * G_USEC_PER_SEC)

/* One byte range of a file that one thread of one process may hold at a time.
 *
 * The lock of the kernel belongs to the open file description, which the threads of a process share; the flag keeps these apart.
 */
typedef struct
{
  GMutex   mutex;
  GCond    freed;
  gboolean held;    /* protected by mutex */
  guint    n_waits; /* protected by mutex: to wake nobody is a system call too */
} AnyGate;

void any_gate_init (AnyGate *self);
void any_gate_clear (AnyGate *self);

gboolean any_gate_enter (AnyGate    *self,
                         int         fd,
                         guint64     start,
                         guint64     length,
                         gint64      wait_us,
                         const char *path,
                         GError    **error);

void any_gate_leave (AnyGate *self,
                     int      fd,
                     guint64  start,
                     guint64  length);

G_END_DECLS
