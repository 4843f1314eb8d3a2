/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-stats-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "any-fork-guard.h"
#include "any-gate.h"
#include "any-posix.h"

#define FILE_NAME "stats"

/* The bytes of the file, in native byte order:
 *
 *   stats = mark:u64 number:u64 ...
 *   mark  = XXH3-64 of the numbers, seeded with how many there are
 *
 * A file that is damaged, or of a library that counts something else, starts again from zero. Nothing depends on it.
 */
typedef struct
{
  guint64  mark;
  AnyStats stats;
} RawStats;

static guint64
mark_of (const RawStats *raw)
{
  return XXH3_64bits_withSeed (&raw->stats, sizeof raw->stats, ANY_STATS_NUMBERS);
}

/* A hard link in its place would let us write to somebody's file. */
static int
open_file (AnyDirectory *directory,
           int           flags)
{
  struct stat status;
  int         fd = any_fork_guard_open (directory->fd, FILE_NAME, flags);

  if (fd < 0)
    return -1;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_nlink == 1 &&
      (flags == O_RDONLY || any_posix_set_mode (fd, ANY_POSIX_FILE_MODE)))
    return fd;

  any_fork_guard_close (fd);
  errno = EINVAL;

  return -1;
}

static gboolean
read_raw (int       fd,
          RawStats *raw)
{
  gssize n_read = any_posix_read_all (fd, (guint8 *) raw, 0, sizeof *raw);

  if (n_read < 0)
    return FALSE;
  if ((gsize) n_read < sizeof *raw || raw->mark != mark_of (raw))
    *raw = (RawStats){ 0 };

  return TRUE;
}

static gboolean
add_to (int             fd,
        const AnyStats *stats)
{
  RawStats     raw;
  struct iovec piece = { &raw, sizeof raw };

  if (!read_raw (fd, &raw) || lseek (fd, 0, SEEK_SET) != 0)
    return FALSE;

  any_stats_add (&raw.stats, stats);
  raw.mark = mark_of (&raw);

  return any_posix_write_all (fd, &piece, 1);
}

/* Adds what was done since the last time. Who comes upon somebody else waits for him; the time is as short as a read and a write. */
gboolean
any_stats_file_add (AnyDirectory   *directory,
                    const AnyStats *stats)
{
  AnyGate  gate;
  gboolean added;
  int      fd = open_file (directory, O_RDWR | O_CREAT);

  if (fd < 0)
    return FALSE;

  any_gate_init (&gate);
  added = any_gate_enter (&gate, fd, 0, 1, ANY_GATE_WAIT_US, directory->path, NULL);
  if (added)
    {
      added = add_to (fd, stats);
      any_gate_leave (&gate, fd, 0, 1);
    }
  any_gate_clear (&gate);
  any_fork_guard_close (fd);

  return added;
}

AnyStats *
any_stats_file_read (AnyDirectory *directory,
                     GError      **error)
{
  RawStats raw = { 0 };
  int      fd = open_file (directory, O_RDONLY);
  gboolean known = fd >= 0 ? read_raw (fd, &raw) : errno == ENOENT;

  if (!known)
    any_posix_set_error (error, errno, "Cannot read the statistics in", directory->path);
  if (fd >= 0)
    any_fork_guard_close (fd);

  return known ? any_stats_copy (&raw.stats) : NULL;
}
