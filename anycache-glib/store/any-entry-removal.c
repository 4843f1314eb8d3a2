/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-entry-removal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-entry-file.h"
#include "any-posix.h"

/* A sound file that was copied here was not counted either. */
static void
doubt_unless_counted (AnyShard          *shard,
                      const char        *file,
                      const struct stat *status)
{
  shard->suspect |= shard->record.entries < 1 || shard->record.bytes < (guint64) status->st_size ||
                    !any_entry_file_is_sound (shard, file, status->st_size);
}

static void
discount (AnyShard          *shard,
          const struct stat *status)
{
  if (shard->suspect)
    return;

  shard->record.bytes -= status->st_size;
  shard->record.entries--;
}

/* Whatever stands in an entry's place goes; only files were counted. */
static gboolean
unlink_counted (AnyShard   *shard,
                int         directory,
                const char *file)
{
  struct stat status;

  if (fstatat (directory, file, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT;

  if (S_ISREG (status.st_mode))
    doubt_unless_counted (shard, file, &status);

  if (!any_posix_remove_tree (directory, file))
    return FALSE;

  if (S_ISREG (status.st_mode))
    discount (shard, &status);

  return TRUE;
}

static gboolean
unlink_all (AnyShard  *shard,
            GPtrArray *files)
{
  gboolean removed = TRUE;
  int      saved_errno;
  int      directory = any_shard_open (shard);

  if (directory < 0)
    return errno == ENOENT;

  for (guint i = 0; i < files->len && removed; i++)
    removed = unlink_counted (shard, directory, g_ptr_array_index (files, i));

  saved_errno = errno;
  close (directory);
  errno = saved_errno;

  return removed;
}

/* Removes files of a shard that is held, for all processes at one instant. */
static gboolean
remove_files (AnyShard  *shard,
              GPtrArray *files,
              AnyEpoch  *epoch,
              GError   **error)
{
  gboolean removed;

  if (!any_epoch_begin (epoch, error))
    return FALSE;

  removed = unlink_all (shard, files);
  if (!removed)
    any_posix_set_error (error, errno, "Cannot remove an entry from", shard->generation->path);

  any_epoch_end (epoch);

  return removed;
}

static gboolean
remove_and_settle (AnyShard  *shard,
                   GPtrArray *files,
                   AnyEpoch  *epoch,
                   GError   **error)
{
  gboolean removed;

  if (!any_shard_begin (shard, error))
    return FALSE;

  /* What was evicted may be in somebody's memory still. */
  removed = (files->len == 0 && shard->record.evictions == 0) || remove_files (shard, files, epoch, error);
  any_shard_end (shard);

  return removed;
}

/* Removes an entry. It is no error if there is none. */
gboolean
any_entry_remove (AnyShard   *shard,
                  const char *file,
                  AnyEpoch   *epoch,
                  GError    **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  g_ptr_array_add (files, (gpointer) file);

  return remove_and_settle (shard, files, epoch, error);
}

typedef struct
{
  const char *name;
  GPtrArray  *files; /* (element-type filename) */
} NameSearch;

static gboolean
match_name_cb (AnyShard          *shard,
               int                directory,
               const char        *file,
               const struct stat *status,
               gpointer           user_data)
{
  NameSearch        *search = user_data;
  gsize              length = ANY_HEADER_SIZE + sizeof (guint64) + strlen (search->name);
  g_autofree guint8 *start = g_malloc (length);
  AnyHeader          header;
  gssize             n_read;
  int                fd = any_posix_open (directory, file, O_RDONLY);

  /* A clear has taken the generation away, and sweeps it without asking for the shard. */
  if (fd < 0)
    return errno == ENOENT;

  n_read = any_posix_read_all (fd, start, 0, length);
  close (fd);
  if (n_read < 0)
    return FALSE;

  if ((gsize) n_read == length &&
      any_header_read (&header, start, length) == ANY_MISS_NONE &&
      any_key_bytes_have_name (start + ANY_HEADER_SIZE, length - ANY_HEADER_SIZE, search->name))
    g_ptr_array_add (search->files, g_strdup (file));

  return TRUE;
}

/* Removes the entries of a shard whose function has this name. */
gboolean
any_entry_remove_name (AnyShard   *shard,
                       const char *name,
                       AnyEpoch   *epoch,
                       GError    **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  NameSearch search = { name, files };

  if (!any_shard_foreach (shard, match_name_cb, &search))
    {
      any_posix_set_error (error, errno, "Cannot read the entries in", shard->generation->path);
      return FALSE;
    }

  return remove_and_settle (shard, files, epoch, error);
}

/* Takes an entry away to make room, a file that was looked at just now. Whoever has it in memory may go on to use it: nothing is wrong
 * with it. */
gboolean
any_entry_evict (AnyShard           *shard,
                 const AnyShardPath *path,
                 const struct stat  *status,
                 GError            **error)
{
  gboolean evicted;

  if (!any_shard_begin (shard, error))
    return FALSE;

  doubt_unless_counted (shard, path->file, status);
  evicted = unlinkat (shard->generation->fd, path->in_generation, 0) == 0;
  if (evicted)
    discount (shard, status);
  else
    any_posix_set_error (error, errno, "Cannot evict an entry from", shard->generation->path);

  shard->record.evictions = MAX (shard->record.evictions + 1, 1);
  any_shard_end (shard);

  return evicted;
}
