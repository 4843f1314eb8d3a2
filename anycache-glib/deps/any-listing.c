/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The reader takes its descriptor over; the caller keeps the one that it has. */
static DIR *
open_reader (int fd)
{
  int  copy = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  DIR *reader = copy >= 0 ? fdopendir (copy) : NULL;

  if (reader == NULL && copy >= 0)
    {
      int saved_errno = errno;

      close (copy);
      errno = saved_errno;
    }

  return reader;
}

GPtrArray *
any_listing_read (int   fd,
                  guint max)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  DIR           *reader = open_reader (fd);
  struct dirent *item;
  int            failure;

  if (reader == NULL)
    return NULL;

  errno = 0;
  while (names->len <= max && (item = readdir (reader)) != NULL)
    g_ptr_array_add (names, g_strdup (item->d_name));
  failure = errno;
  closedir (reader);

  if (failure != 0)
    {
      errno = failure;
      return NULL;
    }

  g_ptr_array_sort (names, compare_names);

  return g_steal_pointer (&names);
}
