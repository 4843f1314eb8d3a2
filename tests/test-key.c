/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-key.h"

#include <string.h>

#include "any-digest.h"
#include "any-test.h"

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  ck_assert_msg (value != NULL, "%s: %s", text, error != NULL ? error->message : "");

  return value;
}

/* Clears a key, and makes it anew. */
static void
make_key (AnyKey     *key,
          const char *name,
          const char *version,
          GVariant   *args)
{
  g_autoptr (GError) error = NULL;

  any_key_clear (key);
  ck_assert_msg (any_key_init (key, name, version, args, &error), "%s", error != NULL ? error->message : "");
}

static void
parse_key (AnyKey     *key,
           const char *name,
           const char *version,
           const char *text)
{
  g_autoptr (GVariant) args = parse (text);

  make_key (key, name, version, args);
}

/* The grammar, spelled out by hand. */
START_TEST (test_bytes)
{
  static const char expected[] = "\1\0\0\0\0\0\0\0"
                                 "f"
                                 "\2\0\0\0\0\0\0\0"
                                 "v2"
                                 "\4\0\0\0\0\0\0\0"
                                 "(is)"
                                 "\7\0\0\0\0\0\0\0"
                                 "\2\1\0\0hi"; /* and the NUL */
  g_auto (AnyKey) key = { 0 };

  parse_key (&key, "f", "v2", "(258, 'hi')");
  ck_assert_uint_eq (key.length, sizeof expected);
  ck_assert_mem_eq (key.bytes, expected, sizeof expected);
}
END_TEST

START_TEST (test_empty_parts)
{
  static const char expected[] = "\1\0\0\0\0\0\0\0"
                                 "f"
                                 "\0\0\0\0\0\0\0\0"
                                 "\2\0\0\0\0\0\0\0"
                                 "as"
                                 "\0\0\0\0\0\0\0"; /* and the NUL, for the eighth */
  g_auto (AnyKey) key = { 0 };

  parse_key (&key, "f", NULL, "@as []");
  ck_assert_uint_eq (key.length, sizeof expected);
  ck_assert_mem_eq (key.bytes, expected, sizeof expected);

  parse_key (&key, "f", "", "@as []");
  ck_assert_uint_eq (key.length, sizeof expected);
  ck_assert_mem_eq (key.bytes, expected, sizeof expected);
}
END_TEST

/* The digits are those of the digest of the bytes, read from the front. */
START_TEST (test_ident_is_the_digest)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GString) expected = g_string_new (NULL);
  guint8 digest[ANY_DIGEST_SIZE];
  char   digits[ANY_IDENT_LENGTH + 1];

  parse_key (&key, "org.example.Function", "1", "({'a': <1>},)");
  any_digest_of (key.bytes, key.length, digest);
  for (guint i = 0; i < sizeof digest; i++)
    g_string_append_printf (expected, "%02x", digest[i]);

  any_ident_write (&key.ident, digits);
  ck_assert_str_eq (digits, expected->str);
}
END_TEST

