/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What marks concern, by the numbers that are known to somebody. */

#include "any-marks.h"

#include "any-test.h"

#include <string.h>

/* A mark more, in the place of what there was. */
static void
mark (AnyMarks  **marks,
      const char *dependency,
      gint64      now)
{
  AnyMarks *more = any_marks_add (*marks, dependency, now);

  any_marks_unref (*marks);
  *marks = more;
}

static gboolean
concern (const AnyMarks *marks,
         guint64         since,
         const char     *dependency)
{
  return any_marks_concern (marks, since, dependency, FALSE);
}

START_TEST (test_nothing_is_marked)
{
  g_autoptr (AnyMarks) marks = any_marks_new ();

  ck_assert (any_marks_are_sound (marks));
  ck_assert_uint_eq (any_marks_get_last (marks), 0);
  ck_assert (!concern (marks, 0, "app:a"));
  ck_assert (!any_marks_concern_all (marks, 0));

  /* A number that no mark here has: there were others once. */
  ck_assert (any_marks_concern_all (marks, 1));
  ck_assert (concern (marks, G_MAXUINT64, "app:a"));
}
END_TEST

/* The time, or one more than the last: always another number, and always a higher one. */
START_TEST (test_numbers)
{
  static const struct
  {
    gint64  now;
    guint64 number;
  } rows[] = {
    { 0, 1 },
    { 1000, 1000 },
    { 1000, 1001 },
    { 5, 1002 },
    { G_MININT64, 1003 },
    { -7, 1004 },
    { 2000, 2000 },
  };
  g_autoptr (AnyMarks) marks = any_marks_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      mark (&marks, "app:a", rows[i].now);
      ck_assert_uint_eq (any_marks_get_last (marks), rows[i].number);
      ck_assert (!concern (marks, rows[i].number, "app:a"));
      ck_assert (concern (marks, rows[i].number - 1, "app:a"));
      ck_assert (concern (marks, rows[i].number + 1, "app:a"));
    }
}
END_TEST

START_TEST (test_order)
{
  static const struct
  {
    guint64  since;
    gboolean a, b, other;
  } rows[] = {
    { 0, TRUE, TRUE, FALSE },
    { 9, TRUE, TRUE, FALSE },
    { 10, FALSE, TRUE, FALSE },
    { 15, FALSE, TRUE, FALSE },
    { 19, FALSE, TRUE, FALSE },
    { 20, FALSE, FALSE, FALSE },
    { 21, TRUE, TRUE, TRUE },
  };
  g_autoptr (AnyMarks) marks = any_marks_new ();

  mark (&marks, "app:a", 10);
  mark (&marks, "/b", 20);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ck_assert_int_eq (concern (marks, rows[i].since, "app:a"), rows[i].a);
      ck_assert_int_eq (concern (marks, rows[i].since, "/b"), rows[i].b);
      ck_assert_int_eq (concern (marks, rows[i].since, "app:other"), rows[i].other);
    }
}
END_TEST

/* What somebody holds stays as it is. */
START_TEST (test_they_do_not_change)
{
  g_autoptr (AnyMarks) one = any_marks_new ();
  g_autoptr (AnyMarks) two = any_marks_add (one, "app:a", 10);
  g_autoptr (AnyMarks) three = any_marks_add (two, "app:a", 20);

  ck_assert (!concern (one, 0, "app:a"));
  ck_assert (!concern (two, 10, "app:a"));
  ck_assert (concern (three, 10, "app:a"));
  ck_assert_uint_eq (any_marks_get_last (two), 10);
}
END_TEST

