/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-item.h"

#include <string.h>

#include "any-stamp.h"

/* What an entry remembers is the XXH3-128 of these bytes. Integers are little endian:
 *
 *   tree        = item* end
 *   item        = head name NUL body
 *   head        = type:u64 size:u64 mtime:i64 ctime:i64 inode:u64
 *   type        = 1 file, 2 directory, 3 symbolic link, 4 FIFO, 5 socket, 6 character device, 7 block device
 *   body        = of a directory: tree; of a link: target NUL; of a file by its content: the XXH3-128 of it; else nothing
 *   end         = head of zeros
 *
 * The items of a directory come in the order of the bytes of their names, without “.” and “..”. All of a head but the type is zero
 * except of a file by its times.
 */

AnyItemType
any_item_get_type (const struct stat *status)
{
  switch (status->st_mode & S_IFMT)
    {
    case S_IFREG:
      return ANY_ITEM_FILE;
    case S_IFDIR:
      return ANY_ITEM_DIRECTORY;
    case S_IFLNK:
      return ANY_ITEM_LINK;
    case S_IFIFO:
      return ANY_ITEM_FIFO;
    case S_IFSOCK:
      return ANY_ITEM_SOCKET;
    case S_IFCHR:
      return ANY_ITEM_CHARACTER_DEVICE;
    default:
      return ANY_ITEM_BLOCK_DEVICE;
    }
}

/* Whether nothing has dated it in between. */
gboolean
any_item_is_same (const struct stat *a,
                  const struct stat *b)
{
  return a->st_dev == b->st_dev &&
         a->st_ino == b->st_ino &&
         (a->st_mode & S_IFMT) == (b->st_mode & S_IFMT) &&
         a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
         a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
         a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
         a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The status is NULL where it does not count, the name where the end of a directory is told. */
void
any_item_digest (AnyItemType        type,
                 const struct stat *status,
                 const char        *name,
                 AnyDigest         *digest)
{
  guint64 head[5] = { GUINT64_TO_LE ((guint64) type), 0, 0, 0, 0 };

  if (status != NULL)
    {
      head[1] = GUINT64_TO_LE ((guint64) status->st_size);
      head[2] = GUINT64_TO_LE ((guint64) any_stamp_nanoseconds (&status->st_mtim));
      head[3] = GUINT64_TO_LE ((guint64) any_stamp_nanoseconds (&status->st_ctim));
      head[4] = GUINT64_TO_LE ((guint64) status->st_ino);
    }

  any_digest_update (digest, head, sizeof head);
  if (name != NULL)
    any_digest_update (digest, name, strlen (name) + 1);
}
