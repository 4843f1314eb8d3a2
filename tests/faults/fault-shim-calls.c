/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that the shim takes the place of: each asks whether it is to fail, and otherwise does what the C library does.
 *
 * Every name is defined as the linker sees it, the 64-bit one beside the plain one, so the headers must neither redirect
 * one to the other nor wrap them for the sake of fortification.
 */

#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#undef _FORTIFY_SOURCE

#include "fault-shim-private.h"
#include "shim-next.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* clang-format off */

#define DEFINE(type, name, parameters, arguments, failure, calls, within) \
  type \
  name parameters \
  { \
    SHIM_FIND (name); \
    return fault_befalls (#name, (calls), (within)) ? (failure) : real arguments; \
  }

/* clang-format on */

static bool
open_creates (int flags)
{
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

static unsigned
calls_of_open (int flags)
{
  return FAULT_CALL_OPEN | (open_creates (flags) ? FAULT_CALL_CREATE : 0u);
}

static mode_t
mode_of_open (int     flags,
              va_list arguments)
{
  return open_creates (flags) ? (mode_t) va_arg (arguments, unsigned) : 0;
}

static unsigned
calls_of_renameat2 (unsigned flags)
{
  return FAULT_CALL_RENAME | FAULT_CALL_NEWER | (flags != 0 ? FAULT_CALL_FLAGGED : 0u);
}

/* clang-format off */

#define DEFINE_OPEN(name) \
  int \
  name (const char *path, int flags, ...) \
  { \
    va_list arguments; \
    mode_t  mode; \
    SHIM_FIND (name); \
    va_start (arguments, flags); \
    mode = mode_of_open (flags, arguments); \
    va_end (arguments); \
    return fault_befalls (#name, calls_of_open (flags), fault_within_path (AT_FDCWD, path)) ? -1 : real (path, flags, mode); \
  }

#define DEFINE_OPENAT(name) \
  int \
  name (int dirfd, const char *path, int flags, ...) \
  { \
    va_list arguments; \
    mode_t  mode; \
    SHIM_FIND (name); \
    va_start (arguments, flags); \
    mode = mode_of_open (flags, arguments); \
    va_end (arguments); \
    return fault_befalls (#name, calls_of_open (flags), fault_within_path (dirfd, path)) ? -1 : real (dirfd, path, flags, mode); \
  }

DEFINE_OPEN (open)
DEFINE_OPEN (open64)
DEFINE_OPENAT (openat)
DEFINE_OPENAT (openat64)

DEFINE (FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, FAULT_CALL_OPEN, fault_within_path (AT_FDCWD, path))
DEFINE (FILE *, fopen64, (const char *path, const char *mode), (path, mode), NULL, FAULT_CALL_OPEN, fault_within_path (AT_FDCWD, path))

DEFINE (int, mkdir, (const char *path, mode_t mode), (path, mode), -1, FAULT_CALL_CREATE, fault_within_path (AT_FDCWD, path))
DEFINE (int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1, FAULT_CALL_CREATE, fault_within_path (fd, path))
DEFINE (char *, mkdtemp, (char *path), (path), NULL, FAULT_CALL_CREATE, fault_within_path (AT_FDCWD, path))

DEFINE (DIR *, opendir, (const char *path), (path), NULL, FAULT_CALL_OPEN, fault_within_path (AT_FDCWD, path))
DEFINE (DIR *, fdopendir, (int fd), (fd), NULL, FAULT_CALL_LIST, fault_within_fd (fd))
DEFINE (struct dirent *, readdir, (DIR *dir), (dir), NULL, FAULT_CALL_LIST, fault_within_fd (dirfd (dir)))
DEFINE (struct dirent64 *, readdir64, (DIR *dir), (dir), NULL, FAULT_CALL_LIST, fault_within_fd (dirfd (dir)))

DEFINE (int, rename, (const char *from, const char *to), (from, to), -1, FAULT_CALL_RENAME, fault_within_path (AT_FDCWD, from))
DEFINE (int, renameat, (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to), -1,
        FAULT_CALL_RENAME, fault_within_path (from_fd, from))
DEFINE (int, renameat2, (int from_fd, const char *from, int to_fd, const char *to, unsigned flags), (from_fd, from, to_fd, to, flags), -1,
        calls_of_renameat2 (flags), fault_within_path (from_fd, from))
DEFINE (int, link, (const char *from, const char *to), (from, to), -1, FAULT_CALL_RENAME, fault_within_path (AT_FDCWD, to))
DEFINE (int, linkat, (int from_fd, const char *from, int to_fd, const char *to, int flags), (from_fd, from, to_fd, to, flags), -1,
        FAULT_CALL_RENAME, fault_within_path (to_fd, to))
DEFINE (int, unlink, (const char *path), (path), -1, FAULT_CALL_UNLINK, fault_within_path (AT_FDCWD, path))
DEFINE (int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), -1, FAULT_CALL_UNLINK, fault_within_path (fd, path))
DEFINE (int, rmdir, (const char *path), (path), -1, FAULT_CALL_UNLINK, fault_within_path (AT_FDCWD, path))
DEFINE (int, remove, (const char *path), (path), -1, FAULT_CALL_UNLINK, fault_within_path (AT_FDCWD, path))

#define DEFINE_STATS(suffix) \
  DEFINE (int, stat##suffix, (const char *path, struct stat##suffix *out), (path, out), -1, \
          FAULT_CALL_STAT, fault_within_path (AT_FDCWD, path)) \
  DEFINE (int, lstat##suffix, (const char *path, struct stat##suffix *out), (path, out), -1, \
          FAULT_CALL_STAT, fault_within_path (AT_FDCWD, path)) \
  DEFINE (int, fstat##suffix, (int fd, struct stat##suffix *out), (fd, out), -1, FAULT_CALL_STAT, fault_within_fd (fd)) \
  DEFINE (int, fstatat##suffix, (int fd, const char *path, struct stat##suffix *out, int flags), (fd, path, out, flags), -1, \
          FAULT_CALL_STAT, fault_within_path (fd, path)) \
  DEFINE (int, statfs##suffix, (const char *path, struct statfs##suffix *out), (path, out), -1, \
          FAULT_CALL_STAT, fault_within_path (AT_FDCWD, path)) \
  DEFINE (int, fstatfs##suffix, (int fd, struct statfs##suffix *out), (fd, out), -1, FAULT_CALL_STAT, fault_within_fd (fd))

DEFINE_STATS ()
DEFINE_STATS (64)

DEFINE (int, statx, (int fd, const char *path, int flags, unsigned mask, struct statx *out), (fd, path, flags, mask, out), -1,
        FAULT_CALL_STAT | FAULT_CALL_NEWER, fault_within_path (fd, path))
DEFINE (ssize_t, readlinkat, (int fd, const char *path, char *out, size_t size), (fd, path, out, size), -1,
        FAULT_CALL_STAT, fault_within_path (fd, path))
DEFINE (int, access, (const char *path, int mode), (path, mode), -1, FAULT_CALL_STAT, fault_within_path (AT_FDCWD, path))
DEFINE (int, faccessat, (int fd, const char *path, int mode, int flags), (fd, path, mode, flags), -1,
        FAULT_CALL_STAT, fault_within_path (fd, path))

DEFINE (int, chmod, (const char *path, mode_t mode), (path, mode), -1, FAULT_CALL_CHMOD, fault_within_path (AT_FDCWD, path))
DEFINE (int, fchmod, (int fd, mode_t mode), (fd, mode), -1, FAULT_CALL_CHMOD, fault_within_fd (fd))
DEFINE (int, fchmodat, (int fd, const char *path, mode_t mode, int flags), (fd, path, mode, flags), -1,
        FAULT_CALL_CHMOD, fault_within_path (fd, path))
DEFINE (int, futimens, (int fd, const struct timespec times[2]), (fd, times), -1, FAULT_CALL_CHMOD, fault_within_fd (fd))
DEFINE (int, utimensat, (int fd, const char *path, const struct timespec times[2], int flags), (fd, path, times, flags), -1,
        FAULT_CALL_CHMOD, fault_within_path (fd, path))

DEFINE (int, ftruncate, (int fd, off_t size), (fd, size), -1, FAULT_CALL_RESIZE, fault_within_fd (fd))
DEFINE (int, ftruncate64, (int fd, off64_t size), (fd, size), -1, FAULT_CALL_RESIZE, fault_within_fd (fd))
DEFINE (int, fallocate, (int fd, int mode, off_t offset, off_t size), (fd, mode, offset, size), -1, FAULT_CALL_RESIZE, fault_within_fd (fd))
DEFINE (int, fallocate64, (int fd, int mode, off64_t offset, off64_t size), (fd, mode, offset, size), -1,
        FAULT_CALL_RESIZE, fault_within_fd (fd))
DEFINE (off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence), -1, FAULT_CALL_SEEK, fault_within_fd (fd))
DEFINE (off64_t, lseek64, (int fd, off64_t offset, int whence), (fd, offset, whence), -1, FAULT_CALL_SEEK, fault_within_fd (fd))

DEFINE (int, fsync, (int fd), (fd), -1, FAULT_CALL_SYNC, fault_within_fd (fd))
DEFINE (int, fdatasync, (int fd), (fd), -1, FAULT_CALL_SYNC, fault_within_fd (fd))
DEFINE (int, syncfs, (int fd), (fd), -1, FAULT_CALL_SYNC, fault_within_fd (fd))
DEFINE (int, dup3, (int fd, int place, int flags), (fd, place, flags), -1, FAULT_CALL_LOCK, fault_within_fd (place))
DEFINE (int, flock, (int fd, int operation), (fd, operation), -1, FAULT_CALL_LOCK, fault_within_fd (fd))

/* What is held back of a short read is gone from the buffer too; read() must offer it again. */
#define DEFINE_READ(name, parameters, arguments, unread) \
  ssize_t \
  name parameters \
  { \
    bool    within = fault_within_fd (fd); \
    ssize_t n; \
    SHIM_FIND (name); \
    if (fault_befalls (#name, FAULT_CALL_READ, within)) \
      return -1; \
    n = real arguments; \
    if (n < 2 || !fault_shortens (#name, within)) \
      return n; \
    memset ((char *) data + n / 2, 0xa5, (size_t) (n - n / 2)); \
    unread; \
    return n / 2; \
  }

/* A short write does half of its work, for one byte cannot be halved. */
#define DEFINE_WRITE(name, parameters, half_arguments, arguments) \
  ssize_t \
  name parameters \
  { \
    bool within = fault_within_fd (fd); \
    SHIM_FIND (name); \
    if (fault_befalls (#name, FAULT_CALL_WRITE, within)) \
      return -1; \
    return size >= 2 && fault_shortens (#name, within) ? real half_arguments : real arguments; \
  }

DEFINE_READ (read, (int fd, void *data, size_t size), (fd, data, size), syscall (SYS_lseek, (long) fd, (long) (n / 2 - n), (long) SEEK_CUR))
DEFINE_READ (pread, (int fd, void *data, size_t size, off_t offset), (fd, data, size, offset), (void) 0)
DEFINE_READ (pread64, (int fd, void *data, size_t size, off64_t offset), (fd, data, size, offset), (void) 0)

DEFINE_WRITE (write, (int fd, const void *data, size_t size), (fd, data, size / 2), (fd, data, size))
DEFINE_WRITE (pwrite, (int fd, const void *data, size_t size, off_t offset), (fd, data, size / 2, offset), (fd, data, size, offset))
DEFINE_WRITE (pwrite64, (int fd, const void *data, size_t size, off64_t offset), (fd, data, size / 2, offset), (fd, data, size, offset))

/* clang-format on */

/* The vectored forms stop in the middle of their first piece. */
ssize_t
writev (int                 fd,
        const struct iovec *pieces,
        int                 n_pieces)
{
  bool within = fault_within_fd (fd);

  SHIM_FIND (writev);
  if (fault_befalls ("writev", FAULT_CALL_WRITE, within))
    return -1;
  if (n_pieces > 0 && pieces[0].iov_len >= 2 && fault_shortens ("writev", within))
    {
      struct iovec half = { pieces[0].iov_base, pieces[0].iov_len / 2 };
      return real (fd, &half, 1);
    }
  return real (fd, pieces, n_pieces);
}

/* A descriptor is gone even where close() reports trouble. */
int
close (int fd)
{
  int code;

  SHIM_FIND (close);
  if (!fault_befalls ("close", FAULT_CALL_CLOSE, fault_within_fd (fd)))
    return real (fd);
  code = errno;
  real (fd);
  errno = code;
  return -1;
}

static unsigned
calls_of_fcntl (int command)
{
  switch (command)
    {
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
    case F_OFD_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_GETLK:
      return FAULT_CALL_LOCK;
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return FAULT_CALL_OPEN;
    default:
      return 0;
    }
}

/* clang-format off */

#define DEFINE_FCNTL(name) \
  int \
  name (int fd, int command, ...) \
  { \
    va_list arguments; \
    void   *argument; \
    SHIM_FIND (name); \
    va_start (arguments, command); \
    argument = va_arg (arguments, void *); \
    va_end (arguments); \
    return fault_befalls (#name, calls_of_fcntl (command), fault_within_fd (fd)) ? -1 : real (fd, command, argument); \
  }

DEFINE_FCNTL (fcntl)
DEFINE_FCNTL (fcntl64)

/* clang-format on */

/* Calls too young for a wrapper of their own in the C library. */
long
syscall (long number,
         ...)
{
  va_list arguments;
  long    a[6];

  SHIM_FIND (syscall);
  va_start (arguments, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg (arguments, long);
  va_end (arguments);

#ifdef SYS_openat2
  /* Its third argument begins with the flags, 64 bits wide. */
  if (number == SYS_openat2 &&
      fault_befalls ("openat2", FAULT_CALL_NEWER | calls_of_open ((int) *(const uint64_t *) a[2]),
                     fault_within_path ((int) a[0], (const char *) a[1])))
    return -1;
#endif
#ifdef SYS_renameat2
  if (number == SYS_renameat2 &&
      fault_befalls ("renameat2", calls_of_renameat2 ((unsigned) a[4]), fault_within_path ((int) a[0], (const char *) a[1])))
    return -1;
#endif
  return real (number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
