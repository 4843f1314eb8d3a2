/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-stamp.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "any-content.h"
#include "any-trouble.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

/* Two ticks of the coarsest kernel clock (100 Hz): file times stand still within one. */
#define FINE_SLACK (20 * G_GINT64_CONSTANT (1000000))

/* Where a file system has no fractions of a second, it may count in steps of two of them (FAT). */
#define COARSE_SLACK (2 * SECOND + FINE_SLACK)

/* In ns since the epoch. Any file can be dated beyond 1677 or 2262, where they no longer fit: it is as if it were dated then. */
gint64
any_stamp_nanoseconds (const struct timespec *time)
{
  if (time->tv_sec >= G_MAXINT64 / SECOND)
    return G_MAXINT64;
  if (time->tv_sec <= G_MININT64 / SECOND)
    return G_MININT64;

  return (gint64) time->tv_sec * SECOND + time->tv_nsec;
}

/* The clock that file times are taken from, in ns: any other may be ahead of it, and so call a later change an earlier one. */
gint64
any_stamp_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME_COARSE, &now);

  return any_stamp_nanoseconds (&now);
}

/* How long after its newest time a file must be looked at for its times to tell of every later change. */
static gint64
slack (const AnyStamp *self)
{
  gboolean coarse = self->mtime % SECOND == 0 && self->ctime % SECOND == 0;

  return coarse ? COARSE_SLACK : FINE_SLACK;
}

static gint64
newest (const AnyStamp *self)
{
  return MAX (self->mtime, self->ctime);
}

/* The slack is taken from the clock, and not added to a time of the file, which may be the last that there is. */
static gboolean
is_settled (const AnyStamp *self)
{
  return newest (self) <= any_stamp_now () - slack (self);
}

/* A path that leads nowhere is a finding too; any other failure leaves the question open. */
static gboolean
read_status (AnyStamp   *self,
             const char *path,
             GError    **error)
{
  struct stat status;

  *self = (AnyStamp){ .kind = ANY_STAMP_ABSENT, .settled = TRUE };

  if (stat (path, &status) != 0)
    return errno == ENOENT || errno == ENOTDIR || any_trouble_set_from_errno (error, errno, path);

  if (S_ISREG (status.st_mode))
    self->kind = ANY_STAMP_FILE;
  else if (S_ISDIR (status.st_mode))
    self->kind = ANY_STAMP_DIRECTORY;
  else
    return any_trouble_set (error, G_IO_ERROR_NOT_SUPPORTED, path, "is neither a file nor a directory");

  self->size = status.st_size;
  self->mtime = any_stamp_nanoseconds (&status.st_mtim);
  self->ctime = any_stamp_nanoseconds (&status.st_ctim);
  self->inode = status.st_ino;

  return TRUE;
}

static gboolean
same_status (const AnyStamp *a,
             const AnyStamp *b)
{
  return a->kind == b->kind &&
         a->size == b->size &&
         a->mtime == b->mtime &&
         a->ctime == b->ctime &&
         a->inode == b->inode;
}

/* Whether a path has the status of this stamp. */
static gboolean
keeps_status (const AnyStamp *self,
              const char     *path,
              GError        **error)
{
  AnyStamp now;

  return read_status (&now, path, error) &&
         (same_status (self, &now) || any_trouble_set (error, G_IO_ERROR_BUSY, path, "changed after it was looked at"));
}

static gboolean
read_digest (const AnyStamp *self,
             const char     *path,
             guint8          digest[ANY_DIGEST_SIZE],
             GError        **error)
{
  if (self->kind == ANY_STAMP_DIRECTORY)
    return any_content_digest_directory (path, digest, error);

  return any_content_digest_file (path, digest, error);
}

/* Files that the kernel makes up while they are read change without a trace. */
static gboolean
is_made_up (const struct statfs *system)
{
  switch (system->f_type)
    {
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case DEBUGFS_MAGIC:
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case TRACEFS_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
leaves_traces (const char *path,
               GError    **error)
{
  struct statfs system;

  if (TEMP_FAILURE_RETRY (statfs (path, &system)) != 0)
    return any_trouble_set_from_errno (error, errno, path);

  return !is_made_up (&system) ||
         any_trouble_set (error, G_IO_ERROR_NOT_SUPPORTED, path, "is made up by the kernel, and changes without a trace");
}

/* Looks at a path. FALSE where nothing that could be checked later can be said: a FIFO, a device, a path that is not ours to
 * see, or one that changed under the look. */
gboolean
any_stamp_take (AnyStamp   *self,
                const char *path,
                GError    **error)
{
  if (!read_status (self, path, error))
    return FALSE;
  if (self->kind == ANY_STAMP_ABSENT)
    return TRUE;
  if (!leaves_traces (path, error))
    return FALSE;

  self->settled = is_settled (self);
  if (self->settled)
    return TRUE;

  return read_digest (self, path, self->digest, error) && keeps_status (self, path, error);
}

/* Whether a path still looks like this; FALSE if in doubt. A file that was written while it was read may give the bytes that are
 * looked for, half of them from before and half from after, without ever having held them. */
gboolean
any_stamp_holds (const AnyStamp *self,
                 const char     *path)
{
  AnyStamp now;
  guint8   digest[ANY_DIGEST_SIZE];

  if (!read_status (&now, path, NULL) || now.kind != self->kind)
    return FALSE;
  if (self->settled)
    return same_status (self, &now);

  return self->size == now.size &&
         read_digest (&now, path, digest, NULL) &&
         memcmp (digest, self->digest, sizeof digest) == 0 &&
         keeps_status (&now, path, NULL);
}

/* Whether a path has looked like this all the time since; if enough time has passed, its times alone will tell from now on.
 *
 * A file that was changed and changed back is not the same for somebody who has read it in between. */
gboolean
any_stamp_settle (AnyStamp   *self,
                  const char *path,
                  GError    **error)
{
  guint8   digest[ANY_DIGEST_SIZE];
  gboolean settled;

  if (!keeps_status (self, path, error))
    return FALSE;
  if (self->settled)
    return TRUE;

  /* The content is compared after it is known whether times tell of changes by now: one that comes in between changes them. */
  settled = is_settled (self);
  if (!read_digest (self, path, digest, error))
    return FALSE;
  if (memcmp (digest, self->digest, sizeof digest) != 0)
    return any_trouble_set (error, G_IO_ERROR_BUSY, path, "changed after it was looked at");

  self->settled = settled;
  if (self->settled)
    memset (self->digest, 0, sizeof self->digest);

  return TRUE;
}

/* Whether all times were past at an instant of any_stamp_now(). A whole number of seconds may stand for a change up to two seconds
 * later. What is absent has no times: the way to it tells. */
gboolean
any_stamp_is_older (const AnyStamp *self,
                    gint64          instant)
{
  return newest (self) < instant - (slack (self) == COARSE_SLACK ? COARSE_SLACK : 0);
}