START_TEST (test_digits)
{
  static const struct
  {
    AnyIdent    ident;
    const char *digits;
  } rows[] = {
    { { 0, 0 }, "00000000000000000000000000000000" },
    { { 1, 2 }, "00000000000000010000000000000002" },
    { { G_GUINT64_CONSTANT (0x0123456789abcdef), G_GUINT64_CONSTANT (0xfedcba9876543210) }, "0123456789abcdeffedcba9876543210" },
    { { G_MAXUINT64, G_MAXUINT64 }, "ffffffffffffffffffffffffffffffff" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char digits[ANY_IDENT_LENGTH + 1];

      memset (digits, '#', sizeof digits);
      any_ident_write (&rows[i].ident, digits);
      ck_assert_str_eq (digits, rows[i].digits);
    }
}
END_TEST

static void
check_same (const char *name,
            const char *version,
            const char *text,
            const char *other_name,
            const char *other_version,
            const char *other_text,
            gboolean    same)
{
  g_auto (AnyKey) key = { 0 };
  g_auto (AnyKey) other = { 0 };

  parse_key (&key, name, version, text);
  parse_key (&other, other_name, other_version, other_text);

  ck_assert_msg (any_key_equal (&key, other.bytes, other.length) == same, "%s, %s", text, other_text);
  ck_assert_msg ((key.ident.high == other.ident.high && key.ident.low == other.ident.low) == same, "%s, %s", text, other_text);
}

START_TEST (test_what_makes_another_key)
{
  check_same ("f", "1", "(1,)", "f", "1", "(1,)", TRUE);
  check_same ("f", "1", "(1,)", "g", "1", "(1,)", FALSE);
  check_same ("f", "1", "(1,)", "f", "2", "(1,)", FALSE);
  check_same ("f", "1", "(1,)", "f", NULL, "(1,)", FALSE);
  check_same ("f", "1", "(1,)", "f", "1", "(2,)", FALSE);

  /* A letter that crosses from one part into the next. */
  check_same ("ab", "c", "(1,)", "a", "bc", "(1,)", FALSE);
  check_same ("f", "1i", "1", "f", "1", "1", FALSE);

  /* The same bytes of another type. */
  check_same ("f", NULL, "1", "f", NULL, "uint32 1", FALSE);
  check_same ("f", NULL, "(1,)", "f", NULL, "1", FALSE);
  check_same ("f", NULL, "@as []", "f", NULL, "@ay []", FALSE);
  check_same ("f", NULL, "'s'", "f", NULL, "signature 's'", FALSE);
  check_same ("f", NULL, "<1>", "f", NULL, "<uint32 1>", FALSE);

  /* Other bytes of one value. */
  check_same ("f", NULL, "{'a': 1, 'b': 2}", "f", NULL, "{'b': 2, 'a': 1}", TRUE);
  check_same ("f", NULL, "0.0", "f", NULL, "-0.0", FALSE);
  check_same ("f", NULL, "['a', 'b']", "f", NULL, "['b', 'a']", FALSE);
}
END_TEST

START_TEST (test_equal_reads_all_bytes)
{
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *copy = NULL;

  parse_key (&key, "f", "1", "('some text', 5)");
  copy = g_memdup2 (key.bytes, key.length);
  ck_assert (any_key_equal (&key, copy, key.length));
  ck_assert (!any_key_equal (&key, copy, key.length - 1));
  ck_assert (!any_key_equal (&key, copy, 0));

  for (gsize i = 0; i < key.length; i++)
    {
      copy[i] ^= 0x10;
      ck_assert_msg (!any_key_equal (&key, copy, key.length), "byte %u is not read", (guint) i);
      copy[i] ^= 0x10;
    }
}
END_TEST

/* Around the size up to which a key needs no memory of its own. */
START_TEST (test_short_and_long)
{
  for (gsize text_length = 200; text_length < 260; text_length++)
    {
      g_autofree char *text = g_strnfill (text_length, 'x');
      g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new_string (text));
      g_auto (AnyKey) key = { 0 };
      AnyIdent ident;

      make_key (&key, "f", NULL, args);
      ident = any_ident_of (key.bytes, key.length);

      ck_assert_uint_eq (key.length, 4 * 8 + 1 + 1 + text_length + 1);
      ck_assert_mem_eq (key.bytes + key.length - text_length - 1, text, text_length + 1);
      ck_assert ((key.bytes == key.inline_bytes) == (key.length <= ANY_KEY_INLINE_SIZE));
      ck_assert_uint_eq (key.ident.high, ident.high);
      ck_assert_uint_eq (key.ident.low, ident.low);
    }
}
END_TEST

