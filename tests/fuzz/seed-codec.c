/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Entries for the codec: sound ones, and ones whose every checksum is right and whose content is not. */

#include <string.h>

#include "any-dependencies.h"

#include "forge-frame.h"
#include "forge.h"
#include "seed-entry.h"
#include "seeds.h"

static void
seed_sound (void)
{
  static const char *const texts[] = {
    "'text'",
    "('a', 1)",
    "{'one': <1>, 'two': <'zwei'>, 'three': <[3.0, 3.5]>}",
    "[byte 1, 2, 3, 4, 5]",
    "@ay []",
    "@as []",
    "['x', '', 'zzz']",
    "@mv nothing",
    "()",
    "[(true, 1.5, int64 -3), (false, 2.5, 4)]",
    "{uint32 7: {'nested': @ms nothing}}",
    "<<<('deep', [<1>])>>>",
    "(objectpath '/a', signature 'a{sv}', @mi 5, @mmi just nothing)",
  };
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *name = g_strdup_printf ("sound-%02u", i);
      g_autoptr (GByteArray) entry = seed_entry_seal (g_variant_new_parsed (texts[i]), none);

      seed_entry_keep (name, SEED_OK, entry);
    }
}

/* One field of a sound header says something else. */
static void
seed_headers (void)
{
  static const struct
  {
    const char *name;
    gsize       field;
    guint64     number;
  } lengths[] = {
    { "total-2-63", FORGE_TOTAL_LENGTH, G_GUINT64_CONSTANT (1) << 63 },
    { "total-0", FORGE_TOTAL_LENGTH, 0 },
    { "key-2-63", FORGE_KEY_LENGTH, G_GUINT64_CONSTANT (1) << 63 },
    { "key-max", FORGE_KEY_LENGTH, G_MAXUINT64 },
    { "key-0", FORGE_KEY_LENGTH, 0 },
    { "dependencies-2-63", FORGE_DEPENDENCIES_LENGTH, G_GUINT64_CONSTANT (1) << 63 },
    { "dependencies-max", FORGE_DEPENDENCIES_LENGTH, G_MAXUINT64 },
    { "dependencies-2-32", FORGE_DEPENDENCIES_LENGTH, G_GUINT64_CONSTANT (1) << 32 },
    { "validator-2-63", FORGE_VALIDATOR_LENGTH, G_GUINT64_CONSTANT (1) << 63 },
    { "validator-max", FORGE_VALIDATOR_LENGTH, G_MAXUINT64 },
    { "type-0", FORGE_TYPE_LENGTH, 0 },
    { "type-max", FORGE_TYPE_LENGTH, G_MAXUINT64 - 95 },
    { "value-2-63", FORGE_VALUE_LENGTH, G_GUINT64_CONSTANT (1) << 63 },
    { "value-max", FORGE_VALUE_LENGTH, G_MAXUINT64 - 15 },
  };
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *name = g_strconcat ("header-", lengths[i].name, NULL);
      g_autoptr (GByteArray) entry = seed_entry_seal (g_variant_new_string ("header"), none);

      forge_put64 (entry->data, lengths[i].field, lengths[i].number);
      forge_checksums (entry->data, entry->len);
      seed_entry_keep (name, SEED_CORRUPT, entry);
    }
}

/* Lengths that add up to the right total only because the sum wraps, and sections that reach into each other. */
static void
seed_sums (void)
{
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (GByteArray) wrapped = seed_entry_seal (g_variant_new_string ("sum"), none);
  g_autoptr (GByteArray) shifted = seed_entry_seal (g_variant_new_string ("sum"), none);
  guint64 key_length = forge_get64 (wrapped->data, FORGE_KEY_LENGTH);

  forge_put64 (wrapped->data, FORGE_DEPENDENCIES_LENGTH, G_MAXUINT64 - 31);
  forge_put64 (wrapped->data, FORGE_VALUE_LENGTH, forge_get64 (wrapped->data, FORGE_VALUE_LENGTH) + 32);
  forge_checksums (wrapped->data, wrapped->len);
  seed_entry_keep ("sum-wraps", SEED_CORRUPT, wrapped);

  forge_put64 (shifted->data, FORGE_KEY_LENGTH, key_length - 8);
  forge_put64 (shifted->data, FORGE_DEPENDENCIES_LENGTH, 8);
  forge_checksums (shifted->data, shifted->len);
  seed_entry_keep ("sum-shifted", SEED_OK, shifted);
}

