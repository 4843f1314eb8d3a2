/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-core-private.h"

#include "any-dependency-list.h"
#include "any-marks-file.h"

/* Some thousands of small results, or a hundred thumbnails: what an application gains from without noticing the memory. */
#define DEFAULT_MAX_MEMORY (G_GINT64_CONSTANT (16) << 20)

AnyCore *
any_core_new (const char *cachedir)
{
  AnyCore *self = g_new0 (AnyCore, 1);

  g_mutex_init (&self->recorder);
  self->cachedir = g_strdup (cachedir);
  self->disk = any_disk_tier_new (cachedir);
  self->memory = any_memory_tier_new (DEFAULT_MAX_MEMORY);

  return self;
}

void
any_core_free (AnyCore *self)
{
  any_core_record (self);
  any_memory_tier_free (self->memory);
  any_disk_tier_free (self->disk);
  g_free (self->cachedir);
  g_mutex_clear (&self->recorder);
  g_free (self);
}

gint64
any_core_get_max_memory (AnyCore *self)
{
  return any_memory_tier_get_max_bytes (self->memory);
}

void
any_core_set_max_memory (AnyCore *self,
                         gint64   max_bytes)
{
  any_memory_tier_set_max_bytes (self->memory, max_bytes);
}

/* Lets nobody go by an earlier look, whatever interval an asker has: for what this process takes away or hears of, and for a look
 * that is under way. Only ever raises the floor: of two threads, the one that was earlier may come here later. */
