/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values for the key: sound ones, refused ones, and ones that are not in normal form. */

#include <string.h>

#include "any-key.h"

#include "forge.h"
#include "seeds.h"

static const char *folder;
static guint       n_wrong;

/* Writes an input of fuzz-canonical.c and makes sure that it is accepted or refused as it should be. */
static void
keep (const char   *name,
      gboolean      accepted,
      const char   *type,
      const guint8 *bytes,
      gsize         length)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();
  gsize  type_length = strlen (type);
  guint8 prefix[2];

  forge_put16 (prefix, 0, MIN (type_length, G_MAXUINT16));
  g_byte_array_append (input, prefix, sizeof prefix);
  g_byte_array_append (input, (const guint8 *) type, type_length);
  if (length > 0)
    g_byte_array_append (input, bytes, length);
  seed_write (folder, name, input->data, input->len);

  if (g_variant_type_string_is_valid (type) && g_variant_type_is_definite (G_VARIANT_TYPE (type)))
    {
      g_autoptr (GBytes) data = g_bytes_new (bytes, length);
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), data, FALSE));
      g_auto (AnyKey) key = { 0 };

      if (any_key_init (&key, "seed", NULL, value, NULL) != accepted)
        {
          g_print ("%s: is %s\n", name, accepted ? "refused" : "accepted");
          n_wrong++;
        }
    }
}

static void
seed_accepted (void)
{
  static const char *const texts[] = {
    "('a', 1)",
    "{'b': <1>, 'a': <2>}",
    "[{3: 'c', 1: 'a'}, {2: 'b'}]",
    "{1.5: 'x', -0.0: 'y', 0.0: 'z', nan: 'n', -inf: 'i'}",
    "{true: 1, false: 0}",
    "{objectpath '/b': <{'y': <{'x': 1}>}>, '/a': <nan>}",
    "[nan, -nan, 1.0]",
    "<<<{'deep': <[<1.0>]>}>>>",
    "(@mmd just nothing, @a{sv} {}, ())",
    "{'twice': 1, 'twice': 2}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *name = g_strdup_printf ("accepted-%02u", i);
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (texts[i]));

      keep (name, TRUE, g_variant_get_type_string (value), g_variant_get_data (value), g_variant_get_size (value));
    }
}

static void
seed_refused (void)
{
  g_autofree char   *too_deep = seed_nested_type (65);
  g_autofree char   *deep = seed_nested_type (64);
  g_autofree char   *tuples = seed_nested_tuples (64);
  g_autofree char   *too_many_tuples = seed_nested_tuples (65);
  g_autofree char   *too_wide = seed_wide_type (4095);
  g_autofree char   *far_too_wide = seed_wide_type (60000);
  g_autofree guint8 *overlapping = g_malloc (1 << 20);

  memset (overlapping, 0xfe, 1 << 20);

  keep ("handle", FALSE, "h", overlapping, 4);
  keep ("handle-inside", FALSE, "v", (const guint8 *) "\0\0\0\0\0h", 6);
  keep ("boolean-2", FALSE, "b", (const guint8 *) "\002", 1);
  keep ("string-open", FALSE, "s", (const guint8 *) "abc", 3);
  keep ("type-depth-64", TRUE, deep, NULL, 0);
  keep ("type-depth-65", FALSE, too_deep, NULL, 0);
  keep ("type-tuples-64", TRUE, tuples, overlapping, 64);
  keep ("type-tuples-65", FALSE, too_many_tuples, overlapping, 65);
  keep ("type-length-4097", FALSE, too_wide, overlapping, 4095);
  keep ("type-length-60000", FALSE, far_too_wide, overlapping, 60000);
  keep ("overlap-strings-large", FALSE, "aas", overlapping, 1 << 20);
  keep ("overlap-variants-large", FALSE, "av", overlapping, 1 << 20);
  keep ("overlap-dictionary-large", FALSE, "a{sa{sv}}", overlapping, 1 << 20);
  keep ("overlap-dictionary-small", FALSE, "a{sa{sv}}", overlapping, 150);
}

/* Few bytes that stand for many values: an array whose elements are all missing, each of them a tuple of hundreds of variants. */
static void
seed_defaults (void)
{
  g_autofree char   *variants = g_strnfill (400, 'v');
  g_autofree char   *type = g_strconcat ("a(", variants, ")", NULL);
  g_autofree guint8 *zeroes = g_malloc0 (1 << 20);

  keep ("defaults-large", FALSE, type, zeroes, 1 << 20);
  keep ("defaults-small", FALSE, type, zeroes, 1000);
}

static void
seed_depths (void)
{
  static const guint depths[] = { 2, 63, 64, 65, 127, 128, 129, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autofree char *name = g_strdup_printf ("variants-%u", depths[i]);
      g_autoptr (GByteArray) value = seed_nested_variants (depths[i]);

      keep (name, depths[i] <= 64, "v", value->data, value->len);
    }
}

/* Fills the folder; gives how many seeds were not what they were meant to be. */
guint
seed_canonical (const char *into)
{
  folder = into;

  seed_accepted ();
  seed_refused ();
  seed_defaults ();
  seed_depths ();

  return n_wrong;
}
