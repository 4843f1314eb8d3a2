/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-header.h"

#include <string.h>
#include <xxhash.h>

#include "any-version.h"

/* The bytes of a header. Integers are little endian, lengths are bytes:
 *
 *   header   = magic:8 format:u16 order:u16 flags:u32 total_length:u64
 *              created:i64 expires:i64 cost:i64 marks:u64
 *              key_length:u64 dependencies_length:u64 validator_length:u64 type_length:u64 value_length:u64
 *              library:u32 content_length:u32 checksum:u64
 *   order    = 1 where the value is little endian, 2 where it is big endian
 *   flags    = 1 where the value is a failure, see any-failure.h, and 2 where a frame is in its place, see any-frame.h; added up
 *   created  = when the computation began, us since the epoch
 *   expires  = from when on the entry is expired, us since the epoch; -1 for never
 *   cost     = us that the computation took
 *   marks    = number of the last mark that was made before the computation began, see any-marks.c
 *   value_length = of what the entry has for its value, see any-codec.c
 *   library  = version of the library that wrote it: major << 16 | minor << 8 | micro
 *   content_length = of the frame; 0 where there is none
 *   checksum = XXH3-64 of the header before it
 *
 * An entry of another format, order or flag is foreign and left alone: a newer library may still want it.
 */

#define FORMAT 1

#define FLAG_FAILURE 1
#define FLAG_FRAME   2
#define ALL_FLAGS    (FLAG_FAILURE | FLAG_FRAME)

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define NATIVE_ORDER 1
#else
#define NATIVE_ORDER 2
#endif

/* GVariant wants 8; 16 keeps the door open for vector instructions. */
#define VALUE_ALIGNMENT 16

/* Not text, and damaged by any transfer that takes it for text: the top bit, both line ends, and a DOS end of file. */
static const guint8 magic[8] = { 0x8a, 'A', 'N', 'Y', '\r', '\n', 0x1a, '\n' };

typedef struct
{
  guint8  magic[8];
  guint16 format;
  guint16 order;
  guint32 flags;
  guint64 total_length;
  gint64  created;
  gint64  expires;
  gint64  cost;
  guint64 marks;
  guint64 key_length;
  guint64 dependencies_length;
  guint64 validator_length;
  guint64 type_length;
  guint64 value_length;
  guint32 library;
  guint32 content_length;
  guint64 checksum;
} RawHeader;

G_STATIC_ASSERT (sizeof (RawHeader) == ANY_HEADER_SIZE);
G_STATIC_ASSERT (G_STRUCT_OFFSET (RawHeader, checksum) == 104);

/* Where the value starts, or 0 where the sum does not fit. */
gsize
any_header_get_value_offset (const AnyHeader *self)
{
  gsize offset = ANY_HEADER_SIZE;

  if (!g_size_checked_add (&offset, offset, self->key_length) ||
      !g_size_checked_add (&offset, offset, self->dependencies_length) ||
      !g_size_checked_add (&offset, offset, self->validator_length) ||
      !g_size_checked_add (&offset, offset, self->type_length) ||
      !g_size_checked_add (&offset, offset, VALUE_ALIGNMENT - 1))
    return 0;

  return offset / VALUE_ALIGNMENT * VALUE_ALIGNMENT;
}

static guint32
get_flags (const AnyFacts *facts)
{
  return (facts->failure ? FLAG_FAILURE : 0) | (facts->content_length > 0 ? FLAG_FRAME : 0);
}

/* The total is believed. */
void
any_header_write (const AnyHeader *self,
                  guint8           bytes[ANY_HEADER_SIZE])
{
  RawHeader raw = {
    .format = GUINT16_TO_LE (FORMAT),
    .order = GUINT16_TO_LE (NATIVE_ORDER),
    .flags = GUINT32_TO_LE (get_flags (&self->facts)),
    .total_length = GUINT64_TO_LE (self->total_length),
    .created = GINT64_TO_LE (self->facts.created),
    .expires = GINT64_TO_LE (self->facts.expires),
    .cost = GINT64_TO_LE (self->facts.cost),
    .marks = GUINT64_TO_LE (self->facts.marks),
    .key_length = GUINT64_TO_LE (self->key_length),
    .dependencies_length = GUINT64_TO_LE (self->dependencies_length),
    .validator_length = GUINT64_TO_LE (self->validator_length),
    .type_length = GUINT64_TO_LE (self->type_length),
    .value_length = GUINT64_TO_LE (self->value_length),
    .library = GUINT32_TO_LE (ANYCACHE_VERSION_NUMBER),
    .content_length = GUINT32_TO_LE (self->facts.content_length),
  };

  memcpy (raw.magic, magic, sizeof magic);
  raw.checksum = GUINT64_TO_LE (XXH3_64bits (&raw, G_STRUCT_OFFSET (RawHeader, checksum)));
  memcpy (bytes, &raw, sizeof raw);
}

static void
unpack (const RawHeader *raw,
        AnyHeader       *self)
{
  *self = (AnyHeader){
    .facts = {
      .created = GINT64_FROM_LE (raw->created),
      .expires = GINT64_FROM_LE (raw->expires),
      .cost = GINT64_FROM_LE (raw->cost),
      .marks = GUINT64_FROM_LE (raw->marks),
      .failure = (GUINT32_FROM_LE (raw->flags) & FLAG_FAILURE) != 0,
      .content_length = GUINT32_FROM_LE (raw->content_length),
    },
    .total_length = GUINT64_FROM_LE (raw->total_length),
    .key_length = GUINT64_FROM_LE (raw->key_length),
    .dependencies_length = GUINT64_FROM_LE (raw->dependencies_length),
    .validator_length = GUINT64_FROM_LE (raw->validator_length),
    .type_length = GUINT64_FROM_LE (raw->type_length),
    .value_length = GUINT64_FROM_LE (raw->value_length),
  };
}

static gboolean
adds_up (const AnyHeader *self)
{
  gsize end = any_header_get_value_offset (self);

  return end != 0 &&
         g_size_checked_add (&end, end, self->value_length) &&
         g_size_checked_add (&end, end, ANY_HEADER_TRAILER_SIZE) &&
         end == self->total_length;
}

/* Reads the first bytes of what may be an entry. The lengths that it gives add up. */
AnyMiss
any_header_read (AnyHeader    *self,
                 gconstpointer bytes,
                 gsize         length)
{
  RawHeader raw;

  if (length < sizeof raw)
    return ANY_MISS_CORRUPT;

  memcpy (&raw, bytes, sizeof raw);
  if (memcmp (raw.magic, magic, sizeof magic) != 0 ||
      GUINT64_FROM_LE (raw.checksum) != XXH3_64bits (&raw, G_STRUCT_OFFSET (RawHeader, checksum)))
    return ANY_MISS_CORRUPT;

  if (GUINT16_FROM_LE (raw.format) != FORMAT || GUINT16_FROM_LE (raw.order) != NATIVE_ORDER ||
      (GUINT32_FROM_LE (raw.flags) & ~ALL_FLAGS) != 0)
    return ANY_MISS_FOREIGN;

  unpack (&raw, self);

  return GUINT32_FROM_LE (raw.flags) == get_flags (&self->facts) && adds_up (self) ? ANY_MISS_NONE : ANY_MISS_CORRUPT;
}
