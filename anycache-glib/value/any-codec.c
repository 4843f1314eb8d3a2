/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-codec.h"

#include <string.h>

#include "any-buffer.h"
#include "any-canonical.h"
#include "any-digest.h"
#include "any-failure.h"
#include "any-frame.h"
#include "any-normal.h"

/* The bytes of an entry:
 *
 *   entry        = header key dependencies validator type padding payload trailer
 *   header       = see any-header.c
 *   key          = see any-key.c
 *   dependencies = see any-dependency.c
 *   validator    = UTF-8 text that the computation gave to know the result by, and a NUL; or nothing
 *   type         = GVariant type string of the value, and a NUL
 *   padding      = 0 to 15 zero bytes, so that the payload starts at a multiple of 16
 *   payload      = the value, or one frame with the value for its content, see any-frame.h; the header says which
 *   value        = the value, serialised as GVariant in normal form, in the byte order that the header says
 *   trailer      = XXH3-128 of all before it, high half first
 *
 * History: format 1 is the first.
 *
 * The checksums find accidents. Bytes that were forged with right checksums may be a lie, but do no harm: every sum is checked,
 * every type is bounded, a frame is no longer than it says, and a value that is not in normal form is refused.
 */

G_STATIC_ASSERT (ANY_DIGEST_SIZE == ANY_HEADER_TRAILER_SIZE);

/* Of an entry that is not in one piece yet. */
static void
digest_pieces (gconstpointer head,
               gsize         head_length,
               gconstpointer value,
               gsize         value_length,
               guint8        trailer[ANY_HEADER_TRAILER_SIZE])
{
  g_autoptr (AnyDigest) digest = any_digest_new ();

  any_digest_update (digest, head, head_length);
  any_digest_update (digest, value, value_length);
  any_digest_finish (digest, trailer);
}

/* What a header tells of a record, and the parts that lie in its block. */
static void
point_into_block (AnyRecord       *self,
                  const guint8    *block,
                  const AnyHeader *header)
{
  self->facts = header->facts;
  self->total_length = header->total_length;
  self->key = block + ANY_HEADER_SIZE;
  self->key_length = header->key_length;
  self->dependencies = self->key + self->key_length;
  self->dependencies_length = header->dependencies_length;
  self->facts.validator = header->validator_length > 0 ? (const char *) self->dependencies + self->dependencies_length : NULL;
}

static void
append (guint8      **end,
        gconstpointer bytes,
        gsize         length)
{
  if (length > 0)
    memcpy (*end, bytes, length);
  *end += length;
}

/* Gives the frame that takes the place of a value, if that is long enough and can spare so much of its length. */
static GBytes *
compress (GVariant *value,
          gint64    threshold)
{
  gsize length = g_variant_get_size (value);

  return threshold >= 0 && length >= (guint64) threshold ? any_frame_compress (g_variant_get_data (value), length) : NULL;
}

/* A record with all that its entry has before the payload. */
static AnyRecord *
make_head (const AnyHeader *header,
           const AnyKey    *key,
           GBytes          *dependencies,
           const char      *type)
{
  gsize      head_length = any_header_get_value_offset (header);
  AnyRecord *self = any_record_new (head_length);
  guint8    *end = self->head + ANY_HEADER_SIZE;

  any_header_write (header, self->head);
  append (&end, key->bytes, key->length);
  append (&end, g_bytes_get_data (dependencies, NULL), header->dependencies_length);
  append (&end, header->facts.validator, header->validator_length);
  append (&end, type, header->type_length);
  point_into_block (self, self->head, header);

  return self;
}

/* Makes the record of a new result. On disk, the entry is the record's head (of head_length bytes), its payload, and the trailer.
 *
 * The value must have passed any_canonical_check(). From threshold bytes on, it is compressed where that pays.
 */
AnyRecord *
any_codec_seal (const AnyKey   *key,
                GBytes         *dependencies,
                GVariant       *value,
                const AnyFacts *facts,
                gint64          threshold,
                gsize          *head_length)
{
  AnyRecord  *self;
  GBytes     *frame = compress (value, threshold);
  const char *type = g_variant_get_type_string (value);
  AnyHeader   header = {
      .facts = *facts,
      .key_length = key->length,
      .dependencies_length = g_bytes_get_size (dependencies),
      .validator_length = facts->validator != NULL ? strlen (facts->validator) + 1 : 0,
      .type_length = strlen (type) + 1,
      .value_length = frame != NULL ? g_bytes_get_size (frame) : g_variant_get_size (value),
  };
  gconstpointer payload;
  gsize         payload_length;

  *head_length = any_header_get_value_offset (&header);
  header.total_length = *head_length + header.value_length + ANY_HEADER_TRAILER_SIZE;
  header.facts.content_length = frame != NULL ? g_variant_get_size (value) : 0;

  self = make_head (&header, key, dependencies, type);
  self->value = g_variant_ref (value);
  self->frame = frame;
  payload = any_record_get_payload (self, &payload_length);
  digest_pieces (self->head, *head_length, payload, payload_length, self->trailer);

  return self;
}

