/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"

G_BEGIN_DECLS

/* What lies in a folder, that tests put there or look for. Checked with g_assert_*(), for use in other processes too. */

static inline int
any_test_open_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);

  return fd;
}

static inline void
any_test_put_bytes (int           folder,
                    const char   *path,
                    gconstpointer bytes,
                    gsize         length)
{
  int fd = openat (folder, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, length), ==, length);
  close (fd);
}

static inline void
any_test_put_text (int         folder,
                   const char *path,
                   const char *text)
{
  any_test_put_bytes (folder, path, text, strlen (text));
}

/* The file's text, or NULL where there is none. */
static inline char *
any_test_get_text (int         folder,
                   const char *path)
{
  g_autofree char *by_descriptor = g_strdup_printf ("/proc/self/fd/%d/%s", folder, path);
  char            *text = NULL;

  g_file_get_contents (by_descriptor, &text, NULL, NULL);

  return text;
}

static inline gboolean
any_test_is_there (int         folder,
                   const char *path)
{
  struct stat status;

  return fstatat (folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void
any_test_assert_mode (int         folder,
                      const char *path,
                      mode_t      mode)
{
  struct stat status;

  g_assert_cmpint (fstatat (folder, path, &status, AT_SYMLINK_NOFOLLOW), ==, 0);
  g_assert_cmphex (status.st_mode, ==, mode);
}

static inline int
any_test_compare_names (gconstpointer a,
                        gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names in a folder in order, with a space between them. */
static inline char *
any_test_list (const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) reader = g_dir_open (path, 0, NULL);
  const char *name;

  while (reader != NULL && (name = g_dir_read_name (reader)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, any_test_compare_names);
  g_ptr_array_add (names, NULL);

  return g_strjoinv (" ", (char **) names->pdata);
}

/* What clears have left is removed in the background, and waited for. */
static inline void
any_test_assert_list (const char *path,
                      const char *names)
{
  g_autofree char *list = any_test_list (path);
  gint64           deadline = any_test_deadline ();

  while (strstr (list, "trash.") != NULL && strstr (names, "trash.") == NULL && any_test_wait (deadline))
    {
      g_free (list);
      list = any_test_list (path);
    }

  g_assert_cmpstr (list, ==, names);
}

static inline guint
any_test_count_descriptors (void)
{
  g_autoptr (GDir) reader = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (reader) != NULL)
    n++;

  return n;
}

/* No more are open than there were. What is removed in the background holds some, and is waited for; where tests share a process, that
 * of the one before may have held some when they were counted. */
static inline void
any_test_assert_descriptors (guint n_descriptors)
{
  gint64 deadline = any_test_deadline ();

  while (any_test_count_descriptors () > n_descriptors && any_test_wait (deadline))
    ;

  g_assert_cmpuint (any_test_count_descriptors (), <=, n_descriptors);
}

G_END_DECLS
