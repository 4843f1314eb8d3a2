/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A table of everything that can happen to a path between two looks, and whether it then still looks the same: by its times alone,
 * where the first look came long enough after the last change, and by its content, where it came at once. */

#include "any-stamp.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"
#include "stamp-changes.h"

/* Looks until the path has been left alone for long enough. */
static void
take_settled (AnyStamp   *stamp,
              const char *path)
{
  gint64 deadline = any_test_deadline ();

  do
    ck_assert_msg (any_stamp_take (stamp, path, NULL), "%s cannot be looked at", path);
  while (!stamp->settled && any_test_wait (deadline));

  ck_assert_msg (stamp->settled, "%s does not come to rest", path);
}

/* Prepares and looks at once. On a machine that was asleep between the two, it is not at once: again, then. */
static void
prepare_fresh (const StampChange *change,
               Place             *place,
               AnyStamp          *stamp)
{
  gint64 deadline = any_test_deadline ();

  do
    {
      place_clear (place);
      place_init (place);
      change->prepare (place);
      ck_assert (any_stamp_take (stamp, place->path, NULL));
    }
  while (stamp->settled && any_test_wait (deadline));

  ck_assert_msg (!stamp->settled, "“%s” is never fresh", change->what);
}

static void
check_settled (const StampChange *change)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  place_init (&place);
  change->prepare (&place);
  take_settled (&stamp, place.path);
  ck_assert_int_eq (stamp.kind, change->kind);

  change->change (&place);
  ck_assert_msg (any_stamp_holds (&stamp, place.path) == change->settled_holds, "settled, “%s”", change->what);
  ck_assert_msg (any_stamp_settle (&stamp, place.path, NULL) == change->settled_holds, "settled, “%s”, on the way to disk", change->what);
}

static void
check_fresh (const StampChange *change)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  prepare_fresh (change, &place, &stamp);
  ck_assert_int_eq (stamp.kind, change->kind);

  change->change (&place);
  ck_assert_msg (any_stamp_holds (&stamp, place.path) == change->fresh_holds, "fresh, “%s”", change->what);
}

START_TEST (test_change_of_what_rests)
{
  check_settled (&stamp_changes[_i]);
}
END_TEST

START_TEST (test_change_of_what_is_fresh)
{
  if (stamp_changes[_i].kind != ANY_STAMP_ABSENT)
    check_fresh (&stamp_changes[_i]);
}
END_TEST

/* What is asked to go by its content does so at rest too, and its times say nothing. */
START_TEST (test_change_of_content)
{
  const StampChange *change = &stamp_changes[_i];
  g_auto (Place) place = { 0 };
  AnyStamp rest, stamp;

  place_init (&place);
  change->prepare (&place);
  take_settled (&rest, place.path);
  ck_assert (any_stamp_take_full (&stamp, place.path, ANY_DEPENDENCY_FLAGS_CONTENT, NULL));
  ck_assert (any_stamp_settle (&stamp, place.path, NULL));
  ck_assert_int_eq (stamp.settled, change->kind == ANY_STAMP_ABSENT);

  change->change (&place);
  ck_assert_msg (any_stamp_holds (&stamp, place.path) == change->fresh_holds, "by its content, “%s”", change->what);
}
END_TEST

/* A directory may keep the size that it once needed. */
START_TEST (test_content_of_a_directory_that_was_full)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  place_init (&place);
  ck_assert_int_eq (mkdir (place.path, 0700), 0);
  ck_assert (any_stamp_take_full (&stamp, place.path, ANY_DEPENDENCY_FLAGS_CONTENT, NULL));
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u-%0100u", place.path, i % 1000, i % 1000);

      ck_assert_int_eq (i < 1000 ? mknod (name, S_IFREG | 0600, 0) : unlink (name), 0);
    }
  ck_assert (any_stamp_holds (&stamp, place.path));
}
END_TEST

/* What is not there was not there for ever, as far as anybody can tell. */
START_TEST (test_absence_is_settled)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  place_init (&place);
  ck_assert (any_stamp_take (&stamp, place.path, NULL));
  ck_assert_int_eq (stamp.kind, ANY_STAMP_ABSENT);
  ck_assert (stamp.settled);
}
END_TEST

/* While a fresh file rests, its stamp comes to rest too, and from then on times decide. */
START_TEST (test_settling)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;
  gint64   deadline = any_test_deadline ();

  prepare_fresh (&stamp_changes[0], &place, &stamp);
  do
    ck_assert (any_stamp_settle (&stamp, place.path, NULL));
  while (!stamp.settled && any_test_wait (deadline));

  ck_assert (stamp.settled);
  ck_assert (any_stamp_holds (&stamp, place.path));
  place_touch (&place);
  ck_assert (!any_stamp_holds (&stamp, place.path));
}
END_TEST

