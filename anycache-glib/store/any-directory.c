/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "any-error.h"
#include "any-posix.h"

/* The number is the major version of the layout: another layout gets another directory, and both can live side by side. */
#define SUBDIRECTORY "anycache-1"

/* The signature is that of the Cache Directory Tagging Specification (bford.info/cachedir): backup programs skip the directory. */
static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                          "# This directory holds results that anycache-glib remembers; they can be computed again.\n";

/* More changes than a file system lives to see, and more openings than a process does. */
#define EPOCH_BITS 40
#define MAX_SERIAL ((1 << (63 - EPOCH_BITS)) - 1)

static int n_openings; /* atomic */

/* For so long a process that finds all it asks for in memory may not notice that its directory was taken away. */
#define LOOK_INTERVAL_US G_USEC_PER_SEC

/* The path of something in the directory that is below a cache's. */
char *
any_directory_dup_path (const char *cachedir,
                        const char *name)
{
  return g_build_filename (cachedir, SUBDIRECTORY, name, NULL);
}

AnyDirectory *
any_directory_ref (AnyDirectory *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
directory_clear (AnyDirectory *self)
{
  g_clear_pointer (&self->locks, any_locks_file_free);
  g_clear_pointer (&self->epoch, any_epoch_free);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
}

void
any_directory_unref (AnyDirectory *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) directory_clear);
}

/* Makes a directory for the user alone, whatever the umask says.
 *
 * The C library cannot change the mode of what may be a link without /proc, which not every sandbox has; so that is asked for
 * only where the umask took something away.
 */
gboolean
any_directory_make_child (int         directory,
                          const char *name)
{
  struct stat status;

  if (mkdirat (directory, name, 0700) != 0)
    return errno == EEXIST;

  return (fstatat (directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && (status.st_mode & 0777) == 0700) ||
         fchmodat (directory, name, 0700, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
make_with_parents (const char *path)
{
  g_autofree char *parent = NULL;

  if (any_directory_make_child (AT_FDCWD, path))
    return TRUE;
  if (errno != ENOENT)
    return FALSE;

  parent = g_path_get_dirname (path);

  return strcmp (parent, path) != 0 && make_with_parents (parent) && any_directory_make_child (AT_FDCWD, path);
}

/* A missing tag costs backup space only, so its failures are not reported. It is written again if a writer died half-way. */
static void
write_tag (int directory)
{
  struct iovec piece = { (gpointer) tag, sizeof tag - 1 };
  struct stat  status;
  int          fd = any_posix_open (directory, "CACHEDIR.TAG", O_WRONLY | O_CREAT);

  if (fd < 0)
    return;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_nlink == 1 && status.st_size < (off_t) sizeof tag - 1)
    {
      fchmod (fd, 0600);
      any_posix_write_all (fd, &piece, 1);
    }
  close (fd);
}

/* The directory itself is checked, through its descriptor, so what was checked is what will be used. */
static gboolean
check (AnyDirectory *self,
       GError      **error)
{
  struct stat status;

  if (fstat (self->fd, &status) != 0)
    {
      any_posix_set_error (error, errno, "Cannot examine", self->path);
      return FALSE;
    }

  if (status.st_uid != geteuid () || (status.st_mode & 022) != 0)
    {
      g_autofree char *display = g_filename_display_name (self->path);

      g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY,
                   status.st_uid != geteuid () ? "The cache directory “%s” belongs to another user"
                                               : "Others may write to the cache directory “%s”",
                   display);
      return FALSE;
    }

  self->device = status.st_dev;
  self->inode = status.st_ino;
  self->looked = g_get_monotonic_time ();
  self->writable = faccessat (self->fd, ".", W_OK | X_OK, AT_EACCESS) == 0;
  self->refusal = self->writable ? 0 : errno;

  return TRUE;
}

static void
set_open_error (GError    **error,
                int         saved_errno,
                const char *path)
{
  g_autofree char *display = NULL;

  if (saved_errno != ELOOP && saved_errno != ENOTDIR)
    {
      any_posix_set_error (error, saved_errno, "Cannot open the cache directory", path);
      return;
    }

  display = g_filename_display_name (path);
  g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY,
               "In the place of the cache directory “%s” is something else", display);
}

/* Opens the cache below a directory. Without create, G_IO_ERROR_NOT_FOUND says that there is none yet. */
AnyDirectory *
any_directory_open (const char *cachedir,
                    gboolean    create,
                    GError    **error)
{
  g_autoptr (AnyDirectory) self = g_atomic_rc_box_new0 (AnyDirectory);
  g_autoptr (GError) epoch_error = NULL;

  self->path = g_build_filename (cachedir, SUBDIRECTORY, NULL);
  self->fd = -1;
  self->locks = any_locks_file_new ();
  self->serial = (guint) g_atomic_int_add (&n_openings, 1) & MAX_SERIAL;

  if (create && !make_with_parents (self->path))
    {
      any_posix_set_error (error, errno, "Cannot make the cache directory", self->path);
      return NULL;
    }

  self->fd = TEMP_FAILURE_RETRY (open (self->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (self->fd < 0)
    {
      set_open_error (error, errno, self->path);
      return NULL;
    }

  if (!check (self, error))
    return NULL;

  if (create && self->writable)
    write_tag (self->fd);

  self->epoch = any_epoch_open (self->fd, self->path, self->writable, &epoch_error);
  if (self->epoch == NULL && self->writable)
    {
      g_propagate_error (error, g_steal_pointer (&epoch_error));
      return NULL;
    }

  return g_steal_pointer (&self);
}

/* The epoch, or ANY_EPOCH_UNKNOWN where memory must not be used. Within a process it never returns: that of a directory which was
 * removed and made again starts anew, and must not look like the one before. */
guint64
any_directory_read_epoch (AnyDirectory *self)
{
  guint64 epoch = self->epoch != NULL ? any_epoch_read (self->epoch) : ANY_EPOCH_UNKNOWN;

  return epoch != ANY_EPOCH_UNKNOWN ? self->serial << EPOCH_BITS | epoch : ANY_EPOCH_UNKNOWN;
}

/* Whether the path still leads to this directory, and others use the same epoch; or one of them was removed or replaced. */
gboolean
any_directory_is_in_place (AnyDirectory *self)
{
  struct stat status;

  __atomic_store_n (&self->looked, g_get_monotonic_time (), __ATOMIC_RELAXED);

  return lstat (self->path, &status) == 0 &&
         status.st_dev == self->device &&
         status.st_ino == self->inode &&
         (self->epoch == NULL || any_epoch_is_linked (self->epoch));
}

/* The same, asked at most once in a while: to ask each time would double the cost of a hit from memory. */
gboolean
any_directory_is_gone (AnyDirectory *self)
{
  gint64 looked = __atomic_load_n (&self->looked, __ATOMIC_RELAXED);

  return g_get_monotonic_time () - looked > LOOK_INTERVAL_US && !any_directory_is_in_place (self);
}

gboolean
any_directory_require_writable (AnyDirectory *directory,
                                GError      **error)
{
  if (directory->writable)
    return TRUE;

  any_posix_set_error (error, directory->refusal, "Cannot write to the cache directory", directory->path);

  return FALSE;
}
