/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SAFE_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

#define DIRECTORY_MODE 0700

/* Follows a path link by link, for kernels and sandboxes without openat2(). */
static int
open_stepwise (int         directory,
               const char *path,
               int         flags)
{
  const char *slash = strchr (path, '/');
  int         fd = directory;
  int         last;

  while (slash != NULL)
    {
      g_autofree char *step = g_strndup (path, slash - path);
      int              next = TEMP_FAILURE_RETRY (openat (fd, step, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));

      if (fd != directory)
        close (fd);
      if (next < 0)
        return -1;

      fd = next;
      path = slash + 1;
      slash = strchr (path, '/');
    }

  last = TEMP_FAILURE_RETRY (openat (fd, path, flags | SAFE_FLAGS, ANY_POSIX_FILE_MODE));
  if (fd != directory)
    close (fd);

  return last;
}

/* Opens a path below a directory. No part of it may be a symbolic link. */
int
any_posix_open (int         directory,
                const char *path,
                int         flags)
{
  static int      has_openat2 = TRUE; /* atomic */
  struct open_how how = {
    .flags = flags | SAFE_FLAGS,
    .mode = flags & O_CREAT ? ANY_POSIX_FILE_MODE : 0,
    .resolve = RESOLVE_NO_SYMLINKS,
  };
  int fd;

  /* The last part is guarded by O_NOFOLLOW alone. */
  if (strchr (path, '/') == NULL || !g_atomic_int_get (&has_openat2))
    return open_stepwise (directory, path, flags);

  fd = TEMP_FAILURE_RETRY (syscall (SYS_openat2, directory, path, &how, sizeof how));

  /* EAGAIN: a rename elsewhere made the kernel unsure of the path; E2BIG and EINVAL: it knows less than we ask for. */
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EAGAIN && errno != E2BIG && errno != EINVAL))
    return fd;

  if (errno == ENOSYS)
    g_atomic_int_set (&has_openat2, FALSE);

  return open_stepwise (directory, path, flags);
}

/* Whether this process may let a file grow to a length; EFBIG where not. Asked before each write, since a write that goes too far
 * raises SIGXFSZ, which ends the program. */
gboolean
any_posix_may_reach (guint64 length)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || length <= limit.rlim_cur)
    return TRUE;

  errno = EFBIG;

  return FALSE;
}

/* Writes a file from its start, or nothing of it where it may not become so long. */
gboolean
any_posix_write_all (int           fd,
                     struct iovec *pieces,
                     int           n_pieces)
{
  guint64 length = 0;

  for (int i = 0; i < n_pieces; i++)
    length += pieces[i].iov_len;
  if (!any_posix_may_reach (length))
    return FALSE;

  while (n_pieces > 0)
    {
      gssize n_written = TEMP_FAILURE_RETRY (writev (fd, pieces, n_pieces));

      if (n_written < 0)
        return FALSE;

      while (n_pieces > 0 && (gsize) n_written >= pieces->iov_len)
        {
          n_written -= pieces->iov_len;
          pieces++;
          n_pieces--;
        }

      if (n_pieces > 0)
        {
          pieces->iov_base = (guint8 *) pieces->iov_base + n_written;
          pieces->iov_len -= n_written;
        }
    }

  return TRUE;
}

/* Reads what one call brings, behind what the buffer has of the file. Gives what it has then, or -1.
 *
 * By position: what comes out of a FIFO or a socket, which have none, is no file (ESPIPE).
 */
gssize
any_posix_read_once (int     fd,
                     guint8 *buffer,
                     gsize   have,
                     gsize   length)
{
  gssize n_read;

  n_read = TEMP_FAILURE_RETRY (pread (fd, buffer + have, length - have, have));

  return n_read < 0 ? -1 : (gssize) have + n_read;
}

/* Reads until the buffer has length bytes or the file ends. */
gssize
any_posix_read_all (int     fd,
                    guint8 *buffer,
                    gsize   have,
                    gsize   length)
{
  while (have < length)
    {
      gssize total = any_posix_read_once (fd, buffer, have, length);

      if (total < 0)
        return -1;
      if ((gsize) total == have)
        break;

      have = total;
    }

  return have;
}

/* Reads from a place in a file, up to its end: gives how much there was, or -1. */
gssize
any_posix_read_at (int      fd,
                   gpointer buffer,
                   gsize    length,
                   guint64  offset)
{
  gsize  total = 0;
  gssize n_read;

  do
    {
      n_read = TEMP_FAILURE_RETRY (pread (fd, (guint8 *) buffer + total, length - total, offset + total));
      if (n_read < 0)
        return -1;

      total += n_read;
    }
  while (n_read > 0 && total < length);

  return total;
}