START_TEST (test_spellings)
{
  static const struct
  {
    const char *one;
    const char *other;
    gboolean    same;
  } rows[] = {
    { "/a/b", "/a/b", TRUE },
    { "/a/b", "/a//b", TRUE },
    { "/a/b", "/a/./b", TRUE },
    { "/a/b", "/a/b/", TRUE },
    { "/a/b", "/a/b/.", TRUE },
    { "/a/b", "//a/b", TRUE },
    { "/a/b", "///a/b", TRUE },
    { "/a/b", "/a/c/../b", TRUE },
    { "/a/b", "/../a/b", TRUE },
    { "/", "//", TRUE },
    { "/", "/..", TRUE },
    { "/a/b", "/a/bc", FALSE },
    { "/a/b", "/a", FALSE },
    { "/a/b", "/a/b/c", FALSE },
    { "/a/b", "/A/b", FALSE },
    { "/a/b", "/a/b ", FALSE },
    { "/\xff", "/\xfe", FALSE },
    { "app:a", "app:b", FALSE },
    { "app:a", "app:a/", FALSE },
    { "app:a", "app:A", FALSE },
    { "app:a//b", "app:a/b", FALSE },
    { "app:a/../b", "app:b", FALSE },
    { "app:a", "/app:a", FALSE },
    { "app:/a", "/a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnyMarks) none = any_marks_new ();
      g_autoptr (AnyMarks) one = any_marks_add (none, rows[i].one, 10);
      g_autoptr (AnyMarks) other = any_marks_add (none, rows[i].other, 10);

      ck_assert_msg (concern (one, 0, rows[i].other) == rows[i].same, "%s, %s", rows[i].one, rows[i].other);
      ck_assert_msg (concern (other, 0, rows[i].one) == rows[i].same, "%s, %s", rows[i].other, rows[i].one);
    }
}
END_TEST

START_TEST (test_trees)
{
  static const struct
  {
    const char *marked;
    const char *tree;
    gboolean    concerned;
  } rows[] = {
    { "/a/b/c", "/a/b/c", TRUE },
    { "/a/b/c", "/a/b", TRUE },
    { "/a/b/c", "/a/", TRUE },
    { "/a/b/c", "/", TRUE },
    { "//a//b/./c/", "//a/b/", TRUE },
    { "/a/x/../b/c", "/a/b", TRUE },
    { "/", "/", TRUE },
    { "/a/b/c", "/a/b/c/d", FALSE },
    { "/a/b/c", "/a/bb", FALSE },
    { "/a/b/c", "/b", FALSE },
    { "/a/x/../b/c", "/a/x", FALSE },
    { "/", "/a", FALSE },
    { "app:/a/b", "/a", FALSE },
    { "app:/a/b", "/", FALSE },
    { "app:a/b", "app:a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnyMarks) none = any_marks_new ();
      g_autoptr (AnyMarks) marks = any_marks_add (none, rows[i].marked, 10);

      ck_assert_msg (any_marks_concern (marks, 9, rows[i].tree, TRUE) == rows[i].concerned, "%s, %s", rows[i].marked, rows[i].tree);
      ck_assert (!any_marks_concern (marks, 10, rows[i].tree, TRUE));
    }
}
END_TEST

/* Who depends on a directory, and not on all that is below, has nothing to do with a mark there. */
START_TEST (test_below_a_directory)
{
  g_autoptr (AnyMarks) none = any_marks_new ();
  g_autoptr (AnyMarks) marks = any_marks_add (none, "/a/b", 10);

  ck_assert (!concern (marks, 0, "/a"));
  ck_assert (any_marks_concern (marks, 0, "/a", TRUE));
}
END_TEST

/* In the place of what could not be read: everybody who came before. */
START_TEST (test_since)
{
  g_autoptr (AnyMarks) marks = any_marks_new_since (100);
  g_autoptr (AnyMarks) past = any_marks_new_since (-5);
  g_autoptr (AnyMarks) more = any_marks_add (marks, "app:a", 50);

  ck_assert (any_marks_are_sound (marks));
  ck_assert (any_marks_concern_all (marks, 99));
  ck_assert (!any_marks_concern_all (marks, 100));
  ck_assert (any_marks_concern_all (marks, 101));
  ck_assert (any_marks_concern_all (past, 0));

  ck_assert_uint_eq (any_marks_get_last (more), 101);
  ck_assert (any_marks_concern_all (more, 99));
  ck_assert (!concern (more, 100, "app:other"));
  ck_assert (concern (more, 100, "app:a"));
}
END_TEST

/* After so many no older one is kept for sure. */
#define MANY 17000

static char *
token (guint i)
{
  return g_strdup_printf ("app:item/%u", i);
}

/* The i-th token has the number i + 1. */
static AnyMarks *
mark_many (guint n)
{
  AnyMarks *marks = any_marks_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = token (i);

      mark (&marks, name, i + 1);
    }

  return marks;
}

START_TEST (test_thousands)
{
  g_autoptr (AnyMarks) marks = mark_many (3000);

  ck_assert_uint_eq (any_marks_get_last (marks), 3000);
  ck_assert (!any_marks_concern_all (marks, 0));
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *name = token (i);

      ck_assert (concern (marks, i, name));
      ck_assert (!concern (marks, i + 1, name));
    }
  ck_assert (!concern (marks, 0, "app:item/3000"));
}
END_TEST

