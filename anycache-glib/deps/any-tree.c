/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-content.h"
#include "any-item.h"
#include "any-listing.h"
#include "any-stamp.h"
#include "any-system.h"
#include "any-trouble.h"

/* A walk takes one or two microseconds an item: a tenth of a second or two in all. */
#define MAX_ITEMS 100000

/* Each level holds a descriptor while what is below it is walked. */
#define MAX_LEVELS 64

/* Every item is seen in a state that it has been in: a directory is looked at before and behind all that is in it, a file before and
 * behind its bytes. Nothing is opened before it is known to be no FIFO and no device, and no link is followed but at the root. */
typedef struct
{
  AnyTree    *tree;
  gboolean    by_content;
  const char *root;
  GString    *where; /* (owned): what is looked at, for messages */
  AnyDigest  *digest;
  AnyDigest  *times;
  gboolean    foreign; /* from the first place on that has no clock of ours */
  guint       n_items;
  guint       level; /* 0 at the root */
  gint64      room;  /* bytes that may still be read */
  GError    **error;
} Walk;

static gboolean
walk_directory (Walk *self,
                int   fd,
                dev_t device);

static gboolean
fail (Walk *self)
{
  return any_trouble_set_from_errno (self->error, errno, self->where->str);
}

static gboolean
fail_at_limit (Walk       *self,
               const char *what)
{
  return any_trouble_set (self->error, G_IO_ERROR_NOT_SUPPORTED, self->root, what);
}

static gboolean
fail_on_change (Walk *self)
{
  return any_trouble_set (self->error, G_IO_ERROR_BUSY, self->where->str, "changed while it was looked at");
}

static AnyClock
clock_of (Walk              *self,
          const struct stat *status)
{
  return any_clock_of (any_stamp_nanoseconds (&status->st_mtim), any_stamp_nanoseconds (&status->st_ctim), self->foreign);
}

/* Of what a change would date. What goes through a FIFO or a device dates it too, and is none. */
static void
note_times (Walk              *self,
            const struct stat *status)
{
  AnyFreshness freshness = any_clock_measure_freshness (clock_of (self, status), any_stamp_nanoseconds (&status->st_ctim));
  gint64       numbers[] = { status->st_dev, status->st_ino, status->st_size, status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
                             status->st_ctim.tv_sec, status->st_ctim.tv_nsec };

  any_digest_update (self->times, numbers, sizeof numbers);
  self->tree->freshness = MAX (self->tree->freshness, freshness);
}

/* Of a file alone times are trusted later: names and targets of links are read on every walk. */
static void
note_age (Walk              *self,
          const struct stat *status)
{
  gint64 mtime = any_stamp_nanoseconds (&status->st_mtim);
  gint64 ctime = any_stamp_nanoseconds (&status->st_ctim);

  if (!any_clock_has_settled (clock_of (self, status), MAX (mtime, ctime)))
    self->tree->settled = FALSE;
}

static gboolean
keeps_status (Walk              *self,
              int                fd,
              const struct stat *before)
{
  struct stat now;

  if (fstat (fd, &now) != 0)
    return fail (self);

  return any_item_is_same (before, &now) || fail_on_change (self);
}

/* Where another file system begins, it may be one that the kernel makes up. */
static gboolean
leaves_traces (Walk *self,
               int   fd)
{
  struct statfs system;

  if (TEMP_FAILURE_RETRY (fstatfs (fd, &system)) != 0)
    return fail (self);

  self->foreign = self->foreign || any_system_has_foreign_clock (&system);

  return any_system_leaves_traces (&system, self->where->str, self->error);
}

