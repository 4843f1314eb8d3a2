/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Times that tell less than one would like, and clocks that are set: with the shim of time-shim.h, which says for each case what times
 * there are. One case a run, so that all of a run have the same.
 */

#include "faults/time-shim.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define HOUR   (3600 * SECOND)
#define YEAR   (365 * 24 * HOUR)

/* Seconds after which a file that nobody touches can be relied on, whatever dates it. */
#define REST (30 * SECOND)

static TimeShimSetAheadFunc set_ahead;

static void
leave (const char *folder,
       const char *path)
{
}

static void
write_some (const char *folder,
            const char *path)
{
  reader_write (path, "some");
}

static void
write_else (const char *folder,
            const char *path)
{
  reader_write (path, "else");
}

static void
take_away (const char *folder,
           const char *path)
{
  ck_assert_int_eq (g_remove (path), 0);
}

static void
aim (const char *folder,
     const char *path,
     const char *target)
{
  g_autofree char *link = g_build_filename (folder, "new", NULL);

  ck_assert_int_eq (symlink (target, link), 0);
  ck_assert_int_eq (rename (link, path), 0);
}

static void
aim_at_one (const char *folder,
            const char *path)
{
  g_autofree char *one = g_build_filename (folder, "one", NULL);
  g_autofree char *two = g_build_filename (folder, "two", NULL);

  if (!g_file_test (one, G_FILE_TEST_EXISTS))
    {
      reader_write (one, "one");
      reader_write (two, "two");
    }
  aim (folder, path, one);
}

static void
aim_at_two (const char *folder,
            const char *path)
{
  g_autofree char *two = g_build_filename (folder, "two", NULL);

  aim (folder, path, two);
}

/* What is changed before the reading is changed back behind it. */
typedef struct
{
  const char *what;
  ReaderFunc  prepare;
  ReaderFunc  there;
  ReaderFunc  back;
} Change;

static const Change changes[] = {
  { "written", write_some, write_else, write_some },
  { "not there", leave, write_else, take_away },
  { "a link", aim_at_one, aim_at_two, aim_at_one },
};

static const AnyDependencyFlags looks[] = { ANY_DEPENDENCY_FLAGS_NONE, ANY_DEPENDENCY_FLAGS_CONTENT };

static void
check_call (Reader     *reader,
            const char *text,
            const char *what)
{
  g_autofree char *told = reader_call (reader);

  ck_assert_msg (g_str_equal (told, text), "%s: “%s” is told, and “%s” is there", what, told, text);
}

static void
check_there_and_back (const Change      *change,
                      AnyDependencyFlags flags,
                      gboolean           afterwards)
{
  g_auto (Reader) reader = { .flags = flags, .afterwards = afterwards };
  g_autofree char *before = NULL;
  g_autofree char *meanwhile = NULL;
  g_autofree char *behind = NULL;

  reader_init (&reader);
  change->prepare (reader.setup.folder, reader.path);
  before = reader_call (&reader);
  ck_assert (any_function_remove (reader.function, text_args (READER_KEY), NULL, NULL));

  reader.before = change->there;
  reader.after = change->back;
  meanwhile = reader_call (&reader);
  reader.before = reader.after = NULL;
  behind = reader_call (&reader);

  ck_assert_msg (!g_str_equal (before, meanwhile), "%s", change->what);
  ck_assert_msg (g_str_equal (before, behind), "%s: “%s” is there, and “%s” is told", change->what, before, behind);
}

/* All within one second, as a rule, and sometimes across its end. */
START_TEST (test_there_and_back)
{
  for (guint i = 0; i < 20; i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (looks); j++)
        check_there_and_back (&changes[_i], looks[j], FALSE);
      check_there_and_back (&changes[_i], ANY_DEPENDENCY_FLAGS_NONE, TRUE);
    }
}
END_TEST

/* Of the same size, as fast as can be. */
START_TEST (test_write_and_ask_by_turns)
{
  g_auto (Reader) reader = { .flags = looks[_i] };

  reader_init (&reader);
  for (guint i = 0; i < 500; i++)
    {
      char text[8];

      g_snprintf (text, sizeof text, "%03u", i);
      reader_write (reader.path, text);
      check_call (&reader, text, "the first time");
      check_call (&reader, text, "the second time");
    }
}
END_TEST

/* Calls until the result is kept: a file that is let alone is relied on some day. */
static void
await_stored (Reader     *reader,
              const char *text)
{
  gint64 deadline = any_test_deadline ();

  while (!reader_has_stored (reader))
    {
      check_call (reader, text, "at rest");
      ck_assert (any_test_wait (deadline));
    }
}

/* Then a change shows at once, though it is of the same size, and even if it is dated back. */
START_TEST (test_change_after_the_store)
{
  g_auto (Reader) reader = { .afterwards = _i == 1 };
  struct stat status;

  reader_init (&reader);
  reader_write (reader.path, "some");
  await_stored (&reader, "some");

  ck_assert_int_eq (stat (reader.path, &status), 0);
  reader_write (reader.path, "else");
  ck_assert_int_eq (utimensat (AT_FDCWD, reader.path, (struct timespec[]){ status.st_atim, status.st_mtim }, 0), 0);
  ck_assert (!reader_has_stored (&reader));
  check_call (&reader, "else", "dated back");
}
END_TEST

