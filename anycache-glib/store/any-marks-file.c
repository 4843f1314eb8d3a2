/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-marks-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-posix.h"

#define NEXT "marks.new"

/* A full table has a quarter of that. */
#define MAX_LENGTH (1 << 20)

static AnyMarks *
read_from (int fd)
{
  struct stat        status;
  g_autofree guint8 *bytes = NULL;
  gssize             length = -1;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= MAX_LENGTH)
    {
      bytes = g_malloc (status.st_size + 1);
      length = any_posix_read_all (fd, bytes, 0, status.st_size);
    }

  return any_marks_open (bytes, MAX (length, 0));
}

/* Gives the marks of this instant. Where they cannot be read, everything is taken for marked; also where there are none: somebody
 * may have removed them. */
AnyMarks *
any_marks_file_read (AnyDirectory *directory)
{
  int       fd = any_posix_open (directory->fd, ANY_MARKS_FILE_NAME, O_RDONLY);
  AnyMarks *marks;

  if (fd < 0)
    return any_marks_open (NULL, 0);

  marks = read_from (fd);
  close (fd);

  return marks;
}

/* Waits until something has reached the disk. Where a file system does not know how (EINVAL), there is nothing to wait for. */
static gboolean
synchronise (int fd)
{
  return TEMP_FAILURE_RETRY (fsync (fd)) == 0 || errno == EINVAL;
}

static gboolean
write_next (AnyDirectory *directory,
            GBytes       *bytes,
            gboolean      lasting)
{
  struct iovec piece = { (gpointer) g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes) };
  gboolean     written;
  int          saved_errno;
  int          fd;

  /* Left by a process that died: the lock says that no living one is at it. */
  if (!any_posix_remove_tree (directory->fd, NEXT))
    return FALSE;

  fd = any_posix_open (directory->fd, NEXT, O_WRONLY | O_CREAT | O_EXCL);
  if (fd < 0)
    return FALSE;

  written = any_posix_set_mode (fd, ANY_POSIX_FILE_MODE) && any_posix_write_all (fd, &piece, 1) && (!lasting || synchronise (fd));
  saved_errno = errno;
  close (fd);
  errno = saved_errno;

  return written;
}

/* A directory there would refuse to be replaced, and everything would be outdated for ever. */
static gboolean
place_next (AnyDirectory *directory)
{
  int fd = directory->fd;

  return renameat (fd, NEXT, fd, ANY_MARKS_FILE_NAME) == 0 ||
         (errno == EISDIR && any_posix_remove_tree (fd, ANY_MARKS_FILE_NAME) && renameat (fd, NEXT, fd, ANY_MARKS_FILE_NAME) == 0);
}

/* Puts marks in the place of the old ones. Needs the epoch's lock. They last where they must survive a crash of the machine. */
static gboolean
replace_locked (AnyDirectory *directory,
                AnyMarks     *marks,
                gboolean      lasting,
                GError      **error)
{
  g_autoptr (GBytes) bytes = any_marks_pack (marks);

  if (write_next (directory, bytes, lasting) &&
      place_next (directory) &&
      (!lasting || synchronise (directory->fd)))
    return TRUE;

  any_posix_set_error (error, errno, "Cannot write the marks in", directory->path);
  unlinkat (directory->fd, NEXT, 0);

  return FALSE;
}

/* Marks a dependency, for all processes at one instant.
 *
 * Nothing else is ever synchronised to the disk. But an entry that was stored long ago is there after a crash of the machine, and must not
 * come to life because the mark on it was lost. */
gboolean
any_marks_file_add (AnyDirectory *directory,
                    const char   *dependency,
                    GError      **error)
{
  g_autoptr (AnyMarks) old = NULL;
  g_autoptr (AnyMarks) more = NULL;
  gboolean added;

  if (!any_epoch_begin (directory->epoch, error))
    return FALSE;

  old = any_marks_file_read (directory);
  more = any_marks_add (old, dependency, g_get_real_time ());
  added = replace_locked (directory, more, TRUE, error);

  any_epoch_end (directory->epoch);

  return added;
}

/* Puts marks that concern everything that came before in the place of damaged or missing ones, so that what is stored from now on is not
 * outdated by them. If a crash takes them, they are missing again, which concerns no less. */
gboolean
any_marks_file_mend (AnyDirectory *directory,
                     GError      **error)
{
  g_autoptr (AnyMarks) old = NULL;
  g_autoptr (AnyMarks) fresh = NULL;
  gboolean mended;

  if (!any_epoch_begin (directory->epoch, error))
    return FALSE;

  old = any_marks_file_read (directory);
  fresh = any_marks_new_since (g_get_real_time ());
  mended = any_marks_are_sound (old) || replace_locked (directory, fresh, FALSE, error);

  any_epoch_end (directory->epoch);

  return mended;
}