static gboolean
file_leaves_traces (Walk       *self,
                    int         directory,
                    const char *name)
{
  int      fd = openat (directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  gboolean leaves;

  if (fd < 0)
    return fail (self);

  leaves = leaves_traces (self, fd);
  close (fd);

  return leaves;
}

static gboolean
digest_content (Walk              *self,
                int                fd,
                const struct stat *status)
{
  guint8 digest[ANY_DIGEST_SIZE];

  if (!keeps_status (self, fd, status))
    return FALSE;
  if (!any_content_digest_descriptor (fd, &self->room, digest))
    return errno == EFBIG ? fail_at_limit (self, "is a tree of more than 64 MiB, too much to be read") : fail (self);
  any_digest_update (self->digest, digest, sizeof digest);

  return keeps_status (self, fd, status);
}

static gboolean
walk_content (Walk              *self,
              int                directory,
              const char        *name,
              const struct stat *status)
{
  int      fd;
  gboolean done;

  if (status->st_size > self->room)
    return fail_at_limit (self, "is a tree of more than 64 MiB, too much to be read");

  fd = TEMP_FAILURE_RETRY (openat (directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd < 0)
    return fail (self);

  done = digest_content (self, fd, status);
  close (fd);

  return done;
}

static gboolean
walk_file (Walk              *self,
           int                directory,
           const char        *name,
           const struct stat *status)
{
  note_times (self, status);
  note_age (self, status);
  any_item_digest (ANY_ITEM_FILE, self->by_content ? NULL : status, name, self->digest);

  return !self->by_content || walk_content (self, directory, name, status);
}

static gboolean
walk_link (Walk              *self,
           int                directory,
           const char        *name,
           const struct stat *status)
{
  char   target[PATH_MAX];
  gssize length = readlinkat (directory, name, target, sizeof target - 1);

  if (length < 0)
    return errno == EINVAL ? fail_on_change (self) : fail (self);

  note_times (self, status);
  any_item_digest (ANY_ITEM_LINK, NULL, name, self->digest);
  target[length] = '\0';
  any_digest_update (self->digest, target, length + 1);

  return TRUE;
}

static gboolean
walk_below (Walk              *self,
            int                directory,
            const char        *name,
            const struct stat *around)
{
  int      fd;
  gboolean done;

  if (self->level == MAX_LEVELS)
    return fail_at_limit (self, "is a tree of more than 64 levels");

  fd = TEMP_FAILURE_RETRY (openat (directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd < 0)
    return fail (self);

  any_item_digest (ANY_ITEM_DIRECTORY, NULL, name, self->digest);
  self->level++;
  done = walk_directory (self, fd, around->st_dev);
  self->level--;
  close (fd);

  return done;
}

static gboolean
walk_item (Walk              *self,
           int                directory,
           const char        *name,
           const struct stat *around)
{
  struct stat status;

  if (++self->n_items > MAX_ITEMS)
    return fail_at_limit (self, "is a tree of more than 100,000 items");
  if (fstatat (directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return fail (self);

  switch (any_item_get_type (&status))
    {
    case ANY_ITEM_DIRECTORY:
      return walk_below (self, directory, name, around);
    case ANY_ITEM_LINK:
      return walk_link (self, directory, name, &status);
    case ANY_ITEM_FILE:
      return (status.st_dev == around->st_dev || file_leaves_traces (self, directory, name)) &&
             walk_file (self, directory, name, &status);
    case ANY_ITEM_END:
    case ANY_ITEM_FIFO:
    case ANY_ITEM_SOCKET:
    case ANY_ITEM_CHARACTER_DEVICE:
    case ANY_ITEM_BLOCK_DEVICE:
    default:
      any_item_digest (any_item_get_type (&status), NULL, name, self->digest);
      return TRUE;
    }
}

static gboolean
walk_names (Walk              *self,
            int                fd,
            const struct stat *status)
{
  /* “.” and “..” do not count. */
  g_autoptr (GPtrArray) names = any_listing_read (fd, MAX_ITEMS - self->n_items + 2);
  gsize here = self->where->len;

  if (names == NULL)
    return fail (self);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (g_str_equal (name, ".") || g_str_equal (name, ".."))
        continue;

      g_string_append_c (self->where, '/');
      g_string_append (self->where, name);
      if (!walk_item (self, fd, name, status))
        return FALSE;
      g_string_truncate (self->where, here);
    }

  return TRUE;
}

/* The device is that of the directory around it. */
static gboolean
walk_directory (Walk *self,
                int   fd,
                dev_t device)
{
  struct stat before;

  if (fstat (fd, &before) != 0)
    return fail (self);
  if ((self->level == 0 || before.st_dev != device) && !leaves_traces (self, fd))
    return FALSE;

  note_times (self, &before);
  if (!walk_names (self, fd, &before) || !keeps_status (self, fd, &before))
    return FALSE;
  any_item_digest (ANY_ITEM_END, NULL, NULL, self->digest);

  return TRUE;
}

/* Walks a tree. FALSE where one walk does not tell all about it: something in it may not be looked at or changed under the look, or
 * it is too large. */
gboolean
any_tree_take (AnyTree    *self,
               const char *path,
               gboolean    by_content,
               GError    **error)
{
  g_autoptr (GString) where = g_string_new (path);
  g_autoptr (AnyDigest) digest = any_digest_new ();
  g_autoptr (AnyDigest) times = any_digest_new ();
  Walk     walk = { self, by_content, path, where, digest, times, FALSE, 0, 0, ANY_CONTENT_MAX_SIZE, error };
  int      fd = TEMP_FAILURE_RETRY (open (path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
  gboolean done;

  *self = (AnyTree){ .settled = TRUE };
  if (fd < 0)
    return fail (&walk);

  done = walk_directory (&walk, fd, 0);
  close (fd);
  any_digest_finish (digest, self->digest);
  any_digest_finish (times, self->times);

  return done;
}
