/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-watch.h"

#include "any-watcher.h"

/* Returns at once. A watch that is the oldest of too many ends by itself, and in a child that was forked since the first watch of its
 * parent one ends at once: its data is destroyed, and nothing else is called. */
AnyWatch *
any_watch_begin (const AnyWatchTarget *targets,
                 guint                 n_targets,
                 const AnyWatchCalls  *calls,
                 gpointer              data)
{
  AnyWatch *self = any_watch_new (targets, n_targets, calls, data);

  AnyWatch *oldest = any_watch_enter (self);

  if (!any_watcher_call (self))
    any_watch_stop (self);
  if (oldest != NULL)
    any_watch_end (oldest);

  return self;
}

/* From any thread, and from within the calls; also when it has lapsed. No call begins any more; one that is running may go on, and the
 * data stays until it returns: in a child that was forked meanwhile, for good. */
void
any_watch_end (AnyWatch *self)
{
  any_watch_stop (self);
  any_watcher_call (self);
  any_watch_unref (self);
}

guint
any_watch_count_polled (void)
{
  return any_watcher_count_polled ();
}