/* Gives a new file its mode, of which the umask may have taken away what the owner needs.
 *
 * Who asks for the times as well makes the kernel date the next write more finely, which costs three microseconds; so statx() comes
 * first, which some sandboxes do not know.
 */
gboolean
any_posix_set_mode (int    fd,
                    mode_t mode)
{
  struct statx extended;
  struct stat  status;

  if (statx (fd, "", AT_EMPTY_PATH, STATX_MODE, &extended) == 0)
    status.st_mode = extended.stx_mode;
  else if (fstat (fd, &status) != 0)
    return FALSE;

  return (status.st_mode & 0777) == mode || fchmod (fd, mode) == 0;
}

/* The time of the last change, in nanoseconds since the epoch. */
guint64
any_posix_get_mtime (const struct stat *status)
{
  return status->st_mtim.tv_sec * G_GUINT64_CONSTANT (1000000000) + status->st_mtim.tv_nsec;
}

/* Sets the time of the last change, in nanoseconds since the epoch, of an open file, or of one in an open directory. */
gboolean
any_posix_set_mtime (int         fd,
                     const char *path,
                     guint64     time_ns)
{
  struct timespec times[] = {
    { .tv_nsec = UTIME_OMIT },
    { .tv_sec = time_ns / 1000000000, .tv_nsec = time_ns % 1000000000 },
  };

  return path != NULL ? utimensat (fd, path, times, AT_SYMLINK_NOFOLLOW) == 0 : futimens (fd, times) == 0;
}

/* Gives a file a length that it may grow to. */
gboolean
any_posix_resize (int     fd,
                  guint64 length)
{
  return any_posix_may_reach (length) && TEMP_FAILURE_RETRY (ftruncate (fd, length)) == 0;
}

/* Renames to a name that must not exist; EEXIST where it does. */
gboolean
any_posix_rename_new (int         from_directory,
                      const char *from,
                      int         to_directory,
                      const char *to)
{
  struct stat status;

  if (renameat2 (from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;

  /* A file system that cannot: our lock keeps everybody else who would make this name away. */
  if (fstatat (to_directory, to, &status, AT_SYMLINK_NOFOLLOW) == 0)
    {
      errno = EEXIST;
      return FALSE;
    }

  return errno == ENOENT && renameat (from_directory, from, to_directory, to) == 0;
}

static gboolean
set_lock (int     fd,
          short   type,
          guint64 start,
          guint64 length)
{
  struct flock lock = {
    .l_type = type,
    .l_whence = SEEK_SET,
    .l_start = start,
    .l_len = length,
  };

  return TEMP_FAILURE_RETRY (fcntl (fd, F_OFD_SETLK, &lock)) == 0;
}

/* Locks bytes of a file against other open file descriptions, and so against other processes; the kernel frees the lock of a
 * process that dies. Never waits: EAGAIN or EACCES where somebody holds it. */
gboolean
any_posix_try_lock (int     fd,
                    guint64 start,
                    guint64 length)
{
  return set_lock (fd, F_WRLCK, start, length);
}

void
any_posix_unlock (int     fd,
                  guint64 start,
                  guint64 length)
{
  set_lock (fd, F_UNLCK, start, length);
}

static gboolean
remove_children (int directory)
{
  DIR           *reader;
  struct dirent *item;
  gboolean       complete = TRUE;
  int            fd = any_posix_open (directory, ".", O_RDONLY | O_DIRECTORY);

  if (fd < 0)
    return FALSE;

  reader = fdopendir (fd);
  if (reader == NULL)
    {
      close (fd);
      return FALSE;
    }

  while ((item = readdir (reader)) != NULL)
    {
      if (strcmp (item->d_name, ".") != 0 && strcmp (item->d_name, "..") != 0)
        complete = any_posix_remove_tree (directory, item->d_name) && complete;
    }
  closedir (reader);

  return complete;
}

/* Removes a file, or a directory with all that is in it. Links are removed, never followed. What is gone already is removed. */
gboolean
any_posix_remove_tree (int         directory,
                       const char *path)
{
  gboolean complete;
  int      fd;

  if (unlinkat (directory, path, 0) == 0 || errno == ENOENT)
    return TRUE;
  if (errno != EISDIR && errno != EPERM)
    return FALSE;

  fd = TEMP_FAILURE_RETRY (openat (directory, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd < 0)
    return errno == ENOENT;

  complete = remove_children (fd);
  close (fd);

  return (unlinkat (directory, path, AT_REMOVEDIR) == 0 || errno == ENOENT) && complete;
}

/* Says what could not be done, to which file, and why. */
void
any_posix_set_error (GError    **error,
                     int         saved_errno,
                     const char *what,
                     const char *path)
{
  g_autofree char *display = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               "%s “%s”: %s", what, display, g_strerror (saved_errno));
}
