/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Marks as bytes: written, read, damaged and forged. What is not sound concerns everything, and never less than what it was made of. */

#include "any-marks.h"

#include "any-digest.h"
#include "any-test.h"

#include <string.h>

/* Where the fields lie; the grammar stands in any-marks.c. */
#define LAST      8
#define BASE      16
#define HEAD_SIZE 24
#define NUMBER    8
#define MARK_SIZE 16

/* To write the golden file anew, ANYCACHE_WRITE_GOLDEN names the folder, as for test-golden. */
#define GOLDEN "some.marks"

static const char *const names[] = { "app:account/42", "/a/b", "app:other", "/a", "/", "urn:x:\xc3\xa4" };

/* Some of the names, and a base below. */
static AnyMarks *
make_some (void)
{
  g_autoptr (AnyMarks) one = any_marks_new_since (10);
  g_autoptr (AnyMarks) two = any_marks_add (one, "app:account/42", 20);
  g_autoptr (AnyMarks) three = any_marks_add (two, "/a/b", 30);

  return any_marks_add (three, "urn:x:\xc3\xa4", 0x1122334455667788);
}

static AnyMarks *
open_copy (const guint8 *bytes,
           gsize         length)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);

  return any_marks_open (copy, length);
}

static void
assert_same (const AnyMarks *one,
             const AnyMarks *other)
{
  ck_assert_uint_eq (any_marks_get_last (one), any_marks_get_last (other));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint64 since = 0; since < 40; since++)
      for (guint recursive = 0; recursive < 2; recursive++)
        ck_assert_int_eq (any_marks_concern (one, since, names[i], recursive), any_marks_concern (other, since, names[i], recursive));
}

/* Nobody may rely on anything; and what takes their place concerns everybody who came before. */
static void
assert_unsound (const AnyMarks *marks)
{
  static const guint64 numbers[] = { 0, 1, 10, 30, 0x1122334455667788, G_MAXINT64, G_MAXUINT64 };
  g_autoptr (AnyMarks) more = any_marks_add (marks, "app:new", 50);

  ck_assert (!any_marks_are_sound (marks));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      ck_assert (any_marks_concern_all (marks, numbers[i]));
      ck_assert (any_marks_concern (marks, numbers[i], "app:other", FALSE));
    }

  ck_assert (any_marks_are_sound (more));
  ck_assert_uint_eq (any_marks_get_last (more), 50);
  ck_assert (any_marks_concern_all (more, 49));
  ck_assert (!any_marks_concern_all (more, 50));
}

START_TEST (test_round_trip)
{
  g_autoptr (AnyMarks) marks = _i == 0 ? any_marks_new () : make_some ();
  g_autoptr (GBytes) bytes = any_marks_pack (marks);
  g_autoptr (AnyMarks) opened = open_copy (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GBytes) again = any_marks_pack (opened);

  ck_assert (any_marks_are_sound (opened));
  assert_same (opened, marks);
  ck_assert (g_bytes_equal (bytes, again));
}
END_TEST

/* Numbers that are in no order, and names that are in one. */
START_TEST (test_many)
{
  AnyMarks *marks = any_marks_new ();
  g_autoptr (AnyMarks) opened = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *name = g_strdup_printf ("app:%u", i * 7919 % 1000);
      AnyMarks        *more = any_marks_add (marks, name, i);

      any_marks_unref (marks);
      marks = more;
    }
  bytes = any_marks_pack (marks);
  opened = open_copy (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("app:%u", i);

      for (guint64 since = 1990; since <= 3000; since += 101)
        ck_assert_int_eq (any_marks_concern (opened, since, name, FALSE), any_marks_concern (marks, since, name, FALSE));
      ck_assert (!any_marks_concern (opened, 3000, name, FALSE));
      ck_assert (any_marks_concern (opened, 2000, name, FALSE));
    }
  any_marks_unref (marks);
}
END_TEST

START_TEST (test_each_bit)
{
  g_autoptr (AnyMarks) marks = make_some ();
  gsize              length;
  g_autofree guint8 *bytes = g_bytes_unref_to_data (any_marks_pack (marks), &length);

  for (gsize i = 0; i < length * 8; i++)
    {
      g_autoptr (AnyMarks) opened = NULL;

      bytes[i / 8] ^= 1 << i % 8;
      opened = open_copy (bytes, length);
      assert_unsound (opened);
      bytes[i / 8] ^= 1 << i % 8;
    }
}
END_TEST

START_TEST (test_each_length)
{
  g_autoptr (AnyMarks) marks = make_some ();
  gsize              length;
  g_autofree guint8 *bytes = g_bytes_unref_to_data (any_marks_pack (marks), &length);
  g_autofree guint8 *longer = g_malloc0 (length + 64);

  memcpy (longer, bytes, length);
  for (gsize cut = 0; cut < length + 64; cut++)
    {
      g_autoptr (AnyMarks) opened = open_copy (longer, cut);

      if (cut != length)
        assert_unsound (opened);
    }
}
END_TEST

