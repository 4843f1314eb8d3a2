/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-fork-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "any-posix.h"

static GMutex  lock;
static GArray *descriptors;  /* (owned) (nullable) (element-type int), protected by lock */
static int     nothing = -1; /* (owned) /dev/null; open while one of them is, since at a fork it may be too late; protected by lock */

/* Held over the fork, so that the child finds the list whole. */
static void
before_fork_cb (void)
{
  g_mutex_lock (&lock);
}

static void
after_fork_cb (void)
{
  g_mutex_unlock (&lock);
}

/* The numbers stay taken where that can be had, because what was inherited still names them. */
static void
in_child_cb (void)
{
  for (guint i = 0; descriptors != NULL && i < descriptors->len; i++)
    {
      int fd = g_array_index (descriptors, int, i);

      if (nothing < 0 || dup3 (nothing, fd, O_CLOEXEC) < 0)
        close (fd);
    }
  if (descriptors != NULL)
    g_array_set_size (descriptors, 0);

  g_mutex_unlock (&lock);
}

static void
watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (before_fork_cb, after_fork_cb, in_child_cb);
      g_once_init_leave (&once, 1);
    }
}

/* As any_posix_open(); no fork comes between the opening and the guard. */
int
any_fork_guard_open (int         directory,
                     const char *path,
                     int         flags)
{
  int fd;
  int saved_errno;

  watch_forks ();
  g_mutex_lock (&lock);

  fd = any_posix_open (directory, path, flags);
  saved_errno = errno;
  if (fd >= 0)
    {
      if (nothing < 0)
        nothing = open ("/dev/null", O_RDWR | O_CLOEXEC);
      if (descriptors == NULL)
        descriptors = g_array_new (FALSE, FALSE, sizeof fd);
      g_array_append_val (descriptors, fd);
    }

  g_mutex_unlock (&lock);
  errno = saved_errno;

  return fd;
}

/* Closed under the lock, so that no fork in between takes the number of another file for this one. */
void
any_fork_guard_close (int fd)
{
  g_mutex_lock (&lock);

  for (guint i = 0; i < descriptors->len; i++)
    {
      if (g_array_index (descriptors, int, i) == fd)
        {
          g_array_remove_index_fast (descriptors, i);
          break;
        }
    }
  close (fd);
  if (descriptors->len == 0 && nothing >= 0)
    {
      close (nothing);
      nothing = -1;
    }

  g_mutex_unlock (&lock);
}
