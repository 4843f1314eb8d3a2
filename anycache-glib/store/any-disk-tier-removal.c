/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-disk-tier-private.h"

#include "any-entry-file.h"
#include "any-entry-removal.h"
#include "any-marks-file.h"

/* What takes entries away, or says that they are outdated, for all processes. */

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

/* Marks a dependency, for all processes at one instant. Where nothing was stored yet, nothing can depend on it. A mark in a directory
 * that somebody has pulled away meanwhile tells nobody. */
gboolean
any_disk_tier_mark (AnyDiskTier *self,
                    const char  *dependency,
                    GError     **error)
{
  for (guint attempt = 1;; attempt++)
    {
      g_autoptr (AnyDirectory) directory = NULL;
      g_autoptr (GError) local_error = NULL;
      gboolean marked;

      if (!any_location_find_directory (self->location, &directory, error))
        return FALSE;
      if (directory == NULL)
        return TRUE;
      if (!any_directory_require_writable (directory, error))
        return FALSE;

      marked = any_marks_file_add (directory, dependency, &local_error);
      if (attempt == ANY_LOCATION_ATTEMPTS || any_directory_is_in_place (directory))
        {
          if (!marked)
            g_propagate_error (error, g_steal_pointer (&local_error));
          return marked;
        }
    }
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
          any_generation_sweep_later (directory);
          return TRUE;
        }

      if (attempt == ANY_LOCATION_ATTEMPTS || any_directory_is_in_place (directory))
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
      g_clear_error (&local_error);
    }
}

/* Deletes what was cleared, and is not gone yet. */
void
any_disk_tier_sweep (AnyDiskTier *self)
{
  g_autoptr (AnyDirectory) directory = NULL;

  if (any_location_find_directory (self->location, &directory, NULL) && directory != NULL && directory->writable)
    any_generation_sweep (directory);
}
