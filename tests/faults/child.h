/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process of its own for what would spoil the test program: another user, another umask, limits, mounts.
 *
 * A function that runs there checks with g_assert_*(), for libcheck knows nothing of the process.
 */
typedef void (*ChildFunc) (gconstpointer data);

gboolean child_run (ChildFunc     func,
                    gconstpointer data);

/* For use in the child: */
void child_skip (const char *reason) G_GNUC_NORETURN;
void child_become_ordinary (const char *path);
void child_own_mounts (void);

G_END_DECLS
