/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Descriptors that locks are held on, and that a forked child must not keep: it would share the locks, and hold those of a parent
 * that has died. In the child each of them leads to /dev/null, or nowhere. */

int any_fork_guard_open (int         directory,
                         const char *path,
                         int         flags);

void any_fork_guard_close (int fd);

G_END_DECLS
