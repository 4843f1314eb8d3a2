/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-draft.h"

#include <errno.h>
#include <string.h>

#include "any-entry-file.h"
#include "any-entry-removal.h"
#include "any-error.h"
#include "any-marks-file.h"
#include "any-posix.h"

void
any_draft_clear (AnyDraft *self)
{
  g_clear_pointer (&self->generation, any_generation_unref);
  g_clear_pointer (&self->directory, any_directory_unref);
}

/* The number of the last mark. Damaged or missing marks outdate whatever is stored, so they are mended where that can be done. */
static guint64
read_marks (AnyLocation  *location,
            AnyDirectory *directory,
            guint64       epoch)
{
  g_autoptr (AnyMarks) marks = any_location_ref_marks (location, directory, epoch);

  if (!any_marks_are_sound (marks) && any_marks_file_mend (directory, NULL))
    {
      g_clear_pointer (&marks, any_marks_unref);
      marks = any_location_ref_marks (location, directory, ANY_EPOCH_UNKNOWN);
    }

  return any_marks_get_last (marks);
}

/* What is given yields to nothing, so nothing of the entry's place has to be remembered for it. */
static gboolean
begin_in (AnyDraft           *self,
          AnyLocation        *location,
          AnyDirectory       *directory,
          const AnyShardPath *path,
          GError            **error)
{
  AnyLedgerRecord record;

  self->generation = any_location_ref_generation (location, directory, TRUE, error);
  if (self->generation == NULL)
    return FALSE;

  self->directory = any_directory_ref (directory);
  self->epoch = __atomic_load_n (&self->generation->epoch, __ATOMIC_ACQUIRE);
  self->marks = read_marks (location, directory, self->epoch);
  self->begun = any_directory_read_epoch (directory);
  if (self->origin == ANY_ORIGIN_GIVEN)
    return TRUE;

  if (!any_ledger_read (self->generation->state_fd, path->index, &record))
    any_posix_set_error (error, errno, "Cannot read the ledger in", self->generation->path);
  else if (any_entry_file_identify (self->generation, path, &self->entry, error))
    {
      self->sequence = record.sequence;
      self->supersessions = record.supersessions;
      self->evictions = record.evictions;
      return TRUE;
    }

  any_draft_clear (self);

  return FALSE;
}

/* Notes what the directory is like before a result is computed, and makes the directory where there is none. */
gboolean
any_draft_begin (AnyDraft     *self,
                 AnyLocation  *location,
                 const AnyKey *key,
                 AnyOrigin     origin,
                 GError      **error)
{
  AnyShardPath path;
  GError      *local_error = NULL;

  *self = (AnyDraft){ .origin = origin };
  any_shard_path_init (&path, &key->ident);

  any_location_verify (location);

  for (guint attempt = 1;; attempt++)
    {
      g_autoptr (AnyDirectory) directory = any_location_ref_writable_directory (location, TRUE, error);

      if (directory == NULL)
        return FALSE;
      if (begin_in (self, location, directory, &path, &local_error))
        return TRUE;

      /* Who has waited in vain once does not wait again. */
      if (attempt == ANY_LOCATION_ATTEMPTS || g_error_matches (local_error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT))
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }

      g_clear_error (&local_error);
      any_location_drop_directory (location, directory);
    }
}

/* Whether a clear has taken away the generation that a result would be stored in. */
gboolean
any_draft_was_cleared (const AnyDraft *self)
{
  return !any_generation_is_current (self->generation, self->directory) && any_directory_is_in_place (self->directory);
}

/* Says what has become of a result. A generation that was cleared away takes what is written to it out of sight, or fails once it
 * is removed; a directory that was removed fails. */
static AnyPublish
conclude (const AnyDraft *self,
          AnyLocation    *location,
          GError         *write_error,
          GError        **error)
{
  gboolean in_place = write_error == NULL || any_directory_is_in_place (self->directory);

  if (in_place && !any_generation_is_current (self->generation, self->directory))
    {
      g_clear_error (&write_error);
      return ANY_PUBLISH_SUPERSEDED;
    }

  if (write_error == NULL)
    return ANY_PUBLISHED;

  if (!in_place)
    any_location_drop_directory (location, self->directory);
  g_propagate_error (error, write_error);

  return ANY_PUBLISH_FAILED;
}

