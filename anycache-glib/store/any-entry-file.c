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

#include "any-buffer.h"
#include "any-digest.h"
#include "any-posix.h"

/* Entries up to this size take one read(), without asking for their size first. */
#define SPECULATIVE_SIZE 16384

/* Larger ones are read in pieces that fit into a cache of the processor's. */
#define PIECE_SIZE (256 << 10)

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

/* Reads the rest of a block, and digests all of it but the trailer, piece by piece: what was read just now is still in the caches of the
 * processor. */
static gboolean
read_and_digest (int     fd,
                 guint8 *block,
                 gsize   have,
                 gsize   length,
                 guint8  digest[ANY_DIGEST_SIZE])
{
  g_autoptr (AnyDigest) state = any_digest_new ();
  gsize digested = 0;

  while (digested < length - ANY_HEADER_TRAILER_SIZE)
    {
      gsize end = MIN (MAX (have, digested + PIECE_SIZE), length);

      if (any_posix_read_all (fd, block, have, end) != (gssize) end)
        return FALSE;

      have = end;
      end = MIN (end, length - ANY_HEADER_TRAILER_SIZE);
      any_digest_update (state, block + digested, end - digested);
      digested = end;
    }
  any_digest_finish (state, digest);

  return any_posix_read_all (fd, block, have, length) == (gssize) length;
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
  guint8             digest[ANY_DIGEST_SIZE];
  g_autofree guint8 *block = NULL;

  if (fstat (fd, &status) != 0)
    return ANY_MISS_IO;
  if (!S_ISREG (status.st_mode) || (guint64) status.st_size != total_length || total_length < start_length)
    return ANY_MISS_CORRUPT;

  block = any_buffer_try_new (total_length);
  if (block == NULL)
    return ANY_MISS_IO;

  memcpy (block, start, start_length);
  if (!read_and_digest (fd, block, start_length, total_length, digest))
    return ANY_MISS_IO;

  return any_codec_open (g_steal_pointer (&block), total_length, digest, key, record);
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

  return any_codec_open (block, n_read, NULL, key, record);
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

  n_read = any_posix_read_at (fd, trailer, sizeof trailer, record->total_length - sizeof trailer);
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

  n_read = any_posix_read_once (fd, start, 0, sizeof start);
  if (n_read >= 0 && n_read < ANY_HEADER_SIZE)
    n_read = any_posix_read_all (fd, start, n_read, sizeof start);
  close (fd);

  if (n_read < ANY_HEADER_SIZE ||
      any_header_read (&header, start, n_read) != ANY_MISS_NONE ||
      header.total_length != size)
    return FALSE;
  if (header.key_length > (guint64) n_read - ANY_HEADER_SIZE)
    return TRUE;

  ident = any_ident_of (start + ANY_HEADER_SIZE, header.key_length);
  any_shard_path_init (&path, &ident);

  return path.index == shard->index && strcmp (path.file, file) == 0;
}

static gboolean
read_trailer (int               fd,
              AnyEntryIdentity *identity)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return FALSE;
  if (!S_ISREG (status.st_mode) || status.st_size < (off_t) sizeof identity->trailer)
    return TRUE;

  identity->size = status.st_size;

  return any_posix_read_at (fd, identity->trailer, sizeof identity->trailer, status.st_size - sizeof identity->trailer) >= 0;
}

/* What stands in the place of an entry. Anything but a file counts as nothing. */
gboolean
any_entry_file_identify (AnyGeneration      *generation,
                         const AnyShardPath *path,
                         AnyEntryIdentity   *identity,
                         GError            **error)
{
  gboolean identified;
  int      fd = any_posix_open (generation->fd, path->in_generation, O_RDONLY);

  *identity = (AnyEntryIdentity){ 0 };

  if (fd < 0)
    identified = miss_from_errno (errno) != ANY_MISS_IO;
  else
    identified = read_trailer (fd, identity);

  if (!identified)
    any_posix_set_error (error, errno, "Cannot look at an entry in", generation->path);
  if (fd >= 0)
    close (fd);

  return identified;
}

gboolean
any_entry_file_exists (AnyGeneration      *generation,
                       const AnyShardPath *path)
{
  return faccessat (generation->fd, path->in_generation, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
