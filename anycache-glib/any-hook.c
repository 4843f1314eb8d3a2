/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-hook.h"

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
