/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Processes that wait for orders. They are forked: make them before the first thread. */
typedef struct _Gang Gang;

/* Does something in a process, as often as told, and gives how often it failed. */
typedef guint (*GangFunc) (gpointer member,
                           guint    order,
                           guint    count);

/* What a process has for itself; made in it. */
typedef gpointer (*GangJoinFunc) (guint    number,
                                  gpointer data);

Gang *gang_new (guint        n_members,
                GangJoinFunc join,
                GangFunc     func,
                gpointer     data);

void gang_free (Gang *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Gang, gang_free)

guint gang_do (Gang *self,
               guint n_members,
               guint order,
               guint count);

G_END_DECLS
