/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-stamp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* Two ticks of the coarsest kernel clock (100 Hz): file times stand still within one. */
#define FINE_SLACK (20 * G_GINT64_CONSTANT (1000000))

/* Where a file system has no fractions of a second, it may count in steps of two of them (FAT). */
#define COARSE_SLACK (2 * G_GINT64_CONSTANT (1000000000) + FINE_SLACK)

/* Reading more than this to learn whether a file is the same would cost more than most computations. */
#define MAX_DIGESTED_SIZE (G_GUINT64_CONSTANT (64) << 20)

#define READ_SIZE 65536

static gint64
nanoseconds (const struct timespec *time)
{
  return (gint64) time->tv_sec * G_GINT64_CONSTANT (1000000000) + time->tv_nsec;
}

/* The clock that file times are taken from, in ns: any other may be ahead of it, and so call a later change an earlier one. */
gint64
any_stamp_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME_COARSE, &now);

  return nanoseconds (&now);
}

/* How long after its newest time a file must be looked at for its times to tell of every later change. */
static gint64
slack (const AnyStamp *self)
{
  gboolean coarse = self->mtime % 1000000000 == 0 && self->ctime % 1000000000 == 0;

  return coarse ? COARSE_SLACK : FINE_SLACK;
}

static gint64
newest (const AnyStamp *self)
{
  return MAX (self->mtime, self->ctime);
}

static gboolean
is_settled (const AnyStamp *self)
{
  return newest (self) + slack (self) <= any_stamp_now ();
}

/* A path that leads nowhere is a finding too; any other failure leaves the question open. */
static gboolean
read_status (AnyStamp   *self,
             const char *path)
{
  struct stat status;

  *self = (AnyStamp){ .kind = ANY_STAMP_ABSENT, .settled = TRUE };

  if (stat (path, &status) != 0)
    return errno == ENOENT || errno == ENOTDIR;

  if (S_ISREG (status.st_mode))
    self->kind = ANY_STAMP_FILE;
  else if (S_ISDIR (status.st_mode))
    self->kind = ANY_STAMP_DIRECTORY;
  else
    return FALSE;

  self->size = status.st_size;
  self->mtime = nanoseconds (&status.st_mtim);
  self->ctime = nanoseconds (&status.st_ctim);
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
digest_file (int    fd,
             guint8 digest[ANY_DIGEST_SIZE])
{
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  g_autoptr (AnyDigest) state = any_digest_new ();
  guint64 total = 0;

  while (total <= MAX_DIGESTED_SIZE)
    {
      gssize n_read = TEMP_FAILURE_RETRY (read (fd, buffer, READ_SIZE));

      if (n_read < 0)
        return FALSE;
      if (n_read == 0)
        {
          any_digest_finish (state, digest);
          return TRUE;
        }

      any_digest_update (state, buffer, n_read);
      total += n_read;
    }

  return FALSE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The names in a directory, in any order of reading; takes the descriptor. */
static gboolean
digest_directory (int    fd,
                  guint8 digest[ANY_DIGEST_SIZE])
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  DIR           *directory = fdopendir (fd);
  struct dirent *item;
  g_autoptr (AnyDigest) state = any_digest_new ();
  gboolean complete;

  if (directory == NULL)
    {
      close (fd);
      return FALSE;
    }

  errno = 0;
  while ((item = readdir (directory)) != NULL)
    g_ptr_array_add (names, g_strdup (item->d_name));
  complete = errno == 0;
  closedir (directory);

  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      any_digest_update (state, name, strlen (name) + 1);
    }
  any_digest_finish (state, digest);

  return complete;
}

/* Opening must not wait for the other end of a FIFO that has just taken the file's place, nor take over a terminal. */
static gboolean
read_digest (const AnyStamp *self,
             const char     *path,
             guint8          digest[ANY_DIGEST_SIZE])
{
  int      flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (self->kind == ANY_STAMP_DIRECTORY ? O_DIRECTORY : 0);
  gboolean known;
  int      fd;

  if (self->kind == ANY_STAMP_FILE && self->size > MAX_DIGESTED_SIZE)
    return FALSE;

  fd = TEMP_FAILURE_RETRY (open (path, flags));
  if (fd < 0)
    return FALSE;

  if (self->kind == ANY_STAMP_DIRECTORY)
    return digest_directory (fd, digest);

  known = digest_file (fd, digest);
  close (fd);

  return known;
}