START_TEST (test_settling_sees_another_content)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  prepare_fresh (&stamp_changes[0], &place, &stamp);
  place_write (&place, "else");
  ck_assert (!any_stamp_settle (&stamp, place.path, NULL));
}
END_TEST

static void
wait_until_after (gint64 instant)
{
  gint64 deadline = any_test_deadline ();

  while (any_stamp_now () <= instant)
    ck_assert (any_test_wait (deadline));
}

/* An instant that is later than all file times so far. Newer kernels date some changes by a clock that is up to a tick ahead. */
static gint64
next_instant (void)
{
  wait_until_after (any_stamp_now () + 20 * G_GINT64_CONSTANT (1000000));

  return any_stamp_now ();
}

/* The content has been another one in between, and whoever read it then has read that. The times tell. */
START_TEST (test_settling_sees_there_and_back)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  prepare_fresh (&stamp_changes[0], &place, &stamp);
  next_instant ();
  place_write (&place, "else");
  place_write (&place, PLACE_TEXT);
  ck_assert (any_stamp_holds (&stamp, place.path));
  ck_assert (!any_stamp_settle (&stamp, place.path, NULL));
}
END_TEST

/* A map writes without a call that anybody could see, and some file systems do not even date it. */
START_TEST (test_mapped_write)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;
  char    *map;
  int      fd;

  prepare_fresh (&stamp_changes[0], &place, &stamp);
  fd = open (place.path, O_RDWR | O_CLOEXEC);
  map = mmap (NULL, strlen (PLACE_TEXT), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ck_assert (map != MAP_FAILED);
  map[0] = '#';
  ck_assert_int_eq (munmap (map, strlen (PLACE_TEXT)), 0);
  close (fd);

  ck_assert (!any_stamp_holds (&stamp, place.path));
}
END_TEST

/* What is written to a page that is not on the disk yet is dated by few file systems. */
START_TEST (test_mapped_write_that_goes_on)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;
  char    *map;
  int      fd;

  place_init (&place);
  place_write (&place, PLACE_TEXT);
  fd = open (place.path, O_RDWR | O_CLOEXEC);
  map = mmap (NULL, strlen (PLACE_TEXT), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ck_assert (map != MAP_FAILED);
  map[0] = '#';
  ck_assert (any_stamp_take_full (&stamp, place.path, ANY_DEPENDENCY_FLAGS_CONTENT, NULL));
  map[0] = '+';

  ck_assert (!any_stamp_holds (&stamp, place.path));
  ck_assert (!any_stamp_settle (&stamp, place.path, NULL));
  ck_assert_int_eq (munmap (map, strlen (PLACE_TEXT)), 0);
  close (fd);
}
END_TEST

/* A writer that leaves all times as they were: the content tells, the times alone do not. */
START_TEST (test_change_without_a_trace)
{
  g_auto (Place) place = { 0 };
  AnyStamp by_content, now;

  place_init (&place);
  place_write (&place, PLACE_TEXT);
  ck_assert (any_stamp_take_full (&by_content, place.path, ANY_DEPENDENCY_FLAGS_CONTENT, NULL));
  place_write (&place, "else");
  ck_assert (any_stamp_take (&now, place.path, NULL));
  by_content.mtime = now.mtime;
  by_content.ctime = now.ctime;

  ck_assert (!any_stamp_holds (&by_content, place.path));
  ck_assert (!any_stamp_settle (&by_content, place.path, NULL));
}
END_TEST

/* The content is the same again, and has been another one for whoever read it in between. */
START_TEST (test_content_there_and_back)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  place_init (&place);
  place_write (&place, PLACE_TEXT);
  ck_assert (any_stamp_take_full (&stamp, place.path, ANY_DEPENDENCY_FLAGS_CONTENT, NULL));
  next_instant ();
  place_write (&place, "else");
  place_write (&place, PLACE_TEXT);
  ck_assert (any_stamp_holds (&stamp, place.path));
  ck_assert (!any_stamp_settle (&stamp, place.path, NULL));
}
END_TEST

/* A file that somebody has dated forward is never at rest, and so is always read. */
START_TEST (test_times_to_come)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  place_init (&place);
  place_write (&place, PLACE_TEXT);
  place_date (&place, any_stamp_now () + 3600 * G_GINT64_CONSTANT (1000000000) + 1);
  next_instant ();

  ck_assert (any_stamp_take (&stamp, place.path, NULL));
  ck_assert (!stamp.settled);
  ck_assert (any_stamp_holds (&stamp, place.path));
  place_write (&place, "else");
  place_date (&place, stamp.mtime);
  ck_assert (!any_stamp_holds (&stamp, place.path));
}
END_TEST

/* A time in seconds that has no place in 64 bits of nanoseconds is the last or the first that has: it must not come out as one of
 * the other end. */
