/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-trim.h"

#include "any-test.h"

#define ANYWHEN G_MAXUINT64

static void
add (AnyTrim *trim,
     guint64  number,
     guint64  used,
     gboolean expired)
{
  any_trim_add (trim, &(AnyCandidate){ .ident = { .low = number }, .used = used, .expired = expired });
}

/* The numbers of those who go, in their order. */
static char *
take_all (AnyTrim *trim)
{
  GString     *numbers = g_string_new (NULL);
  AnyCandidate candidate;

  while (any_trim_take (trim, &candidate))
    g_string_append_printf (numbers, "%s%u", numbers->len > 0 ? " " : "", (guint) candidate.ident.low);

  return g_string_free (numbers, FALSE);
}

static void
assert_all (AnyTrim    *trim,
            const char *expected)
{
  g_autofree char *numbers = take_all (trim);

  ck_assert_str_eq (numbers, expected);
}

START_TEST (test_order)
{
  g_autoptr (AnyTrim) trim = any_trim_new ();

  add (trim, 1, 30, FALSE);
  add (trim, 2, 10, FALSE);
  add (trim, 3, 20, FALSE);
  add (trim, 4, 40, TRUE);
  add (trim, 5, 10, FALSE);
  add (trim, 6, 5, TRUE);
  any_trim_sort (trim, ANYWHEN, G_MAXUINT);
  ck_assert_uint_eq (any_trim_get_length (trim), 6);
  assert_all (trim, "6 4 2 5 3 1");
  ck_assert_uint_eq (any_trim_get_length (trim), 0);
}
END_TEST

START_TEST (test_some_of_them)
{
  g_autoptr (AnyTrim) trim = any_trim_new ();

  for (guint i = 0; i < 100; i++)
    add (trim, i, 1000 + i * 7 % 100, FALSE);
  any_trim_sort (trim, ANYWHEN, 4);
  ck_assert_uint_eq (any_trim_get_length (trim), 4);

  /* Of who was not kept, some stay no longer than one that is put back would. */
  any_trim_defer (trim, &(AnyCandidate){ .ident = { .low = 200 }, .used = 1005 });
  any_trim_defer (trim, &(AnyCandidate){ .ident = { .low = 300 }, .used = 1002 });
  assert_all (trim, "0 43 86 300 29");

  any_trim_sort (trim, ANYWHEN, 4);
  assert_all (trim, "");
}
END_TEST

START_TEST (test_deferring)
{
  g_autoptr (AnyTrim) trim = any_trim_new ();
  AnyCandidate candidate;

  for (guint i = 1; i <= 4; i++)
    add (trim, i, 10 * i, FALSE);
  any_trim_sort (trim, 50, G_MAXUINT);

  ck_assert (any_trim_take (trim, &candidate));
  ck_assert_uint_eq (candidate.ident.low, 1);
  candidate.used = 35;
  any_trim_defer (trim, &candidate);

  /* There may be others who were used after the look, and before this one. */
  ck_assert (any_trim_take (trim, &candidate));
  ck_assert_uint_eq (candidate.ident.low, 2);
  candidate.used = 51;
  any_trim_defer (trim, &candidate);

  candidate = (AnyCandidate){ .ident = { .low = 9 }, .used = 99, .expired = TRUE };
  any_trim_defer (trim, &candidate);
  assert_all (trim, "9 3 1 4");
}
END_TEST

START_TEST (test_reset)
{
  g_autoptr (AnyTrim) trim = any_trim_new ();

  add (trim, 1, 1, FALSE);
  any_trim_reset (trim);
  assert_all (trim, "");
}
END_TEST

/* Against a list that is searched anew each time. */
START_TEST (test_model)
{
  g_autoptr (AnyTrim) trim = any_trim_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (_i);
  guint64      used[200];
  AnyCandidate candidate;

  for (guint i = 0; i < G_N_ELEMENTS (used); i++)
    {
      used[i] = g_rand_int_range (random, 1, 1000);
      add (trim, i, used[i], FALSE);
    }
  any_trim_sort (trim, 1000, G_MAXUINT);

  while (any_trim_take (trim, &candidate))
    {
      guint first = 0;

      for (guint i = 1; i < G_N_ELEMENTS (used); i++)
        if (used[i] < used[first])
          first = i;
      ck_assert_uint_eq (candidate.ident.low, first);

      used[first] = g_rand_boolean (random) ? (guint64) g_rand_int_range (random, candidate.used, 1200) : G_MAXUINT64;
      if (used[first] > 1000)
        used[first] = G_MAXUINT64;
      if (used[first] != G_MAXUINT64)
        {
          candidate.used = used[first];
          any_trim_defer (trim, &candidate);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (used); i++)
    ck_assert_uint_eq (used[i], G_MAXUINT64);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("trim");
  TCase *all = tcase_create ("all");

  tcase_add_test (all, test_order);
  tcase_add_test (all, test_some_of_them);
  tcase_add_test (all, test_deferring);
  tcase_add_test (all, test_reset);
  tcase_add_loop_test (all, test_model, 1, 9);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
