/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Entries as the library makes them, and what becomes of them when they are damaged. */

#include <string.h>

#include "any-digest.h"
#include "any-test.h"
#include "entry-bytes.h"

#define NAME "org.example.Function"
#define ARGS "('/etc/os-release', 5)"

/* So many that whoever looks at all of them for each of them is stopped by the limit of the test. */
#define N_ELEMENTS 250000

static const char *const values[] = {
  "'text'",
  "''",
  "b'bytes'",
  "@ay []",
  "['one', 'two', 'three']",
  "@as []",
  "{'name': <'a'>, 'size': <uint64 5>, 'tags': <['x', 'y']>}",
  "@a{sv} {}",
  "('a', 5)",
  "()",
  "true",
  "byte 7",
  "int16 -7",
  "7",
  "uint64 18446744073709551615",
  "1.5",
  "-0.0",
  "[1.5, 2.5]",
  "[int16 1, 2, 3]",
  "@mv nothing",
  "@mms just nothing",
  "@ms 'just'",
  "<'v'>",
  "<<<[<1>, <'two'>]>>>",
  "[(1, 'a', [true]), (2, 'b', [])]",
  "objectpath '/a/b'",
  "signature 'a{sv}'",
  "{1: {'a': 1.0}, 2: {}}",
};

static void
check_round_trip (const char *text)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GVariant) value = entry_bytes_parse (text);
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("anything", 8);
  g_autoptr (AnyRecord) record = NULL;
  g_autofree guint8 *bytes = NULL;
  guint8             trailer[ANY_HEADER_TRAILER_SIZE];
  gsize              length;
  AnyFacts           facts = { .created = 1000, .expires = 2000, .cost = 30, .marks = 40, .validator = "größe" };

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal (&key, dependencies, value, &facts, &length);
  ck_assert_msg (entry_bytes_open (bytes, length, &key, &record) == ANY_MISS_NONE, "%s", text);

  ck_assert_msg (g_variant_equal (record->value, value), "%s", text);
  ck_assert_msg (!g_variant_is_floating (record->value), "%s", text);
  ck_assert_int_eq (record->facts.created, 1000);
  ck_assert_int_eq (record->facts.expires, 2000);
  ck_assert_int_eq (record->facts.cost, 30);
  ck_assert_uint_eq (record->facts.marks, 40);
  ck_assert (!record->facts.failure);
  ck_assert_str_eq (record->facts.validator, "größe");
  ck_assert_uint_eq (record->total_length, length);
  ck_assert (any_key_equal (&key, record->key, record->key_length));
  ck_assert_uint_eq (record->dependencies_length, 8);
  ck_assert_mem_eq (record->dependencies, "anything", 8);

  any_digest_of (bytes, length - sizeof trailer, trailer);
  ck_assert_mem_eq (record->trailer, trailer, sizeof trailer);
  ck_assert_mem_eq (bytes + length - sizeof trailer, trailer, sizeof trailer);
}

START_TEST (test_round_trip)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    check_round_trip (values[i]);
}
END_TEST

/* So many of one kind of value that they are compressed. */
static void
check_compressed (const char *text)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GVariant) value = entry_bytes_parse (text);
  g_autoptr (GVariant) many = NULL;
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("anything", 8);
  g_autoptr (AnyRecord) record = NULL;
  g_autofree guint8 *bytes = NULL;
  GVariant          *children[4000];
  gsize              length;
  AnyFacts           facts = { .created = 1000, .expires = -1, .cost = 30, .validator = "größe" };

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = value;
  many = g_variant_ref_sink (g_variant_new_array (NULL, children, G_N_ELEMENTS (children)));

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal_from (0, &key, dependencies, many, &facts, &length);
  ck_assert_msg (entry_bytes_open (bytes, length, &key, &record) == ANY_MISS_NONE, "%s", text);

  ck_assert_msg (record->facts.content_length == g_variant_get_size (many), "%s", text);
  ck_assert_msg (length < g_variant_get_size (many), "%s", text);
  ck_assert_msg (g_variant_equal (record->value, many), "%s", text);
  ck_assert_uint_eq ((gsize) g_variant_get_data (record->value) % 8, 0);
  ck_assert_uint_eq (record->total_length, length);
  ck_assert (any_key_equal (&key, record->key, record->key_length));
  ck_assert_mem_eq (record->dependencies, "anything", 8);
  ck_assert_str_eq (record->facts.validator, "größe");
}

