/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-digest.h"

#include <string.h>

#include "any-test.h"

/* The published answers of XXH3-128, high half first: what stands in directories today must be understood for ever. */
START_TEST (test_known_answers)
{
  static const struct
  {
    const char *text;
    const char *digest;
  } rows[] = {
    { "", "99aa06d3014798d86001c324468d497f" },
    { "a", "a96faf705af16834e6c632b61e964e1f" },
    { "abc", "06b05ab6733a618578af5f94892f3950" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) digits = g_string_new (NULL);
      guint8 digest[ANY_DIGEST_SIZE];

      any_digest_of (rows[i].text, strlen (rows[i].text), digest);
      for (guint j = 0; j < sizeof digest; j++)
        g_string_append_printf (digits, "%02x", digest[j]);

      ck_assert_str_eq (digits->str, rows[i].digest);
    }
}
END_TEST

static guint8 *
make_bytes (gsize length)
{
  guint8 *bytes = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) (i * 31 + i / 256);

  return bytes;
}

static void
digest_in_pieces (const guint8 *bytes,
                  gsize         length,
                  gsize         piece,
                  guint8        digest[ANY_DIGEST_SIZE])
{
  g_autoptr (AnyDigest) state = any_digest_new ();

  for (gsize at = 0; at < length; at += piece)
    any_digest_update (state, bytes + at, MIN (piece, length - at));
  any_digest_finish (state, digest);
}

/* The lengths lie around those where the algorithm takes another way: 16, 128, 240, and blocks of 1024. */
START_TEST (test_pieces_make_the_whole)
{
  static const gsize lengths[] = { 0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 256, 1023, 1024, 1025, 2048, 65537 };
  static const gsize pieces[] = { 1, 7, 64, 255, 256, 257, 4096 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *bytes = make_bytes (lengths[i]);
      guint8             whole[ANY_DIGEST_SIZE];

      any_digest_of (bytes, lengths[i], whole);

      for (guint j = 0; j < G_N_ELEMENTS (pieces); j++)
        {
          guint8 digest[ANY_DIGEST_SIZE];

          digest_in_pieces (bytes, lengths[i], pieces[j], digest);
          ck_assert_mem_eq (digest, whole, sizeof whole);
        }
    }
}
END_TEST

START_TEST (test_empty_pieces_change_nothing)
{
  g_autoptr (AnyDigest) state = any_digest_new ();
  guint8 digest[ANY_DIGEST_SIZE];
  guint8 expected[ANY_DIGEST_SIZE];

  any_digest_update (state, NULL, 0);
  any_digest_update (state, "ab", 2);
  any_digest_update (state, NULL, 0);
  any_digest_update (state, "c", 1);
  any_digest_finish (state, digest);

  any_digest_of ("abc", 3, expected);
  ck_assert_mem_eq (digest, expected, sizeof expected);
}
END_TEST

/* A digest may be read on the way, and goes on from there. */
START_TEST (test_finish_is_no_end)
{
  g_autoptr (AnyDigest) state = any_digest_new ();
  guint8 digest[ANY_DIGEST_SIZE];
  guint8 expected[ANY_DIGEST_SIZE];

  any_digest_update (state, "ab", 2);
  any_digest_finish (state, digest);
  any_digest_of ("ab", 2, expected);
  ck_assert_mem_eq (digest, expected, sizeof expected);

  any_digest_update (state, "c", 1);
  any_digest_finish (state, digest);
  any_digest_of ("abc", 3, expected);
  ck_assert_mem_eq (digest, expected, sizeof expected);
}
END_TEST

START_TEST (test_each_bit_counts)
{
  g_autofree guint8 *bytes = make_bytes (300);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  guint8 digest[ANY_DIGEST_SIZE];

  for (gsize bit = 0; bit < 300 * 8; bit++)
    {
      bytes[bit / 8] ^= 1 << bit % 8;
      any_digest_of (bytes, 300, digest);
      bytes[bit / 8] ^= 1 << bit % 8;

      ck_assert_msg (g_hash_table_add (seen, g_bytes_new (digest, sizeof digest)), "bit %u is not seen", (guint) bit);
    }
}
END_TEST

START_TEST (test_alignment_does_not_matter)
{
  g_autofree guint8 *bytes = make_bytes (1000);
  g_autofree guint8 *moved = g_malloc (1000 + 16);
  guint8             expected[ANY_DIGEST_SIZE];

  any_digest_of (bytes, 1000, expected);

  for (guint offset = 0; offset < 16; offset++)
    {
      guint8 digest[ANY_DIGEST_SIZE];

      memcpy (moved + offset, bytes, 1000);
      any_digest_of (moved + offset, 1000, digest);
      ck_assert_mem_eq (digest, expected, sizeof expected);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("digest");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_known_answers);
  tcase_add_test (all, test_pieces_make_the_whole);
  tcase_add_test (all, test_empty_pieces_change_nothing);
  tcase_add_test (all, test_finish_is_no_end);
  tcase_add_test (all, test_each_bit_counts);
  tcase_add_test (all, test_alignment_does_not_matter);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