START_TEST (test_refused_args)
{
  g_autoptr (GVariant) args = parse ("(1, handle 2)");
  g_autoptr (GError) error = NULL;
  g_auto (AnyKey) key = { 0 };

  ck_assert (!any_key_init (&key, "org.example.Function", "1", args, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
  ck_assert_msg (g_str_has_prefix (error->message, "Arguments of “org.example.Function”: "), "%s", error->message);
}
END_TEST

START_TEST (test_have_name)
{
  static const struct
  {
    const char *name;
    gboolean    has;
  } rows[] = {
    { "org.example", TRUE },
    { "org.exampl", FALSE },
    { "org.example.", FALSE },
    { "org.exampla", FALSE },
    { "", FALSE },
  };
  g_auto (AnyKey) key = { 0 };

  parse_key (&key, "org.example", "1", "(1,)");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (any_key_bytes_have_name (key.bytes, key.length, rows[i].name) == rows[i].has, "“%s”", rows[i].name);

  /* Nothing behind the name is needed, and nothing before its end can be missed. */
  for (gsize length = 0; length < 40; length++)
    {
      g_autofree guint8 *start = g_memdup2 (key.bytes, length);

      ck_assert_msg (any_key_bytes_have_name (start, length, "org.example") == (length >= 8 + 11), "%u bytes", (guint) length);
    }
}
END_TEST

/* The name finds the file, and its first byte the shard: all of them are used, and no two of these meet. */
START_TEST (test_idents_spread)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint shards[256] = { 0 };

  for (gint32 i = 0; i < 10000; i++)
    {
      g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(i)", i));
      g_auto (AnyKey) key = { 0 };
      char *digits = g_malloc (ANY_IDENT_LENGTH + 1);

      make_key (&key, "f", NULL, args);
      any_ident_write (&key.ident, digits);
      ck_assert (g_hash_table_add (seen, digits));
      shards[key.ident.high >> 56]++;
    }

  /* 39 each on the average; a fair spread leaves these bounds once in far more runs than will ever be. */
  for (guint i = 0; i < G_N_ELEMENTS (shards); i++)
    ck_assert_msg (shards[i] > 5 && shards[i] < 110, "%u in shard %u", shards[i], i);
}
END_TEST

/* A dictionary of thousands, in two orders. */
START_TEST (test_large_dictionary)
{
  g_autoptr (GVariantBuilder) up = g_variant_builder_new (G_VARIANT_TYPE ("a{si}"));
  g_autoptr (GVariantBuilder) down = g_variant_builder_new (G_VARIANT_TYPE ("a{si}"));
  g_autoptr (GVariant) args = NULL;
  g_autoptr (GVariant) other_args = NULL;
  g_auto (AnyKey) key = { 0 };
  g_auto (AnyKey) other = { 0 };
  const gint32 n = 10000;

  for (gint32 i = 0; i < n; i++)
    {
      g_autofree char *low = g_strdup_printf ("key %d", i);
      g_autofree char *high = g_strdup_printf ("key %d", n - 1 - i);

      g_variant_builder_add (up, "{si}", low, i);
      g_variant_builder_add (down, "{si}", high, n - 1 - i);
    }
  args = g_variant_ref_sink (g_variant_builder_end (up));
  other_args = g_variant_ref_sink (g_variant_builder_end (down));

  make_key (&key, "f", NULL, args);
  make_key (&other, "f", NULL, other_args);
  ck_assert (any_key_equal (&key, other.bytes, other.length));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("key");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_bytes);
  tcase_add_test (all, test_empty_parts);
  tcase_add_test (all, test_ident_is_the_digest);
  tcase_add_test (all, test_digits);
  tcase_add_test (all, test_what_makes_another_key);
  tcase_add_test (all, test_equal_reads_all_bytes);
  tcase_add_test (all, test_short_and_long);
  tcase_add_test (all, test_refused_args);
  tcase_add_test (all, test_have_name);
  tcase_add_test (all, test_idents_spread);
  tcase_add_test (all, test_large_dictionary);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
