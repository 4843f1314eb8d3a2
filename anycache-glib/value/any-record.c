/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-record.h"

#include <string.h>

/* All zero, so is the head. */
AnyRecord *
any_record_new (gsize head_length)
{
  AnyRecord *self = g_malloc0 (sizeof (AnyRecord) + head_length);

  self->n_refs = 1;

  return self;
}

/* Makes a record of the same entry that has no value, and so takes little memory. */
AnyRecord *
any_record_copy_without_value (const AnyRecord *record)
{
  AnyRecord *self = any_record_new (record->key_length + record->dependencies_length);

  self->facts = record->facts;
  self->facts.validator = NULL;
  self->total_length = record->total_length;
  memcpy (self->trailer, record->trailer, sizeof self->trailer);
  self->epoch = __atomic_load_n (&record->epoch, __ATOMIC_ACQUIRE);

  self->key = memcpy (self->head, record->key, record->key_length);
  self->key_length = record->key_length;
  self->dependencies = self->head + record->key_length;
  self->dependencies_length = record->dependencies_length;
  if (record->dependencies_length > 0)
    memcpy (self->head + record->key_length, record->dependencies, record->dependencies_length);

  return self;
}

/* What the entry of a new record has between head and trailer. */
gconstpointer
any_record_get_payload (const AnyRecord *self,
                        gsize           *length)
{
  if (self->frame != NULL)
    return g_bytes_get_data (self->frame, length);

  *length = g_variant_get_size (self->value);

  return g_variant_get_data (self->value);
}

/* The frame is of no more use once it is written, and nobody else has the record yet. */
void
any_record_drop_frame (AnyRecord *self)
{
  g_clear_pointer (&self->frame, g_bytes_unref);
}

void
any_record_free (AnyRecord *self)
{
  g_clear_pointer (&self->value, g_variant_unref);
  any_record_drop_frame (self);
  g_clear_pointer (&self->recency, any_recency_unref);
  g_free (self);
}