/* What another library may have written. */
static void
seed_foreign (void)
{
  static const struct
  {
    const char *name;
    gsize       field;
    guint16     number;
  } fields[] = {
    { "foreign-order", FORGE_ORDER, G_BYTE_ORDER == G_LITTLE_ENDIAN ? 2 : 1 },
    { "foreign-order-none", FORGE_ORDER, 0 },
    { "foreign-format-0", FORGE_FORMAT, 0 },
    { "foreign-format-next", FORGE_FORMAT, 2 },
    { "foreign-format-max", FORGE_FORMAT, G_MAXUINT16 },
    { "foreign-flag", FORGE_FLAGS, 4 },
  };
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (GByteArray) newer = seed_entry_seal (g_variant_new_string ("newer"), none);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GByteArray) entry = seed_entry_seal (g_variant_new_string ("foreign"), none);

      forge_put16 (entry->data, fields[i].field, fields[i].number);
      forge_checksums (entry->data, entry->len);
      seed_entry_keep (fields[i].name, SEED_FOREIGN, entry);
    }

  memset (newer->data + FORGE_LIBRARY, 0xff, 4);
  forge_checksums (newer->data, newer->len);
  seed_entry_keep ("newer-library", SEED_OK, newer);
}

/* A failure is an error and nothing else; a validator is a text with one end, in the place of the front of what follows it. */
static void
seed_facts (void)
{
  static const struct
  {
    const char *name;
    gsize       field;
    guint64     number;
    const char *value;
    guint       expected;
  } facts[] = {
    { "failure", FORGE_FLAGS, 1, "('domain', 5, 'message')", SEED_OK },
    { "failure-no-error", FORGE_FLAGS, 1, "('domain', uint32 5, 'message')", SEED_CORRUPT },
    { "validator-no-end", FORGE_VALIDATOR_LENGTH, 1, "'text'", SEED_CORRUPT },
    { "marks-max", FORGE_MARKS, G_MAXUINT64, "'text'", SEED_OK },
  };
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      g_autoptr (GByteArray) entry = seed_entry_seal (g_variant_new_parsed (facts[i].value), none);

      if (facts[i].field == FORGE_FLAGS)
        forge_put16 (entry->data, FORGE_FLAGS, (guint16) facts[i].number);
      else
        forge_put64 (entry->data, facts[i].field, facts[i].number);
      if (facts[i].field == FORGE_VALIDATOR_LENGTH)
        forge_put64 (entry->data, FORGE_TYPE_LENGTH, forge_get64 (entry->data, FORGE_TYPE_LENGTH) - facts[i].number);
      forge_checksums (entry->data, entry->len);
      seed_entry_keep (facts[i].name, facts[i].expected, entry);
    }
}

static void
seed_types (void)
{
  static const char *const types[] = { "", "a", "(", "{sv}y", "a*", "r", "?", "h", "(sh)", "ah", "a{vs}", "ss" };
  g_autofree char         *deep = seed_nested_type (64);
  g_autofree char         *deeper = seed_nested_type (65);
  g_autofree char         *too_deep = seed_nested_type (129);
  g_autofree char         *tuples = seed_nested_tuples (64);
  g_autofree char         *too_many_tuples = seed_nested_tuples (65);
  g_autofree char         *wide = seed_wide_type (4094);
  g_autofree char         *wider = seed_wide_type (4095);
  g_autofree char         *far_too_wide = seed_wide_type (1000000);
  g_autofree guint8       *zeroes = g_malloc0 (1000000);
  g_autoptr (GByteArray) no_end = seed_entry_forge ("s\0\0s", 4, (const guint8 *) "x", 2);
  g_autoptr (GByteArray) open_end = seed_entry_forge ("ss", 2, (const guint8 *) "x", 2);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *name = g_strdup_printf ("type-refused-%02u", i);

      seed_entry_keep_forged (name, SEED_CORRUPT, types[i], zeroes, 8);
    }

  seed_entry_keep_forged ("type-depth-64", SEED_OK, deep, zeroes, 0);
  seed_entry_keep_forged ("type-depth-65", SEED_CORRUPT, deeper, zeroes, 0);
  seed_entry_keep_forged ("type-depth-129", SEED_CORRUPT, too_deep, zeroes, 0);
  seed_entry_keep_forged ("type-tuples-64", SEED_OK, tuples, zeroes, 64);
  seed_entry_keep_forged ("type-tuples-65", SEED_CORRUPT, too_many_tuples, zeroes, 65);
  seed_entry_keep_forged ("type-length-4096", SEED_OK, wide, zeroes, 4094);
  seed_entry_keep_forged ("type-length-4097", SEED_CORRUPT, wider, zeroes, 4095);
  seed_entry_keep_forged ("type-length-million", SEED_CORRUPT, far_too_wide, zeroes, 1000000);
  seed_entry_keep ("type-two-ends", SEED_CORRUPT, no_end);
  seed_entry_keep ("type-no-end", SEED_CORRUPT, open_end);
}

