/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-content.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-trouble.h"

/* Reading more than this to learn whether a file is the same would cost more than most computations. */
#define MAX_DIGESTED_SIZE (G_GINT64_CONSTANT (64) << 20)

#define READ_SIZE 65536

/* Opening must not wait for the other end of a FIFO that has just taken the file's place, nor take over a terminal. */
static int
open_to_read (const char *path,
              int         flags,
              GError    **error)
{
  int fd = TEMP_FAILURE_RETRY (open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags));

  if (fd < 0)
    any_trouble_set_from_errno (error, errno, path);

  return fd;
}

static gboolean
is_too_large (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && status.st_size > MAX_DIGESTED_SIZE;
}

/* Sets errno where it fails. A file that grows as it is read must come to an end too. */
static gboolean
digest_bytes (int    fd,
              guint8 digest[ANY_DIGEST_SIZE])
{
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  g_autoptr (AnyDigest) state = any_digest_new ();
  gint64 total = 0;
  gssize n_read;

  while ((n_read = TEMP_FAILURE_RETRY (read (fd, buffer, READ_SIZE))) > 0)
    {
      any_digest_update (state, buffer, n_read);
      total += n_read;
      if (total > MAX_DIGESTED_SIZE)
        {
          errno = EFBIG;
          return FALSE;
        }
    }
  any_digest_finish (state, digest);

  return n_read == 0;
}

gboolean
any_content_digest_file (const char *path,
                         guint8      digest[ANY_DIGEST_SIZE],
                         GError    **error)
{
  int      fd = open_to_read (path, 0, error);
  gboolean read;

  if (fd < 0)
    return FALSE;

  if (is_too_large (fd))
    {
      close (fd);
      return any_trouble_set (error, G_IO_ERROR_NOT_SUPPORTED, path, "is too new to go by its times, and too large to be read");
    }

  read = digest_bytes (fd, digest);
  if (!read)
    any_trouble_set_from_errno (error, errno, path);
  close (fd);

  return read;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* In any order of reading. */
static void
digest_names (GPtrArray *names,
              guint8     digest[ANY_DIGEST_SIZE])
{
  g_autoptr (AnyDigest) state = any_digest_new ();

  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      any_digest_update (state, name, strlen (name) + 1);
    }
  any_digest_finish (state, digest);
}

gboolean
any_content_digest_directory (const char *path,
                              guint8      digest[ANY_DIGEST_SIZE],
                              GError    **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int            fd = open_to_read (path, O_DIRECTORY, error);
  DIR           *directory;
  struct dirent *item;
  int            failure;

  if (fd < 0)
    return FALSE;

  directory = fdopendir (fd);
  if (directory == NULL)
    {
      any_trouble_set_from_errno (error, errno, path);
      close (fd);
      return FALSE;
    }

  errno = 0;
  while ((item = readdir (directory)) != NULL)
    g_ptr_array_add (names, g_strdup (item->d_name));
  failure = errno;
  closedir (directory);

  if (failure != 0)
    return any_trouble_set_from_errno (error, failure, path);

  digest_names (names, digest);

  return TRUE;
}
