/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-core-private.h"

/* What changes the directory of a core. */

/* The directory in which something is about to be computed. */
AnyDirectory *
any_core_make_directory (AnyCore *self,
                         GError **error)
{
  return any_disk_tier_make_directory (self->disk, error);
}

gboolean
any_core_begin (AnyCore      *self,
                const AnyKey *key,
                AnyOrigin     origin,
                AnyDraft     *draft,
                GError      **error)
{
  return any_disk_tier_begin (self->disk, key, origin, draft, error);
}

/* Whether anything was removed, replaced or marked in the directory since a draft was begun. */
gboolean
any_core_has_moved (AnyCore        *self,
                    const AnyDraft *draft)
{
  return draft->begun == ANY_EPOCH_UNKNOWN || any_disk_tier_get_epoch (self->disk) != draft->begun;
}

AnyPublish
any_core_publish (AnyCore         *self,
                  const AnyKey    *key,
                  const AnyDraft  *draft,
                  const AnyBounds *bounds,
                  AnyRecord       *record,
                  gsize            head_length,
                  GError         **error)
{
  AnyPublish published = any_disk_tier_publish (self->disk, key, draft, bounds, record, head_length, error);

  if (draft->origin != ANY_ORIGIN_CALL || draft->entry.size != 0)
    any_core_forget_validations (self);

  any_record_drop_frame (record);
  if (published == ANY_PUBLISHED)
    {
      any_counters_add_stored_bytes (&self->counters, record->total_length);
      record->epoch = draft->epoch;
      if (draft->epoch != ANY_EPOCH_UNKNOWN)
        any_memory_tier_put (self->memory, key, record);
    }

  return published;
}

/* Notes that somebody got what a record holds. */
void
any_core_note_use (AnyCore   *self,
                   AnyRecord *record)
{
  AnyTier tier = ANY_TIER_MEMORY;

  if (__atomic_load_n (&record->unused, __ATOMIC_RELAXED))
    {
      __atomic_store_n (&record->unused, FALSE, __ATOMIC_RELAXED);
      tier = ANY_TIER_DISK;
    }

  any_counters_add_use (&self->counters, tier, record->facts.cost);
  any_disk_tier_note_use (self->disk, record);
}

/* Makes known to other processes what was used, and what was counted since the last time. */
void
any_core_record (AnyCore *self)
{
  g_autoptr (AnyStats) now = NULL;
  g_autoptr (AnyStats) since = NULL;

  any_disk_tier_record_uses (self->disk);

  g_mutex_lock (&self->recorder);
  now = any_core_get_stats (self);
  since = any_stats_copy (now);
  any_stats_subtract (since, &self->recorded);
  if (any_disk_tier_add_stats (self->disk, since))
    self->recorded = *now;
  g_mutex_unlock (&self->recorder);
}

/* Does at once what would be done in the background: records, and deletes what was cleared. */
void
any_core_flush (AnyCore *self)
{
  any_core_record (self);
  any_disk_tier_sweep (self->disk);
}

/* What all processes have done, as far as it is recorded. */
AnyStats *
any_core_read_total_stats (AnyCore *self,
                           GError **error)
{
  any_core_record (self);

  return any_disk_tier_read_stats (self->disk, error);
}

/* Takes away what is too much. */
void
any_core_trim (AnyCore         *self,
               const AnyBounds *bounds)
{
  any_disk_tier_trim (self->disk, bounds);
}

/* Removes what was there when a draft was begun, unless something else has its place. */
gboolean
any_core_discard (AnyCore        *self,
                  const AnyKey   *key,
                  const AnyDraft *draft,
                  GError        **error)
{
  gboolean discarded = any_draft_discard (draft, key, error);

  any_core_forget_validations (self);

  return discarded;
}

gboolean
any_core_remove (AnyCore      *self,
                 const AnyKey *key,
                 GError      **error)
{
  gboolean removed;

  any_memory_tier_remove (self->memory, key);

  removed = any_disk_tier_remove (self->disk, key, error);
  any_core_forget_validations (self);

  return removed;
}

gboolean
any_core_remove_name (AnyCore    *self,
                      const char *name,
                      GError    **error)
{
  gboolean removed;

  any_memory_tier_remove_name (self->memory, name);

  removed = any_disk_tier_remove_name (self->disk, name, error);
  any_core_forget_validations (self);

  return removed;
}

gboolean
any_core_clear (AnyCore *self,
                GError **error)
{
  gboolean removed;

  any_memory_tier_clear (self->memory);

  removed = any_disk_tier_clear (self->disk, error);
  any_core_forget_validations (self);

  return removed;
}

/* Says that a dependency has changed. */
gboolean
any_core_invalidate (AnyCore    *self,
                     const char *dependency,
                     GError    **error)
{
  gboolean marked = any_disk_tier_mark (self->disk, dependency, error);

  any_core_forget_validations (self);

  return marked;
}