START_TEST (test_compressed)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    check_compressed (values[i]);
}
END_TEST

/* From the threshold on, with the byte that a text ends with. */
START_TEST (test_threshold)
{
  for (gint64 length = 998; length <= 1002; length++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree char *letters = g_strnfill (length - 1, 'x');
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (letters));
      g_autoptr (GBytes) no_dependencies = g_bytes_new (NULL, 0);

      entry_bytes_make_key (&key, NAME, "1", ARGS);
      for (gint64 threshold = -1; threshold <= 1000; threshold += threshold == 0 ? 1000 : 1)
        {
          gsize head_length;
          g_autoptr (AnyRecord) record = any_codec_seal (&key, no_dependencies, value, &(AnyFacts){ .created = 1000, .expires = -1 },
                                                         threshold, &head_length);

          ck_assert ((record->facts.content_length > 0) == (threshold == 0 || (threshold > 0 && length >= threshold)));
          ck_assert ((record->frame != NULL) == (record->facts.content_length > 0));
        }
    }
}
END_TEST

/* What is stored serves as what is read does, without being read. */
START_TEST (test_sealed_record)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GVariant) value = entry_bytes_parse ("('a', 5)");
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("anything", 8);
  g_autoptr (AnyRecord) record = NULL;
  gsize head_length;

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  record = any_codec_seal (&key, dependencies, value, &(AnyFacts){ .created = 1000, .expires = -1, .cost = 30 }, ANY_CODEC_NEVER_COMPRESS, &head_length);

  ck_assert_ptr_eq (record->value, value);
  ck_assert_int_eq (record->facts.created, 1000);
  ck_assert_int_eq (record->facts.expires, -1);
  ck_assert_int_eq (record->facts.cost, 30);
  ck_assert (any_key_equal (&key, record->key, record->key_length));
  ck_assert_mem_eq (record->dependencies, "anything", 8);
  ck_assert_uint_eq (head_length % 16, 0);
}
END_TEST

/* The value begins at a multiple of 16, whatever stands before it, and zeros fill the gap. */
START_TEST (test_alignment)
{
  for (gsize args_length = 0; args_length < 32; args_length++)
    {
      g_autofree char *text = g_strnfill (args_length, 'x');
      g_autofree char *args = g_strdup_printf ("'%s'", text);
      g_auto (AnyKey) key = { 0 };
      g_autofree guint8 *bytes = NULL;
      gsize              length, padding;
      AnyHeader          header;

      entry_bytes_make_key (&key, NAME, NULL, args);
      bytes = entry_bytes_seal_simply (&key, "'text'", &length);
      ck_assert_int_eq (any_header_read (&header, bytes, length), ANY_MISS_NONE);

      padding = length - ANY_HEADER_TRAILER_SIZE - 5 - ANY_HEADER_SIZE - key.length - 2;
      ck_assert_uint_lt (padding, 16);
      ck_assert_uint_eq ((length - ANY_HEADER_TRAILER_SIZE - 5) % 16, 0);
      for (gsize i = 0; i < padding; i++)
        ck_assert_uint_eq (bytes[length - ANY_HEADER_TRAILER_SIZE - 6 - i], 0);
    }
}
END_TEST

