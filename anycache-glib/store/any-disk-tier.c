/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-disk-tier-private.h"

#include <errno.h>

#include "any-dependency-list.h"
#include "any-entry-file.h"
#include "any-marks-file.h"
#include "any-measure.h"
#include "any-posix.h"
#include "any-stats-file.h"

/* How often the room that was made may be taken by others, before a result is given up. */
#define MAX_ATTEMPTS 32

AnyDiskTier *
any_disk_tier_new (const char *cachedir)
{
  AnyDiskTier *self = g_new0 (AnyDiskTier, 1);

  self->location = any_location_new (cachedir);
  self->usage = any_usage_new (self->location);
  self->eviction = any_eviction_new (self->usage);

  return self;
}

void
any_disk_tier_free (AnyDiskTier *self)
{
  any_eviction_free (self->eviction);
  any_usage_free (self->usage);
  any_location_free (self->location);
  g_free (self);
}

/* The epoch, or ANY_EPOCH_UNKNOWN where memory must not be used. */
guint64
any_disk_tier_get_epoch (AnyDiskTier *self)
{
  g_autoptr (AnyDirectory) directory = any_location_ref_directory (self->location, FALSE, NULL);

  return directory != NULL ? any_directory_read_epoch (directory) : ANY_EPOCH_UNKNOWN;
}

/* Reads the entry of a key. */
AnyMiss
any_disk_tier_read (AnyDiskTier  *self,
                    const AnyKey *key,
                    AnyRecord   **record)
{
  AnyShardPath path;

  any_shard_path_init (&path, &key->ident);

  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (AnyDirectory) directory = any_location_ref_directory (self->location, FALSE, NULL);
      AnyMiss miss;

      if (directory == NULL)
        return ANY_MISS_ABSENT;

      miss = any_entry_file_read (directory, &path, key, record);
      if (miss != ANY_MISS_ABSENT || attempt > 0 || any_directory_is_in_place (directory))
        return miss;

      any_location_drop_directory (self->location, directory);
    }
}

/* Whether the entry on disk is still the one that the record was made from or published as. */
gboolean
any_disk_tier_holds (AnyDiskTier     *self,
                     const AnyRecord *record)
{
  g_autoptr (AnyDirectory) directory = any_location_ref_directory (self->location, FALSE, NULL);
  AnyIdent     ident = any_ident_of (record->key, record->key_length);
  AnyShardPath path;

  any_shard_path_init (&path, &ident);

  return directory != NULL && any_entry_file_holds (directory, &path, record);
}

/* Whether something that the record depends on was marked since its computation began; TRUE if in doubt. The
 * epoch need not be known. */
gboolean
any_disk_tier_is_marked (AnyDiskTier     *self,
                         const AnyRecord *record,
                         guint64          epoch)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyMarks) marks = NULL;

  if (record->dependencies_length == 0)
    return FALSE;

  directory = any_location_ref_directory (self->location, FALSE, NULL);
  if (directory == NULL)
    return TRUE;
  if (epoch == ANY_EPOCH_UNKNOWN)
    epoch = any_directory_read_epoch (directory);
  marks = any_location_ref_marks (self->location, directory, epoch);

  return any_dependency_list_is_marked (record->dependencies, record->dependencies_length, marks, record->facts.marks);
}

/* Gives the directory that the path leads to now, where something is about to be computed, and makes it where there is none. */
AnyDirectory *
any_disk_tier_make_directory (AnyDiskTier *self,
                              GError     **error)
{
  any_location_verify (self->location);

  return any_location_ref_writable_directory (self->location, TRUE, error);
}

/* Notes what the directory is like before a result is computed, and makes the directory where there is none. */
gboolean
any_disk_tier_begin (AnyDiskTier  *self,
                     const AnyKey *key,
                     AnyOrigin     origin,
                     AnyDraft     *draft,
                     GError      **error)
{
  return any_draft_begin (draft, self->location, key, origin, error);
}

