/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-hook.h"

#include <string.h>

#include "any-owner.h"

struct _AnyHook
{
  AnyOwner       owner;
  GCallback      callback;
  gpointer       user_data; /* (owned), freed by destroy in the owner's thread */
  GDestroyNotify destroy;   /* (nullable) */
};

/* Belongs to the thread that makes it. */
AnyHook *
any_hook_new (GCallback      callback,
              gpointer       user_data,
              GDestroyNotify destroy)
{
  AnyHook *self = g_atomic_rc_box_new0 (AnyHook);

  any_owner_init (&self->owner);
  self->callback = callback;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

AnyHook *
any_hook_ref (AnyHook *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
hook_clear (AnyHook *self)
{
  if (self->destroy != NULL)
    any_owner_visit (&self->owner, self->destroy, self->user_data);
  any_owner_clear (&self->owner);
}

void
any_hook_unref (AnyHook *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) hook_clear);
}

GCallback
any_hook_get_callback (AnyHook *self)
{
  return self->callback;
}

gpointer
any_hook_get_data (AnyHook *self)
{
  return self->user_data;
}

void
any_hooks_init (AnyHooks *self)
{
  g_mutex_init (&self->lock);
  self->closed = FALSE;
  memset (self->hooks, 0, sizeof self->hooks);
}

void
any_hooks_clear (AnyHooks *self)
{
  any_hooks_close (self);
  g_mutex_clear (&self->lock);
}

/* Puts a callback, or none, in the place of another. Data that has no use any more is freed without a lock held. */
void
any_hooks_set (AnyHooks      *self,
               AnyHookPlace   place,
               GCallback      callback,
               gpointer       user_data,
               GDestroyNotify destroy)
{
  g_autoptr (AnyHook) hook = any_hook_new (callback, user_data, destroy);
  g_autoptr (AnyHook) old = NULL;

  g_mutex_lock (&self->lock);
  if (!self->closed)
    {
      old = self->hooks[place];
      self->hooks[place] = callback != NULL ? g_steal_pointer (&hook) : NULL;
    }
  g_mutex_unlock (&self->lock);
}

/* Gives a hook to be called, or NULL where there is none. */
AnyHook *
any_hooks_ref (AnyHooks    *self,
               AnyHookPlace place,
               gboolean    *closed)
{
  AnyHook *hook;

  g_mutex_lock (&self->lock);
  hook = self->hooks[place] != NULL ? any_hook_ref (self->hooks[place]) : NULL;
  *closed = self->closed;
  g_mutex_unlock (&self->lock);

  return hook;
}

/* Lets all hooks go, and takes no more. */
void
any_hooks_close (AnyHooks *self)
{
  AnyHook *hooks[ANY_N_HOOKS];

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  memcpy (hooks, self->hooks, sizeof hooks);
  memset (self->hooks, 0, sizeof self->hooks);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < ANY_N_HOOKS; i++)
    g_clear_pointer (&hooks[i], any_hook_unref);
}
