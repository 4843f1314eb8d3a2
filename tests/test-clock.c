/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the times of a file are worth, by what dates it. */

#include "any-clock.h"

#include <sys/vfs.h>

#include "any-stamp.h"
#include "any-system.h"
#include "any-test.h"

#define MILLISECOND G_GINT64_CONSTANT (1000000)
#define SECOND      (1000 * MILLISECOND)
#define HOUR        (3600 * SECOND)

START_TEST (test_kinds)
{
  static const struct
  {
    gint64   mtime;
    gint64   ctime;
    gboolean foreign;
    AnyClock clock;
  } rows[] = {
    { 7 * SECOND + 1, 7 * SECOND + 1, FALSE, ANY_CLOCK_FINE },
    { 7 * SECOND, 7 * SECOND + 1, FALSE, ANY_CLOCK_FINE }, /* dated by hand, as tar does */
    { 7 * SECOND + 1, 7 * SECOND, FALSE, ANY_CLOCK_FINE },
    { 7 * SECOND, 8 * SECOND, FALSE, ANY_CLOCK_COARSE },
    { -7 * SECOND, 0, FALSE, ANY_CLOCK_COARSE },
    { 7 * SECOND, 8 * SECOND, TRUE, ANY_CLOCK_FOREIGN },
    { 7 * SECOND + 1, 7 * SECOND + 1, TRUE, ANY_CLOCK_FOREIGN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (any_clock_of (rows[i].mtime, rows[i].ctime, rows[i].foreign) == rows[i].clock, "row %u", i);
}
END_TEST

/* Ages are far enough from every bound for a machine that sleeps for a second. */
START_TEST (test_freshness)
{
  static const struct
  {
    AnyClock     clock;
    gint64       age;
    AnyFreshness freshness;
    gboolean     settled;
  } rows[] = {
    { ANY_CLOCK_FINE, -HOUR, ANY_FRESHNESS_NONE, FALSE },
    { ANY_CLOCK_FINE, HOUR, ANY_FRESHNESS_NONE, TRUE },
    { ANY_CLOCK_FINE, 30 * MILLISECOND, ANY_FRESHNESS_NONE, TRUE },
    { ANY_CLOCK_COARSE, -HOUR, ANY_FRESHNESS_NONE, FALSE },
    { ANY_CLOCK_COARSE, 0, ANY_FRESHNESS_SECONDS, FALSE },
    { ANY_CLOCK_COARSE, 1 * SECOND, ANY_FRESHNESS_SECONDS, FALSE },
    { ANY_CLOCK_COARSE, 3 * SECOND, ANY_FRESHNESS_NONE, TRUE },
    { ANY_CLOCK_FOREIGN, -HOUR, ANY_FRESHNESS_NONE, FALSE },
    { ANY_CLOCK_FOREIGN, -8 * SECOND, ANY_FRESHNESS_SECONDS, FALSE },
    { ANY_CLOCK_FOREIGN, 8 * SECOND, ANY_FRESHNESS_SECONDS, FALSE },
    { ANY_CLOCK_FOREIGN, 11 * SECOND, ANY_FRESHNESS_NONE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 time = any_stamp_now () - rows[i].age;

      ck_assert_msg (any_clock_measure_freshness (rows[i].clock, time) == rows[i].freshness, "row %u", i);
      ck_assert_msg (any_clock_has_settled (rows[i].clock, time) == rows[i].settled, "row %u", i);
    }
}
END_TEST

/* As long as the tick lasts, and no longer. */
START_TEST (test_this_tick)
{
  gint64 now = any_stamp_now ();
  gint64 deadline = any_test_deadline ();

  ck_assert_int_ne (any_clock_measure_freshness (ANY_CLOCK_FINE, now + SECOND / 2), ANY_FRESHNESS_NONE);
  while (any_clock_measure_freshness (ANY_CLOCK_FINE, now) == ANY_FRESHNESS_TICK)
    ck_assert (any_test_wait (deadline));
  ck_assert_int_gt (any_stamp_now (), now);
}
END_TEST

START_TEST (test_times_at_the_ends)
{
  for (AnyClock clock = ANY_CLOCK_FINE; clock <= ANY_CLOCK_FOREIGN; clock++)
    {
      ck_assert_int_eq (any_clock_measure_freshness (clock, G_MININT64), ANY_FRESHNESS_NONE);
      ck_assert_int_eq (any_clock_measure_freshness (clock, G_MAXINT64), ANY_FRESHNESS_NONE);
      ck_assert (any_clock_has_settled (clock, G_MININT64) && !any_clock_has_settled (clock, G_MAXINT64));
      ck_assert (any_clock_is_older (clock, 0, HOUR) && !any_clock_is_older (clock, HOUR, HOUR));
      ck_assert (!any_clock_is_older (clock, G_MAXINT64, G_MAXINT64));
    }
}
END_TEST

START_TEST (test_systems)
{
  static const struct
  {
    guint32  type;
    gboolean foreign;
  } rows[] = {
    { 0x0000ef53, FALSE }, /* ext4 */
    { 0x58465342, FALSE }, /* xfs */
    { 0x9123683e, FALSE }, /* btrfs */
    { 0x01021994, FALSE }, /* tmpfs */
    { 0x794c7630, FALSE }, /* overlay */
    { 0x00006969, TRUE },  /* nfs */
    { 0xff534d42, TRUE },  /* cifs */
    { 0x65735546, TRUE },  /* fuse */
    { 0x01021997, TRUE },  /* 9p */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      struct statfs system = { 0 };

      system.f_type = (__typeof__ (system.f_type)) rows[i].type;
      ck_assert_msg (any_system_has_foreign_clock (&system) == rows[i].foreign, "%x", rows[i].type);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("clock");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_kinds);
  tcase_add_test (all, test_freshness);
  tcase_add_test (all, test_this_tick);
  tcase_add_test (all, test_times_at_the_ends);
  tcase_add_test (all, test_systems);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