/* What stands in the place of the dependencies. Only their own room reads it: the codec hands it on as bytes. */
static void
seed_dependencies (void)
{
  static const struct
  {
    const char *name;
    guint8      kind;
    guint8      settled;
    guint16     flags;
    guint32     path_length;
    char        path[5];
  } lists[] = {
    { "dependencies-kind", 3, 1, 0, 4, "/tmp" },
    { "dependencies-settled", 1, 2, 0, 4, "/tmp" },
    { "dependencies-path-long", 1, 1, 0, 5, "/tmp" },
    { "dependencies-path-short", 1, 1, 0, 3, "/tmp" },
    { "dependencies-path-max", 1, 1, 0, G_MAXUINT32, "/tmp" },
    { "dependencies-path-open", 1, 1, 0, 5, "/tmpx" },
    { "dependencies-path-relative", 1, 1, 0, 4, "temp" },
    { "dependencies-path-none", 1, 1, 0, 0, "/tmp" },
    { "dependencies-token", 4, 0, 0, 4, "a:bc" },
    { "dependencies-token-settled", 4, 1, 0, 4, "a:bc" },
    { "dependencies-content", 1, 0, 1, 4, "/tmp" },
    { "dependencies-content-settled", 1, 1, 1, 4, "/tmp" },
    { "dependencies-tree", 2, 1, 2, 4, "/tmp" },
    { "dependencies-tree-content", 2, 0, 3, 4, "/tmp" },
    { "dependencies-tree-file", 1, 1, 2, 4, "/tmp" },
    { "dependencies-flags-4", 2, 0, 4, 4, "/tmp" },
    { "dependencies-flags-max", 2, 0, G_MAXUINT16, 4, "/tmp" },
  };
  g_autoptr (AnyDependencies) two = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GByteArray) sound = NULL;

  any_dependencies_add (two, "/nonexistent/one");
  any_dependencies_add (two, "/nonexistent/two");
  packed = any_dependencies_pack (two);
  sound = seed_entry_seal (g_variant_new_string ("two absent files"), packed);
  seed_entry_keep ("dependencies-two", SEED_OK, sound);

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      guint8  list[56 + 5] = { lists[i].kind, lists[i].settled };
      guint16 flags = GUINT16_TO_LE (lists[i].flags);
      guint32 path_length = GUINT32_TO_LE (lists[i].path_length);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GByteArray) entry = NULL;

      memcpy (list + 2, &flags, sizeof flags);
      list[40] = flags != 0;
      memcpy (list + 4, &path_length, sizeof path_length);
      memcpy (list + 56, lists[i].path, 5);
      bytes = g_bytes_new (list, sizeof list);
      entry = seed_entry_seal (g_variant_new_string ("list"), bytes);
      seed_entry_keep (lists[i].name, SEED_OK, entry);
    }
}

/* Values that a reader which repairs them would repair, some of them for a long time. */
static void
seed_values (void)
{
  static const struct
  {
    const char *name;
    const char *type;
    const char *bytes;
    gsize       length;
  } values[] = {
    { "value-string-open", "s", "abc", 3 },
    { "value-string-inner-end", "s", "a\0c", 4 },
    { "value-string-not-utf8", "s", "\xff\xfe", 3 },
    { "value-string-none", "s", "", 0 },
    { "value-path", "o", "not/a/path", 11 },
    { "value-signature", "g", "(((", 4 },
    { "value-boolean-2", "b", "\002", 1 },
    { "value-number-short", "x", "1234", 4 },
    { "value-numbers-odd", "ax", "123456789", 9 },
    { "value-padding", "(yu)", "\001\377\377\377\004\003\002\001", 8 },
    { "value-offsets-backward", "as", "a\0b\0\004\002", 6 },
    { "value-offsets-beyond", "as", "a\0\377", 3 },
    { "value-offsets-overlap", "(sss)", "a\0b\0\001\002", 6 },
    { "value-maybe", "mi", "123", 3 },
    { "value-variant-no-type", "v", "abc", 3 },
    { "value-variant-bad-type", "v", "\001\0(", 3 },
    { "value-variant-two-types", "v", "\001\0yy", 4 },
    { "value-dictionary", "a{sv}", "k\0\0\0\0\0\0\0\001\0y\040\014", 13 },
  };
  g_autofree guint8 *overlapping = g_malloc0 (1 << 20);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    seed_entry_keep_forged (values[i].name, SEED_CORRUPT, values[i].type, (const guint8 *) values[i].bytes, values[i].length);

  /* Each element of the array claims nearly all of the bytes before it. */
  memset (overlapping, 0xfe, 1 << 20);
  seed_entry_keep_forged ("value-overlap-large", SEED_CORRUPT, "aas", overlapping, 1 << 20);
  seed_entry_keep_forged ("value-overlap-variants-large", SEED_CORRUPT, "av", overlapping, 1 << 20);
  memset (overlapping, 0, 1 << 20);
  seed_entry_keep_forged ("value-defaults-large", SEED_CORRUPT, "a(vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv)", overlapping, 1 << 20);
  memset (overlapping, 0xfe, 200);
  seed_entry_keep_forged ("value-overlap-small", SEED_CORRUPT, "a(sas)", overlapping, 200);
}

