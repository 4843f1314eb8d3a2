/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-entry-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-entry-file.h"
#include "any-posix.h"

/* Opens the shard's temporary. One that is there is a dead writer's: a living one would hold the shard. */
static int
create_temporary (AnyShard   *shard,
                  const char *temporary)
{
  int flags = O_WRONLY | O_CREAT | O_EXCL;
  int fd = any_posix_open (shard->generation->fd, temporary, flags);

  if (fd < 0 && errno == ENOENT && any_directory_make_child (shard->generation->fd, shard->name))
    fd = any_posix_open (shard->generation->fd, temporary, flags);
  if (fd < 0 && errno == EEXIST && any_posix_remove_tree (shard->generation->fd, temporary))
    fd = any_posix_open (shard->generation->fd, temporary, flags);

  return fd;
}

/* What may expire says so by being read-only, so that who looks for what can go need not read all the others. */
static mode_t
mode_of (const AnyRecord *record)
{
  return record->facts.expires >= 0 ? ANY_POSIX_READ_ONLY_MODE : ANY_POSIX_FILE_MODE;
}

static gboolean
fill_temporary (const AnyEntryWriter *self,
                int                   fd)
{
  const AnyRecord *record = self->record;
  gsize            payload_length;
  gconstpointer    payload = any_record_get_payload (record, &payload_length);
  struct iovec     pieces[] = {
        { (gpointer) record->head, self->head_length },
        { (gpointer) payload, payload_length },
        { (gpointer) record->trailer, ANY_HEADER_TRAILER_SIZE },
  };

  return any_posix_set_mode (fd, mode_of (record)) &&
         any_posix_write_all (fd, pieces, G_N_ELEMENTS (pieces)) &&
         (self->used == 0 || any_posix_set_mtime (fd, NULL, self->used));
}

static gboolean
write_temporary (const AnyEntryWriter *self,
                 AnyShard             *shard,
                 const char           *temporary)
{
  int      fd = create_temporary (shard, temporary);
  gboolean filled;
  int      saved_errno;

  if (fd < 0)
    return FALSE;

  filled = fill_temporary (self, fd);
  saved_errno = errno;

  /* Some file systems tell only here that there was no room. A signal does not leave the descriptor open. */
  if (close (fd) != 0 && errno != EINTR && filled)
    return FALSE;

  errno = saved_errno;

  return filled;
}

/* Takes what stands in the place of an entry out of the numbers. A directory there would refuse to be replaced. */
static void
discount (AnyShard   *shard,
          const char *name,
          const char *file,
          guint64     new_length)
{
  struct stat old;

  if (fstatat (shard->generation->fd, name, &old, AT_SYMLINK_NOFOLLOW) != 0)
    {
      shard->suspect = TRUE;
      return;
    }

  if (S_ISDIR (old.st_mode))
    any_posix_remove_tree (shard->generation->fd, name);
  if (!S_ISREG (old.st_mode))
    return;

  /* The new entry is counted already. A sound file that was copied here was not counted at all. */
  shard->suspect |= shard->record.entries < 2 || shard->record.bytes - new_length < (guint64) old.st_size ||
                    !any_entry_file_is_sound (shard, file, old.st_size);
  if (shard->suspect)
    return;

  shard->record.bytes -= old.st_size;
  shard->record.entries--;
}

/* Takes away what stands in the place of an entry and may be in somebody's memory, or puts the temporary there where there is one. */
static gboolean
replace (AnyShard   *shard,
         const char *temporary,
         const char *name,
         guint64     length,
         AnyEpoch   *epoch,
         GError    **error)
{
  AnyLedgerRecord before = shard->record;
  int             generation = shard->generation->fd;
  gboolean        replaced;

  if (!any_epoch_begin (epoch, error))
    return FALSE;

  discount (shard, name, strchr (name, '/') + 1, length);
  replaced = temporary != NULL ? renameat (generation, temporary, generation, name) == 0
                               : unlinkat (generation, name, 0) == 0 || errno == ENOENT;
  if (!replaced)
    {
      any_posix_set_error (error, errno, "Cannot replace an entry in", shard->generation->path);
      shard->record = before;
    }

  any_epoch_end (epoch);

  return replaced;
}

