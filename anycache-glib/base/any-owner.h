/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Where an object belongs: the thread that made it, and the main context that was thread-default there.
 *
 * User code (signals, destroy notifies) is only ever run here, because a language with a garbage collector cannot be
 * entered from a thread that it does not know.
 */
typedef struct
{
  GThread      *thread;  /* (owned) */
  GMainContext *context; /* (owned) */
} AnyOwner;

void any_owner_init (AnyOwner *self);
void any_owner_clear (AnyOwner *self);

void any_owner_visit (const AnyOwner *self,
                      GDestroyNotify  func,
                      gpointer        data);

void any_owner_emit (const AnyOwner *self,
                     GObject        *object,
                     guint           signal,
                     ...);

G_END_DECLS
