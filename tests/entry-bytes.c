/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "entry-bytes.h"

#include <string.h>

#include "any-test.h"

/* Compressed from threshold bytes on, if that pays. */
guint8 *
entry_bytes_seal_from (gint64          threshold,
                       const AnyKey   *key,
                       GBytes         *dependencies,
                       GVariant       *value,
                       const AnyFacts *facts,
                       gsize          *length)
{
  g_autoptr (AnyRecord) record = NULL;
  gsize         head_length, payload_length;
  gconstpointer payload;
  guint8       *bytes;

  record = any_codec_seal (key, dependencies, value, facts, threshold, &head_length);
  payload = any_record_get_payload (record, &payload_length);
  ck_assert_uint_eq (record->total_length, head_length + payload_length + ANY_HEADER_TRAILER_SIZE);

  *length = record->total_length;
  bytes = g_malloc (*length);
  memcpy (bytes, record->head, head_length);
  if (payload_length > 0)
    memcpy (bytes + head_length, payload, payload_length);
  memcpy (bytes + head_length + payload_length, record->trailer, ANY_HEADER_TRAILER_SIZE);

  return bytes;
}

guint8 *
entry_bytes_seal (const AnyKey   *key,
                  GBytes         *dependencies,
                  GVariant       *value,
                  const AnyFacts *facts,
                  gsize          *length)
{
  return entry_bytes_seal_from (ANY_CODEC_NEVER_COMPRESS, key, dependencies, value, facts, length);
}

/* With times that do not matter, and without dependencies. */
guint8 *
entry_bytes_seal_simply (const AnyKey *key,
                         const char   *value_text,
                         gsize        *length)
{
  g_autoptr (GBytes) no_dependencies = g_bytes_new (NULL, 0);
  g_autoptr (GVariant) value = entry_bytes_parse (value_text);

  return entry_bytes_seal (key, no_dependencies, value, &(AnyFacts){ .created = 1000, .expires = -1, .cost = 10 }, length);
}

/* Opens a copy, so that the bytes can be opened again. The copy ends where it ends: tools see who reads on. */
AnyMiss
entry_bytes_open (const guint8 *bytes,
                  gsize         length,
                  const AnyKey *key,
                  AnyRecord   **record)
{
  return any_codec_open (g_memdup2 (bytes, length), length, NULL, key, record);
}

GVariant *
entry_bytes_parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  ck_assert_msg (value != NULL, "%s: %s", text, error != NULL ? error->message : "");

  return value;
}

void
entry_bytes_make_key (AnyKey     *key,
                      const char *name,
                      const char *version,
                      const char *args_text)
{
  g_autoptr (GVariant) args = entry_bytes_parse (args_text);
  g_autoptr (GError) error = NULL;

  ck_assert_msg (any_key_init (key, name, version, args, &error), "%s", error != NULL ? error->message : "");
}
