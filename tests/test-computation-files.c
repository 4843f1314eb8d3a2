/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files that change while a result is made from them: it is returned, and nobody gets it again. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

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
remove_file (const char *folder,
             const char *path)
{
  ck_assert_int_eq (g_remove (path), 0);
}

/* Another file of the same length, that has been there for long, takes the place of this one. */
static void
put_old_file_there (const char *folder,
                    const char *path)
{
  g_autofree char *other = g_build_filename (folder, "other", NULL);

  ck_assert_int_eq (rename (other, path), 0);
}

/* The folder around the file is exchanged for another that has been there for long. */
static void
put_old_folder_there (const char *folder,
                      const char *path)
{
  g_autofree char *place = g_path_get_dirname (path);
  g_autofree char *away = g_build_filename (folder, "away", NULL);
  g_autofree char *elsewhere = g_build_filename (folder, "elsewhere", NULL);

  ck_assert_int_eq (rename (place, away), 0);
  ck_assert_int_eq (rename (elsewhere, place), 0);
}

static void
prepare_others (const char *folder)
{
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  g_autofree char *elsewhere = g_build_filename (folder, "elsewhere", NULL);
  g_autofree char *file = g_build_filename (elsewhere, "file", NULL);

  reader_write (other, "else");
  ck_assert_int_eq (mkdir (elsewhere, 0700), 0);
  reader_write (file, "else");
}

typedef struct
{
  const char *what;
  ReaderFunc  prepare;
  ReaderFunc  before;
  ReaderFunc  after;
  gboolean    stored;
} Change;

static const Change changes[] = {
  { "nothing", write_some, leave, leave, TRUE },
  { "nothing where nothing is", leave, leave, leave, TRUE },
  { "written before it is read", write_some, write_else, leave, FALSE },
  { "written after it was read", write_some, leave, write_else, FALSE },
  { "written before and after", write_some, write_else, write_some, FALSE },
  { "removed before it is read", write_some, remove_file, leave, FALSE },
  { "removed after it was read", write_some, leave, remove_file, FALSE },
  { "appeared before it is read", leave, write_some, leave, FALSE },
  { "appeared after it was found missing", leave, leave, write_some, FALSE },
  { "replaced after it was read", write_some, leave, put_old_file_there, FALSE },
  { "folder replaced after it was read", write_some, leave, put_old_folder_there, FALSE },
};

/* Until all file times are past, for certain. A file system that counts whole seconds takes its time. */
static void
let_rest (const char *folder)
{
  struct stat status;

  ck_assert_int_eq (stat (folder, &status), 0);
  g_usleep (status.st_mtim.tv_nsec == 0 && status.st_ctim.tv_nsec == 0 ? 3 * G_USEC_PER_SEC : G_USEC_PER_SEC / 20);
}

static void
check_change (const Change *change,
              gboolean      at_rest,
              gboolean      afterwards)
{
  g_auto (Reader) reader = { .afterwards = afterwards, .before = change->before, .after = change->after };
  g_auto (Failures) failures = { 0 };
  g_autofree char *first = NULL;
  g_autofree char *now = NULL;
  g_autofree char *second = NULL;

  reader_init (&reader);
  failures_watch (&failures, reader.setup.cache);
  prepare_others (reader.setup.folder);
  change->prepare (reader.setup.folder, reader.path);
  if (at_rest)
    let_rest (reader.setup.folder);

  first = reader_call (&reader);
  ck_assert_msg (reader_has_stored (&reader) == change->stored, "%s%s%s", change->what, at_rest ? ", at rest" : "", afterwards ? ", named afterwards" : "");
  ck_assert_int_eq (failures.n_told, 0);

  /* In any case, what comes next is what is in the file now. */
  reader.before = reader.after = NULL;
  second = reader_call (&reader);
  if (!g_file_get_contents (reader.path, &now, NULL, NULL))
    now = g_strdup ("nothing");
  ck_assert_msg (g_str_equal (second, now), "%s: “%s” is told, and “%s” is there", change->what, second, now);
}

