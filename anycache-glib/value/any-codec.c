/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-codec.h"

#include <string.h>
#include <xxhash.h>

#include "any-canonical.h"
#include "any-digest.h"

/* The bytes of an entry. Integers are little endian, lengths are bytes:
 *
 *   entry        = header key dependencies type padding value trailer
 *   header       = magic:8 format:u16 order:u16 flags:u32 total_length:u64
 *                  created:i64 expires:i64 cost:i64
 *                  key_length:u64 dependencies_length:u64 type_length:u64 value_length:u64
 *                  library:u32 zero:u32 header_checksum:u64
 *   order        = 1 where the value is little endian, 2 where it is big endian
 *   flags        = 0
 *   created      = when the computation began, us since the epoch
 *   expires      = from when on the entry is expired, us since the epoch; -1 for never
 *   cost         = us that the computation took
 *   library      = version of the library that wrote it: major << 16 | minor << 8 | micro
 *   checksum     = XXH3-64 of the header before it
 *   key          = see any-key.c
 *   dependencies = see any-dependency.c
 *   type         = GVariant type string of the value, and a NUL
 *   padding      = 0 to 15 zero bytes, so that the value starts at a multiple of 16
 *   value        = the value, serialised as GVariant in normal form, in the byte order said above
 *   trailer      = XXH3-128 of all before it, high half first
 *
 * History: format 1 is the first.
 *
 * An entry of another format, order or flag is foreign and left alone: a newer library may still want it.
 * The checksums find accidents. Bytes that were forged with right checksums may be a lie, but do no harm: every sum is checked,
 * every type is bounded, and a value that is not in normal form is refused.
 */

#define FORMAT 1

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
  guint64 key_length;
  guint64 dependencies_length;
  guint64 type_length;
  guint64 value_length;
  guint32 library;
  guint32 zero;
  guint64 checksum;
} RawHeader;

G_STATIC_ASSERT (sizeof (RawHeader) == ANY_CODEC_HEADER_SIZE);
G_STATIC_ASSERT (G_STRUCT_OFFSET (RawHeader, checksum) == 88);
G_STATIC_ASSERT (ANY_DIGEST_SIZE == ANY_CODEC_TRAILER_SIZE);

AnyRecord *
any_record_ref (AnyRecord *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
record_clear (AnyRecord *self)
{
  g_variant_unref (self->value);
  g_free (self->block);
}

void
any_record_unref (AnyRecord *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) record_clear);
}

/* Where the value starts, or 0 where the sum does not fit. */
static gsize
value_offset (guint64 key_length,
              guint64 dependencies_length,
              guint64 type_length)
{
  gsize offset = ANY_CODEC_HEADER_SIZE;

  if (!g_size_checked_add (&offset, offset, key_length) ||
      !g_size_checked_add (&offset, offset, dependencies_length) ||
      !g_size_checked_add (&offset, offset, type_length) ||
      !g_size_checked_add (&offset, offset, VALUE_ALIGNMENT - 1))
    return 0;

  return offset / VALUE_ALIGNMENT * VALUE_ALIGNMENT;
}

static void
put_header (guint8          *head,
            const AnyRecord *record,
            gsize            type_length,
            gsize            value_length)
{
  RawHeader raw = {
    .format = GUINT16_TO_LE (FORMAT),
    .order = GUINT16_TO_LE (NATIVE_ORDER),
    .total_length = GUINT64_TO_LE (record->total_length),
    .created = GINT64_TO_LE (record->created),
    .expires = GINT64_TO_LE (record->expires),
    .cost = GINT64_TO_LE (record->cost),
    .key_length = GUINT64_TO_LE ((guint64) record->key_length),
    .dependencies_length = GUINT64_TO_LE ((guint64) record->dependencies_length),
    .type_length = GUINT64_TO_LE ((guint64) type_length),
    .value_length = GUINT64_TO_LE ((guint64) value_length),
    .library = GUINT32_TO_LE (ANYCACHE_VERSION_NUMBER),
  };

  memcpy (raw.magic, magic, sizeof magic);
  raw.checksum = GUINT64_TO_LE (XXH3_64bits (&raw, G_STRUCT_OFFSET (RawHeader, checksum)));
  memcpy (head, &raw, sizeof raw);
}

