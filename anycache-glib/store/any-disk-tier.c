/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-disk-tier.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-entry-file.h"
#include "any-entry-removal.h"
#include "any-error.h"
#include "any-location.h"
#include "any-posix.h"
#include "any-shard.h"

struct _AnyDiskTier
{
  AnyLocation *location; /* (owned), set once */
};

AnyDiskTier *
any_disk_tier_new (const char *cachedir)
{
  AnyDiskTier *self = g_new0 (AnyDiskTier, 1);

  self->location = any_location_new (cachedir);

  return self;
}

void
any_disk_tier_free (AnyDiskTier *self)
{
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

void
any_draft_clear (AnyDraft *self)
{
  g_clear_pointer (&self->generation, any_generation_unref);
  g_clear_pointer (&self->directory, any_directory_unref);
}

/* What is given yields to nothing, so nothing has to be remembered for it. */
static gboolean
begin_in (AnyDiskTier        *self,
          AnyDirectory       *directory,
          const AnyShardPath *path,
          AnyDraft           *draft,
          GError            **error)
{
  AnyLedgerRecord record;

  draft->generation = any_location_ref_generation (self->location, directory, TRUE, error);
  if (draft->generation == NULL)
    return FALSE;

  draft->directory = any_directory_ref (directory);
  draft->epoch = __atomic_load_n (&draft->generation->epoch, __ATOMIC_ACQUIRE);
  if (draft->origin == ANY_ORIGIN_GIVEN)
    return TRUE;

  if (!any_ledger_read (draft->generation->state_fd, path->index, &record))
    any_posix_set_error (error, errno, "Cannot read the ledger in", draft->generation->path);
  else if (any_entry_file_identify (draft->generation, path, &draft->entry, error))
    {
      draft->sequence = record.sequence;
      return TRUE;
    }

  any_draft_clear (draft);

  return FALSE;
}

/* Others can pull the directory away while it is opened or cleared; each attempt needs another one to fail. */
#define ATTEMPTS 8

/* Notes what the directory is like before a result is computed, and makes the directory where there is none. */
gboolean
any_disk_tier_begin (AnyDiskTier  *self,
                     const AnyKey *key,
                     AnyOrigin     origin,
                     AnyDraft     *draft,
                     GError      **error)
{
  AnyShardPath path;
  GError      *local_error = NULL;

  *draft = (AnyDraft){ .origin = origin };
  any_shard_path_init (&path, &key->ident);

  any_location_verify (self->location);

  for (guint attempt = 1;; attempt++)
    {
      g_autoptr (AnyDirectory) directory = any_location_ref_writable_directory (self->location, TRUE, error);

      if (directory == NULL)
        return FALSE;
      if (begin_in (self, directory, &path, draft, &local_error))
        return TRUE;

      /* Who has waited in vain once does not wait again. */
      if (attempt == ATTEMPTS || g_error_matches (local_error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT))
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }

      g_clear_error (&local_error);
      any_location_drop_directory (self->location, directory);
    }
}

/* Says what has become of a result. A generation that was cleared away takes what is written to it out of sight, or fails once it
 * is removed; a directory that was removed fails. */
static AnyPublish
conclude (AnyDiskTier    *self,
          const AnyDraft *draft,
          GError         *write_error,
          GError        **error)
{
  gboolean in_place = write_error == NULL || any_directory_is_in_place (draft->directory);

  if (in_place && !any_generation_is_current (draft->generation, draft->directory))
    {
      g_clear_error (&write_error);
      return ANY_PUBLISH_SUPERSEDED;
    }

  if (write_error == NULL)
    return ANY_PUBLISHED;

  if (!in_place)
    any_location_drop_directory (self->location, draft->directory);
  g_propagate_error (error, write_error);

  return ANY_PUBLISH_FAILED;
}

/* Writes a result into a shard that is held, unless it must yield. FALSE with no error where it had to.
 *
 * What was stored since the draft was begun may be newer: nobody knows which of two computations has looked last.
 */
static gboolean
write_or_yield (AnyShard           *shard,
                const AnyShardPath *path,
                const AnyDraft     *draft,
                const AnyRecord    *record,
                gsize               head_length,
                GError            **error)
{
  AnyEpoch        *epoch = draft->directory->epoch;
  AnyEntryIdentity now = draft->entry;
  gboolean         yields = FALSE;

  if (draft->origin != ANY_ORIGIN_GIVEN)
    {
      if (!any_entry_file_identify (draft->generation, path, &now, error))
        return FALSE;
      yields = shard->record.sequence != draft->sequence || memcmp (&now, &draft->entry, sizeof now) != 0;
    }

  if (!yields)
    return any_entry_file_write (shard, path, epoch, record, head_length, error);

  if (draft->origin == ANY_ORIGIN_REFRESH)
    any_entry_remove (shard, path->file, epoch, error);

  return FALSE;
}

