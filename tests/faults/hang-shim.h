/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* A library for LD_PRELOAD that lets a file system hang: who looks at or opens a path that contains a text waits until it comes back.
 *
 * Programs find the functions by dlsym(). The shim uses no GLib, so that it cannot disturb what it watches.
 */

/* At most 63 bytes. NULL: nothing hangs any more, and who waits goes on. */
void hang_shim_set (const char *text);

/* How many calls wait now. */
unsigned hang_shim_count (void);

typedef void (*HangShimSetFunc) (const char *text);
typedef unsigned (*HangShimCountFunc) (void);
