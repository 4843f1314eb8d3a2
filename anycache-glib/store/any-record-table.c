/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-record-table.h"

/* Open addressing with linear probing: a record is in the first free slot from the one that its hash names, its home. No slot between
 * them is free, so who has come to a free one has seen all that could be it.
 *
 * The hash is one half of the ident, whose bits are as good as random.
 */

#define MIN_SLOTS 16

void
any_record_table_clear (AnyRecordTable *self)
{
  g_free (self->slots);
  *self = (AnyRecordTable){ NULL };
}

static gsize
wrap (const AnyRecordTable *self,
      gsize                 index)
{
  return index & (self->n_slots - 1);
}

/* Gives the record of a key, or NULL. */
AnyRecord *
any_record_table_find (const AnyRecordTable *self,
                       const AnyKey         *key)
{
  guint64 hash = key->ident.low;

  if (self->n_records == 0)
    return NULL;

  for (gsize i = wrap (self, hash); self->slots[i].record != NULL; i = wrap (self, i + 1))
    {
      AnyRecord *record = self->slots[i].record;

      if (self->slots[i].hash == hash && any_key_equal (key, record->key, record->key_length))
        return record;
    }

  return NULL;
}

static void
put (AnyRecordTable *self,
     AnyRecordSlot   item)
{
  gsize i = wrap (self, item.hash);

  while (self->slots[i].record != NULL)
    i = wrap (self, i + 1);
  self->slots[i] = item;
}

static void
resize (AnyRecordTable *self,
        gsize           n_slots)
{
  AnyRecordSlot *old = self->slots;
  gsize          n_old = self->n_slots;

  self->slots = g_new0 (AnyRecordSlot, n_slots);
  self->n_slots = n_slots;

  for (gsize i = 0; i < n_old; i++)
    {
      if (old[i].record != NULL)
        put (self, old[i]);
    }
  g_free (old);
}

/* Adds a record whose key is not in the table. At most three quarters are full, else probing takes long. */
void
any_record_table_add (AnyRecordTable *self,
                      AnyRecord      *record,
                      guint64         hash)
{
  if (self->n_records >= self->n_slots / 4 * 3)
    resize (self, MAX (2 * self->n_slots, MIN_SLOTS));

  record->seat.hash = hash;
  put (self, (AnyRecordSlot){ hash, record });
  self->n_records++;
}

/* Moves into a slot that became free what would not be found behind it: all whose home is not between the two. */
static void
fill_gap (AnyRecordTable *self,
          gsize           gap)
{
  for (gsize i = wrap (self, gap + 1); self->slots[i].record != NULL; i = wrap (self, i + 1))
    {
      gsize from_home = wrap (self, i - self->slots[i].hash);

      if (from_home >= wrap (self, i - gap))
        {
          self->slots[gap] = self->slots[i];
          gap = i;
        }
    }

  self->slots[gap].record = NULL;
}

/* Removes a record that is in the table. */
void
any_record_table_remove (AnyRecordTable *self,
                         AnyRecord      *record)
{
  gsize i = wrap (self, record->seat.hash);

  while (self->slots[i].record != record)
    i = wrap (self, i + 1);
  fill_gap (self, i);
  self->n_records--;

  if (self->n_slots > MIN_SLOTS && self->n_records < self->n_slots / 8)
    resize (self, self->n_slots / 2);
}