START_TEST (test_times_beyond_all)
{
  static const struct
  {
    gint64 seconds;
    gint64 nanoseconds;
  } rows[] = {
    { 0, 7 },
    { -1, -999999993 },
    { G_GINT64_CONSTANT (9223372035), G_GINT64_CONSTANT (9223372035000000007) },
    { G_GINT64_CONSTANT (9223372036), G_MAXINT64 },
    { G_GINT64_CONSTANT (10413792000), G_MAXINT64 }, /* the year 2300 */
    { G_MAXINT64, G_MAXINT64 },
    { G_GINT64_CONSTANT (-9223372035), G_GINT64_CONSTANT (-9223372034999999993) },
    { G_GINT64_CONSTANT (-9223372037), G_MININT64 },
    { G_MININT64, G_MININT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const struct timespec time = { .tv_sec = rows[i].seconds, .tv_nsec = 7 };

      ck_assert_int_eq (any_stamp_nanoseconds (&time), rows[i].nanoseconds);
    }
}
END_TEST

/* Such a file is one with a time to come. */
START_TEST (test_far_future)
{
  const struct timespec time = { .tv_sec = G_GINT64_CONSTANT (10413792000), .tv_nsec = 7 };
  const struct timespec times[] = { time, time };
  g_auto (Place) place = { 0 };
  AnyStamp stamp;

  place_init (&place);
  place_write (&place, PLACE_TEXT);
  ck_assert_int_eq (utimensat (AT_FDCWD, place.path, times, 0), 0);
  next_instant ();

  ck_assert (any_stamp_take (&stamp, place.path, NULL));
  ck_assert (!stamp.settled);
  ck_assert (!any_stamp_is_older (&stamp, any_stamp_now ()));
  ck_assert (any_stamp_holds (&stamp, place.path));
  place_write (&place, "else");
  ck_assert_int_eq (utimensat (AT_FDCWD, place.path, times, 0), 0);
  ck_assert (!any_stamp_holds (&stamp, place.path));
}
END_TEST

/* Where both times are whole seconds, the file system may count no others: such a file rests for seconds before it is trusted. */
START_TEST (test_whole_seconds)
{
  const gint64 second = G_GINT64_CONSTANT (1000000000);
  gint64       later = (any_stamp_now () / second + 3600) * second;
  AnyStamp     coarse = { .kind = ANY_STAMP_FILE, .clock = ANY_CLOCK_COARSE, .mtime = later, .ctime = later };
  AnyStamp     fine = { .kind = ANY_STAMP_FILE, .mtime = later + 1, .ctime = later + 1 };

  ck_assert (any_stamp_is_older (&fine, later + 2));
  ck_assert (!any_stamp_is_older (&fine, later + 1));
  ck_assert (!any_stamp_is_older (&fine, later));

  ck_assert (!any_stamp_is_older (&coarse, later + 1));
  ck_assert (!any_stamp_is_older (&coarse, later + 2 * second));
  ck_assert (any_stamp_is_older (&coarse, later + 3 * second));
}
END_TEST

/* The newer of the two times counts: a file may be dated back, but then its status has just changed. */
START_TEST (test_older_than_an_instant)
{
  g_auto (Place) place = { 0 };
  AnyStamp stamp;
  gint64   before, after;

  place_init (&place);
  before = next_instant ();
  place_write (&place, PLACE_TEXT);
  place_date (&place, before - 3600 * G_GINT64_CONSTANT (1000000000) + 1);
  take_settled (&stamp, place.path);
  after = next_instant ();

  ck_assert (!any_stamp_is_older (&stamp, before));
  ck_assert (any_stamp_is_older (&stamp, after));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("stamp");
  TCase *changes = tcase_create ("changes");
  TCase *settling = tcase_create ("settling");

  tcase_set_timeout (changes, 120);
  tcase_add_loop_test (changes, test_change_of_what_rests, 0, (int) stamp_n_changes);
  tcase_add_loop_test (changes, test_change_of_what_is_fresh, 0, (int) stamp_n_changes);
  tcase_add_loop_test (changes, test_change_of_content, 0, (int) stamp_n_changes);
  tcase_add_test (changes, test_content_of_a_directory_that_was_full);
  suite_add_tcase (suite, changes);

  tcase_set_timeout (settling, 120);
  tcase_add_test (settling, test_absence_is_settled);
  tcase_add_test (settling, test_settling);
  tcase_add_test (settling, test_settling_sees_another_content);
  tcase_add_test (settling, test_settling_sees_there_and_back);
  tcase_add_test (settling, test_mapped_write);
  tcase_add_test (settling, test_mapped_write_that_goes_on);
  tcase_add_test (settling, test_change_without_a_trace);
  tcase_add_test (settling, test_content_there_and_back);
  tcase_add_test (settling, test_times_to_come);
  tcase_add_test (settling, test_times_beyond_all);
  tcase_add_test (settling, test_far_future);
  tcase_add_test (settling, test_whole_seconds);
  tcase_add_test (settling, test_older_than_an_instant);
  suite_add_tcase (suite, settling);

  return any_test_run (suite);
}
