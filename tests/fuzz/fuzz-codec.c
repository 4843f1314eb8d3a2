/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Fuzz target: opens any bytes as an entry.
 *
 * Each input is opened four times: as it is; with right checksums, so that wrong lengths get past them; with right checksums and
 * lengths, so that a wrong type or value gets past these too; and with its value for a frame, as long as that itself says.
 */

#include "any-dependency-list.h"

#include <string.h>

#include "any-frame.h"
#include "forge.h"
#include "fuzz.h"

/* Printing takes a hundred times a value's bytes. */
#define MAX_PRINTED 4096

/* Reads all of a sound entry, and writes it once more. */
static void
use (AnyRecord    *record,
     const AnyKey *key,
     const guint8 *bytes,
     gsize         length)
{
  g_autoptr (GBytes) dependencies = g_bytes_new (record->dependencies, record->dependencies_length);
  g_auto (GStrv) names = NULL;
  g_autoptr (AnyRecord) again = NULL;
  gsize head_length;

  g_assert_cmpuint (record->total_length, ==, length);
  g_assert_cmpmem (record->key, record->key_length, key->bytes, key->length);
  g_assert_true (g_variant_is_normal_form (record->value));

  /* Read from a copy, past which nothing lies: in the entry, the type would. */
  names = any_dependency_list_dup_names (g_bytes_get_data (dependencies, NULL), record->dependencies_length);
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_cmpuint (strlen (names[i]), <, record->dependencies_length);

  if (g_variant_get_size (record->value) <= MAX_PRINTED)
    {
      g_autofree char *text = g_variant_print (record->value, TRUE);

      g_assert_nonnull (text);
    }

  again = any_codec_seal (key, dependencies, record->value, &record->facts, ANY_CODEC_NEVER_COMPRESS, &head_length);
  if (record->facts.content_length == 0)
    g_assert_cmpuint (again->total_length, ==, length);
  else
    g_assert_cmpuint (g_variant_get_size (record->value), ==, record->facts.content_length);
  g_assert_true (g_variant_equal (again->value, record->value));
}

static void
open_once (const guint8 *bytes,
           gsize         length)
{
  g_autoptr (AnyRecord) record = NULL;
  AnyHeader header;
  AnyMiss   miss;
  AnyKey    key;

  forge_borrow_key (&key, bytes, length);
  miss = any_codec_open (g_memdup2 (bytes, length), length, NULL, &key, &record);

  g_assert_true ((miss == ANY_MISS_NONE) == (record != NULL));
  if (miss == ANY_MISS_FOREIGN)
    g_assert_cmpint (any_header_read (&header, bytes, length), ==, ANY_MISS_FOREIGN);
  if (record != NULL)
    use (record, &key, bytes, length);
}

/* The lengths are right. */
static void
open_as_frame (guint8 *bytes,
               gsize   length)
{
  gsize value_length = forge_get64 (bytes, FORGE_VALUE_LENGTH);

  forge_frame (bytes, any_frame_get_content_length (bytes + length - ANY_HEADER_TRAILER_SIZE - value_length, value_length));
  forge_checksums (bytes, length);
  open_once (bytes, length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree guint8 *forged = g_memdup2 (data, size);

  open_once (data, size);

  forge_checksums (forged, size);
  open_once (forged, size);

  if (forge_lengths (forged, size))
    {
      forge_checksums (forged, size);
      open_once (forged, size);
      open_as_frame (forged, size);
    }

  return 0;
}