/* A header tells what it must, from its own bytes alone. */
START_TEST (test_header)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GVariant) value = entry_bytes_parse ("'text'");
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("anything", 8);
  g_autofree guint8 *bytes = NULL;
  gsize              length;
  AnyHeader          header;
  AnyFacts           facts = { .created = 1000, .expires = 2000, .cost = 30, .marks = 40 };

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal (&key, dependencies, value, &facts, &length);

  for (gsize i = 0; i < ANY_HEADER_SIZE; i++)
    ck_assert_int_eq (any_header_read (&header, bytes, i), ANY_MISS_CORRUPT);

  ck_assert_int_eq (any_header_read (&header, bytes, ANY_HEADER_SIZE), ANY_MISS_NONE);
  ck_assert_uint_eq (header.total_length, length);
  ck_assert_int_eq (header.facts.created, 1000);
  ck_assert_int_eq (header.facts.expires, 2000);
  ck_assert_int_eq (header.facts.cost, 30);
  ck_assert_uint_eq (header.key_length, key.length);
  ck_assert_uint_eq (header.dependencies_length, 8);
  ck_assert_uint_eq (header.type_length, 2);
  ck_assert_uint_eq (header.value_length, 5);
}
END_TEST

/* The value holds on to the bytes that it was read from, and the record to the value. */
START_TEST (test_value_outlives_record)
{
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *bytes = NULL;
  g_autoptr (GVariant) value = NULL;
  AnyRecord *record;
  AnyRecord *again;
  gsize      length;

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal_simply (&key, "['one', 'two']", &length);
  ck_assert_int_eq (entry_bytes_open (bytes, length, &key, &record), ANY_MISS_NONE);

  again = any_record_ref (record);
  any_record_unref (record);
  ck_assert (any_key_equal (&key, again->key, again->key_length));

  value = g_variant_ref (again->value);
  any_record_unref (again);
  ck_assert_uint_eq (g_variant_n_children (value), 2);
  g_variant_check_format_string (value, "as", FALSE);
}
END_TEST

/* The shapes that an entry can have besides its value: a text that it is known by, an error in place of a result, a frame. */
static const struct
{
  const char *validator;
  gboolean    failure;
  gboolean    compressed;
  const char *value;
} shapes[] = {
  { "größe", FALSE, FALSE, "'text'" },
  { "", FALSE, FALSE, "@ay []" },
  { NULL, TRUE, FALSE, "('g-io-error-quark', 1, 'no')" },
  { "größe", TRUE, FALSE, "('', -2147483648, '')" },
  { NULL, FALSE, TRUE, "'one two three, one two three, one two three, one two three, one two three, one two three, three'" },
  { "größe", TRUE, TRUE, "('g-io-error-quark', 1, 'no no no no no no no no no no no no no no no no no no no no no no no no no')" },
};

/* Each value alone, and then each shape. */
#define N_ENTRIES (G_N_ELEMENTS (values) + G_N_ELEMENTS (shapes))

static guint8 *
seal_entry (const AnyKey *key,
            guint         i,
            gsize        *length)
{
  guint    shape = i - G_N_ELEMENTS (values);
  AnyFacts facts = { .created = 1000, .expires = 2000, .cost = 30, .marks = 40 };
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("anything", 8);
  g_autoptr (GVariant) value = NULL;

  if (i < G_N_ELEMENTS (values))
    return entry_bytes_seal_simply (key, values[i], length);

  facts.validator = shapes[shape].validator;
  facts.failure = shapes[shape].failure;
  value = entry_bytes_parse (shapes[shape].value);

  return entry_bytes_seal_from (shapes[shape].compressed ? 0 : ANY_CODEC_NEVER_COMPRESS, key, dependencies, value, &facts, length);
}

START_TEST (test_shapes)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree guint8 *bytes = NULL;
      g_autoptr (AnyRecord) record = NULL;
      g_autoptr (GVariant) value = entry_bytes_parse (shapes[i].value);
      AnyHeader header;
      gsize     length;

      entry_bytes_make_key (&key, NAME, "1", ARGS);
      bytes = seal_entry (&key, G_N_ELEMENTS (values) + i, &length);
      ck_assert_int_eq (any_header_read (&header, bytes, length), ANY_MISS_NONE);
      ck_assert (header.facts.failure == shapes[i].failure);
      ck_assert_uint_eq (header.facts.content_length, shapes[i].compressed ? g_variant_get_size (value) : 0);
      ck_assert_uint_eq (header.validator_length, shapes[i].validator != NULL ? strlen (shapes[i].validator) + 1 : 0);

      ck_assert_int_eq (entry_bytes_open (bytes, length, &key, &record), ANY_MISS_NONE);
      ck_assert_pstr_eq (record->facts.validator, shapes[i].validator);
      ck_assert (record->facts.failure == shapes[i].failure);
      ck_assert (g_variant_equal (record->value, value));
    }
}
END_TEST

