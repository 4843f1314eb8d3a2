/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-header.h"
#include "any-key.h"
#include "any-recency.h"

G_BEGIN_DECLS

/* One result with all that belongs to it, immutable and shared between threads.
 *
 * The pointers lie in one block of memory. It belongs to the value where that was read from the block, so that the value may
 * outlive the record; else to the record.
 */
typedef struct
{
  AnyFacts      facts;
  GVariant     *value; /* (owned) */
  const guint8 *key;
  gsize         key_length;
  const guint8 *dependencies;
  gsize         dependencies_length;
  guint8        trailer[ANY_HEADER_TRAILER_SIZE]; /* names the bytes of the entry */
  guint64       total_length;
  gpointer      block;     /* (owned) (nullable) */
  guint64       epoch;     /* atomic: the last epoch in which the entry was seen on disk */
  gint64        validated; /* atomic: when a look that found it to hold began; us, monotonic; 0 for never */
  AnyRecency   *recency;   /* atomic, (owned) (nullable): set once, with the first use */
} AnyRecord;

AnyRecord *any_record_ref (AnyRecord *self);
void       any_record_unref (AnyRecord *self);

AnyRecord *any_record_copy_without_value (const AnyRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyRecord, any_record_unref)

/* Encoding: the record holds everything but the value's bytes in its block, which is the entry's head. */
AnyRecord *any_codec_seal (const AnyKey   *key,
                           GBytes         *dependencies,
                           GVariant       *value,
                           const AnyFacts *facts,
                           gsize          *head_length);

/* Decoding. */
AnyMiss any_codec_open (gpointer      block,
                        gsize         length,
                        const AnyKey *key,
                        AnyRecord   **record);

G_END_DECLS
