/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes bytes look like a sound entry where chance never would: a fuzzer does not guess a checksum. */

#include "forge.h"

#include <string.h>
#include <xxhash.h>

void
forge_put16 (guint8 *bytes,
             gsize   offset,
             guint16 number)
{
  guint16 little = GUINT16_TO_LE (number);

  memcpy (bytes + offset, &little, sizeof little);
}

void
forge_put32 (guint8 *bytes,
             gsize   offset,
             guint32 number)
{
  guint32 little = GUINT32_TO_LE (number);

  memcpy (bytes + offset, &little, sizeof little);
}

void
forge_put64 (guint8 *bytes,
             gsize   offset,
             guint64 number)
{
  guint64 little = GUINT64_TO_LE (number);

  memcpy (bytes + offset, &little, sizeof little);
}

guint64
forge_get64 (const guint8 *bytes,
             gsize         offset)
{
  guint64 little;

  memcpy (&little, bytes + offset, sizeof little);

  return GUINT64_FROM_LE (little);
}

/* Makes both checksums right, whatever they cover. */
void
forge_checksums (guint8 *bytes,
                 gsize   length)
{
  XXH128_canonical_t trailer;

  if (length < ANY_HEADER_SIZE + ANY_HEADER_TRAILER_SIZE)
    return;

  forge_put64 (bytes, FORGE_CHECKSUM, XXH3_64bits (bytes, FORGE_CHECKSUM));
  XXH128_canonicalFromHash (&trailer, XXH3_128bits (bytes, length - sizeof trailer));
  memcpy (bytes + length - sizeof trailer, &trailer, sizeof trailer);
}

/* Says that what is in the place of the value is a frame, and how long its content is. */
void
forge_frame (guint8 *bytes,
             guint32 content_length)
{
  bytes[FORGE_FLAGS] |= 2;
  forge_put32 (bytes, FORGE_CONTENT_LENGTH, content_length);
}

/* Lets the value's length and the total fill what the other lengths leave, if these leave anything. */
gboolean
forge_lengths (guint8 *bytes,
               gsize   length)
{
  guint64 offset = ANY_HEADER_SIZE;

  if (length < ANY_HEADER_SIZE + ANY_HEADER_TRAILER_SIZE)
    return FALSE;

  for (gsize field = FORGE_KEY_LENGTH; field <= FORGE_TYPE_LENGTH; field += sizeof (guint64))
    {
      guint64 part = forge_get64 (bytes, field);

      if (part > length)
        return FALSE;
      offset += part;
    }

  offset = (offset + 15) / 16 * 16;
  if (offset > length - ANY_HEADER_TRAILER_SIZE)
    return FALSE;

  forge_put64 (bytes, FORGE_VALUE_LENGTH, length - ANY_HEADER_TRAILER_SIZE - offset);
  forge_put64 (bytes, FORGE_TOTAL_LENGTH, length);

  return TRUE;
}

/* The key that the bytes themselves claim to belong to, so that the codec looks behind it. It lives as long as the bytes. */
void
forge_borrow_key (AnyKey       *key,
                  const guint8 *bytes,
                  gsize         length)
{
  *key = (AnyKey){ .bytes = key->inline_bytes };

  if (length < ANY_HEADER_SIZE)
    return;

  key->bytes = (guint8 *) bytes + ANY_HEADER_SIZE;
  key->length = MIN (forge_get64 (bytes, FORGE_KEY_LENGTH), length - ANY_HEADER_SIZE);
}