/* Says what each damage must lead to: the key is compared first, the checksum sees everything. */
static AnyMiss
expected_miss (gsize         offset,
               const AnyKey *key)
{
  gboolean in_key = offset >= ANY_HEADER_SIZE && offset < ANY_HEADER_SIZE + key->length;

  return in_key ? ANY_MISS_OTHER_KEY : ANY_MISS_CORRUPT;
}

START_TEST (test_each_bit)
{
  for (guint i = 0; i < N_ENTRIES; i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree guint8 *bytes = NULL;
      gsize              length;

      entry_bytes_make_key (&key, NAME, "1", ARGS);
      bytes = seal_entry (&key, i, &length);

      for (gsize bit = 0; bit < length * 8; bit++)
        {
          AnyRecord *record = NULL;
          AnyMiss    miss;

          bytes[bit / 8] ^= 1 << bit % 8;
          miss = entry_bytes_open (bytes, length, &key, &record);
          bytes[bit / 8] ^= 1 << bit % 8;

          ck_assert_msg (miss == expected_miss (bit / 8, &key), "entry %u, bit %u: %s", i, (guint) bit, any_miss_to_string (miss));
          ck_assert_ptr_null (record);
        }
    }
}
END_TEST

START_TEST (test_each_length)
{
  for (guint i = 0; i < N_ENTRIES; i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree guint8 *bytes = NULL;
      g_autofree guint8 *longer = NULL;
      gsize              length;

      entry_bytes_make_key (&key, NAME, "1", ARGS);
      bytes = seal_entry (&key, i, &length);
      longer = g_malloc0 (length + 64);
      memcpy (longer, bytes, length);

      for (gsize cut = 0; cut < length + 64; cut++)
        {
          AnyRecord *record = NULL;

          if (cut == length)
            continue;
          ck_assert_msg (entry_bytes_open (longer, cut, &key, &record) == ANY_MISS_CORRUPT, "entry %u: %u bytes", i, (guint) cut);
          ck_assert_ptr_null (record);
        }
    }
}
END_TEST

/* Two sound files that have changed places. */
START_TEST (test_other_key)
{
  static const struct
  {
    const char *name;
    const char *version;
    const char *args;
  } rows[] = {
    { "org.example.Other", "1", ARGS },
    { NAME, "2", ARGS },
    { NAME, NULL, ARGS },
    { NAME, "1", "('/etc/os-release', 6)" },
    { NAME, "1", "('/etc/os-release', uint32 5)" },
    { NAME, "1", "()" },
  };
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *bytes = NULL;
  gsize              length;

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal_simply (&key, "'text'", &length);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (AnyKey) other = { 0 };
      AnyRecord *record = NULL;

      entry_bytes_make_key (&other, rows[i].name, rows[i].version, rows[i].args);
      ck_assert_msg (entry_bytes_open (bytes, length, &other, &record) == ANY_MISS_OTHER_KEY, "row %u", i);
      ck_assert_ptr_null (record);
    }
}
END_TEST