static gsize
validator_offset (const AnyHeader *header)
{
  return ANY_HEADER_SIZE + header->key_length + header->dependencies_length;
}

/* The type that a value says it has, or NULL where it can have none such. */
static const GVariantType *
find_type (const guint8    *block,
           const AnyHeader *header)
{
  const char         *string = (const char *) block + validator_offset (header) + header->validator_length;
  const GVariantType *type;

  if (header->type_length > ANY_CANONICAL_MAX_TYPE_LENGTH + 1 ||
      !any_normal_is_text (string, header->type_length) ||
      !g_variant_type_string_is_valid (string))
    return NULL;

  type = G_VARIANT_TYPE (string);
  if (header->facts.failure && !g_variant_type_equal (type, ANY_FAILURE_TYPE))
    return NULL;

  return g_variant_type_is_definite (type) && any_canonical_type_is_allowed (type) ? type : NULL;
}

static gboolean
validator_is_sound (const guint8    *block,
                    const AnyHeader *header)
{
  const char *string = (const char *) block + validator_offset (header);

  return header->validator_length == 0 ||
         (any_normal_is_text (string, header->validator_length) && g_utf8_validate (string, -1, NULL));
}

/* Makes a value of bytes in a block, which is taken, or gives NULL where it is not sound. */
static GVariant *
open_value (guint8             *block,
            gsize               offset,
            gsize               length,
            const GVariantType *type)
{
  gboolean clear = any_normal_is_clear (type, block + offset, length);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_data (type, block + offset, length, clear, g_free, block));
  g_autoptr (GVariant) trusted = clear ? g_variant_ref (value) : any_normal_trust (value);

  return trusted != NULL ? any_canonical_make_walkable (trusted) : NULL;
}

/* The record of an entry with the value in it: the block is the value's. */
static AnyRecord *
open_plain (guint8             *block,
            gsize               offset,
            const AnyHeader    *header,
            const GVariantType *type)
{
  GVariant  *value = open_value (block, offset, header->value_length, type);
  AnyRecord *self;

  if (value == NULL)
    return NULL;

  self = any_record_new (0);
  self->value = value;
  point_into_block (self, block, header);

  return self;
}

/* The record of an entry with a frame: of the block, it keeps what is before that. */
static AnyRecord *
open_frame (guint8             *block,
            gsize               offset,
            const AnyHeader    *header,
            const GVariantType *type)
{
  g_autofree guint8 *owned = block;
  g_autofree guint8 *content = NULL;
  gsize              length = header->facts.content_length;
  GVariant          *value = NULL;
  AnyRecord         *self;

  if (any_frame_get_content_length (block + offset, header->value_length) == length)
    content = any_buffer_try_new (length);
  if (content != NULL && any_frame_decompress (block + offset, header->value_length, content, length))
    value = open_value (g_steal_pointer (&content), 0, length, type);
  if (value == NULL)
    return NULL;

  self = any_record_new (offset);
  self->value = value;
  memcpy (self->head, block, offset);
  point_into_block (self, self->head, header);

  return self;
}

/* Opens bytes as the entry of a key. The block is taken, whatever comes of it.
 *
 * Any bytes are told apart in time linear in their length. Who has read them piece by piece may know their digest (nullable), that of
 * all but the trailer, already.
 */
AnyMiss
any_codec_open (gpointer      block,
                gsize         length,
                const guint8 *digest,
                const AnyKey *key,
                AnyRecord   **record)
{
  g_autofree guint8  *bytes = block;
  AnyHeader           header;
  AnyMiss             miss;
  guint8              trailer[ANY_HEADER_TRAILER_SIZE];
  const GVariantType *type;
  gsize               offset;
  AnyRecord          *self;

  miss = any_header_read (&header, bytes, length);
  if (miss != ANY_MISS_NONE)
    return miss;
  if (header.total_length != length)
    return ANY_MISS_CORRUPT;

  if (!any_key_equal (key, bytes + ANY_HEADER_SIZE, header.key_length))
    return ANY_MISS_OTHER_KEY;

  if (digest != NULL)
    memcpy (trailer, digest, sizeof trailer);
  else
    any_digest_of (bytes, length - sizeof trailer, trailer);
  if (memcmp (trailer, bytes + length - sizeof trailer, sizeof trailer) != 0)
    return ANY_MISS_CORRUPT;

  type = find_type (bytes, &header);
  if (type == NULL || !validator_is_sound (bytes, &header))
    return ANY_MISS_CORRUPT;

  offset = any_header_get_value_offset (&header);
  if (header.facts.content_length > 0)
    self = open_frame (g_steal_pointer (&bytes), offset, &header, type);
  else
    self = open_plain (g_steal_pointer (&bytes), offset, &header, type);
  if (self == NULL)
    return ANY_MISS_CORRUPT;

  memcpy (self->trailer, trailer, sizeof trailer);
  *record = self;

  return ANY_MISS_NONE;
}