/* Whether room had better be made before a result is stored. One that takes the place of another may need none. */
static gboolean
expects_no_room (AnyDiskTier    *self,
                 const AnyKey   *key,
                 const AnyDraft *draft)
{
  AnyShardPath path;

  any_shard_path_init (&path, &key->ident);

  return any_eviction_is_due (self->eviction) && !any_entry_file_exists (draft->generation, &path);
}

/* Stores a result under its key, at one instant for all readers. Where there is no room, others make room; and as others may take that,
 * it is tried again and again. Without bounds (nullable) there always is. */
AnyPublish
any_disk_tier_publish (AnyDiskTier     *self,
                       const AnyKey    *key,
                       const AnyDraft  *draft,
                       const AnyBounds *bounds,
                       const AnyRecord *record,
                       gsize            head_length,
                       GError         **error)
{
  AnyEntryWriter writer = { .record = record, .head_length = head_length, .bounds = bounds != NULL ? *bounds : ANY_BOUNDS_NONE };
  gboolean       bound = any_bounds_are_set (&writer.bounds);
  gboolean       full = bound && expects_no_room (self, key, draft);
  g_autoptr (GError) local_error = NULL;

  for (guint attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      AnyPublish published;

      if (full && !any_eviction_make_room (self->eviction, draft->directory, draft->generation, &writer.bounds,
                                           record->total_length, &local_error))
        break;
      if (bound)
        writer.used = any_usage_tick (self->usage);

      published = any_draft_publish (draft, self->location, key, &writer, error);
      full = published == ANY_PUBLISH_FULL;
      if (!full)
        return published;
    }

  /* What was cleared meanwhile has no room and needs none. */
  if (any_draft_was_cleared (draft))
    return ANY_PUBLISH_SUPERSEDED;

  if (local_error == NULL)
    any_posix_set_error (&local_error, ENOSPC, "Others take all the room in", draft->generation->path);
  g_propagate_error (error, g_steal_pointer (&local_error));

  return ANY_PUBLISH_FAILED;
}

/* Notes that somebody got what a record holds. */
void
any_disk_tier_note_use (AnyDiskTier *self,
                        AnyRecord   *record)
{
  any_usage_note (self->usage, record);
}

/* Makes known to other processes what was used. */
void
any_disk_tier_record_uses (AnyDiskTier *self)
{
  any_usage_record (self->usage);
}

/* Takes away what is too much. */
void
any_disk_tier_trim (AnyDiskTier     *self,
                    const AnyBounds *bounds)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;

  if (any_location_find_generation (self->location, &directory, &generation, NULL) && generation != NULL && generation->writable)
    any_eviction_trim (self->eviction, directory, generation, bounds);
}

/* How many entries this process has taken away to make room. */
guint64
any_disk_tier_get_evictions (AnyDiskTier *self)
{
  return any_eviction_get_count (self->eviction);
}

/* Adds to what all processes have done; there is nothing to add it to where there is no directory. */
gboolean
any_disk_tier_add_stats (AnyDiskTier    *self,
                         const AnyStats *stats)
{
  g_autoptr (AnyDirectory) directory = NULL;

  return !any_stats_are_zero (stats) &&
         any_location_find_directory (self->location, &directory, NULL) &&
         directory != NULL && directory->writable &&
         any_stats_file_add (directory, stats);
}

/* What all processes have done. */
AnyStats *
any_disk_tier_read_stats (AnyDiskTier *self,
                          GError     **error)
{
  g_autoptr (AnyDirectory) directory = NULL;

  any_location_verify (self->location);
  directory = any_location_ref_directory (self->location, FALSE, error);

  return directory != NULL ? any_stats_file_read (directory, error) : NULL;
}

/* The bytes of all entries, of every process. */
guint64
any_disk_tier_get_size (AnyDiskTier *self)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;
  AnyLedgerTotal total = { 0 };

  if (any_location_find_generation (self->location, &directory, &generation, NULL) && generation != NULL)
    any_measure (generation, &total);

  return total.bytes;
}
