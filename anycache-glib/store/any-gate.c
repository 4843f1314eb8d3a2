/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-gate.h"

#include <errno.h>

#include "any-error.h"
#include "any-posix.h"

/* The kernel wakes nobody when an open-file-description lock that is polled for is freed. A hold lasts about 30 us, so the first
 * look comes back after that; the last pause bounds what waiting costs. */
#define FIRST_PAUSE_US 30
#define LAST_PAUSE_US  2000

void
any_gate_init (AnyGate *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->freed);
  self->held = FALSE;
  self->n_waits = 0;
}

void
any_gate_clear (AnyGate *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->freed);
}

static gboolean
enter_process (AnyGate *self,
               gint64   deadline)
{
  gboolean entered = TRUE;

  g_mutex_lock (&self->mutex);

  self->n_waits++;
  while (self->held && entered)
    entered = g_cond_wait_until (&self->freed, &self->mutex, deadline);
  self->n_waits--;

  entered = !self->held;
  if (entered)
    self->held = TRUE;

  g_mutex_unlock (&self->mutex);

  return entered;
}

static void
leave_process (AnyGate *self)
{
  g_mutex_lock (&self->mutex);
  self->held = FALSE;
  if (self->n_waits > 0)
    g_cond_signal (&self->freed);
  g_mutex_unlock (&self->mutex);
}

/* 0, or why the lock was not had. */
static int
lock_file (int     fd,
           guint64 start,
           guint64 length,
           gint64  deadline)
{
  gulong pause_us = FIRST_PAUSE_US;

  while (!any_posix_try_lock (fd, start, length))
    {
      if (errno != EAGAIN && errno != EACCES)
        return errno;
      if (g_get_monotonic_time () >= deadline)
        return ETIMEDOUT;

      g_usleep (pause_us);
      pause_us = MIN (2 * pause_us, LAST_PAUSE_US);
    }

  return 0;
}

/* Waits for the gate, at most for the time given; 0 only tries. */
gboolean
any_gate_enter (AnyGate    *self,
                int         fd,
                guint64     start,
                guint64     length,
                gint64      wait_us,
                const char *path,
                GError    **error)
{
  gint64           deadline = g_get_monotonic_time () + wait_us;
  int              failure = ETIMEDOUT;
  g_autofree char *display = NULL;

  if (enter_process (self, deadline))
    {
      failure = lock_file (fd, start, length, deadline);
      if (failure == 0)
        return TRUE;

      leave_process (self);
    }

  display = g_filename_display_name (path);
  if (failure == ETIMEDOUT)
    g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT,
                 "Another thread or process holds the lock of “%s”", display);
  else
    any_posix_set_error (error, failure, "Cannot lock", path);

  return FALSE;
}

void
any_gate_leave (AnyGate *self,
                int      fd,
                guint64  start,
                guint64  length)
{
  any_posix_unlock (fd, start, length);
  leave_process (self);
}
