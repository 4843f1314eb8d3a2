/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-fork-guard.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static GMutex  lock;
static GArray *descriptors; /* (owned) (nullable) (element-type int), protected by lock */

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

/* The numbers stay taken, because what was inherited still names them: closed, they could be given to another file. */
static void
in_child_cb (void)
{
  int nothing = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (nothing >= 0 && descriptors != NULL)
    {
      for (guint i = 0; i < descriptors->len; i++)
        dup3 (nothing, g_array_index (descriptors, int, i), O_CLOEXEC);
      g_array_set_size (descriptors, 0);
    }
  if (nothing >= 0)
    close (nothing);

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

void
any_fork_guard_add (int fd)
{
  watch_forks ();

  g_mutex_lock (&lock);
  if (descriptors == NULL)
    descriptors = g_array_new (FALSE, FALSE, sizeof fd);
  g_array_append_val (descriptors, fd);
  g_mutex_unlock (&lock);
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

  g_mutex_unlock (&lock);
}
