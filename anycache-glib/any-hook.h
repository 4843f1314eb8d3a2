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

/* What a user has hooked to a function, until it is closed. Thread-safe. */
typedef enum
{
  ANY_HOOK_COMPUTE,
  ANY_HOOK_DEPFILES,
  ANY_N_HOOKS,
} AnyHookPlace;

typedef struct
{
  GMutex   lock;
  AnyHook *hooks[ANY_N_HOOKS]; /* (owned) (nullable), protected by lock */
  gboolean closed;             /* protected by lock */
} AnyHooks;

void any_hooks_init (AnyHooks *self);
void any_hooks_clear (AnyHooks *self);

void any_hooks_set (AnyHooks      *self,
                    AnyHookPlace   place,
                    GCallback      callback,
                    gpointer       user_data,
                    GDestroyNotify destroy);

AnyHook *any_hooks_ref (AnyHooks    *self,
                        AnyHookPlace place,
                        gboolean    *closed);

void any_hooks_close (AnyHooks *self);

G_END_DECLS
