/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-entry-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-posix.h"

/* Entries up to this size take one read(), without asking for their size first. */
#define SPECULATIVE_SIZE 16384

static AnyMiss
miss_from_errno (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOENT:
      return ANY_MISS_ABSENT;
    case EISDIR:
    case ELOOP:
    case ENOTDIR:
    case ENXIO:
    case ESPIPE:
    case EAGAIN:
      return ANY_MISS_CORRUPT; /* a directory, a link, a socket or a FIFO in the entry's place */
    default:
      return ANY_MISS_IO;
    }
}

/* The rest of an entry that the first read did not bring. Its length is believed only if the file has it too. */
static AnyMiss
read_long (int           fd,
           const guint8 *start,
           gsize         start_length,
           guint64       total_length,
           const AnyKey *key,
           AnyRecord   **record)
{
  struct stat        status;
  g_autofree guint8 *block = NULL;

  if (fstat (fd, &status) != 0)
    return ANY_MISS_IO;
  if (!S_ISREG (status.st_mode) || (guint64) status.st_size != total_length || total_length < start_length)
    return ANY_MISS_CORRUPT;

  block = g_try_malloc (total_length);
  if (block == NULL)
    return ANY_MISS_IO;

  memcpy (block, start, start_length);
  if (any_posix_read_all (fd, block, start_length, total_length) != (gssize) total_length)
    return ANY_MISS_IO;

  return any_codec_open (g_steal_pointer (&block), total_length, key, record);
}

static AnyMiss
read_from (int           fd,
           const AnyKey *key,
           AnyRecord   **record)
{
  guint8    start[SPECULATIVE_SIZE];
  gssize    n_read = any_posix_read_once (fd, start, 0, sizeof start);
  AnyHeader header;
  AnyMiss   miss;
  guint8   *block;

  if (n_read >= 0 && n_read < ANY_HEADER_SIZE)
    n_read = any_posix_read_all (fd, start, n_read, sizeof start);
  if (n_read < 0)
    return miss_from_errno (errno);

  miss = any_header_read (&header, start, n_read);
  if (miss != ANY_MISS_NONE)
    return miss;
  if ((guint64) n_read != header.total_length)
    return read_long (fd, start, n_read, header.total_length, key, record);

  block = g_malloc (n_read);
  memcpy (block, start, n_read);

  return any_codec_open (block, n_read, key, record);
}

/* Reads and checks an entry of the current generation. */
AnyMiss
any_entry_file_read (AnyDirectory       *directory,
                     const AnyShardPath *path,
                     const AnyKey       *key,
                     AnyRecord         **record)
{
  int     fd;
  AnyMiss miss;

  fd = any_posix_open (directory->fd, path->entry, O_RDONLY);
  if (fd < 0)
    return miss_from_errno (errno);

  miss = read_from (fd, key, record);
  close (fd);

  return miss;
}

/* Whether the file still ends in the record's trailer, which names all of its bytes. */
gboolean
any_entry_file_holds (AnyDirectory       *directory,
                      const AnyShardPath *path,
                      const AnyRecord    *record)
{
  guint8 trailer[ANY_HEADER_TRAILER_SIZE];
  gssize n_read;
  int    fd;

  fd = any_posix_open (directory->fd, path->entry, O_RDONLY);
  if (fd < 0)
    return FALSE;

  n_read = TEMP_FAILURE_RETRY (pread (fd, trailer, sizeof trailer, record->total_length - sizeof trailer));
  close (fd);

  return n_read == sizeof trailer && memcmp (trailer, record->trailer, sizeof trailer) == 0;
}

/* Whether a file says of itself that it has this size and this name. Otherwise it is not what was written there once, so the
 * ledger may have counted something else. */
gboolean
any_entry_file_is_sound (AnyShard   *shard,
                         const char *file,
                         guint64     size)
{
  g_autofree char *name = g_build_filename (shard->name, file, NULL);
  guint8           start[SPECULATIVE_SIZE];
  gssize           n_read;
  AnyHeader        header;
  AnyIdent         ident;
  AnyShardPath     path;
  int              fd = any_posix_open (shard->generation->fd, name, O_RDONLY);

  if (fd < 0)
    return FALSE;

  n_read = any_posix_read_all (fd, start, 0, sizeof start);
  close (fd);

  if (n_read < 0 ||
      any_header_read (&header, start, n_read) != ANY_MISS_NONE ||
      header.total_length != size)
    return FALSE;
  if (header.key_length > (guint64) n_read - ANY_HEADER_SIZE)
    return TRUE;

  ident = any_ident_of (start + ANY_HEADER_SIZE, header.key_length);
  any_shard_path_init (&path, &ident);

  return path.index == shard->index && strcmp (path.file, file) == 0;
}