/* Of an entry that is not in one piece yet. */
static void
digest_pieces (gconstpointer head,
               gsize         head_length,
               gconstpointer value,
               gsize         value_length,
               guint8        trailer[ANY_CODEC_TRAILER_SIZE])
{
  g_autoptr (AnyDigest) digest = any_digest_new ();

  any_digest_update (digest, head, head_length);
  any_digest_update (digest, value, value_length);
  any_digest_finish (digest, trailer);
}

/* Makes the record of a new result. On disk, the entry is the record's block (of head_length bytes), the value, and the trailer.
 *
 * The value must have passed any_canonical_check().
 */
AnyRecord *
any_codec_seal (const AnyKey *key,
                GBytes       *dependencies,
                GVariant     *value,
                gint64        created,
                gint64        expires,
                gint64        cost,
                gsize        *head_length)
{
  AnyRecord  *self = g_atomic_rc_box_new0 (AnyRecord);
  const char *type = g_variant_get_type_string (value);
  gsize       type_length = strlen (type) + 1;
  gsize       value_length = g_variant_get_size (value);
  guint8     *head;

  self->created = created;
  self->expires = expires;
  self->cost = cost;
  self->value = g_variant_ref (value);
  self->key_length = key->length;
  self->dependencies_length = g_bytes_get_size (dependencies);

  *head_length = value_offset (self->key_length, self->dependencies_length, type_length);
  self->total_length = *head_length + value_length + ANY_CODEC_TRAILER_SIZE;

  /* Zeroed because of the padding. */
  self->block = head = g_malloc0 (*head_length);
  self->key = head + ANY_CODEC_HEADER_SIZE;
  self->dependencies = self->key + self->key_length;

  put_header (head, self, type_length, value_length);
  memcpy (head + ANY_CODEC_HEADER_SIZE, key->bytes, key->length);
  if (self->dependencies_length > 0)
    memcpy (head + ANY_CODEC_HEADER_SIZE + key->length,
            g_bytes_get_data (dependencies, NULL), self->dependencies_length);
  memcpy (head + ANY_CODEC_HEADER_SIZE + key->length + self->dependencies_length, type, type_length);

  digest_pieces (head, *head_length, g_variant_get_data (value), value_length, self->trailer);

  return self;
}

/* Reads the first ANY_CODEC_HEADER_SIZE bytes of what may be an entry. The lengths that it gives add up. */
AnyMiss
any_codec_read_header (gconstpointer   bytes,
                       gsize           length,
                       AnyCodecHeader *header)
{
  RawHeader raw;
  gsize     end;

  if (length < sizeof raw)
    return ANY_MISS_CORRUPT;

  memcpy (&raw, bytes, sizeof raw);
  if (memcmp (raw.magic, magic, sizeof magic) != 0 ||
      GUINT64_FROM_LE (raw.checksum) != XXH3_64bits (&raw, G_STRUCT_OFFSET (RawHeader, checksum)))
    return ANY_MISS_CORRUPT;

  if (GUINT16_FROM_LE (raw.format) != FORMAT || GUINT16_FROM_LE (raw.order) != NATIVE_ORDER || raw.flags != 0)
    return ANY_MISS_FOREIGN;

  *header = (AnyCodecHeader){
    .total_length = GUINT64_FROM_LE (raw.total_length),
    .created = GINT64_FROM_LE (raw.created),
    .expires = GINT64_FROM_LE (raw.expires),
    .cost = GINT64_FROM_LE (raw.cost),
    .key_length = GUINT64_FROM_LE (raw.key_length),
    .dependencies_length = GUINT64_FROM_LE (raw.dependencies_length),
    .type_length = GUINT64_FROM_LE (raw.type_length),
    .value_length = GUINT64_FROM_LE (raw.value_length),
  };

  end = value_offset (header->key_length, header->dependencies_length, header->type_length);
  if (end == 0 ||
      !g_size_checked_add (&end, end, header->value_length) ||
      !g_size_checked_add (&end, end, ANY_CODEC_TRAILER_SIZE) ||
      end != header->total_length)
    return ANY_MISS_CORRUPT;

  return ANY_MISS_NONE;
}