/* The clock of the files goes on, so that a file is old once ours has been set. */
START_TEST (test_foreign_clock)
{
  static const gint64 skews[] = { 0, 5 * SECOND, -5 * SECOND };
  g_auto (Reader) reader = { .afterwards = _i % 2 == 1 };
  gint64 skew = skews[_i / 2];

  set_ahead (skew);
  reader_init (&reader);
  reader_write (reader.path, "some");
  check_call (&reader, "some", "just written");
  ck_assert (!reader_has_stored (&reader));

  set_ahead (skew + REST);
  check_call (&reader, "some", "at rest");
  ck_assert (reader_has_stored (&reader));
  reader_write (reader.path, "else");
  check_call (&reader, "else", "written");
}
END_TEST

/* Whatever time it is said to be, a result without an age is right as long as its file is what it was, and no longer. */
START_TEST (test_clock_is_set)
{
  static const gint64 jumps[] = { -HOUR, 10 * YEAR, -56 * YEAR, 0, HOUR };
  g_auto (Reader) reader = { .flags = looks[_i] };

  reader_init (&reader);
  reader_write (reader.path, "some");
  await_stored (&reader, "some");

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      char text[8];

      g_snprintf (text, sizeof text, "%04u", i);
      set_ahead (jumps[i]);
      ck_assert (reader_has_stored (&reader));
      reader_write (reader.path, text);
      ck_assert (!reader_has_stored (&reader));
      await_stored (&reader, text);
    }
}
END_TEST

/* An age cannot be told of what seems to come from the future. */
START_TEST (test_age_when_the_clock_is_set)
{
  static const struct
  {
    gint64   jump;
    gboolean stored;
  } rows[] = {
    { 0, TRUE },
    { 30 * 60 * SECOND, TRUE },
    { 2 * HOUR, FALSE },
    { 10 * YEAR, FALSE },
    { -2 * HOUR, FALSE },
    { -56 * YEAR, FALSE },
    { 0, TRUE },
  };
  g_auto (Reader) reader = { 0 };

  reader_init (&reader);
  any_function_set_maxage (reader.function, HOUR / 1000);
  reader_write (reader.path, "some");
  await_stored (&reader, "some");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      set_ahead (rows[i].jump);
      ck_assert_msg (reader_has_stored (&reader) == rows[i].stored, "row %u", i);
    }
}
END_TEST

static void
set_back_and_write (const char *folder,
                    const char *path)
{
  set_ahead (0);
  reader_write (path, "else");
}

/* Named afterwards: the file was changed later than the computation began, and bears an earlier time. */
START_TEST (test_clock_is_set_back_meanwhile)
{
  g_auto (Reader) reader = { .afterwards = TRUE, .after = set_back_and_write };

  reader_init (&reader);
  reader_write (reader.path, "some");
  set_ahead (HOUR);
  check_call (&reader, "some", "before");
  reader.after = NULL;
  check_call (&reader, "else", "behind");
}
END_TEST

/* Only times that are whole by themselves mean that there are no others. */
START_TEST (test_dated_to_a_whole_second)
{
  const struct timespec time = { .tv_sec = 1000000000 };
  g_auto (Reader) reader = { 0 };

  reader_init (&reader);
  reader_write (reader.path, "some");
  ck_assert_int_eq (utimensat (AT_FDCWD, reader.path, (struct timespec[]){ time, time }, 0), 0);
  check_call (&reader, "some", "dated");
  ck_assert (reader_has_stored (&reader));
}
END_TEST

static TCase *
add_case (Suite      *suite,
          const char *name)
{
  TCase *tcase = tcase_create (name);

  tcase_set_timeout (tcase, 120);
  suite_add_tcase (suite, tcase);

  return tcase;
}

/* Which case is run, CK_RUN_CASE says. */
int
main (void)
{
  Suite *suite = suite_create ("times");
  TCase *seconds = add_case (suite, "seconds");
  TCase *foreign = add_case (suite, "foreign");
  TCase *clock = add_case (suite, "clock");

  *(void **) &set_ahead = dlsym (RTLD_DEFAULT, "time_shim_set_ahead");
  if (set_ahead == NULL)
    g_error ("The shim is not loaded");

  tcase_add_loop_test (seconds, test_there_and_back, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (seconds, test_write_and_ask_by_turns, 0, G_N_ELEMENTS (looks));
  tcase_add_loop_test (seconds, test_change_after_the_store, 0, 2);

  tcase_add_loop_test (foreign, test_there_and_back, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (foreign, test_write_and_ask_by_turns, 0, G_N_ELEMENTS (looks));
  tcase_add_loop_test (foreign, test_foreign_clock, 0, 6);

  tcase_add_loop_test (clock, test_clock_is_set, 0, G_N_ELEMENTS (looks));
  tcase_add_test (clock, test_age_when_the_clock_is_set);
  tcase_add_test (clock, test_clock_is_set_back_meanwhile);
  tcase_add_test (clock, test_dated_to_a_whole_second);

  return any_test_run (suite);
}
