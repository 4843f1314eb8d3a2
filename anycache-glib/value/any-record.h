/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-header.h"
#include "any-recency.h"

G_BEGIN_DECLS

typedef struct _AnyRecord AnyRecord;

/* Where a memory tier has a record, kept in the record so that a hit touches no other memory. One tier at most, and its lock
 * protects all of it. */
typedef struct
{
  guint64    hash;
  AnyRecord *newer;
  AnyRecord *older;
} AnyRecordSeat;

/* One result with all that belongs to it, immutable and shared between threads.
 *
 * The pointers lie in one block of memory: in the head, which is what the entry has before its value, where the record was made of
 * a new result or read with a frame; else in the bytes that it was read from. Those belong to the value, which may outlive the record.
 * What a hit needs comes first.
 */
struct _AnyRecord
{
  int           n_refs;  /* atomic */
  gboolean      visited; /* the memory tier's, as the seat */
  gboolean      unused;  /* atomic: it was read from the disk, and nobody has used it yet */
  GVariant     *value;   /* (owned) */
  const guint8 *key;
  gsize         key_length;
  guint64       epoch;     /* atomic: the last epoch in which the entry was seen on disk */
  gint64        validated; /* atomic: when a look that found it to hold began; us, monotonic; 0 for never */
  gsize         dependencies_length;
  AnyFacts      facts;
  AnyRecency   *recency; /* atomic, (owned) (nullable): set once, with the first use */
  const guint8 *dependencies;
  AnyRecordSeat seat;
  guint64       total_length;
  GBytes       *frame;                            /* (owned) (nullable): what the entry has in the place of the value; dropped once it is written */
  guint8        trailer[ANY_HEADER_TRAILER_SIZE]; /* names the bytes of the entry */
  guint8        head[];
};

AnyRecord *any_record_new (gsize head_length);

AnyRecord *any_record_copy_without_value (const AnyRecord *record);

gconstpointer any_record_get_payload (const AnyRecord *self,
                                      gsize           *length);

void any_record_drop_frame (AnyRecord *self);

void any_record_free (AnyRecord *self);

static inline AnyRecord *
any_record_ref (AnyRecord *self)
{
  __atomic_fetch_add (&self->n_refs, 1, __ATOMIC_RELAXED);

  return self;
}

static inline void
any_record_unref (AnyRecord *self)
{
  if (__atomic_sub_fetch (&self->n_refs, 1, __ATOMIC_ACQ_REL) == 0)
    any_record_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyRecord, any_record_unref)

G_END_DECLS
