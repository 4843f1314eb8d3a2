/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-memory-tier.h"

#include "any-record-table.h"

/* What a record costs beyond the bytes of its entry: itself, the GVariant with its GBytes, and a slot of the table or two. Of 100,000
 * entries that were stored, each takes 237 bytes more than it has, and of as many that were read and used some 320. */
#define RECORD_OVERHEAD 320

/* Eviction is SIEVE (Zhang et al., NSDI 2024): a queue in order of arrival, a bit for “used since”, and a hand that walks from old
 * to new, spares what was used, and takes the first that was not. A hit only sets a bit, and a scan does not flush what is
 * used again and again. */
struct _AnyMemoryTier
{
  GMutex         lock;
  AnyRecordTable table; /* of (owned) records; protected by lock, as all below */
  AnyRecord     *newest;
  AnyRecord     *oldest;
  AnyRecord     *hand;
  GSList        *dropped; /* (owned) (element-type AnyRecord): out of the table; none while nobody has the lock */
  gint64         bytes;
  gint64         max_bytes; /* atomic; -1 for no limit */
};

AnyMemoryTier *
any_memory_tier_new (gint64 max_bytes)
{
  AnyMemoryTier *self = g_new0 (AnyMemoryTier, 1);

  g_mutex_init (&self->lock);
  self->max_bytes = max_bytes;

  return self;
}

/* The last reference to a value may run a function of the user, who may ask this tier for more: never with the lock held. */
static void
unlock_and_free_dropped (AnyMemoryTier *self)
{
  GSList *dropped = g_steal_pointer (&self->dropped);

  g_mutex_unlock (&self->lock);

  g_slist_free_full (dropped, (GDestroyNotify) any_record_unref);
}

/* What was compressed on disk is not in memory. */
static gint64
weight (const AnyRecord *record)
{
  guint64 length = record->total_length;

  if (record->facts.content_length > 0)
    length = ANY_HEADER_SIZE + record->key_length + record->dependencies_length + record->facts.content_length;

  return (gint64) length + RECORD_OVERHEAD;
}

static void
drop_locked (AnyMemoryTier *self,
             AnyRecord     *record)
{
  AnyRecordSeat *seat = &record->seat;

  if (self->hand == record)
    self->hand = seat->newer;

  if (seat->newer != NULL)
    seat->newer->seat.older = seat->older;
  else
    self->newest = seat->older;

  if (seat->older != NULL)
    seat->older->seat.newer = seat->newer;
  else
    self->oldest = seat->newer;

  self->bytes -= weight (record);
  any_record_table_remove (&self->table, record);

  self->dropped = g_slist_prepend (self->dropped, record);
}

static void
evict_one_locked (AnyMemoryTier *self)
{
  AnyRecord *record = self->hand != NULL ? self->hand : self->oldest;

  while (record->visited)
    {
      record->visited = FALSE;
      record = record->seat.newer != NULL ? record->seat.newer : self->oldest;
    }

  self->hand = record->seat.newer;
  drop_locked (self, record);
}

static void
trim_locked (AnyMemoryTier *self,
             gint64         room)
{
  while (self->max_bytes >= 0 && self->oldest != NULL && self->bytes > self->max_bytes - room)
    evict_one_locked (self);
}

static void
add_locked (AnyMemoryTier *self,
            const AnyKey  *key,
            AnyRecord     *record)
{
  any_record_table_add (&self->table, any_record_ref (record), key->ident.low);
  self->bytes += weight (record);

  record->visited = FALSE;
  record->seat.newer = NULL;
  record->seat.older = self->newest;
  if (self->newest != NULL)
    self->newest->seat.newer = record;
  else
    self->oldest = record;
  self->newest = record;
}

gint64
any_memory_tier_get_max_bytes (AnyMemoryTier *self)
{
  return __atomic_load_n (&self->max_bytes, __ATOMIC_RELAXED);
}

void
any_memory_tier_set_max_bytes (AnyMemoryTier *self,
                               gint64         max_bytes)
{
  g_mutex_lock (&self->lock);
  __atomic_store_n (&self->max_bytes, max_bytes, __ATOMIC_RELAXED);
  trim_locked (self, 0);
  unlock_and_free_dropped (self);
}

/* Gives the record of a key, if it is here. */
AnyRecord *
any_memory_tier_find (AnyMemoryTier *self,
                      const AnyKey  *key)
{
  AnyRecord *record;

  g_mutex_lock (&self->lock);

  record = any_record_table_find (&self->table, key);
  if (record != NULL)
    {
      record->visited = TRUE;
      any_record_ref (record);
    }

  g_mutex_unlock (&self->lock);

  return record;
}

/* Keeps a record in the place of the one that its key may have. One that is larger than the tier is not kept. */
void
any_memory_tier_put (AnyMemoryTier *self,
                     const AnyKey  *key,
                     AnyRecord     *record)
{
  AnyRecord *old;

  g_mutex_lock (&self->lock);

  old = any_record_table_find (&self->table, key);
  if (old != NULL)
    drop_locked (self, old);

  if (self->max_bytes < 0 || weight (record) <= self->max_bytes)
    {
      trim_locked (self, weight (record));
      add_locked (self, key, record);
    }

  unlock_and_free_dropped (self);
}

void
any_memory_tier_remove (AnyMemoryTier *self,
                        const AnyKey  *key)
{
  AnyRecord *record;

  g_mutex_lock (&self->lock);
  record = any_record_table_find (&self->table, key);
  if (record != NULL)
    drop_locked (self, record);
  unlock_and_free_dropped (self);
}

/* Forgets the records of all functions of a name. */
void
any_memory_tier_remove_name (AnyMemoryTier *self,
                             const char    *name)
{
  g_mutex_lock (&self->lock);

  for (AnyRecord *record = self->oldest; record != NULL;)
    {
      AnyRecord *next = record->seat.newer;

      if (any_key_bytes_have_name (record->key, record->key_length, name))
        drop_locked (self, record);
      record = next;
    }

  unlock_and_free_dropped (self);
}

void
any_memory_tier_clear (AnyMemoryTier *self)
{
  g_mutex_lock (&self->lock);
  while (self->oldest != NULL)
    drop_locked (self, self->oldest);
  unlock_and_free_dropped (self);
}

void
any_memory_tier_free (AnyMemoryTier *self)
{
  any_memory_tier_clear (self);
  any_record_table_clear (&self->table);
  g_mutex_clear (&self->lock);
  g_free (self);
}