/* Stores a result under its key, at one instant for all readers. */
AnyPublish
any_disk_tier_publish (AnyDiskTier     *self,
                       const AnyKey    *key,
                       const AnyDraft  *draft,
                       const AnyRecord *record,
                       gsize            head_length,
                       GError         **error)
{
  AnyShardPath path;
  AnyShard     shard;
  GError      *write_error = NULL;
  gboolean     written = FALSE;

  any_shard_path_init (&path, &key->ident);

  if (any_shard_enter (&shard, draft->generation, path.index, ANY_GATE_WAIT_US, &write_error))
    {
      written = write_or_yield (&shard, &path, draft, record, head_length, &write_error);
      any_shard_leave (&shard);
    }

  if (!written && write_error == NULL)
    return ANY_PUBLISH_SUPERSEDED;

  return conclude (self, draft, write_error, error);
}

/* Removes the entry of a key, and keeps results that are being computed for it from being stored. */
gboolean
any_disk_tier_remove (AnyDiskTier  *self,
                      const AnyKey *key,
                      GError      **error)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;
  AnyShardPath path;
  AnyShard     shard;
  gboolean     removed;

  any_shard_path_init (&path, &key->ident);

  if (!any_location_find_generation (self->location, &directory, &generation, error))
    return FALSE;
  if (generation == NULL || (!directory->writable && !any_entry_file_exists (generation, &path)))
    return TRUE;

  if (!any_directory_require_writable (directory, error) ||
      !any_shard_enter (&shard, generation, path.index, ANY_GATE_WAIT_US, error))
    return FALSE;

  shard.record.sequence++;
  removed = any_entry_remove (&shard, path.file, directory->epoch, error);
  any_shard_leave (&shard);

  return removed;
}

/* Removes the entries of all functions of a name. */
gboolean
any_disk_tier_remove_name (AnyDiskTier *self,
                           const char  *name,
                           GError     **error)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;
  gboolean removed = TRUE;

  if (!any_location_find_generation (self->location, &directory, &generation, error))
    return FALSE;
  if (generation == NULL)
    return TRUE;
  if (!any_directory_require_writable (directory, error))
    return FALSE;

  for (guint i = 0; i < ANY_LEDGER_SHARDS && removed; i++)
    {
      AnyShard shard;

      if (!any_shard_enter (&shard, generation, i, ANY_GATE_WAIT_US, error))
        return FALSE;

      shard.record.sequence++;
      removed = any_entry_remove_name (&shard, name, directory->epoch, error);
      any_shard_leave (&shard);
    }

  return removed;
}

/* Removes all entries, for all processes at one instant. A generation that cannot be opened is replaced like any other. */
gboolean
any_disk_tier_clear (AnyDiskTier *self,
                     GError     **error)
{
  GError *local_error = NULL;

  for (guint attempt = 1;; attempt++)
    {
      g_autoptr (AnyDirectory) directory = NULL;

      if (!any_location_find_directory (self->location, &directory, error))
        return FALSE;
      if (directory == NULL)
        return TRUE;
      if (!any_directory_require_writable (directory, error))
        return FALSE;

      if (any_generation_replace (directory, &local_error))
        {
          any_generation_sweep (directory);
          return TRUE;
        }

      if (attempt == ATTEMPTS || any_directory_is_in_place (directory))
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
      g_clear_error (&local_error);
    }
}

static guint64
measure_shard (AnyGeneration         *generation,
               guint                  index,
               const AnyLedgerRecord *known)
{
  AnyLedgerRecord counted;
  AnyShard        shard;
  guint64         bytes;

  if (known->settled)
    return known->bytes;
  if (!generation->writable)
    return any_shard_count (generation, index, &counted) ? counted.bytes : 0;

  /* Somebody is at it, and its numbers are not too low; or its writer died, and it must be counted. */
  if (!any_shard_enter (&shard, generation, index, 0, NULL))
    return known->bytes;

  any_shard_end (&shard);
  bytes = shard.record.bytes;
  any_shard_leave (&shard);

  return bytes;
}

/* The bytes of all entries, of every process. Takes one read, whatever the number of entries; after a crash of the machine, the
 * first time counts them. */
guint64
any_disk_tier_get_size (AnyDiskTier *self)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;
  AnyLedgerRecord records[ANY_LEDGER_SHARDS];
  guint64         total = 0;

  if (!any_location_find_generation (self->location, &directory, &generation, NULL) ||
      generation == NULL ||
      !any_ledger_read_all (generation->state_fd, records))
    return 0;

  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    total += measure_shard (generation, i, &records[i]);

  return total;
}