void
any_core_forget_validations (AnyCore *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 floor = __atomic_load_n (&self->floor, __ATOMIC_SEQ_CST);

  while (floor < now &&
         !__atomic_compare_exchange_n (&self->floor, &floor, now, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    continue;
}

/* Whether a record is what stands on disk, and was not marked. While the epoch has not moved, it is so; else both are asked once. */
static gboolean
is_in_place (AnyCore   *self,
             AnyRecord *record,
             guint64    epoch)
{
  if (epoch == ANY_EPOCH_UNKNOWN)
    return FALSE;
  if (__atomic_load_n (&record->epoch, __ATOMIC_ACQUIRE) == epoch)
    return TRUE;
  if (!any_disk_tier_holds (self->disk, record) || any_disk_tier_is_marked (self->disk, record, epoch))
    return FALSE;

  __atomic_store_n (&record->epoch, epoch, __ATOMIC_RELEASE);

  return TRUE;
}

/* Whether a record that was found is still the one that is stored, seen now. */
gboolean
any_core_holds (AnyCore   *self,
                AnyRecord *record)
{
  return is_in_place (self, record, any_disk_tier_get_epoch (self->disk));
}

static gboolean
was_validated (AnyCore        *self,
               AnyRecord      *record,
               const AnyTerms *terms,
               gint64          now)
{
  return any_terms_allow_earlier_look (terms, record, __atomic_load_n (&self->floor, __ATOMIC_SEQ_CST), now);
}

/* Finds a record in memory that needs no look at all. */
static AnyRecord *
find_validated (AnyCore        *self,
                const AnyKey   *key,
                const AnyTerms *terms,
                gint64          now)
{
  g_autoptr (AnyRecord) found = any_memory_tier_find (self->memory, key);

  if (found == NULL || !was_validated (self, found, terms, now) || any_terms_are_over (terms, found))
    return NULL;

  return g_steal_pointer (&found);
}

/* Reads the record of a key, and keeps it in memory unless it was marked. */
static AnyMiss
read_record (AnyCore      *self,
             const AnyKey *key,
             guint64       epoch,
             AnyRecord   **record)
{
  AnyMiss miss = any_disk_tier_read (self->disk, key, record);

  if (miss != ANY_MISS_NONE)
    return miss;
  if (any_disk_tier_is_marked (self->disk, *record, epoch))
    return ANY_MISS_OUTDATED;

  (*record)->epoch = epoch;
  (*record)->unused = TRUE;
  if (epoch != ANY_EPOCH_UNKNOWN)
    any_memory_tier_put (self->memory, key, *record);

  return ANY_MISS_NONE;
}

/* Finds the record of a key, if it may be returned now, or could be within the interval before. Gives it too where it may not any
 * more: with ANY_MISS_EXPIRED and ANY_MISS_OUTDATED. */
AnyMiss
any_core_lookup (AnyCore        *self,
                 const AnyKey   *key,
                 const AnyTerms *terms,
                 AnyRecord     **record)
{
  gboolean use_memory = any_core_get_max_memory (self) != 0;
  gint64   began = use_memory && terms->check_interval > 0 ? g_get_monotonic_time () : 0;
  guint64  epoch;
  g_autoptr (AnyRecord) found = NULL;
  AnyMiss miss = ANY_MISS_NONE;

  *record = began > 0 ? find_validated (self, key, terms, began) : NULL;
  if (*record != NULL)
    return ANY_MISS_NONE;

  epoch = use_memory ? any_disk_tier_get_epoch (self->disk) : ANY_EPOCH_UNKNOWN;
  if (epoch != ANY_EPOCH_UNKNOWN)
    found = any_memory_tier_find (self->memory, key);

  if (found == NULL || !is_in_place (self, found, epoch))
    {
      g_clear_pointer (&found, any_record_unref);
      miss = read_record (self, key, epoch, &found);
    }

  if (miss == ANY_MISS_NONE)
    miss = any_terms_validate (terms, found, began);
  *record = g_steal_pointer (&found);

  return miss;
}

/* Finds a record that may be returned now where that needs no look at any file: nothing here waits for a disk. */
AnyRecord *
any_core_glance (AnyCore        *self,
                 const AnyKey   *key,
                 const AnyTerms *terms)
{
  gint64 now = terms->check_interval > 0 ? g_get_monotonic_time () : 0;
  g_autoptr (AnyRecord) found = any_memory_tier_find (self->memory, key);

  if (found == NULL)
    return NULL;
  if (now == 0 || !was_validated (self, found, terms, now))
    {
      if (found->dependencies_length > 0 ||
          __atomic_load_n (&found->epoch, __ATOMIC_ACQUIRE) != any_disk_tier_get_epoch (self->disk))
        return NULL;
    }

  return any_terms_are_over (terms, found) ? NULL : g_steal_pointer (&found);
}

/* Whether something that a record depends on was marked since its computation began, seen now, whatever interval an asker has. */
gboolean
any_core_is_marked (AnyCore         *self,
                    const AnyRecord *record)
{
  return any_disk_tier_is_marked (self->disk, record, ANY_EPOCH_UNKNOWN);
}

/* Gives what is stored for a key, however old it is and whatever has become of its files, unless it was marked. */
AnyRecord *
any_core_read (AnyCore      *self,
               const AnyKey *key)
{
  g_autoptr (AnyRecord) record = NULL;

  if (any_disk_tier_read (self->disk, key, &record) != ANY_MISS_NONE || any_core_is_marked (self, record))
    return NULL;

  return g_steal_pointer (&record);
}

/* Gives what memory holds for a key, without asking whether it still may be returned. */
AnyRecord *
any_core_peek (AnyCore      *self,
               const AnyKey *key)
{
  return any_memory_tier_find (self->memory, key);
}

/* Whether a look-up would give this record, seen now, or could within the interval before. */
gboolean
any_core_is_current (AnyCore        *self,
                     AnyRecord      *record,
                     const AnyTerms *terms)
{
  gint64 began = terms->check_interval > 0 ? g_get_monotonic_time () : 0;

  if (began > 0 && was_validated (self, record, terms, began))
    return !any_terms_are_over (terms, record);

  return any_core_holds (self, record) &&
         any_terms_validate (terms, record, began) == ANY_MISS_NONE;
}

/* Whether nothing has changed that a record depends on. Whether it is what stands on disk, and how old it is, is not asked. */
gboolean
any_core_dependencies_hold (AnyCore         *self,
                            const AnyRecord *record)
{
  return !any_disk_tier_is_marked (self->disk, record, ANY_EPOCH_UNKNOWN) &&
         any_dependency_list_hold (record->dependencies, record->dependencies_length);
}

/* What changes when something is marked. */
char *
any_core_dup_marks_path (AnyCore *self)
{
  return any_directory_dup_path (self->cachedir, ANY_MARKS_FILE_NAME);
}

AnyCounters *
any_core_get_counters (AnyCore *self)
{
  return &self->counters;
}

/* What this process has done. */
AnyStats *
any_core_get_stats (AnyCore *self)
{
  AnyStats *stats = any_counters_read (&self->counters);

  stats->evictions = any_disk_tier_get_evictions (self->disk);

  return stats;
}

guint64
any_core_get_size (AnyCore *self)
{
  return any_disk_tier_get_size (self->disk);
}
