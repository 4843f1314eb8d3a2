/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-enums.h"

G_BEGIN_DECLS

/* Tells early that something has happened to files: a thread of the library's own listens to the kernel, and asks whoever watches
 * whether what he knows still holds.
 *
 * It only suspects. What is written through a map or on another machine, and what the kernel forgets to tell when it is told too
 * much, nobody hears of; what cannot be monitored, for want of anything, is asked about every few seconds.
 */

typedef struct
{
  const char        *path;  /* absolute */
  AnyDependencyFlags flags; /* RECURSIVE: with all the directories below */
} AnyWatchTarget;

/* The first two are called in the watching thread, and none with a lock held. */
typedef struct
{
  gboolean (*holds) (gpointer data); /* asked as soon as the targets are watched, and after what may concern them */
  void (*lapsed) (gpointer data);    /* called once, when it does not hold any more; nothing is watched then */
  GDestroyNotify destroy;            /* (nullable) called once, in any thread, as soon as no other call can come */
} AnyWatchCalls;

typedef struct _AnyWatch AnyWatch;

AnyWatch *any_watch_begin (const AnyWatchTarget *targets,
                           guint                 n_targets,
                           const AnyWatchCalls  *calls,
                           gpointer              data);

void any_watch_end (AnyWatch *self);

/* How many watches are asked about every few seconds. */
guint any_watch_count_polled (void);

G_END_DECLS
