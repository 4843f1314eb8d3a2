/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-posix.h"

#define PREFIX "anycache-"

/* Nothing can be made below what is no directory. */
#define NOWHERE "/dev/null/anycache"

/* Says that the directory was made here, and locked before; somebody may have given a cache of his own a like name. */
#define MARK "temporary"

/* A directory is locked (flock) for as long as a process uses it. The kernel frees the lock of a dead process, so a marked
 * directory that can be locked belongs to nobody: no clock and no process number is asked. */
typedef struct
{
  char *path; /* (owned) */
  int   fd;   /* (owned): holds the lock */
  pid_t maker;
} Temporary;

static GMutex lock;
static GList *temporaries; /* (owned) (element-type Temporary), protected by lock */
/* The parent's after a fork, who may have been changing it: never looked at, but kept for leak checkers, hence volatile. */
static GList *volatile inherited;

static void
temporary_free (Temporary *self)
{
  /* A child of the maker leaves the directory to its parent. */
  if (self->maker == getpid ())
    any_posix_remove_tree (AT_FDCWD, self->path);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}

/* Runs in the child, in its only thread: what the parent has made is the parent's. */
static void
after_fork_cb (void)
{
  g_mutex_init (&lock);
  inherited = g_steal_pointer (&temporaries);
}

/* Languages with a garbage collector do not run finalizers when they end. */
static void
at_exit_cb (void)
{
  g_mutex_lock (&lock);
  g_list_free_full (g_steal_pointer (&temporaries), (GDestroyNotify) temporary_free);
  g_mutex_unlock (&lock);
}

static gboolean
is_abandoned (int         parent,
              const char *name)
{
  struct stat status;
  gboolean    abandoned;
  int         fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return FALSE;

  abandoned = fstat (fd, &status) == 0 && status.st_uid == geteuid () &&
              faccessat (fd, MARK, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
              flock (fd, LOCK_EX | LOCK_NB) == 0;
  close (fd);

  return abandoned;
}

/* Removes what killed processes have left. */
static void
reclaim (const char *parent)
{
  g_autoptr (GDir) reader = g_dir_open (parent, 0, NULL);
  const char *name;
  int         fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  while (reader != NULL && fd >= 0 && (name = g_dir_read_name (reader)) != NULL)
    {
      if (g_str_has_prefix (name, PREFIX) && is_abandoned (fd, name))
        any_posix_remove_tree (fd, name);
    }

  if (fd >= 0)
    close (fd);
}

static gboolean
lock_and_mark (int fd)
{
  int mark;

  if (flock (fd, LOCK_SH | LOCK_NB) != 0)
    return FALSE;

  mark = any_posix_open (fd, MARK, O_WRONLY | O_CREAT | O_EXCL);
  if (mark >= 0)
    close (mark);

  return mark >= 0;
}

static Temporary *
make (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), PREFIX "XXXXXX", NULL);
  Temporary       *self;
  int              fd;

  if (g_mkdtemp_full (path, 0700) == NULL)
    return NULL;

  fd = g_chmod (path, 0700) == 0 ? open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  if (fd < 0 || !lock_and_mark (fd))
    {
      any_posix_remove_tree (AT_FDCWD, path);
      if (fd >= 0)
        close (fd);
      return NULL;
    }

  self = g_new0 (Temporary, 1);
  self->path = g_steal_pointer (&path);
  self->fd = fd;
  self->maker = getpid ();

  return self;
}

/* Makes a directory of mode 0700 that is removed by any_temporary_remove(), at exit, or after this process was killed, by the
 * next that makes one. Where none can be made, the path is one where nothing ever is. */
char *
any_temporary_make (void)
{
  static gboolean watching = FALSE; /* protected by lock */
  Temporary      *self;
  char           *path;

  g_mutex_lock (&lock);

  if (!watching)
    {
      watching = TRUE;
      reclaim (g_get_tmp_dir ());
      atexit (at_exit_cb);
      pthread_atfork (NULL, NULL, after_fork_cb);
    }

  self = make ();
  if (self != NULL)
    temporaries = g_list_prepend (temporaries, self);
  path = self != NULL ? g_strdup (self->path) : g_strdup (NOWHERE);

  g_mutex_unlock (&lock);

  return path;
}

void
any_temporary_remove (const char *path)
{
  g_mutex_lock (&lock);

  for (GList *item = temporaries; item != NULL; item = item->next)
    {
      Temporary *self = item->data;

      if (g_str_equal (self->path, path))
        {
          temporaries = g_list_delete_link (temporaries, item);
          temporary_free (self);
          break;
        }
    }

  g_mutex_unlock (&lock);
}
