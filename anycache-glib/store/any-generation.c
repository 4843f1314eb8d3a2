/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-fork-guard.h"
#include "any-pool.h"
#include "any-posix.h"

/* The next generation while it is made, and the old ones while they are removed. */
#define NEXT         "new"
#define TRASH_PREFIX "trash."
#define STATE        "state"

/* Those who still compute for an old generation go on putting results into it while it is removed, until they notice. */
#define SWEEP_ATTEMPTS 8

AnyGeneration *
any_generation_ref (AnyGeneration *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
generation_clear (AnyGeneration *self)
{
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    any_gate_clear (&self->gates[i]);
  if (self->state_fd >= 0)
    any_fork_guard_close (self->state_fd);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
}

void
any_generation_unref (AnyGeneration *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) generation_clear);
}

/* A hard link in the ledger's place would let us write to somebody's file. One without any link is being swept away.
 *
 * O_NOATIME: it is read after each time that it was written, and to date that costs as much as the reading. Only the owner may go
 * without. */
static int
open_state (int      generation,
            gboolean writable)
{
  struct stat status = { .st_nlink = 1 };
  int         flags = writable ? O_RDWR | O_CREAT : O_RDONLY;
  int         fd = any_fork_guard_open (generation, STATE, flags | O_NOATIME);

  if (fd < 0 && errno == EPERM)
    fd = any_fork_guard_open (generation, STATE, flags);

  if (fd < 0)
    return -1;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_nlink == 1 &&
      (!writable || (status.st_mode & 0777) == 0600 || fchmod (fd, 0600) == 0))
    return fd;

  any_fork_guard_close (fd);
  errno = status.st_nlink == 0 ? ENOENT : EINVAL;

  return -1;
}

/* Moves a generation out of the way, under the first name that is free. Needs the epoch's lock. */
static gboolean
discard_locked (AnyDirectory *directory,
                const char   *name)
{
  struct stat status;
  char        trash[64];

  for (guint i = 0; i < G_MAXUINT; i++)
    {
      g_snprintf (trash, sizeof trash, TRASH_PREFIX "%u", i);
      if (fstatat (directory->fd, trash, &status, AT_SYMLINK_NOFOLLOW) != 0)
        break;
    }

  return renameat (directory->fd, name, directory->fd, trash) == 0 || errno == ENOENT;
}

/* Makes an empty generation ready to be put in place. What a dead process left under this name is discarded: the lock says that
 * no living one is at it. Needs the epoch's lock. */
static gboolean
prepare_locked (AnyDirectory *directory)
{
  gboolean ready;
  int      generation;
  int      state;
  int      saved_errno;

  if (!discard_locked (directory, NEXT) || !any_directory_make_child (directory->fd, NEXT))
    return FALSE;

  generation = any_posix_open (directory->fd, NEXT, O_RDONLY | O_DIRECTORY);
  state = generation >= 0 ? open_state (generation, TRUE) : -1;
  ready = state >= 0 && any_ledger_write_empty (state);
  saved_errno = errno;

  if (state >= 0)
    any_fork_guard_close (state);
  if (generation >= 0)
    close (generation);
  if (!ready)
    any_posix_remove_tree (directory->fd, NEXT);
  errno = saved_errno;

  return ready;
}

static gboolean
swap_locked (AnyDirectory *directory)
{
  if (any_posix_rename_new (directory->fd, NEXT, directory->fd, ANY_GENERATION_CURRENT))
    return TRUE;
  if (errno != EEXIST && errno != ENOTEMPTY)
    return FALSE;

  if (renameat2 (directory->fd, NEXT, directory->fd, ANY_GENERATION_CURRENT, RENAME_EXCHANGE) == 0)
    return discard_locked (directory, NEXT);
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;

  /* Without an exchange there is a moment with no generation, in which look-ups miss and computations make one. */
  return discard_locked (directory, ANY_GENERATION_CURRENT) &&
         renameat (directory->fd, NEXT, directory->fd, ANY_GENERATION_CURRENT) == 0;
}

/* Puts an empty generation in the place of the current one, for all processes at one instant. Where there is no room for an
 * empty one, the old one goes all the same, and the next computation makes one. */
gboolean
any_generation_replace (AnyDirectory *directory,
                        GError      **error)
{
  gboolean replaced;

  if (!any_epoch_begin (directory->epoch, error))
    return FALSE;

  replaced = prepare_locked (directory) ? swap_locked (directory) : discard_locked (directory, ANY_GENERATION_CURRENT);
  if (!replaced)
    any_posix_set_error (error, errno, "Cannot clear", directory->path);

  any_epoch_end (directory->epoch);

  return replaced;
}

