/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-content.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "any-listing.h"
#include "any-trouble.h"

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

/* Of the rest of a file that is open; takes its bytes from the room for more of them. Sets errno where it fails, to EFBIG where the
 * room is not enough: a file that grows as it is read must come to an end too. */
gboolean
any_content_digest_descriptor (int     fd,
                               gint64 *room,
                               guint8  digest[ANY_DIGEST_SIZE])
{
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  g_autoptr (AnyDigest) state = any_digest_new ();
  gssize n_read;

  while ((n_read = TEMP_FAILURE_RETRY (read (fd, buffer, READ_SIZE))) > 0)
    {
      any_digest_update (state, buffer, n_read);
      *room -= n_read;
      if (*room < 0)
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
  gint64   room = ANY_CONTENT_MAX_SIZE;
  gboolean read;

  if (fd < 0)
    return FALSE;

  read = any_content_digest_descriptor (fd, &room, digest);
  if (!read)
    any_trouble_set_from_errno (error, errno, path);
  close (fd);

  return read;
}

static void
digest_names (GPtrArray *names,
              guint8     digest[ANY_DIGEST_SIZE])
{
  g_autoptr (AnyDigest) state = any_digest_new ();

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
  g_autoptr (GPtrArray) names = NULL;
  int fd = open_to_read (path, O_DIRECTORY, error);

  if (fd < 0)
    return FALSE;

  names = any_listing_read (fd, G_MAXUINT - 1);
  if (names == NULL)
    any_trouble_set_from_errno (error, errno, path);
  else
    digest_names (names, digest);
  close (fd);

  return names != NULL;
}
