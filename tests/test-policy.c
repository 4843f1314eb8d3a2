/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-policy.h"

#include "any-test.h"

#define NO_LIMIT ANY_POLICY_NO_LIMIT

START_TEST (test_shorter)
{
  static const struct
  {
    gint64 a;
    gint64 b;
    gint64 shorter;
  } rows[] = {
    { NO_LIMIT, NO_LIMIT, NO_LIMIT },
    { NO_LIMIT, 0, 0 },
    { NO_LIMIT, 5, 5 },
    { NO_LIMIT, G_MAXINT64, G_MAXINT64 },
    { 0, 0, 0 },
    { 0, 5, 0 },
    { 5, 5, 5 },
    { 5, 6, 5 },
    { 5, G_MAXINT64, 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ck_assert_int_eq (any_policy_shorter (rows[i].a, rows[i].b), rows[i].shorter);
      ck_assert_int_eq (any_policy_shorter (rows[i].b, rows[i].a), rows[i].shorter);
    }
}
END_TEST

/* A sum that does not fit is later than any clock will show. No clock is right before 1970: what was made then ends at once. */
START_TEST (test_expires)
{
  static const struct
  {
    gint64 created;
    gint64 maxage;
    gint64 expires;
  } rows[] = {
    { 1000, NO_LIMIT, -1 },
    { 1000, 0, 1000 },
    { 1000, 1, 1001 },
    { 0, 0, 0 },
    { 0, G_MAXINT64, G_MAXINT64 },
    { 1, G_MAXINT64, -1 },
    { 1000, G_MAXINT64 - 1000, G_MAXINT64 },
    { 1000, G_MAXINT64 - 999, -1 },
    { G_MAXINT64, 0, G_MAXINT64 },
    { G_MAXINT64, 1, -1 },
    { -1, NO_LIMIT, -1 },
    { -1000, 3000, 0 },
    { -1000, G_MAXINT64, 0 },
    { G_MININT64, NO_LIMIT, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_int_eq (any_policy_expires (rows[i].created, rows[i].maxage), rows[i].expires);
}
END_TEST

START_TEST (test_is_expired)
{
  static const struct
  {
    gint64   created;
    gint64   expires;
    gint64   now;
    gboolean expired;
  } rows[] = {
    { 1000, -1, 1000, FALSE },
    { 1000, -1, G_MAXINT64, FALSE },
    { 1000, 2000, 1000, FALSE },
    { 1000, 2000, 1999, FALSE },
    { 1000, 2000, 2000, TRUE },
    { 1000, 2000, 2001, TRUE },
    { 1000, 1000, 1000, TRUE },
    { 0, 0, 0, TRUE },
    { 1000, G_MAXINT64, G_MAXINT64 - 1, FALSE },
    /* The clock was set back: an age that cannot be known is too old, and no age matters where none was asked for. */
    { 1000, 2000, 999, TRUE },
    { 1000, 2000, 0, TRUE },
    { 1000, -1, 999, FALSE },
    /* A clock before 1970 knows no age. */
    { -2000, 1000, -1500, TRUE },
    { -2000, -1, -1500, FALSE },
    { -2000, 1000, 1000, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (any_policy_is_expired (rows[i].created, rows[i].expires, rows[i].now) == rows[i].expired, "row %u", i);
}
END_TEST

/* Whatever the times are, an age that was asked for is kept: never is an entry returned that is older. */
START_TEST (test_both_together)
{
  static const gint64 times[] = { G_MININT64, -2000, -1, 0, 1, 1000, G_MAXINT64 - 1, G_MAXINT64 };
  static const gint64 ages[] = { 0, 1, 500, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (ages); j++)
        {
          gint64  expires = any_policy_expires (times[i], ages[j]);
          guint64 room = (guint64) G_MAXINT64 - (guint64) times[i];

          ck_assert_int_ge (expires, ANY_POLICY_NO_LIMIT);
          if (room >= (guint64) ages[j])
            ck_assert_msg (any_policy_is_expired (times[i], expires, times[i] + ages[j]), "row %u, %u", i, j);
        }
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("policy");
  TCase *all = tcase_create ("all");

  tcase_add_test (all, test_shorter);
  tcase_add_test (all, test_expires);
  tcase_add_test (all, test_is_expired);
  tcase_add_test (all, test_both_together);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