typedef gboolean (*TrashFunc) (int         directory,
                               const char *name);

/* Whether all trash that there is passes. What cannot be looked at has none. */
static gboolean
pass_trash (AnyDirectory *directory,
            TrashFunc     func)
{
  DIR           *reader;
  struct dirent *item;
  gboolean       passed = TRUE;
  int            fd = any_posix_open (directory->fd, ".", O_RDONLY | O_DIRECTORY);

  if (fd < 0)
    return TRUE;

  reader = fdopendir (fd);
  if (reader == NULL)
    {
      close (fd);
      return TRUE;
    }

  while ((item = readdir (reader)) != NULL)
    {
      if (g_str_has_prefix (item->d_name, TRASH_PREFIX))
        passed = func (directory->fd, item->d_name) && passed;
    }
  closedir (reader);

  return passed;
}

static gboolean
find (int directory    G_GNUC_UNUSED,
      const char *name G_GNUC_UNUSED)
{
  return FALSE;
}

/* Removes the generations that clears have left, also those of processes that died before they had removed theirs. What cannot
 * be removed now waits for the next sweep. */
void
any_generation_sweep (AnyDirectory *directory)
{
  for (guint i = 0; i < SWEEP_ATTEMPTS; i++)
    {
      if (pass_trash (directory, any_posix_remove_tree))
        return;
    }
}

static void
sweep_cb (gpointer data)
{
  g_autoptr (AnyDirectory) directory = data;

  any_generation_sweep (directory);
}

/* The same in the background: there may be a million files. */
void
any_generation_sweep_later (AnyDirectory *directory)
{
  if (!pass_trash (directory, find))
    any_pool_push (sweep_cb, any_directory_ref (directory));
}

/* Makes the first generation, unless another process was faster. */
static gboolean
create_first (AnyDirectory *directory,
              GError      **error)
{
  gboolean created;

  if (!any_epoch_begin (directory->epoch, error))
    return FALSE;

  created = faccessat (directory->fd, ANY_GENERATION_CURRENT, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
            (prepare_locked (directory) && any_posix_rename_new (directory->fd, NEXT, directory->fd, ANY_GENERATION_CURRENT));
  if (!created)
    any_posix_set_error (error, errno, "Cannot make a directory in", directory->path);

  any_epoch_end (directory->epoch);
  any_generation_sweep_later (directory);

  return created;
}

/* Opens the current generation. Without create, G_IO_ERROR_NOT_FOUND says that there is none yet; with it, what dead processes
 * have left is removed in the background. */
AnyGeneration *
any_generation_open (AnyDirectory *directory,
                     gboolean      create,
                     GError      **error)
{
  g_autoptr (AnyGeneration) self = g_atomic_rc_box_new0 (AnyGeneration);
  struct stat status;

  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    any_gate_init (&self->gates[i]);
  self->path = g_build_filename (directory->path, ANY_GENERATION_CURRENT, NULL);
  self->writable = directory->writable;
  self->state_fd = -1;

  if (create)
    any_generation_sweep_later (directory);

  /* Read before the directory is opened: a clear in between then shows as a move of the epoch. */
  self->epoch = any_directory_read_epoch (directory);
  self->fd = any_posix_open (directory->fd, ANY_GENERATION_CURRENT, O_RDONLY | O_DIRECTORY);

  if (self->fd < 0 && errno == ENOENT && create)
    {
      if (!create_first (directory, error))
        return NULL;
      self->fd = any_posix_open (directory->fd, ANY_GENERATION_CURRENT, O_RDONLY | O_DIRECTORY);
    }

  if (self->fd >= 0)
    self->state_fd = open_state (self->fd, self->writable);

  if (self->state_fd < 0 || fstat (self->fd, &status) != 0)
    {
      any_posix_set_error (error, errno, "Cannot open", self->path);
      return NULL;
    }

  self->device = status.st_dev;
  self->inode = status.st_ino;

  return g_steal_pointer (&self);
}

/* Whether no clear has moved the generation away. Costs one lseek() while the epoch stands still. */
gboolean
any_generation_is_current (AnyGeneration *self,
                           AnyDirectory  *directory)
{
  struct stat status;
  guint64     epoch = any_directory_read_epoch (directory);

  if (epoch != ANY_EPOCH_UNKNOWN && epoch == __atomic_load_n (&self->epoch, __ATOMIC_ACQUIRE))
    return TRUE;

  if (fstatat (directory->fd, ANY_GENERATION_CURRENT, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      status.st_dev != self->device || status.st_ino != self->inode)
    return FALSE;

  __atomic_store_n (&self->epoch, epoch, __ATOMIC_RELEASE);

  return TRUE;
}
