/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-waiter.h"

#include "any-flight.h"

/* Of a box that is filled with zeroes. */
void
any_waiter_init (AnyWaiter            *self,
                 AnyWant               want,
                 const AnyWaiterFuncs *funcs,
                 GDestroyNotify        clear)
{
  self->want = want;
  self->miss = ANY_MISS_ABSENT;
  self->funcs = funcs;
  self->clear = clear;
  if (funcs != NULL)
    self->context = g_main_context_ref_thread_default ();
  else
    self->thread = g_thread_self ();

  g_cond_init (&self->woken);
  self->in_flight.data = self;
  self->in_queue.data = self;
}

AnyWaiter *
any_waiter_ref (AnyWaiter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
waiter_clear (AnyWaiter *self)
{
  self->clear (self);
  g_clear_pointer (&self->reply, any_reply_unref);
  g_clear_pointer (&self->outer, any_flight_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_cond_clear (&self->woken);
}

void
any_waiter_unref (AnyWaiter *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) waiter_clear);
}

/* Something has changed for it. To wake nobody is a system call too. */
void
any_waiter_wake (AnyWaiter *self)
{
  if (self->thread != NULL)
    g_cond_signal (&self->woken);
}
