/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-shard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-posix.h"

static char *
append (char       *at,
        const char *text,
        gsize       length)
{
  memcpy (at, text, length);

  return at + length;
}

/* Put together by hand, since each look-up needs it. */
void
any_shard_path_init (AnyShardPath   *self,
                     const AnyIdent *ident)
{
  char  digits[ANY_IDENT_LENGTH + 1];
  char *at;

  any_ident_write (ident, digits);

  self->index = ident->high >> 56;
  memcpy (self->shard, digits, ANY_SHARD_NAME_LENGTH);
  self->shard[ANY_SHARD_NAME_LENGTH] = '\0';

  at = append (self->temporary, digits, ANY_SHARD_NAME_LENGTH);
  at = append (at, "/" ANY_SHARD_TEMPORARY, sizeof "/" ANY_SHARD_TEMPORARY);

  at = append (self->entry, ANY_GENERATION_CURRENT "/", sizeof ANY_GENERATION_CURRENT);
  self->in_generation = at;
  at = append (at, digits, ANY_SHARD_NAME_LENGTH);
  at = append (at, "/", 1);
  self->file = at;
  append (at, digits + ANY_SHARD_NAME_LENGTH, ANY_SHARD_FILE_LENGTH + 1);
}

static guint64
parse_digits (const char *digits,
              gsize       length)
{
  char copy[ANY_IDENT_LENGTH + 1];

  memcpy (copy, digits, length);
  copy[length] = '\0';

  return g_ascii_strtoull (copy, NULL, 16);
}

/* The ident of the key whose entry has this file. */
AnyIdent
any_shard_ident_of (guint       index,
                    const char *file)
{
  const gsize n_high = ANY_SHARD_FILE_LENGTH - ANY_IDENT_LENGTH / 2;

  return (AnyIdent){
    .high = (guint64) index << 56 | parse_digits (file, n_high),
    .low = parse_digits (file + n_high, ANY_IDENT_LENGTH / 2),
  };
}

/* Opens the shard's directory; -1 with ENOENT where nothing was stored in it yet. */
int
any_shard_open (AnyShard *self)
{
  return any_posix_open (self->generation->fd, self->name, O_RDONLY | O_DIRECTORY);
}

static gboolean
is_entry_name (const char *name)
{
  return strlen (name) == ANY_SHARD_FILE_LENGTH && strspn (name, "0123456789abcdef") == ANY_SHARD_FILE_LENGTH;
}