/* Which file stands in the place of an entry; all zero where there is none. */
gboolean
any_entry_file_identify (AnyGeneration      *generation,
                         const AnyShardPath *path,
                         AnyEntryIdentity   *identity,
                         GError            **error)
{
  struct stat status;

  *identity = (AnyEntryIdentity){ 0 };

  if (fstatat (generation->fd, path->in_generation, &status, AT_SYMLINK_NOFOLLOW) == 0)
    *identity = (AnyEntryIdentity){ status.st_ino, status.st_ctim.tv_sec, status.st_ctim.tv_nsec };
  else if (errno != ENOENT && errno != ENOTDIR)
    {
      any_posix_set_error (error, errno, "Cannot look at an entry in", generation->path);
      return FALSE;
    }

  return TRUE;
}

gboolean
any_entry_file_exists (AnyGeneration      *generation,
                       const AnyShardPath *path)
{
  return faccessat (generation->fd, path->in_generation, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

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

static gboolean
fill_temporary (int              fd,
                const AnyRecord *record,
                gsize            head_length)
{
  gsize        value_length = record->total_length - head_length - ANY_HEADER_TRAILER_SIZE;
  struct iovec pieces[] = {
    { record->block, head_length },
    { (gpointer) g_variant_get_data (record->value), value_length },
    { (gpointer) record->trailer, ANY_HEADER_TRAILER_SIZE },
  };
  return any_posix_keep_private (fd) &&
         any_posix_write_all (fd, pieces, G_N_ELEMENTS (pieces));
}

static gboolean
write_temporary (AnyShard        *shard,
                 const char      *temporary,
                 const AnyRecord *record,
                 gsize            head_length)
{
  int      fd = create_temporary (shard, temporary);
  gboolean filled;
  int      saved_errno;

  if (fd < 0)
    return FALSE;

  filled = fill_temporary (fd, record, head_length);
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

/* Puts the temporary in the place of an entry that may be in somebody's memory. */
static gboolean
replace (AnyShard   *shard,
         const char *temporary,
         const char *name,
         guint64     length,
         AnyEpoch   *epoch,
         GError    **error)
{
  AnyLedgerRecord before = shard->record;
  gboolean        replaced;

  if (!any_epoch_begin (epoch, error))
    return FALSE;

  discount (shard, name, strchr (name, '/') + 1, length);
  replaced = renameat (shard->generation->fd, temporary, shard->generation->fd, name) == 0;
  if (!replaced)
    {
      any_posix_set_error (error, errno, "Cannot replace an entry in", shard->generation->path);
      shard->record = before;
    }

  any_epoch_end (epoch);

  return replaced;
}

static gboolean
place (AnyShard   *shard,
       const char *temporary,
       const char *name,
       guint64     length,
       AnyEpoch   *epoch,
       GError    **error)
{
  int generation = shard->generation->fd;

  if (any_posix_rename_new (generation, temporary, generation, name))
    return TRUE;
  if (errno == EEXIST)
    return replace (shard, temporary, name, length, epoch, error);

  any_posix_set_error (error, errno, "Cannot put an entry into", shard->generation->path);

  return FALSE;
}

/* Writes an entry into a shard that is held: reserve its size, write it aside, put it in place, settle. */
gboolean
any_entry_file_write (AnyShard           *shard,
                      const AnyShardPath *path,
                      AnyEpoch           *epoch,
                      const AnyRecord    *record,
                      gsize               head_length,
                      GError            **error)
{
  const char *temporary = path->temporary;
  gboolean    written;

  shard->record.bytes += record->total_length;
  shard->record.entries++;
  if (!any_shard_begin (shard, error))
    return FALSE;

  written = write_temporary (shard, temporary, record, head_length);
  if (!written)
    any_posix_set_error (error, errno, "Cannot write an entry in", shard->generation->path);
  else
    written = place (shard, temporary, path->in_generation, record->total_length, epoch, error);

  if (!written)
    {
      /* Where even that fails, the shard stays unsettled, and whoever counts it removes the temporary. */
      if (unlinkat (shard->generation->fd, temporary, 0) != 0 && errno != ENOENT)
        return FALSE;

      shard->record.bytes -= record->total_length;
      shard->record.entries--;
    }

  any_shard_end (shard);

  return written;
}