/* Arrays of plain numbers are in normal form whatever their bytes are, if these are a whole number of elements. */
static gboolean
is_always_normal (const GVariantType *type,
                  gsize               length)
{
  const char *string = g_variant_type_peek_string (type);
  gsize       width;

  if (string[0] != 'a')
    return FALSE;

  switch (string[1])
    {
    case 'y':
      width = 1;
      break;
    case 'n':
    case 'q':
      width = 2;
      break;
    case 'i':
    case 'u':
      width = 4;
      break;
    case 'x':
    case 't':
    case 'd':
      width = 8;
      break;
    default:
      return FALSE;
    }

  return length % width == 0;
}

/* Makes the value, which takes the block, or gives NULL where it is not sound. */
static GVariant *
open_value (guint8               *block,
            const AnyCodecHeader *header)
{
  g_autofree guint8  *owned = block;
  gsize               type_offset = ANY_CODEC_HEADER_SIZE + header->key_length + header->dependencies_length;
  gsize               offset = value_offset (header->key_length, header->dependencies_length, header->type_length);
  const char         *type_string = (const char *) block + type_offset;
  const GVariantType *type;
  g_autoptr (GVariant) value = NULL;
  gboolean normal;

  if (header->type_length < 2 ||
      header->type_length > ANY_CANONICAL_MAX_TYPE_LENGTH + 1 ||
      memchr (type_string, '\0', header->type_length) != type_string + header->type_length - 1 ||
      !g_variant_type_string_is_valid (type_string))
    return NULL;

  type = G_VARIANT_TYPE (type_string);
  if (!g_variant_type_is_definite (type) || !any_canonical_type_is_allowed (type))
    return NULL;

  normal = is_always_normal (type, header->value_length);
  value = g_variant_ref_sink (g_variant_new_from_data (type, block + offset, header->value_length, normal,
                                                       g_free, g_steal_pointer (&owned)));

  return normal || g_variant_is_normal_form (value) ? any_canonical_make_walkable (value) : NULL;
}

/* Opens bytes as the entry of a key. The block is taken, whatever comes of it.
 *
 * Any bytes are told apart in time linear in their length.
 */
AnyMiss
any_codec_open (gpointer      block,
                gsize         length,
                const AnyKey *key,
                AnyRecord   **record)
{
  g_autofree guint8 *bytes = block;
  AnyCodecHeader     header;
  AnyMiss            miss;
  guint8             trailer[ANY_CODEC_TRAILER_SIZE];
  GVariant          *value;
  AnyRecord         *self;

  miss = any_codec_read_header (bytes, length, &header);
  if (miss != ANY_MISS_NONE)
    return miss;
  if (header.total_length != length)
    return ANY_MISS_CORRUPT;

  if (!any_key_equal (key, bytes + ANY_CODEC_HEADER_SIZE, header.key_length))
    return ANY_MISS_OTHER_KEY;

  any_digest_of (bytes, length - sizeof trailer, trailer);
  if (memcmp (trailer, bytes + length - sizeof trailer, sizeof trailer) != 0)
    return ANY_MISS_CORRUPT;

  block = g_steal_pointer (&bytes);
  value = open_value (block, &header);
  if (value == NULL)
    return ANY_MISS_CORRUPT;

  self = g_atomic_rc_box_new0 (AnyRecord);
  self->created = header.created;
  self->expires = header.expires;
  self->cost = header.cost;
  self->value = value;
  self->key = (guint8 *) block + ANY_CODEC_HEADER_SIZE;
  self->key_length = header.key_length;
  self->dependencies = self->key + self->key_length;
  self->dependencies_length = header.dependencies_length;
  self->total_length = length;
  memcpy (self->trailer, trailer, sizeof trailer);
  *record = self;

  return ANY_MISS_NONE;
}
