/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
make_below (const char *parent)
{
  g_autofree char *template = g_build_filename (parent, "anycache-faults-XXXXXX", NULL);
  char *canonical;
  char *path;

  if (g_mkdtemp (template) == NULL)
    g_error ("No temporary directory %s: %s", template, g_strerror (errno));
  canonical = realpath (template, NULL);
  g_assert_nonnull (canonical);
  path = g_strdup (canonical);
  free (canonical);
  return path;
}

/* Returns: (transfer full): a fresh directory, without symbolic links in its path */
char *
tree_make (void)
{
  return make_below (g_get_tmp_dir ());
}

/* For tests that write thousands of files, to whom the file system does not matter.
 *
 * Returns: (transfer full): a fresh directory, on a file system in memory where there is one and TMPDIR does not say otherwise */
char *
tree_make_in_memory (void)
{
  gboolean possible = g_getenv ("TMPDIR") == NULL && g_access ("/dev/shm", W_OK) == 0;

  return make_below (possible ? "/dev/shm" : g_get_tmp_dir ());
}

static void
list_into (GPtrArray  *paths,
           const char *top,
           const char *relative)
{
  g_autofree char *path = g_build_filename (top, relative, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      char            *child_relative = *relative == '\0' ? g_strdup (name) : g_build_filename (relative, name, NULL);
      GStatBuf         status;

      g_ptr_array_add (paths, child_relative);
      if (g_lstat (child, &status) == 0 && S_ISDIR (status.st_mode))
        list_into (paths, top, child_relative);
    }
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full): all that is below @path, relative to it, in the order of strcmp(): parents before children */
char **
tree_list (const char *path)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  list_into (paths, path, "");
  g_ptr_array_sort (paths, compare_paths);
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_steal (paths, NULL);
}

/* Also where the modes of directories forbid it to their owner. */
void
tree_remove (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  GStatBuf    status;
  const char *name;

  if (g_lstat (path, &status) != 0)
    return;
  if (!S_ISDIR (status.st_mode))
    {
      g_unlink (path);
      return;
    }

  g_chmod (path, 0700);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      tree_remove (child);
    }
  g_rmdir (path);
}

static void
describe_into (GString    *text,
               const char *path,
               const char *name)
{
  g_autofree char *data = NULL;
  gsize            size;
  GStatBuf         status;

  if (g_lstat (path, &status) != 0)
    {
      g_string_append_printf (text, "%s is not there\n", name);
      return;
    }
  /* Without the number of links: to remove one of them is no change of the file. */
  g_string_append_printf (text, "%s inode %" G_GUINT64_FORMAT " mode %o owner %u", name, (guint64) status.st_ino, status.st_mode,
                          status.st_uid);
  g_string_append_printf (text, " size %" G_GINT64_FORMAT " changed %" G_GINT64_FORMAT ".%09ld", (gint64) status.st_size,
                          (gint64) status.st_mtim.tv_sec, (long) status.st_mtim.tv_nsec);
  if (S_ISREG (status.st_mode) && g_file_get_contents (path, &data, &size, NULL))
    {
      g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) data, size);

      g_string_append_printf (text, " holds %s", sum);
    }
  g_string_append_c (text, '\n');
}

/* Returns: (transfer full): a text that differs as soon as anything at or below @path was touched */
char *
tree_describe (const char *path)
{
  g_auto (GStrv) paths = tree_list (path);
  GString *text = g_string_new (NULL);

  describe_into (text, path, ".");
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *child = g_build_filename (path, paths[i], NULL);

      describe_into (text, child, paths[i]);
    }
  return g_string_free (text, FALSE);
}

/* In place: the inode stays, as it would where a disk or a stray program damages the file. */
void
tree_write (const char *path,
            const void *data,
            gsize       size)
{
  int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0 || write (fd, data, size) != (gssize) size || close (fd) != 0)
    g_error ("Writing %s failed: %s", path, g_strerror (errno));
}

GBytes *
tree_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  return g_bytes_new_take (data, size);
}

/* Returns: how many descriptors this process has open, but for the one that looking takes */
guint
tree_count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n - 1;
}
