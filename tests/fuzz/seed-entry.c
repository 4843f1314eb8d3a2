/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "seed-entry.h"

#include <string.h>

#include "forge.h"
#include "seeds.h"

static const char *folder;
static guint       n_wrong;

/* Writes an entry and makes sure that it is what its name says. */
void
seed_entry_keep (const char *name,
                 guint       expected,
                 GByteArray *entry)
{
  g_autoptr (AnyRecord) record = NULL;
  AnyMiss miss;
  AnyKey  key;

  forge_borrow_key (&key, entry->data, entry->len);
  miss = any_codec_open (g_memdup2 (entry->data, entry->len), entry->len, NULL, &key, &record);
  if ((expected & (1 << miss)) == 0)
    {
      g_print ("%s: opening it gave “%s”\n", name, any_miss_to_string (miss));
      n_wrong++;
    }

  seed_write (folder, name, entry->data, entry->len);
}

static GByteArray *
seal (GVariant *value,
      GBytes   *dependencies,
      gint64    threshold)
{
  static const guint8 padding[16];
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(si)", "seed", 1));
  g_autoptr (AnyRecord) record = NULL;
  g_auto (AnyKey) key = { 0 };
  GByteArray   *entry = g_byte_array_new ();
  gsize         head_length, length;
  gconstpointer payload;

  g_assert_true (any_key_init (&key, "org.example.Seed", "1", args, NULL));
  record = any_codec_seal (&key, dependencies, sunk, &(AnyFacts){ .created = 1700000000000000, .expires = -1, .cost = 1000 }, threshold, &head_length);

  g_byte_array_append (entry, record->head, head_length);
  payload = any_record_get_payload (record, &length);
  if (length > 0)
    g_byte_array_append (entry, payload, length);
  g_byte_array_append (entry, padding, ANY_HEADER_TRAILER_SIZE);
  forge_checksums (entry->data, entry->len);

  return entry;
}

GByteArray *
seed_entry_seal (GVariant *value,
                 GBytes   *dependencies)
{
  return seal (value, dependencies, ANY_CODEC_NEVER_COMPRESS);
}

GByteArray *
seed_entry_seal_compressed (GVariant *value)
{
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  return seal (value, none, 0);
}

/* An entry with any bytes for a type and any bytes for a value, all lengths and checksums right. */
GByteArray *
seed_entry_forge (const char   *type,
                  gsize         type_length,
                  const guint8 *value,
                  gsize         value_length)
{
  static const guint8 padding[16];
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  GByteArray *entry = seed_entry_seal (g_variant_new_byte (0), none);

  g_byte_array_set_size (entry, ANY_HEADER_SIZE + forge_get64 (entry->data, FORGE_KEY_LENGTH));
  g_byte_array_append (entry, (const guint8 *) type, type_length);
  g_byte_array_append (entry, padding, (16 - entry->len % 16) % 16);
  if (value_length > 0)
    g_byte_array_append (entry, value, value_length);
  g_byte_array_append (entry, padding, ANY_HEADER_TRAILER_SIZE);

  forge_put64 (entry->data, FORGE_TYPE_LENGTH, type_length);
  forge_put64 (entry->data, FORGE_VALUE_LENGTH, value_length);
  forge_put64 (entry->data, FORGE_TOTAL_LENGTH, entry->len);
  forge_checksums (entry->data, entry->len);

  return entry;
}

void
seed_entry_keep_forged (const char   *name,
                        guint         expected,
                        const char   *type,
                        const guint8 *value,
                        gsize         value_length)
{
  g_autoptr (GByteArray) entry = seed_entry_forge (type, strlen (type) + 1, value, value_length);

  seed_entry_keep (name, expected, entry);
}

/* Where the entries go from now on. */
void
seed_entry_begin (const char *into)
{
  folder = into;
  n_wrong = 0;
}

/* Gives how many entries were not what they were meant to be. */
guint
seed_entry_end (void)
{
  return n_wrong;
}