START_TEST (test_named_before)
{
  check_change (&changes[_i], FALSE, FALSE);
  check_change (&changes[_i], TRUE, FALSE);
}
END_TEST

START_TEST (test_named_afterwards)
{
  check_change (&changes[_i], TRUE, TRUE);
}
END_TEST

/* A file that was written just before may have been written just after: it is not stored, and nothing is wrong. */
START_TEST (test_just_written_and_named_afterwards)
{
  g_auto (Reader) reader = { .afterwards = TRUE };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  gint64           deadline = any_test_deadline ();

  reader_init (&reader);
  reader_write (reader.path, "some");
  first = reader_call (&reader);
  ck_assert_str_eq (first, "some");

  while (!reader_has_stored (&reader))
    {
      g_autofree char *again = reader_call (&reader);

      ck_assert_str_eq (again, "some");
      ck_assert (any_test_wait (deadline));
    }
  reader_write (reader.path, "else");
  second = reader_call (&reader);
  ck_assert_str_eq (second, "else");
}
END_TEST

/* That a file changes is nobody's fault. One that no stamp can vouch for is told: results that depend on it are never stored. */
START_TEST (test_trouble_is_told)
{
  static const struct
  {
    gboolean    afterwards;
    const char *path;
    int         code;
  } rows[] = {
    { FALSE, "/dev/null", G_IO_ERROR_NOT_SUPPORTED },
    { TRUE, "/dev/null", G_IO_ERROR_NOT_SUPPORTED },
    { TRUE, "", G_IO_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *paths[] = { rows[i].path, NULL };
      g_auto (Reader) reader = { .afterwards = rows[i].afterwards };
      g_auto (Failures) failures = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *first = NULL;

      reader_init (&reader);
      failures_watch (&failures, reader.setup.cache);
      g_free (reader.path);
      reader.path = g_strdup (rows[i].path);
      first = reader_call (&reader);

      ck_assert (first != NULL && !reader_has_stored (&reader));
      ck_assert_int_eq (failures.n_told, 1);
      ck_assert (g_error_matches (failures.error, G_IO_ERROR, rows[i].code));

      ck_assert (!any_function_store (reader.function, text_args (READER_KEY), g_variant_new_string (""), -1, paths, NULL, &error));
      ck_assert (g_error_matches (error, G_IO_ERROR, rows[i].code));
    }
}
END_TEST

/* Written, asked, written again within one tick of any clock: each answer is right, and each is kept until the next change. */
START_TEST (test_write_and_ask_by_turns)
{
  g_auto (Reader) reader = { 0 };

  reader_init (&reader);
  for (guint i = 0; i < 300; i++)
    {
      char text[8];

      g_snprintf (text, sizeof text, "%03u", i);
      reader_write (reader.path, text);

      for (guint j = 0; j < 2; j++)
        {
          g_autofree char *told = reader_call (&reader);

          ck_assert_str_eq (told, text);
        }
      ck_assert (reader_has_stored (&reader));
    }
}
END_TEST

/* Relative to where the process was when it was named. */
START_TEST (test_relative_path)
{
  g_auto (Reader) reader = { 0 };
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *path = NULL;
  g_autofree char *first = NULL;

  reader_init (&reader);
  path = g_steal_pointer (&reader.path);
  reader_write (path, "some");
  ck_assert_int_eq (chdir (reader.setup.folder), 0);
  reader.path = g_strdup ("place/file");
  first = reader_call (&reader);
  ck_assert_int_eq (chdir (here), 0);

  ck_assert_str_eq (first, "some");
  ck_assert (reader_has_stored (&reader));
  reader_write (path, "else");
  ck_assert (!reader_has_stored (&reader));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("computation-files");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_loop_test (all, test_named_before, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (all, test_named_afterwards, 0, G_N_ELEMENTS (changes));
  tcase_add_test (all, test_just_written_and_named_afterwards);
  tcase_add_test (all, test_trouble_is_told);
  tcase_add_test (all, test_write_and_ask_by_turns);
  tcase_add_test (all, test_relative_path);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