/* The lowest number whose owner is not outdated altogether. */
static guint64
find_base (const AnyMarks *marks)
{
  guint64 base = 0;

  while (any_marks_concern_all (marks, base))
    base++;

  return base;
}

/* What is older than a mark that was forgotten is outdated, and of what is newer all is known. */
START_TEST (test_too_many)
{
  g_autoptr (AnyMarks) marks = mark_many (MANY);
  guint64 base = find_base (marks);

  ck_assert_uint_gt (base, 0);
  ck_assert_uint_lt (base, MANY - 8000);
  ck_assert_uint_eq (any_marks_get_last (marks), MANY);

  for (guint i = 0; i < MANY; i += 7)
    {
      g_autofree char *name = token (i);

      ck_assert (concern (marks, i, name));
      ck_assert (concern (marks, base - 1, name));
      ck_assert_int_eq (concern (marks, base, name), i + 1 > base);
      ck_assert_int_eq (concern (marks, i + 1, name), i + 1 < base);
    }
  ck_assert (!concern (marks, base, "app:other"));

  /* What was forgotten does not come back, and the same few again and again push nobody out. */
  for (guint i = MANY; i < MANY + 100; i++)
    {
      g_autofree char *name = token (i % 10);

      mark (&marks, name, 0);
      ck_assert_uint_eq (find_base (marks), base);
    }
}
END_TEST

/* The file has room for so many. */
#define MAX_BYTES (24 + 16 * 16384 + 16)

/* Some are so much older than the rest that the middle of the time leaves nearly all; and a path marks all that is above it. */
START_TEST (test_the_length_is_bounded)
{
  const gint64     now = G_GINT64_CONSTANT (1) << 50;
  g_autofree char *deep = g_strnfill (4000, '/');
  g_autoptr (AnyMarks) marks = any_marks_new ();

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = token (i);

      mark (&marks, name, now - (now >> i));
    }

  for (guint i = 0; i < 26; i++)
    {
      g_autoptr (GBytes) bytes = NULL;

      for (guint j = 1; j < 4000; j += 2)
        deep[j] = 'a' + (char) i;
      mark (&marks, deep, now + i);
      bytes = any_marks_pack (marks);
      ck_assert_uint_le (g_bytes_get_size (bytes), MAX_BYTES);
    }
}
END_TEST

/* So deep that it fills the table alone. */
START_TEST (test_one_path_is_too_much)
{
  g_autoptr (GString) deep = g_string_new ("");
  g_autoptr (AnyMarks) none = any_marks_new ();
  g_autoptr (AnyMarks) marks = NULL;

  while (deep->len < 40000)
    g_string_append (deep, "/a");
  marks = any_marks_add (none, deep->str, 10);

  ck_assert (any_marks_concern (marks, 9, "/a", TRUE));
  ck_assert (concern (marks, 9, deep->str));
  ck_assert (!concern (marks, 10, deep->str));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("marks");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_nothing_is_marked);
  tcase_add_test (all, test_numbers);
  tcase_add_test (all, test_order);
  tcase_add_test (all, test_they_do_not_change);
  tcase_add_test (all, test_spellings);
  tcase_add_test (all, test_trees);
  tcase_add_test (all, test_below_a_directory);
  tcase_add_test (all, test_since);
  tcase_add_test (all, test_thousands);
  tcase_add_test (all, test_too_many);
  tcase_add_test (all, test_the_length_is_bounded);
  tcase_add_test (all, test_one_path_is_too_much);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
