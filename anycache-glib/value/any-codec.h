/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-key.h"
#include "any-miss.h"

G_BEGIN_DECLS

#define ANY_CODEC_HEADER_SIZE  96
#define ANY_CODEC_TRAILER_SIZE 16

/* What the first bytes of an entry say, checked by the header's own checksum. */
typedef struct
{
  guint64 total_length;
  gint64  created; /* us since the epoch */
  gint64  expires; /* us since the epoch, -1 for never */
  gint64  cost;    /* us that the computation took */
  guint64 key_length;
  guint64 dependencies_length;
  guint64 type_length;
  guint64 value_length;
} AnyCodecHeader;

/* One result with all that belongs to it, immutable and shared between threads.
 *
 * The pointers lie in one block of memory. It belongs to the value where that was read from the block, so that the value may
 * outlive the record; else to the record.
 */
typedef struct
{
  gint64        created;
  gint64        expires;
  gint64        cost;
  GVariant     *value; /* (owned) */
  const guint8 *key;
  gsize         key_length;
  const guint8 *dependencies;
  gsize         dependencies_length;
  guint8        trailer[ANY_CODEC_TRAILER_SIZE]; /* names the bytes of the entry */
  guint64       total_length;
  gpointer      block;     /* (owned) (nullable) */
  guint64       epoch;     /* atomic: the last epoch in which the entry was seen on disk */
  gint64        validated; /* atomic: when a look that found it to hold began; us, monotonic; 0 for never */
} AnyRecord;

AnyRecord *any_record_ref (AnyRecord *self);
void       any_record_unref (AnyRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyRecord, any_record_unref)

/* Encoding: the record holds everything but the value's bytes in its block, which is the entry's head. */
AnyRecord *any_codec_seal (const AnyKey *key,
                           GBytes       *dependencies,
                           GVariant     *value,
                           gint64        created,
                           gint64        expires,
                           gint64        cost,
                           gsize        *head_length);

/* Decoding. */
AnyMiss any_codec_read_header (gconstpointer   bytes,
                               gsize           length,
                               AnyCodecHeader *header);

AnyMiss any_codec_open (gpointer      block,
                        gsize         length,
                        const AnyKey *key,
                        AnyRecord   **record);

G_END_DECLS