/* Anything but a file in an entry's place counts nothing. */
static gboolean
visit (AnyShard    *self,
       int          directory,
       const char  *file,
       AnyShardFunc func,
       gpointer     user_data)
{
  struct stat status;

  if (!is_entry_name (file))
    return TRUE;
  if (fstatat (directory, file, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT;

  return !S_ISREG (status.st_mode) || func (self, directory, file, &status, user_data);
}

gboolean
any_shard_foreach (AnyShard    *self,
                   AnyShardFunc func,
                   gpointer     user_data)
{
  DIR           *reader;
  struct dirent *item;
  gboolean       complete = TRUE;
  int            saved_errno;
  int            fd = any_shard_open (self);

  if (fd < 0)
    return errno == ENOENT;

  reader = fdopendir (fd);
  if (reader == NULL)
    {
      close (fd);
      return FALSE;
    }

  for (errno = 0; complete && (item = readdir (reader)) != NULL; errno = complete ? 0 : errno)
    complete = visit (self, fd, item->d_name, func, user_data);

  saved_errno = errno;
  closedir (reader);
  errno = saved_errno;

  return complete && saved_errno == 0;
}

static gboolean
count_cb (AnyShard          *self,
          int                directory,
          const char        *file,
          const struct stat *status,
          gpointer           user_data)
{
  AnyLedgerRecord *record = user_data;

  record->bytes += status->st_size;
  record->entries++;

  return TRUE;
}

static void
init (AnyShard      *self,
      AnyGeneration *generation,
      guint          index)
{
  static const char digits[] = "0123456789abcdef";

  *self = (AnyShard){
    .generation = any_generation_ref (generation),
    .index = index,
    .name = { digits[index >> 4], digits[index & 0xf] },
  };
}

/* Makes the record right again. The sequence stays, since results that are being computed must not be refused for a count. What may have
 * been evicted is anybody's guess. */
static gboolean
recount (AnyShard *self)
{
  AnyLedgerRecord counted = {
    .settled = TRUE,
    .evictions = MAX (self->record.evictions, 1),
    .sequence = self->record.sequence,
    .supersessions = self->record.supersessions,
  };

  if (!any_shard_foreach (self, count_cb, &counted))
    return FALSE;

  self->record = counted;
  self->suspect = FALSE;

  return TRUE;
}

gboolean
any_shard_scan (AnyGeneration *generation,
                guint          index,
                AnyShardFunc   func,
                gpointer       user_data)
{
  AnyShard self;
  gboolean complete;

  init (&self, generation, index);
  complete = any_shard_foreach (&self, func, user_data);
  any_generation_unref (generation);

  return complete;
}

/* Counts a shard without the right to change it, as far as it can be read. */
gboolean
any_shard_count (AnyGeneration   *generation,
                 guint            index,
                 AnyLedgerRecord *record)
{
  AnyShard self;
  gboolean counted;

  init (&self, generation, index);
  counted = recount (&self);
  *record = self.record;
  any_generation_unref (generation);

  return counted;
}

/* What is there under the temporary name is of a dead writer: a living one would hold the lock. */
static gboolean
remove_temporary (AnyShard *self)
{
  gboolean removed;
  int      fd = any_shard_open (self);

  if (fd < 0)
    return errno == ENOENT;

  removed = any_posix_remove_tree (fd, ANY_SHARD_TEMPORARY);
  close (fd);

  return removed;
}

static gboolean
settle (AnyShard *self)
{
  return any_ledger_read (self->generation->state_fd, self->index, &self->record) &&
         (self->record.settled || (remove_temporary (self) && recount (self)));
}

/* Waits for a shard, at most for the time given, and learns its numbers. */
gboolean
any_shard_enter (AnyShard      *self,
                 AnyGeneration *generation,
                 guint          index,
                 gint64         wait_us,
                 GError       **error)
{
  if (!any_gate_enter (&generation->gates[index], generation->state_fd,
                       index * ANY_LEDGER_RECORD_SIZE, ANY_LEDGER_RECORD_SIZE,
                       wait_us, generation->path, error))
    return FALSE;

  init (self, generation, index);
  if (settle (self))
    return TRUE;

  any_posix_set_error (error, errno, "Cannot count the entries in", generation->path);
  any_shard_leave (self);

  return FALSE;
}

/* Writes down that the shard is about to change, with numbers that are not too low at any instant of the change. */
gboolean
any_shard_begin (AnyShard *self,
                 GError  **error)
{
  self->record.settled = FALSE;
  if (any_ledger_write (self->generation->state_fd, self->index, &self->record))
    return TRUE;

  any_posix_set_error (error, errno, "Cannot write the ledger in", self->generation->path);

  return FALSE;
}

/* Writes down that the change is complete. Where that fails, the shard is counted again later. */
void
any_shard_end (AnyShard *self)
{
  if (self->suspect && !recount (self))
    return;

  self->record.settled = TRUE;
  if (!any_ledger_write (self->generation->state_fd, self->index, &self->record))
    g_debug ("Cannot write the ledger in %s: %s", self->generation->path, g_strerror (errno));
}

void
any_shard_leave (AnyShard *self)
{
  any_gate_leave (&self->generation->gates[self->index], self->generation->state_fd,
                  self->index * ANY_LEDGER_RECORD_SIZE, ANY_LEDGER_RECORD_SIZE);
  any_generation_unref (self->generation);
}
