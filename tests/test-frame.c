/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is compressed, what is left alone, and what is believed of a frame that somebody else has made. */

#include "any-frame.h"

#include <string.h>

#include "any-test.h"
#include "forge-frame.h"

#define MIB (1 << 20)

/* Bytes of which the first are noise and the others a text, the same in each run. */
static guint8 *
make_content (gsize length,
              gsize n_noise)
{
  guint8 *content = g_malloc (length);
  guint64 state = 88172645463325252;

  for (gsize i = 0; i < length; i++)
    {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      content[i] = i < n_noise ? (guint8) state : "some text, "[i % 11];
    }

  return content;
}

static GBytes *
compress (gsize length,
          gsize n_noise)
{
  g_autofree guint8 *content = make_content (length, n_noise);

  return any_frame_compress (content, length);
}

START_TEST (test_round_trip)
{
  static const gsize lengths[] = { 200, 1000, 65535, 65536, 131071, 131072, 131073, 200000, MIB, 5 * MIB + 1 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *content = make_content (lengths[i], lengths[i] / 4);
      g_autofree guint8 *again = g_malloc (lengths[i]);
      g_autoptr (GBytes) frame = any_frame_compress (content, lengths[i]);
      gconstpointer bytes;
      gsize         length;

      ck_assert_msg (frame != NULL, "%u bytes", (guint) lengths[i]);
      bytes = g_bytes_get_data (frame, &length);
      ck_assert_uint_le (length, lengths[i] - lengths[i] / 4);
      ck_assert_uint_eq (any_frame_get_content_length (bytes, length), lengths[i]);
      ck_assert (any_frame_decompress (bytes, length, again, lengths[i]));
      ck_assert (memcmp (again, content, lengths[i]) == 0);
    }
}
END_TEST

/* What saves less than a quarter is left alone, and so is nothing at all. */
START_TEST (test_what_does_not_pay)
{
  static const struct
  {
    gsize    length;
    gsize    n_noise;
    gboolean pays;
  } rows[] = {
    { 0, 0, FALSE },
    { 1, 0, FALSE },
    { 1000, 1000, FALSE },
    { 100000, 80000, FALSE },
    { 100000, 70000, TRUE },
    { 200000, 200000, FALSE },
    { MIB, MIB, FALSE },
    { MIB, 65536, TRUE },          /* what begins with noise */
    { MIB, MIB - 65536, FALSE },   /* what ends with a text */
    { MIB, MIB / 100 * 45, TRUE }, /* noise in one of three samples */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) frame = compress (rows[i].length, rows[i].n_noise);

      ck_assert_msg ((frame != NULL) == rows[i].pays, "row %u", i);
    }
}
END_TEST

/* A text is not compressed where noise is all that samples show: nobody has looked at the rest. */
START_TEST (test_samples)
{
  const gsize        sample = 32768;
  g_autofree guint8 *content = make_content (MIB, 0);
  g_autofree guint8 *noise = make_content (sample, sample);
  g_autoptr (GBytes) text = any_frame_compress (content, MIB);
  g_autoptr (GBytes) mixed = NULL;

  for (gsize i = 0; i < 3; i++)
    memcpy (content + (MIB - sample) / 2 * i, noise, sample);
  mixed = any_frame_compress (content, MIB);

  ck_assert_ptr_nonnull (text);
  ck_assert_ptr_null (mixed);
}
END_TEST

static void
check_opens (const GByteArray *frame,
             gsize             content_length)
{
  g_autofree guint8 *content = g_malloc (content_length);

  ck_assert_uint_eq (any_frame_get_content_length (frame->data, frame->len), content_length);
  ck_assert (any_frame_decompress (frame->data, frame->len, content, content_length));
  ck_assert (content[0] == 'x' && memcmp (content, content + 1, content_length - 1) == 0);
}

/* The forger's own work must be seen to be good, or nothing here means anything. The last is as dense as a frame can be. */
START_TEST (test_forger)
{
  static const guint64 lengths[] = { 1, 1000, FORGE_BLOCK_SIZE, FORGE_BLOCK_SIZE + 1, 100 * (guint64) FORGE_BLOCK_SIZE };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) frame = forge_frame_new (FORGE_FRAME_PLAIN, lengths[i], lengths[i]);

      check_opens (frame, lengths[i]);
    }
}
END_TEST

/* A frame that claims more than it can have is not believed, so that nobody takes memory for it. */
START_TEST (test_claims)
{
  static const struct
  {
    guint64  claimed;
    guint64  real;
    gboolean believed;
  } rows[] = {
    { 13 * 32768, 1000, TRUE }, /* wrong; but it takes more than a look to see that */
    { 14 * 32768, 1000, FALSE },
    { G_MAXUINT32, 1000, FALSE },
    { 100 * (guint64) FORGE_BLOCK_SIZE, FORGE_BLOCK_SIZE, FALSE },
    { G_GUINT64_CONSTANT (1) << 32, 1000, FALSE },
    { (G_GUINT64_CONSTANT (1) << 32) + 1000, 1000, FALSE },
    { G_GUINT64_CONSTANT (1) << 63, 1000, FALSE },
    { G_MAXUINT64 - 1, 1000, FALSE },
    { G_MAXUINT64, 1000, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) frame = forge_frame_new (FORGE_FRAME_PLAIN, rows[i].claimed, rows[i].real);

      ck_assert_msg (any_frame_get_content_length (frame->data, frame->len) == (rows[i].believed ? rows[i].claimed : 0), "row %u", i);
    }
}
END_TEST

