/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-lookout.h"
#include "any-turns.h"
#include "any-watch.h"

G_BEGIN_DECLS

/* Protects all that whoever watches shares with the watching thread. Held over a fork. */
extern GMutex any_watch_lock;

/* Lives as long as somebody may end it, or the watching thread knows it. It is over when it has lapsed or was ended; no call begins
 * any more then. */
struct _AnyWatch
{
  gatomicrefcount references;

  AnyWatchTarget *targets; /* (owned), set once */
  guint           n_targets;
  AnyWatchCalls   calls;
  gpointer        data; /* (owned) until it is over and no call is running */

  gboolean is_over; /* protected by any_watch_lock */
  gboolean is_busy; /* a call is running; protected by any_watch_lock */
  GList    age;     /* among those that are not over, the oldest first; protected by any_watch_lock */

  /* The watching thread's alone. */
  gboolean   is_known; /* it holds a reference */
  AnyTurn    turn;     /* (nullable) when it is visited next */
  AnyLookout lookout;
  gboolean   is_polled;
  gint64     asked; /* us, when it was visited last */
  gint64     pause; /* us, for which it is left alone after that */
  gint64     rest;  /* us, until when it is left alone */
};

typedef enum
{
  ANY_WATCH_HOLDS,
  ANY_WATCH_LAPSED,
  ANY_WATCH_OVER,
} AnyWatchAnswer;

AnyWatch *any_watch_new (const AnyWatchTarget *targets,
                         guint                 n_targets,
                         const AnyWatchCalls  *calls,
                         gpointer              data);

AnyWatch *any_watch_enter (AnyWatch *self);

AnyWatch *any_watch_ref (AnyWatch *self);
void      any_watch_unref (AnyWatch *self);

gboolean       any_watch_is_over (AnyWatch *self);
AnyWatchAnswer any_watch_ask (AnyWatch *self);
void           any_watch_lapse (AnyWatch *self);
void           any_watch_stop (AnyWatch *self);

G_END_DECLS
