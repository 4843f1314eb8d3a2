/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A callback of the user with its data. It is kept alive while it runs, and its data is freed where the user is at home. */
typedef struct _AnyHook AnyHook;

AnyHook *any_hook_new (GCallback      callback,
                       gpointer       user_data,
                       GDestroyNotify destroy);

AnyHook *any_hook_ref (AnyHook *self);
void     any_hook_unref (AnyHook *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyHook, any_hook_unref)

GCallback any_hook_get_callback (AnyHook *self);
gpointer  any_hook_get_data (AnyHook *self);

G_END_DECLS
