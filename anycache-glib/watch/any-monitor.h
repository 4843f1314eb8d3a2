/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-route.h"

G_BEGIN_DECLS

/* The directories that are monitored, each once, however many ask for it and whichever way leads to it. For the watching thread alone;
 * its main context is the thread-default one.
 *
 * They are told apart by what the file system says they are, and not by path: when GLib monitors one under two paths and drops one of
 * the two, the other falls silent.
 */
typedef struct _AnyMonitors AnyMonitors;
typedef struct _AnySpot     AnySpot;

/* Somebody who wants to know when something happens at a place. Stays where it is in memory while it is posted. */
typedef struct
{
  GList    link; /* among the others at the spot; its data is the one who wants to know */
  AnySpot *spot; /* (nullable) NULL while it is not posted */
} AnyPost;

/* Something may have happened. Posts neither come nor go in this call. */
typedef void (*AnyStirFunc) (gpointer data);

AnyMonitors *any_monitors_new (AnyStirFunc stir);

gboolean any_monitors_post (AnyMonitors    *self,
                            AnyPost        *post,
                            const AnyPlace *place,
                            gpointer        data,
                            gboolean       *is_fresh);

void any_post_withdraw (AnyPost *post);

/* How many directories are monitored in this process; from any thread. */
guint any_monitors_count (void);

G_END_DECLS
