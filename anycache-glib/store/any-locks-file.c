/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-locks-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "any-fork-guard.h"
#include "any-posix.h"

#define FILE_NAME "locks"

typedef struct
{
  guint64 offset;
  guint   n_holders;
} Byte;

struct _AnyLocksFile
{
  GMutex      lock;
  int         fd;   /* (owned), protected by lock: -1 until it is needed */
  GHashTable *held; /* (owned) (element-type guint64 Byte), protected by lock: by offset */
};

AnyLocksFile *
any_locks_file_new (void)
{
  AnyLocksFile *self = g_new0 (AnyLocksFile, 1);

  g_mutex_init (&self->lock);
  self->fd = -1;
  self->held = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);

  return self;
}

static void
close_locked (AnyLocksFile *self)
{
  if (self->fd >= 0)
    any_fork_guard_close (self->fd);
  self->fd = -1;
}

void
any_locks_file_free (AnyLocksFile *self)
{
  close_locked (self);
  g_hash_table_unref (self->held);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A hard link in its place would let us change the mode of somebody's file. */
static gboolean
is_ours (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_nlink == 1 && ((status.st_mode & 0777) == 0600 || fchmod (fd, 0600) == 0);
}

/* One that was removed keeps nobody away: others make another. While something is held the file stays what it is, since what is given
 * back must be what was taken. */
static gboolean
open_locked (AnyLocksFile *self,
             int           directory)
{
  if (self->fd >= 0 && g_hash_table_size (self->held) == 0 && !is_ours (self->fd))
    close_locked (self);
  if (self->fd >= 0)
    return TRUE;

  self->fd = any_fork_guard_open (directory, FILE_NAME, O_RDWR | O_CREAT);
  if (self->fd >= 0 && !is_ours (self->fd))
    close_locked (self);

  return self->fd >= 0;
}

static AnyLocksTaking
take_locked (AnyLocksFile *self,
             int           directory,
             guint64       offset)
{
  Byte *byte = g_hash_table_lookup (self->held, &offset);

  if (byte == NULL)
    {
      if (!open_locked (self, directory))
        return ANY_LOCKS_UNUSABLE;
      if (!any_posix_try_lock (self->fd, offset, 1))
        return errno == EAGAIN || errno == EACCES ? ANY_LOCKS_BUSY : ANY_LOCKS_UNUSABLE;

      byte = g_new0 (Byte, 1);
      byte->offset = offset;
      g_hash_table_insert (self->held, &byte->offset, byte);
    }
  byte->n_holders++;

  return ANY_LOCKS_TAKEN;
}

/* Takes a byte of the file in a directory that can be written. Never waits. */
AnyLocksTaking
any_locks_file_take (AnyLocksFile *self,
                     int           directory,
                     guint64       offset)
{
  AnyLocksTaking taking;

  g_mutex_lock (&self->lock);
  taking = take_locked (self, directory, offset);
  g_mutex_unlock (&self->lock);

  return taking;
}

void
any_locks_file_give_back (AnyLocksFile *self,
                          guint64       offset)
{
  Byte *byte;

  g_mutex_lock (&self->lock);
  byte = g_hash_table_lookup (self->held, &offset);
  if (--byte->n_holders == 0)
    {
      any_posix_unlock (self->fd, offset, 1);
      g_hash_table_remove (self->held, &offset);
    }
  g_mutex_unlock (&self->lock);
}