/* Files that the kernel makes up while they are read change without a trace. */
static gboolean
is_made_up (const char *path)
{
  struct statfs system;

  if (TEMP_FAILURE_RETRY (statfs (path, &system)) != 0)
    return TRUE;

  switch (system.f_type)
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

/* Looks at a path. FALSE where nothing that could be checked later can be said: a FIFO, a device, a path that is not ours to
 * see, or one that changed under the look. */
gboolean
any_stamp_take (AnyStamp   *self,
                const char *path)
{
  AnyStamp after;

  if (!read_status (self, path))
    return FALSE;
  if (self->kind == ANY_STAMP_ABSENT)
    return TRUE;
  if (is_made_up (path))
    return FALSE;

  self->settled = is_settled (self);
  if (self->settled)
    return TRUE;

  return read_digest (self, path, self->digest) &&
         read_status (&after, path) &&
         same_status (self, &after);
}

/* Whether a path still looks like this; FALSE if in doubt. */
gboolean
any_stamp_holds (const AnyStamp *self,
                 const char     *path)
{
  AnyStamp now;
  guint8   digest[ANY_DIGEST_SIZE];

  if (!read_status (&now, path) || now.kind != self->kind)
    return FALSE;
  if (self->settled)
    return same_status (self, &now);

  return self->size == now.size &&
         read_digest (&now, path, digest) &&
         memcmp (digest, self->digest, sizeof digest) == 0;
}

/* Whether a path has looked like this all the time since; if enough time has passed, its times alone will tell from now on.
 *
 * A file that was changed and changed back is not the same for somebody who has read it in between. */
gboolean
any_stamp_settle (AnyStamp   *self,
                  const char *path)
{
  AnyStamp now;
  guint8   digest[ANY_DIGEST_SIZE];

  if (!read_status (&now, path) || !same_status (self, &now))
    return FALSE;
  if (self->settled)
    return TRUE;

  /* The content is compared after it is known whether times tell of changes by now: one that comes in between changes them. */
  now.settled = is_settled (&now);
  if (!read_digest (&now, path, digest) || memcmp (digest, self->digest, sizeof digest) != 0)
    return FALSE;

  self->settled = now.settled;
  if (self->settled)
    memset (self->digest, 0, sizeof self->digest);

  return TRUE;
}

/* The newest time of the directory where a path would be, or of the nearest one above that exists. */
static gboolean
read_parent (AnyStamp   *parent,
             const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);

  while (read_status (parent, directory))
    {
      char *upper;

      if (parent->kind != ANY_STAMP_ABSENT)
        return TRUE;

      upper = g_path_get_dirname (directory);
      g_free (directory);
      directory = upper;
    }

  return FALSE;
}

/* The times of a symbolic link itself, which may have led elsewhere. FALSE where there is none. */
static gboolean
read_link (AnyStamp   *link,
           const char *path)
{
  struct stat status;

  if (lstat (path, &status) != 0 || !S_ISLNK (status.st_mode))
    return FALSE;

  *link = (AnyStamp){ .mtime = nanoseconds (&status.st_mtim), .ctime = nanoseconds (&status.st_ctim) };

  return TRUE;
}

/* A whole number of seconds may stand for a change up to two seconds later. */
static gboolean
is_before (const AnyStamp *self,
           gint64          instant)
{
  return newest (self) + (slack (self) == COARSE_SLACK ? COARSE_SLACK : 0) < instant;
}

/* Whether a path has looked like this since before an instant of any_stamp_now(). What is absent was so if nothing was removed
 * from the directory around it. */
gboolean
any_stamp_is_older (const AnyStamp *self,
                    const char     *path,
                    gint64          instant)
{
  AnyStamp        other;
  const AnyStamp *seen = self;

  if (self->kind == ANY_STAMP_ABSENT)
    {
      if (!read_parent (&other, path))
        return FALSE;
      seen = &other;
    }

  return is_before (seen, instant) && (!read_link (&other, path) || is_before (&other, instant));
}