START_TEST (test_nothing_to_open)
{
  g_autoptr (AnyMarks) marks = any_marks_open (NULL, 0);
  g_autoptr (GBytes) bytes = any_marks_pack (marks);
  g_autoptr (AnyMarks) opened = open_copy (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  assert_unsound (marks);
  assert_unsound (opened);
}
END_TEST

static void
put64 (guint8 *bytes,
       gsize   offset,
       guint64 number)
{
  guint64 little = GUINT64_TO_LE (number);

  memcpy (bytes + offset, &little, sizeof little);
}

static void
swap_marks (guint8 *bytes)
{
  guint8 kept[MARK_SIZE];

  memcpy (kept, bytes + HEAD_SIZE, MARK_SIZE);
  memcpy (bytes + HEAD_SIZE, bytes + HEAD_SIZE + MARK_SIZE, MARK_SIZE);
  memcpy (bytes + HEAD_SIZE + MARK_SIZE, kept, MARK_SIZE);
}

static void
repeat_name (guint8 *bytes)
{
  memcpy (bytes + HEAD_SIZE + MARK_SIZE, bytes + HEAD_SIZE, NUMBER);
}

static void
number_beyond_last (guint8 *bytes)
{
  put64 (bytes, HEAD_SIZE + NUMBER, 0x1122334455667789);
}

static void
base_beyond_last (guint8 *bytes)
{
  put64 (bytes, BASE, 0x1122334455667789);
}

static void
last_below_numbers (guint8 *bytes)
{
  put64 (bytes, LAST, 20);
}

/* No number could come after these. */
static void
last_of_all (guint8 *bytes)
{
  put64 (bytes, LAST, G_MAXINT64);
}

static void
last_beyond_all (guint8 *bytes)
{
  put64 (bytes, LAST, G_MAXUINT64);
}

static void
all_beyond (guint8 *bytes)
{
  put64 (bytes, LAST, G_MAXUINT64);
  put64 (bytes, BASE, G_MAXUINT64);
}

static void
another_format (guint8 *bytes)
{
  bytes[7]++;
}

/* By somebody who knows how the digest is made. */
START_TEST (test_forged)
{
  static void (*const forgeries[]) (guint8 * bytes) = {
    swap_marks,
    repeat_name,
    number_beyond_last,
    base_beyond_last,
    last_below_numbers,
    last_of_all,
    last_beyond_all,
    all_beyond,
    another_format,
  };
  g_autoptr (AnyMarks) marks = make_some ();

  for (guint i = 0; i < G_N_ELEMENTS (forgeries); i++)
    {
      gsize              length;
      g_autofree guint8 *bytes = g_bytes_unref_to_data (any_marks_pack (marks), &length);
      g_autoptr (AnyMarks) opened = NULL;

      forgeries[i](bytes);
      any_digest_of (bytes, length - ANY_DIGEST_SIZE, bytes + length - ANY_DIGEST_SIZE);
      opened = open_copy (bytes, length);
      assert_unsound (opened);
    }
}
END_TEST

/* The last number but one that there is leaves room for one more mark, and then everything begins anew. */
START_TEST (test_numbers_run_out)
{
  g_autoptr (AnyMarks) marks = any_marks_new_since (G_MAXINT64 - 1);
  g_autoptr (AnyMarks) more = any_marks_add (marks, "app:a", 10);
  g_autoptr (GBytes) bytes = any_marks_pack (more);
  g_autoptr (AnyMarks) opened = any_marks_open (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  ck_assert (any_marks_concern (more, G_MAXINT64 - 1, "app:a", FALSE));
  assert_unsound (opened);
}
END_TEST

static char *
golden_path (void)
{
  const char *root = g_getenv ("ANYCACHE_SOURCE_ROOT");

  return g_build_filename (root != NULL ? root : ".", "tests", "golden", GOLDEN, NULL);
}

/* What another release has written is read, and written again as it is. */
START_TEST (test_golden)
{
  g_autofree char *path = golden_path ();
  g_autoptr (AnyMarks) marks = make_some ();
  g_autoptr (GBytes) written = any_marks_pack (marks);
  g_autoptr (AnyMarks) opened = NULL;
  g_autofree char *bytes = NULL;
  gsize            length;

  ck_assert (g_file_get_contents (path, &bytes, &length, NULL));
  opened = open_copy ((const guint8 *) bytes, length);
  ck_assert (any_marks_are_sound (opened));
  assert_same (opened, marks);

  ck_assert_uint_eq (length, g_bytes_get_size (written));
  ck_assert_mem_eq (bytes, g_bytes_get_data (written, NULL), length);
}
END_TEST

/* No test: the only one that runs where it is asked for. */
START_TEST (write_golden)
{
  g_autofree char *path = g_build_filename (g_getenv ("ANYCACHE_WRITE_GOLDEN"), GOLDEN, NULL);
  g_autoptr (AnyMarks) marks = make_some ();
  g_autoptr (GBytes) bytes = any_marks_pack (marks);

  ck_assert (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("marks-bytes");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  suite_add_tcase (suite, all);

  if (g_getenv ("ANYCACHE_WRITE_GOLDEN") != NULL)
    {
      tcase_add_test (all, write_golden);
      return any_test_run (suite);
    }

  tcase_add_loop_test (all, test_round_trip, 0, 2);
  tcase_add_test (all, test_many);
  tcase_add_test (all, test_each_bit);
  tcase_add_test (all, test_each_length);
  tcase_add_test (all, test_nothing_to_open);
  tcase_add_test (all, test_forged);
  tcase_add_test (all, test_numbers_run_out);
  tcase_add_test (all, test_golden);

  return any_test_run (suite);
}