/* Looks whether nothing was removed in the shard, and nothing stored under the key, since the draft was begun. What is gone without having
 * been removed was evicted: it may have been something else, if something else was stored meanwhile that supersedes this. */
static gboolean
look_for_others (const AnyDraft     *self,
                 AnyShard           *shard,
                 const AnyShardPath *path,
                 gboolean           *alone,
                 GError            **error)
{
  AnyEntryIdentity now;

  if (!any_entry_file_identify (self->generation, path, &now, error))
    return FALSE;

  if (shard->record.sequence != self->sequence)
    *alone = FALSE;
  else if (now.size == 0)
    *alone = shard->record.evictions == self->evictions || shard->record.supersessions == self->supersessions;
  else
    *alone = memcmp (&now, &self->entry, sizeof now) == 0;

  return TRUE;
}

static gboolean
remove_held (AnyShard           *shard,
             const AnyShardPath *path,
             AnyEpoch           *epoch,
             GError            **error)
{
  shard->record.sequence++;

  return any_entry_remove (shard, path->file, epoch, error);
}

/* Writes a result into a shard that is held, unless it must yield.
 *
 * What was stored since the draft was begun may be newer: nobody knows which of two computations has looked last.
 */
static AnyPublish
write_or_yield (const AnyDraft       *self,
                AnyShard             *shard,
                const AnyShardPath   *path,
                const AnyEntryWriter *writer,
                GError              **error)
{
  AnyEpoch *epoch = self->directory->epoch;
  gboolean  alone = TRUE;

  if (self->origin != ANY_ORIGIN_GIVEN && !look_for_others (self, shard, path, &alone, error))
    return ANY_PUBLISH_FAILED;

  if (!alone)
    return self->origin != ANY_ORIGIN_REFRESH || remove_held (shard, path, epoch, error) ? ANY_PUBLISH_SUPERSEDED
                                                                                         : ANY_PUBLISH_FAILED;

  switch (any_entry_writer_write (writer, shard, path, epoch, error))
    {
    case ANY_WRITTEN:
      return ANY_PUBLISHED;

    case ANY_WRITE_FULL:
      return ANY_PUBLISH_FULL;

    case ANY_WRITE_FAILED:
    default:
      return ANY_PUBLISH_FAILED;
    }
}

/* Stores a result under its key, at one instant for all readers. */
AnyPublish
any_draft_publish (const AnyDraft *self,
                   AnyLocation    *location,
                   const AnyKey   *key,
                   AnyEntryWriter *writer,
                   GError        **error)
{
  AnyShardPath path;
  AnyShard     shard;
  AnyPublish   outcome = ANY_PUBLISH_FAILED;
  GError      *write_error = NULL;

  any_shard_path_init (&path, &key->ident);
  writer->supersedes = self->origin != ANY_ORIGIN_CALL;

  if (any_shard_enter (&shard, self->generation, path.index, ANY_GATE_WAIT_US, &write_error))
    {
      outcome = write_or_yield (self, &shard, &path, writer, &write_error);
      any_shard_leave (&shard);
    }

  return outcome == ANY_PUBLISHED || outcome == ANY_PUBLISH_FAILED ? conclude (self, location, write_error, error) : outcome;
}

/* Removes what was there when the draft was begun, unless something else has its place. */
gboolean
any_draft_discard (const AnyDraft *self,
                   const AnyKey   *key,
                   GError        **error)
{
  AnyShardPath path;
  AnyShard     shard;
  gboolean     alone;
  gboolean     discarded;

  any_shard_path_init (&path, &key->ident);
  if (!any_shard_enter (&shard, self->generation, path.index, ANY_GATE_WAIT_US, error))
    return FALSE;

  discarded = look_for_others (self, &shard, &path, &alone, error) &&
              (!alone || remove_held (&shard, &path, self->directory->epoch, error));
  any_shard_leave (&shard);

  return discarded;
}
