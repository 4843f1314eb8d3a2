/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-watch-private.h"

#include <string.h>

/* Above all that is sensible, so that no mistake of an application takes all of its memory: a watch of one file takes half a
 * kilobyte. */
#define MAX_WATCHES 16384

GMutex any_watch_lock;

static GQueue ages; /* (element-type AnyWatch) those that are not over, protected by any_watch_lock */

/* In one piece with the paths. */
static AnyWatchTarget *
copy_targets (const AnyWatchTarget *targets,
              guint                 n)
{
  gsize           size = n * sizeof *targets;
  AnyWatchTarget *copy;
  char           *end;

  for (guint i = 0; i < n; i++)
    size += strlen (targets[i].path) + 1;

  copy = g_malloc (size);
  end = (char *) (copy + n);
  for (guint i = 0; i < n; i++)
    {
      copy[i] = (AnyWatchTarget){ end, targets[i].flags };
      end = g_stpcpy (end, targets[i].path) + 1;
    }

  return copy;
}

AnyWatch *
any_watch_new (const AnyWatchTarget *targets,
               guint                 n_targets,
               const AnyWatchCalls  *calls,
               gpointer              data)
{
  AnyWatch *self = g_new0 (AnyWatch, 1);

  g_atomic_ref_count_init (&self->references);
  self->targets = copy_targets (targets, n_targets);
  self->n_targets = n_targets;
  self->calls = *calls;
  self->data = data;
  self->age.data = self->turn.data = self;

  return self;
}

/* Makes it one of those whose calls may come. Returns the oldest one where they have become too many, with a reference. */
AnyWatch *
any_watch_enter (AnyWatch *self)
{
  AnyWatch *oldest = NULL;

  g_mutex_lock (&any_watch_lock);
  g_queue_push_tail_link (&ages, &self->age);
  if (ages.length > MAX_WATCHES)
    oldest = any_watch_ref (ages.head->data);
  g_mutex_unlock (&any_watch_lock);

  return oldest;
}

AnyWatch *
any_watch_ref (AnyWatch *self)
{
  g_atomic_ref_count_inc (&self->references);

  return self;
}

void
any_watch_unref (AnyWatch *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;

  g_free (self->targets);
  g_free (self);
}

gboolean
any_watch_is_over (AnyWatch *self)
{
  gboolean is_over;

  g_mutex_lock (&any_watch_lock);
  is_over = self->is_over;
  g_mutex_unlock (&any_watch_lock);

  return is_over;
}

static void
destroy_data (AnyWatch *self)
{
  if (self->calls.destroy != NULL)
    self->calls.destroy (self->data);
}

/* No call begins from now on. The data goes at once, or with the end of the call that is running. */
void
any_watch_stop (AnyWatch *self)
{
  gboolean is_last;

  g_mutex_lock (&any_watch_lock);
  is_last = !self->is_over && !self->is_busy;
  if (!self->is_over)
    g_queue_unlink (&ages, &self->age);
  self->is_over = TRUE;
  g_mutex_unlock (&any_watch_lock);

  if (is_last)
    destroy_data (self);
}

static gboolean
begin_call (AnyWatch *self)
{
  gboolean begins;

  g_mutex_lock (&any_watch_lock);
  begins = self->is_busy = !self->is_over;
  g_mutex_unlock (&any_watch_lock);

  return begins;
}

/* Whether more calls may come. */
static gboolean
end_call (AnyWatch *self)
{
  gboolean is_over;

  g_mutex_lock (&any_watch_lock);
  self->is_busy = FALSE;
  is_over = self->is_over;
  g_mutex_unlock (&any_watch_lock);

  if (is_over)
    destroy_data (self);

  return !is_over;
}

AnyWatchAnswer
any_watch_ask (AnyWatch *self)
{
  gboolean holds;

  if (!begin_call (self))
    return ANY_WATCH_OVER;

  holds = self->calls.holds (self->data);
  if (!end_call (self))
    return ANY_WATCH_OVER;

  return holds ? ANY_WATCH_HOLDS : ANY_WATCH_LAPSED;
}

void
any_watch_lapse (AnyWatch *self)
{
  if (!begin_call (self))
    return;

  self->calls.lapsed (self->data);
  end_call (self);
  any_watch_stop (self);
}
