/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-epoch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-fork-guard.h"
#include "any-gate.h"
#include "any-posix.h"

#define FILE_NAME "epoch"

struct _AnyEpoch
{
  AnyGate  gate;
  int      fd;       /* (owned), set once */
  gboolean writable; /* set once */
  char    *path;     /* (owned) for messages, set once */
};

AnyEpoch *
any_epoch_open (int         directory,
                const char *path,
                gboolean    writable,
                GError    **error)
{
  g_autofree char *file = g_build_filename (path, FILE_NAME, NULL);
  int              fd = any_fork_guard_open (directory, FILE_NAME, writable ? O_RDWR | O_CREAT : O_RDONLY);
  struct stat      status = { .st_nlink = 1 };
  AnyEpoch        *self;

  /* A hard link in its place would let us write to somebody's file. One without any link is being removed. */
  if (fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_nlink == 1 &&
      (!writable || (status.st_mode & 0777) == 0600 || fchmod (fd, 0600) == 0))
    {
      self = g_new0 (AnyEpoch, 1);
      any_gate_init (&self->gate);
      self->fd = fd;
      self->writable = writable;
      self->path = g_steal_pointer (&file);

      return self;
    }

  if (fd >= 0)
    errno = status.st_nlink == 0 ? ENOENT : EINVAL;
  any_posix_set_error (error, errno, "Cannot use", file);
  if (fd >= 0)
    any_fork_guard_close (fd);

  return NULL;
}

void
any_epoch_free (AnyEpoch *self)
{
  any_fork_guard_close (self->fd);
  any_gate_clear (&self->gate);
  g_free (self->path);
  g_free (self);
}

static gboolean
advance (AnyEpoch *self,
         int       n)
{
  off_t length = lseek (self->fd, 0, SEEK_END);

  return length >= 0 && any_posix_resize (self->fd, length + n);
}

static gboolean
bump (AnyEpoch *self)
{
  return advance (self, 1);
}

static gboolean
is_odd (AnyEpoch *self)
{
  return lseek (self->fd, 0, SEEK_END) % 2 != 0;
}

/* Odd and free to lock: whoever made it odd is dead. What it did is done or not done; both are sound. */
static void
heal (AnyEpoch *self)
{
  if (!self->writable || !any_gate_enter (&self->gate, self->fd, 0, 1, 0, self->path, NULL))
    return;

  if (is_odd (self))
    bump (self);
  any_gate_leave (&self->gate, self->fd, 0, 1);
}

guint64
any_epoch_read (AnyEpoch *self)
{
  off_t length = lseek (self->fd, 0, SEEK_END);

  if (length < 0)
    return ANY_EPOCH_UNKNOWN;
  if (length % 2 == 0)
    return length;

  heal (self);

  return ANY_EPOCH_UNKNOWN;
}

/* Whether the file still has a name, by which others find it. */
gboolean
any_epoch_is_linked (AnyEpoch *self)
{
  struct stat status;

  return fstat (self->fd, &status) == 0 && status.st_nlink > 0;
}

/* Says that entries are about to be taken away, and keeps others from doing so. */
gboolean
any_epoch_begin (AnyEpoch *self,
                 GError  **error)
{
  if (!any_gate_enter (&self->gate, self->fd, 0, 1, ANY_GATE_WAIT_US, self->path, error))
    return FALSE;

  if ((!is_odd (self) || bump (self)) && bump (self))
    return TRUE;

  any_posix_set_error (error, errno, "Cannot count in", self->path);
  any_gate_leave (&self->gate, self->fd, 0, 1);

  return FALSE;
}

/* Says that they are gone. Where that cannot be written, it stays odd, which costs time and no correctness. */
void
any_epoch_end (AnyEpoch *self)
{
  bump (self);
  any_gate_leave (&self->gate, self->fd, 0, 1);
}

/* Says that what is in memory must be looked at again, because something is about to be put where nothing is. Nobody can take that into
 * memory before it is there, so one move is enough. */
gboolean
any_epoch_move (AnyEpoch *self,
                GError  **error)
{
  gboolean moved;

  if (!any_gate_enter (&self->gate, self->fd, 0, 1, ANY_GATE_WAIT_US, self->path, error))
    return FALSE;

  moved = advance (self, is_odd (self) ? 1 : 2);
  if (!moved)
    any_posix_set_error (error, errno, "Cannot count in", self->path);
  any_gate_leave (&self->gate, self->fd, 0, 1);

  return moved;
}