/* What is not there any more may have been evicted, and be in somebody's memory still. */
static gboolean
place (const AnyEntryWriter *self,
       AnyShard             *shard,
       const AnyShardPath   *path,
       AnyEpoch             *epoch,
       GError              **error)
{
  int         generation = shard->generation->fd;
  const char *name = path->in_generation;

  if (self->supersedes && shard->record.evictions > 0 && !any_epoch_move (epoch, error))
    return FALSE;

  if (any_posix_rename_new (generation, path->temporary, generation, name))
    return TRUE;
  if (errno == EEXIST)
    return replace (shard, path->temporary, name, self->record->total_length, epoch, error);

  any_posix_set_error (error, errno, "Cannot put an entry into", shard->generation->path);

  return FALSE;
}

/* Whether there is room for what was just reserved. Asked after the reservation is written, so of two who take the last room both know.
 * Where that is in doubt, there is none. */
static gboolean
fits (const AnyEntryWriter *self,
      AnyShard             *shard,
      gboolean             *known)
{
  AnyLedgerTotal total;

  *known = any_ledger_sum (shard->generation->state_fd, &total) && !total.doubtful;

  return *known && any_bounds_allow (&self->bounds, &total, self->record->total_length);
}

/* Reserves the size of an entry. What it takes the place of goes first, where both have no room: nothing of others has to. */
static AnyWrite
reserve (const AnyEntryWriter *self,
         AnyShard             *shard,
         const AnyShardPath   *path,
         AnyEpoch             *epoch,
         GError              **error)
{
  gboolean known;

  shard->record.bytes += self->record->total_length;
  shard->record.entries++;
  if (!any_shard_begin (shard, error))
    return ANY_WRITE_FAILED;

  if (!any_bounds_are_set (&self->bounds) || fits (self, shard, &known))
    return ANY_WRITTEN;

  if (known && any_entry_file_exists (shard->generation, path))
    {
      if (!replace (shard, NULL, path->in_generation, self->record->total_length, epoch, error) || !any_shard_begin (shard, error))
        return ANY_WRITE_FAILED;
      if (fits (self, shard, &known))
        return ANY_WRITTEN;
    }

  return ANY_WRITE_FULL;
}

static gboolean
write_and_place (const AnyEntryWriter *self,
                 AnyShard             *shard,
                 const AnyShardPath   *path,
                 AnyEpoch             *epoch,
                 GError              **error)
{
  if (write_temporary (self, shard, path->temporary))
    return place (self, shard, path, epoch, error);

  any_posix_set_error (error, errno, "Cannot write an entry in", shard->generation->path);

  return FALSE;
}

/* Writes an entry into a shard that is held: reserve its size, write it aside, put it in place, settle. */
AnyWrite
any_entry_writer_write (const AnyEntryWriter *self,
                        AnyShard             *shard,
                        const AnyShardPath   *path,
                        AnyEpoch             *epoch,
                        GError              **error)
{
  AnyWrite outcome = reserve (self, shard, path, epoch, error);

  if (outcome == ANY_WRITTEN && !write_and_place (self, shard, path, epoch, error))
    outcome = ANY_WRITE_FAILED;

  if (outcome == ANY_WRITTEN && self->supersedes)
    shard->record.supersessions++;

  if (outcome != ANY_WRITTEN)
    {
      /* Where even that fails, the shard stays unsettled, and whoever counts it removes the temporary. */
      if (outcome == ANY_WRITE_FAILED && unlinkat (shard->generation->fd, path->temporary, 0) != 0 && errno != ENOENT)
        return outcome;

      shard->record.bytes -= self->record->total_length;
      shard->record.entries--;
    }

  any_shard_end (shard);

  return outcome;
}
