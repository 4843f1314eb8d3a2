/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Why a list of dependencies does not settle, as it is told. */

#include "any-dependencies.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"

static char *
below (const char *folder,
       const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_file (const char *path,
            const char *text)
{
  ck_assert (g_file_set_contents (path, text, -1, NULL));
}

/* Replaces “%s”. */
static char *
fill_in (const char *message,
         const char *path)
{
  g_auto (GStrv) parts = g_strsplit (message, "%s", -1);

  return g_strjoinv (path, parts);
}

/* Its times can never be trusted, then. */
static void
date_forward (const char *path)
{
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = g_get_real_time () / G_USEC_PER_SEC + 3600 } };

  ck_assert_int_eq (utimensat (AT_FDCWD, path, times, 0), 0);
}

/* What nobody can vouch for is named with the reason. */
START_TEST (test_troubles)
{
  static const struct
  {
    const char *path;
    int         code;
    const char *message; /* %s: the path */
  } rows[] = {
    { "", G_IO_ERROR_INVALID_ARGUMENT, "The path of a dependency is empty" },
    { "/dev/null", G_IO_ERROR_NOT_SUPPORTED, "“/dev/null” is neither a file nor a directory" },
    { "/proc/uptime", G_IO_ERROR_NOT_SUPPORTED, "“/proc/uptime” is made up by the kernel, and changes without a trace" },
    { "fifo", G_IO_ERROR_NOT_SUPPORTED, "“%s” is neither a file nor a directory" },
    { "loop", G_IO_ERROR_NOT_SUPPORTED, "“%s” cannot be looked at: Too many levels of symbolic links" },
    { "large", G_IO_ERROR_NOT_SUPPORTED, "“%s” is too new to go by its times, and too large to be read" },
    { "\xff", G_IO_ERROR_NOT_SUPPORTED, "“%s” is neither a file nor a directory" },
  };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  ck_assert_int_eq (chdir (folder), 0);
  ck_assert_int_eq (mkfifo ("fifo", 0600), 0);
  ck_assert_int_eq (mkfifo ("\xff", 0600), 0);
  ck_assert_int_eq (symlink ("loop", "loop"), 0);
  write_file ("large", "");
  ck_assert_int_eq (truncate ("large", G_GINT64_CONSTANT (65) << 20), 0);
  date_forward ("large");

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 2; i++)
    {
      guint            row = i / 2;
      g_autofree char *path = *rows[row].path != '\0' && *rows[row].path != '/' ? below (folder, rows[row].path) : g_strdup (rows[row].path);
      g_autofree char *display = g_filename_display_name (path);
      g_autofree char *message = fill_in (rows[row].message, display);
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autoptr (GError) error = NULL;

      if (i % 2 == 0)
        any_dependencies_add (list, path);
      else
        any_dependencies_add_read (list, path, G_MAXINT64);

      ck_assert (!any_dependencies_settle (list, &error));
      ck_assert_str_eq (error->message, message);
      ck_assert (g_error_matches (error, G_IO_ERROR, rows[row].code));
    }
}
END_TEST

/* What is asked to be read is read at rest too, and may be too large for that. */
START_TEST (test_too_large_for_its_content)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = below (folder, "large");

  write_file (path, "");
  ck_assert_int_eq (truncate (path, G_GINT64_CONSTANT (65) << 20), 0);
  for (guint i = 0; i < 2; i++)
    {
      const char      *subject = i == 0 ? path : folder;
      g_autofree char *message = fill_in (i == 0 ? "“%s” is too large to go by its content"
                                                 : "“%s” is a tree of more than 64 MiB, too much to be read",
                                          subject);
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autoptr (GError) error = NULL;

      any_dependencies_add_full (list, subject, ANY_DEPENDENCY_FLAGS_CONTENT | ANY_DEPENDENCY_FLAGS_RECURSIVE);
      ck_assert (!any_dependencies_settle (list, &error));
      ck_assert_str_eq (error->message, message);
      ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED));
    }
}
END_TEST

START_TEST (test_change_is_told)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) before = any_dependencies_new ();
  g_autoptr (AnyDependencies) after = any_dependencies_new ();
  g_autofree char *path = below (folder, "file");
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;

  write_file (path, "text");
  any_dependencies_add (before, path);
  write_file (path, "other");
  ck_assert (!any_dependencies_settle (before, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
  message = fill_in ("“%s” changed after it was looked at", path);
  ck_assert_str_eq (error->message, message);

  g_clear_error (&error);
  g_free (message);
  any_dependencies_add_read (after, path, 0);
  ck_assert (!any_dependencies_settle (after, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
  message = fill_in ("“%s” may have changed after it was read", path);
  ck_assert_str_eq (error->message, message);
}
END_TEST

START_TEST (test_first_trouble_counts)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autoptr (GError) error = NULL;

  any_dependencies_add (list, "/etc");
  any_dependencies_add (list, "/dev/null");
  any_dependencies_add_read (list, "", 0);
  any_dependencies_add_read (list, "/usr", 0);
  ck_assert (!any_dependencies_settle (list, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED));
  ck_assert_str_eq (error->message, "“/dev/null” is neither a file nor a directory");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("dependency-trouble");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_troubles);
  tcase_add_test (all, test_too_large_for_its_content);
  tcase_add_test (all, test_change_is_told);
  tcase_add_test (all, test_first_trouble_counts);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