static void
seed_depths (void)
{
  static const guint depths[] = { 2, 63, 64, 65, 127, 128, 129, 1000, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autofree char *name = g_strdup_printf ("variants-%u", depths[i]);
      g_autoptr (GByteArray) value = seed_nested_variants (depths[i]);

      /* No value as deep as the middle ones is ever stored; whether a forged one opens is nobody's concern. */
      seed_entry_keep_forged (name, depths[i] <= 64 ? SEED_OK : depths[i] < 129 ? SEED_OK | SEED_CORRUPT
                                                                                : SEED_CORRUPT,
                              "v", value->data, value->len);
    }
}

/* An entry with any bytes for a frame, and any length of what is in them. */
static void
keep_frame (const char       *name,
            guint             expected,
            const GByteArray *frame,
            guint32           content_length)
{
  g_autoptr (GByteArray) entry = seed_entry_forge ("ay", 3, frame->data, frame->len);

  forge_frame (entry->data, content_length);
  forge_checksums (entry->data, entry->len);
  seed_entry_keep (name, expected, entry);
}

static void
seed_frames (void)
{
  static const struct
  {
    const char *name;
    ForgeFrame  kind;
    guint64     claimed;
    guint64     real;
    guint32     content_length;
    guint       expected;
  } frames[] = {
    { "frame-blocks", FORGE_FRAME_PLAIN, 300000, 300000, 300000, SEED_OK },
    { "frame-short", FORGE_FRAME_PLAIN, 1001, 1000, 1001, SEED_CORRUPT },
    { "frame-long", FORGE_FRAME_PLAIN, 999, 1000, 999, SEED_CORRUPT },
    { "frame-other-length", FORGE_FRAME_PLAIN, 1000, 1000, 999, SEED_CORRUPT },
    { "frame-no-length", FORGE_FRAME_PLAIN, 1000, 1000, 0, SEED_CORRUPT },
    { "frame-2-32", FORGE_FRAME_PLAIN, G_GUINT64_CONSTANT (1) << 32, 1000, 1000, SEED_CORRUPT },
    { "frame-2-63", FORGE_FRAME_PLAIN, G_GUINT64_CONSTANT (1) << 63, 1000, 1000, SEED_CORRUPT },
    { "frame-max", FORGE_FRAME_PLAIN, G_MAXUINT32, 1000, G_MAXUINT32, SEED_CORRUPT },
    { "frame-silent", FORGE_FRAME_SILENT, 0, 1000, 1000, SEED_CORRUPT },
    { "frame-dictionary", FORGE_FRAME_DICTIONARY, 1000, 1000, 1000, SEED_CORRUPT },
  };
  g_autoptr (GByteArray) two = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);
  g_autoptr (GByteArray) one = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);
  g_autoptr (GByteArray) packed = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      g_autoptr (GByteArray) frame = forge_frame_new (frames[i].kind, frames[i].claimed, frames[i].real);

      keep_frame (frames[i].name, frames[i].expected, frame, frames[i].content_length);
    }
  g_byte_array_append (two, one->data, one->len);
  keep_frame ("frame-twice", SEED_CORRUPT, two, 1000);

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "line %u of %s, ", i, i % 3 ? "some text" : "another");
  packed = seed_entry_seal_compressed (g_variant_new ("(ss)", text->str, text->str));
  seed_entry_keep ("frame-packed", SEED_OK, packed);
}

/* Fills the folder; gives how many seeds were not what they were meant to be. */
guint
seed_codec (const char *into)
{
  seed_entry_begin (into);

  seed_sound ();
  seed_headers ();
  seed_sums ();
  seed_foreign ();
  seed_facts ();
  seed_types ();
  seed_dependencies ();
  seed_values ();
  seed_depths ();
  seed_frames ();

  return seed_entry_end ();
}
