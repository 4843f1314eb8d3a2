/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-stamp.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "any-content.h"
#include "any-system.h"
#include "any-tree.h"
#include "any-trouble.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

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

static gint64
newest (const AnyStamp *self)
{
  return MAX (self->mtime, self->ctime);
}

static gboolean
is_settled (const AnyStamp *self)
{
  return any_clock_has_settled (self->clock, newest (self));
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

static gboolean
fail_on_change (const char *path,
                GError    **error)
{
  return any_trouble_set (error, G_IO_ERROR_BUSY, path, "changed after it was looked at");
}

/* Whether a path has the status of this stamp. */
static gboolean
keeps_status (const AnyStamp *self,
              const char     *path,
              GError        **error)
{
  AnyStamp now;

  return read_status (&now, path, error) &&
         (same_status (self, &now) || fail_on_change (path, error));
}

static gboolean
goes_by_content (const AnyStamp *self)
{
  return (self->flags & ANY_DEPENDENCY_FLAGS_CONTENT) != 0;
}

static gboolean
is_tree (const AnyStamp *self)
{
  return (self->flags & ANY_DEPENDENCY_FLAGS_RECURSIVE) != 0;
}

static gboolean
read_digest (const AnyStamp *self,
             const char     *path,
             guint8          digest[ANY_DIGEST_SIZE],
             GError        **error)
{
  if (self->kind == ANY_STAMP_DIRECTORY)
    return any_content_digest_directory (path, digest, error);

  if (self->size > ANY_CONTENT_MAX_SIZE)
    return any_trouble_set (error, G_IO_ERROR_NOT_SUPPORTED, path,
                            goes_by_content (self) ? "is too large to go by its content"
                                                   : "is too new to go by its times, and too large to be read");

  return any_content_digest_file (path, digest, error);
}

/* Finds out what dates the path. */
static gboolean
read_system (AnyStamp   *self,
             const char *path,
             GError    **error)
{
  struct statfs system;

  if (TEMP_FAILURE_RETRY (statfs (path, &system)) != 0)
    return any_trouble_set_from_errno (error, errno, path);

  self->clock = any_clock_of (self->mtime, self->ctime, any_system_has_foreign_clock (&system));
  self->freshness = any_clock_measure_freshness (self->clock, self->ctime);

  return any_system_leaves_traces (&system, path, error);
}

/* The status of the directory itself does not count: what is in it does. */
static gboolean
take_tree (AnyStamp   *self,
           const char *path,
           GError    **error)
{
  AnyTree tree;

  self->size = self->mtime = self->ctime = self->inode = 0;

  if (!goes_by_content (self))
    {
      if (!any_tree_take (&tree, path, FALSE, error))
        return FALSE;
      self->settled = tree.settled;
    }
  if (!self->settled && !any_tree_take (&tree, path, TRUE, error))
    return FALSE;

  memcpy (self->digest, tree.digest, sizeof self->digest);
  memcpy (self->times, tree.times, sizeof self->times);
  self->freshness = tree.freshness;

  return TRUE;
}

gboolean
any_stamp_take (AnyStamp   *self,
                const char *path,
                GError    **error)
{
  return any_stamp_take_full (self, path, ANY_DEPENDENCY_FLAGS_NONE, error);
}

/* Looks at a path. FALSE where nothing that could be checked later can be said: a FIFO, a device, a path that is not ours to
 * see, one that changed under the look, or more than can be read. */
gboolean
any_stamp_take_full (AnyStamp          *self,
                     const char        *path,
                     AnyDependencyFlags flags,
                     GError           **error)
{
  if (!read_status (self, path, error))
    return FALSE;
  if (self->kind == ANY_STAMP_ABSENT)
    return TRUE;
  if (!read_system (self, path, error))
    return FALSE;

  self->flags = self->kind == ANY_STAMP_DIRECTORY ? flags : flags & ANY_DEPENDENCY_FLAGS_CONTENT;
  self->settled = !goes_by_content (self) && !is_tree (self) && is_settled (self);
  if (self->settled)
    return TRUE;
  if (is_tree (self))
    return take_tree (self, path, error);

  return read_digest (self, path, self->digest, error) && keeps_status (self, path, error);
}

/* The size of a directory is that of its making, and may be another one with the same names in it. */
static gboolean
same_size (const AnyStamp *self,
           const AnyStamp *now)
{
  return self->size == now->size || (goes_by_content (self) && self->kind == ANY_STAMP_DIRECTORY);
}

/* Whether a path still looks like this; FALSE if in doubt. A file that was written while it was read may give the bytes that are
 * looked for, half of them from before and half from after, without ever having held them. */
gboolean
any_stamp_holds (const AnyStamp *self,
                 const char     *path)
{
  AnyStamp now;
  AnyTree  tree;
  guint8   digest[ANY_DIGEST_SIZE];

  if (!read_status (&now, path, NULL) || now.kind != self->kind)
    return FALSE;
  if (is_tree (self))
    return any_tree_take (&tree, path, !self->settled, NULL) &&
           memcmp (tree.digest, self->digest, sizeof tree.digest) == 0;
  if (self->settled)
    return same_status (self, &now);

  return same_size (self, &now) &&
         read_digest (&now, path, digest, NULL) &&
         memcmp (digest, self->digest, sizeof digest) == 0 &&
         keeps_status (&now, path, NULL);
}

/* Walks once more; FALSE where any time in the tree is another one. */
static gboolean
tree_keeps_times (const AnyStamp *self,
                  const char     *path,
                  AnyTree        *now,
                  gboolean        by_content,
                  GError        **error)
{
  return any_tree_take (now, path, by_content, error) &&
         (memcmp (now->times, self->times, sizeof now->times) == 0 || fail_on_change (path, error));
}

/* The times are taken over only where the content was compared behind them: a change that comes in between dates something. */
static gboolean
settle_tree (AnyStamp   *self,
             const char *path,
             GError    **error)
{
  AnyTree by_times, by_content;

  if (self->settled)
    return tree_keeps_times (self, path, &by_times, FALSE, error);

  if (!goes_by_content (self))
    {
      if (!tree_keeps_times (self, path, &by_times, FALSE, error))
        return FALSE;
      self->settled = by_times.settled;
    }

  if (!tree_keeps_times (self, path, &by_content, TRUE, error))
    return FALSE;
  if (memcmp (by_content.digest, self->digest, sizeof self->digest) != 0)
    return fail_on_change (path, error);

  if (self->settled)
    memcpy (self->digest, by_times.digest, sizeof self->digest);

  return TRUE;
}

/* Whether a path has looked like this all the time since; if enough time has passed, its times alone will tell from now on, unless
 * they never may.
 *
 * A file that was changed and changed back is not the same for somebody who has read it in between. */
gboolean
any_stamp_settle (AnyStamp   *self,
                  const char *path,
                  GError    **error)
{
  guint8   digest[ANY_DIGEST_SIZE];
  gboolean settled;

  if (is_tree (self))
    return settle_tree (self, path, error);
  if (!keeps_status (self, path, error))
    return FALSE;
  if (self->settled)
    return TRUE;

  /* The content is compared after it is known whether times tell of changes by now: one that comes in between changes them. */
  settled = !goes_by_content (self) && is_settled (self);
  if (!read_digest (self, path, digest, error))
    return FALSE;
  if (memcmp (digest, self->digest, sizeof digest) != 0)
    return fail_on_change (path, error);

  self->settled = settled;
  if (self->settled)
    memset (self->digest, 0, sizeof self->digest);

  return TRUE;
}

/* Whether all times were past at an instant of any_stamp_now(). What is absent has no times: the way to it tells. */
gboolean
any_stamp_is_older (const AnyStamp *self,
                    gint64          instant)
{
  return any_clock_is_older (self->clock, newest (self), instant);
}
