/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-monitor.h"
#include "any-stamp.h"
#include "any-test-shell.h"
#include "any-test.h"
#include "any-watch.h"

G_BEGIN_DECLS

/* Somebody who watches one path, and notes what is said to him. Checked with g_assert_*(), for use in other processes too. */
typedef struct
{
  char              *path; /* (owned) */
  AnyDependencyFlags flags;
  AnyStamp           stamp;
  gboolean           insists; /* atomic: says that all holds, whatever happens */
  AnyWatch          *watch;   /* (owned) (nullable) */

  int n_asked;     /* atomic, as all that follow */
  int n_lapsed;    /* one in the end, or none */
  int n_destroyed; /* one after the end */
} AnyTestWatch;

static inline gboolean
any_test_watch_holds_cb (gpointer data)
{
  AnyTestWatch *self = data;
  gboolean      holds;

  g_assert_cmpint (g_atomic_int_get (&self->n_lapsed), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&self->n_destroyed), ==, 0);

  /* Counted afterwards: who has waited for the first look may do what this one must not see. */
  holds = g_atomic_int_get (&self->insists) || any_stamp_holds (&self->stamp, self->path);
  g_atomic_int_inc (&self->n_asked);

  return holds;
}

static inline void
any_test_watch_lapsed_cb (gpointer data)
{
  AnyTestWatch *self = data;

  g_assert_cmpint (g_atomic_int_get (&self->n_destroyed), ==, 0);
  g_atomic_int_inc (&self->n_lapsed);
}

static inline void
any_test_watch_destroy_cb (gpointer data)
{
  AnyTestWatch *self = data;

  g_atomic_int_inc (&self->n_destroyed);
}

static const AnyWatchCalls any_test_watch_calls = { any_test_watch_holds_cb, any_test_watch_lapsed_cb, any_test_watch_destroy_cb };

static inline void
any_test_watch_begin (AnyTestWatch      *self,
                      const char        *folder,
                      const char        *name,
                      AnyDependencyFlags flags)
{
  AnyWatchTarget target;

  *self = (AnyTestWatch){ .path = g_build_filename (folder, name, NULL), .flags = flags };
  self->insists = !any_stamp_take_full (&self->stamp, self->path, flags, NULL);
  target = (AnyWatchTarget){ self->path, flags };
  self->watch = any_watch_begin (&target, 1, &any_test_watch_calls, self);
}

/* Waits until a number that others count up has come so far. */
static inline void
any_test_wait_for (int *number,
                   int  least)
{
  gint64 deadline = any_test_deadline ();

  while (g_atomic_int_get (number) < least)
    g_assert_true (any_test_wait (deadline));
}

/* Waits until nothing is left of what watched. */
static inline void
any_test_wait_for_rest (void)
{
  gint64 deadline = any_test_deadline ();

  while (any_monitors_count () > 0 || any_watch_count_polled () > 0)
    g_assert_true (any_test_wait (deadline));
}

/* From when on all that happens is seen. */
static inline void
any_test_watch_start (AnyTestWatch      *self,
                      const char        *folder,
                      const char        *name,
                      AnyDependencyFlags flags)
{
  any_test_watch_begin (self, folder, name, flags);
  any_test_wait_for (&self->n_asked, 1);
}

static inline void
any_test_watch_end (AnyTestWatch *self)
{
  any_watch_end (g_steal_pointer (&self->watch));
  any_test_wait_for (&self->n_destroyed, 1);
  any_test_wait_for_rest ();
  g_assert_cmpint (self->n_destroyed, ==, 1);
  g_clear_pointer (&self->path, g_free);
}

G_END_DECLS