/* Of what is long enough in fact, 2^32 bytes are too many. */
START_TEST (test_more_than_can_be_told)
{
  const guint64 most = G_GUINT64_CONSTANT (1) << 32;
  g_autoptr (GByteArray) less = forge_frame_new (FORGE_FRAME_PLAIN, most - 1, most - 1);
  g_autoptr (GByteArray) more = forge_frame_new (FORGE_FRAME_PLAIN, most, most);
  g_autoptr (GByteArray) far_more = forge_frame_new (FORGE_FRAME_PLAIN, most + 1000, most + 1000);

  ck_assert_uint_eq (any_frame_get_content_length (less->data, less->len), most - 1);
  ck_assert_uint_eq (any_frame_get_content_length (more->data, more->len), 0);
  ck_assert_uint_eq (any_frame_get_content_length (far_more->data, far_more->len), 0);
}
END_TEST

/* The content is one byte longer or shorter than is said, so it is not what it should be. */
START_TEST (test_wrong_length)
{
  guint8 content[1001];

  for (guint length = 999; length <= 1001; length++)
    {
      g_autoptr (GByteArray) frame = forge_frame_new (FORGE_FRAME_PLAIN, length, 1000);

      ck_assert_uint_eq (any_frame_get_content_length (frame->data, frame->len), length);
      ck_assert_msg (any_frame_decompress (frame->data, frame->len, content, length) == (length == 1000), "%u", length);
    }
}
END_TEST

/* A frame that hides its length is none of ours; one that wants a dictionary cannot be read. */
START_TEST (test_other_frames)
{
  /* Of zstd 0.7, which libraries may still read. */
  static const guint8 old[] = { 0x27, 0xb5, 0x2f, 0xfd, 0xa0, 0xe8, 3, 0, 0, 0x80, 3, 0xe8, 'x', 0xc0, 0, 0 };
  guint8              content[1000];
  g_autoptr (GByteArray) silent = forge_frame_new (FORGE_FRAME_SILENT, 0, 1000);
  g_autoptr (GByteArray) dictionary = forge_frame_new (FORGE_FRAME_DICTIONARY, 1000, 1000);
  g_autoptr (GByteArray) ancient = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);

  ck_assert_uint_eq (any_frame_get_content_length (silent->data, silent->len), 0);
  ck_assert (!any_frame_decompress (dictionary->data, dictionary->len, content, 1000));

  ck_assert_uint_eq (any_frame_get_content_length (old, sizeof old), 0);
  for (guint8 version = 0x1e; version < 0x30; version++)
    {
      ancient->data[0] = version;
      ck_assert_uint_eq (any_frame_get_content_length (ancient->data, ancient->len), version == 0x28 ? 1000 : 0);
    }
}
END_TEST

/* Decoders take any number of frames, and skip some. Here there is one, and nothing before or behind it. */
START_TEST (test_company)
{
  static const guint8 skipped[] = { 0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'a', 'b' };
  g_autoptr (GByteArray) one = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);
  g_autoptr (GByteArray) two = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);
  g_autoptr (GByteArray) before = g_byte_array_new ();
  g_autoptr (GByteArray) behind = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);
  g_autoptr (GByteArray) more = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);

  g_byte_array_append (two, one->data, one->len);
  g_byte_array_append (before, skipped, sizeof skipped);
  g_byte_array_append (before, one->data, one->len);
  g_byte_array_append (behind, skipped, sizeof skipped);
  g_byte_array_append (more, skipped, 1);

  ck_assert_uint_eq (any_frame_get_content_length (one->data, one->len), 1000);
  ck_assert_uint_eq (any_frame_get_content_length (two->data, two->len), 0);
  ck_assert_uint_eq (any_frame_get_content_length (before->data, before->len), 0);
  ck_assert_uint_eq (any_frame_get_content_length (behind->data, behind->len), 0);
  ck_assert_uint_eq (any_frame_get_content_length (more->data, more->len), 0);
  ck_assert_uint_eq (any_frame_get_content_length (skipped, sizeof skipped), 0);
}
END_TEST

START_TEST (test_each_length)
{
  g_autoptr (GBytes) frame = compress (1000, 250);
  gsize         length;
  gconstpointer bytes = g_bytes_get_data (frame, &length);

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, cut);

      ck_assert_uint_eq (any_frame_get_content_length (copy, cut), 0);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("frame");
  TCase *own = tcase_create ("own");
  TCase *forged = tcase_create ("forged");

  tcase_set_timeout (own, 60);
  tcase_add_test (own, test_round_trip);
  tcase_add_test (own, test_what_does_not_pay);
  tcase_add_test (own, test_samples);
  suite_add_tcase (suite, own);

  tcase_set_timeout (forged, 60);
  tcase_add_test (forged, test_forger);
  tcase_add_test (forged, test_claims);
  tcase_add_test (forged, test_more_than_can_be_told);
  tcase_add_test (forged, test_wrong_length);
  tcase_add_test (forged, test_other_frames);
  tcase_add_test (forged, test_company);
  tcase_add_test (forged, test_each_length);
  suite_add_tcase (suite, forged);

  return any_test_run (suite);
}