START_TEST (test_large_value)
{
  const gsize        size = 64 << 20;
  g_autofree guint8 *content = g_malloc (size);
  g_autofree guint8 *bytes = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GBytes) no_dependencies = g_bytes_new (NULL, 0);
  g_autoptr (AnyRecord) record = NULL;
  g_auto (AnyKey) key = { 0 };
  gsize length, read_size;

  for (gsize i = 0; i < size; i++)
    content[i] = (guint8) (i ^ i >> 8);
  value = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, content, size, 1));

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal (&key, no_dependencies, value, &(AnyFacts){ .created = 1000, .expires = -1, .cost = 10 }, &length);
  ck_assert_int_eq (any_codec_open (g_steal_pointer (&bytes), length, NULL, &key, &record), ANY_MISS_NONE);
  ck_assert (memcmp (g_variant_get_fixed_array (record->value, &read_size, 1), content, size) == 0);
  ck_assert_uint_eq (read_size, size);
}
END_TEST

static GVariant *
make_large_array (void)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("as"));

  for (guint i = 0; i < N_ELEMENTS; i++)
    g_variant_builder_add (builder, "s", i % 2 ? "odd" : "even");

  return g_variant_builder_end (builder);
}

static void
check_walk (GVariant *array)
{
  gsize        n_even = 0, n_odd = 0;
  GVariantIter iter;
  const char  *text;

  g_variant_iter_init (&iter, array);
  while (g_variant_iter_next (&iter, "&s", &text))
    *(g_str_equal (text, "odd") ? &n_odd : &n_even) += 1;

  ck_assert_uint_eq (n_odd, N_ELEMENTS / 2);
  ck_assert_uint_eq (n_even, N_ELEMENTS / 2);
}

/* Seals a value, and gives it as it is read. */
static GVariant *
seal_and_open (GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autoptr (GBytes) no_dependencies = g_bytes_new (NULL, 0);
  g_autoptr (AnyRecord) record = NULL;
  g_auto (AnyKey) key = { 0 };
  guint8 *bytes;
  gsize   length;

  entry_bytes_make_key (&key, NAME, "1", ARGS);
  bytes = entry_bytes_seal (&key, no_dependencies, sunk, &(AnyFacts){ .created = 1000, .expires = -1, .cost = 10 }, &length);
  ck_assert_int_eq (any_codec_open (bytes, length, NULL, &key, &record), ANY_MISS_NONE);

  return g_variant_ref (record->value);
}

/* A result that was read from a file is walked as fast as one that was just made: GLib 2.74 checks all offsets again at each step
 * through data that it was not told to trust, which for this many takes minutes. Wherever in the result the array is. */
START_TEST (test_walk_of_large_array)
{
  g_autoptr (GVariant) alone = seal_and_open (make_large_array ());
  g_autoptr (GVariant) member = seal_and_open (g_variant_new ("(i@as)", 1, make_large_array ()));
  g_autoptr (GVariant) variant = seal_and_open (g_variant_new ("(iv)", 1, make_large_array ()));
  g_autoptr (GVariant) in_member = g_variant_get_child_value (member, 1);
  g_autoptr (GVariant) box = g_variant_get_child_value (variant, 1);
  g_autoptr (GVariant) in_variant = g_variant_get_variant (box);

  check_walk (alone);
  check_walk (in_member);
  check_walk (in_variant);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("codec");
  TCase *sound = tcase_create ("sound");
  TCase *damaged = tcase_create ("damaged");

  tcase_set_timeout (sound, 110);
  tcase_add_checked_fixture (sound, any_test_limit_cpu, NULL);
  tcase_add_test (sound, test_round_trip);
  tcase_add_test (sound, test_compressed);
  tcase_add_test (sound, test_threshold);
  tcase_add_test (sound, test_sealed_record);
  tcase_add_test (sound, test_shapes);
  tcase_add_test (sound, test_alignment);
  tcase_add_test (sound, test_header);
  tcase_add_test (sound, test_value_outlives_record);
  tcase_add_test (sound, test_large_value);
  tcase_add_test (sound, test_walk_of_large_array);
  suite_add_tcase (suite, sound);

  tcase_set_timeout (damaged, 60);
  tcase_add_test (damaged, test_each_bit);
  tcase_add_test (damaged, test_each_length);
  tcase_add_test (damaged, test_other_key);
  suite_add_tcase (suite, damaged);

  return any_test_run (suite);
}
