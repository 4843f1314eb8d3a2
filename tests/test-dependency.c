/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-dependencies.h"
#include "any-dependency-list.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"

/* Where the parts of a packed dependency lie; the grammar stands in any-dependency.c. */
enum
{
  KIND = 0,
  SETTLED = 1,
  PATH_LENGTH = 4,
  SIZE = 8,
  DIGEST = 40,
  PATH = 56,
};

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
  g_autoptr (GError) error = NULL;

  ck_assert_msg (g_file_set_contents (path, text, -1, &error), "%s", error != NULL ? error->message : "");
}

static gboolean
hold (GBytes *packed)
{
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (packed, &length);

  return any_dependency_list_hold (bytes, length);
}

static char **
paths_of (GBytes *packed)
{
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (packed, &length);

  return any_dependency_list_dup_names (bytes, length);
}

/* Packs one path, once its times decide. */
static GBytes *
pack_settled (const char *path)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  GBytes *packed;
  gint64  deadline = any_test_deadline ();

  any_dependencies_add (list, path);
  for (;;)
    {
      ck_assert (any_dependencies_settle (list, NULL));
      packed = any_dependencies_pack (list);
      if (((const guint8 *) g_bytes_get_data (packed, NULL))[SETTLED])
        return packed;

      g_bytes_unref (packed);
      ck_assert_msg (any_test_wait (deadline), "%s does not come to rest", path);
    }
}

START_TEST (test_no_dependencies)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  g_auto (GStrv) paths = NULL;

  ck_assert (any_dependencies_settle (list, NULL));
  packed = any_dependencies_pack (list);
  paths = paths_of (packed);

  ck_assert_uint_eq (g_bytes_get_size (packed), 0);
  ck_assert (hold (packed));
  ck_assert_uint_eq (g_strv_length (paths), 0);
}
END_TEST

START_TEST (test_grammar)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = below (folder, "file");
  g_autoptr (GBytes) packed = NULL;
  struct stat   status;
  const guint8 *bytes;
  gsize         length;
  guint32       path_length;
  gint64        numbers[4];

  write_file (path, "text");
  packed = pack_settled (path);
  bytes = g_bytes_get_data (packed, &length);
  memcpy (&path_length, bytes + PATH_LENGTH, sizeof path_length);
  memcpy (numbers, bytes + SIZE, sizeof numbers);

  ck_assert_int_eq (stat (path, &status), 0);
  ck_assert_uint_eq (length, PATH + strlen (path) + 1);
  ck_assert_mem_eq (bytes, "\1\1\0\0", 4);
  ck_assert_uint_eq (GUINT32_FROM_LE (path_length), strlen (path));
  ck_assert_int_eq (GINT64_FROM_LE (numbers[0]), 4);
  ck_assert_int_eq (GINT64_FROM_LE (numbers[1]), status.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + status.st_mtim.tv_nsec);
  ck_assert_int_eq (GINT64_FROM_LE (numbers[2]), status.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + status.st_ctim.tv_nsec);
  ck_assert_uint_eq ((guint64) GINT64_FROM_LE (numbers[3]), status.st_ino);
  ck_assert_mem_eq (bytes + PATH, path, strlen (path) + 1);
}
END_TEST

/* Of every kind one; each of them is looked at. */
START_TEST (test_all_must_hold)
{
  static const char *const names[] = { "file", "folder", "nothing" };

  for (guint changed = 0; changed <= G_N_ELEMENTS (names); changed++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autofree char *file = below (folder, "file");
      g_autofree char *directory = below (folder, "folder");
      g_autofree char *nothing = below (folder, "nothing");
      g_autofree char *child = below (directory, "child");
      g_autoptr (GBytes) packed = NULL;
      g_auto (GStrv) paths = NULL;

      write_file (file, "text");
      ck_assert_int_eq (mkdir (directory, 0700), 0);
      any_dependencies_add (list, file);
      any_dependencies_add (list, directory);
      any_dependencies_add (list, nothing);
      ck_assert (any_dependencies_settle (list, NULL));
      packed = any_dependencies_pack (list);

      if (changed < G_N_ELEMENTS (names))
        write_file (changed == 0 ? file : changed == 1 ? child
                                                       : nothing,
                    "else");
      ck_assert_msg (hold (packed) == (changed == G_N_ELEMENTS (names)), "change %u", changed);

      paths = paths_of (packed);
      ck_assert_uint_eq (g_strv_length (paths), 3);
      ck_assert_str_eq (paths[0], file);
      ck_assert_str_eq (paths[1], directory);
      ck_assert_str_eq (paths[2], nothing);
    }
}
END_TEST

/* The first stamp is the one from before the file was read. */
START_TEST (test_first_stamp_counts)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *path = below (folder, "file");

  write_file (path, "text");
  any_dependencies_add (list, path);
  write_file (path, "else");
  any_dependencies_add (list, path);
  ck_assert (!any_dependencies_settle (list, NULL));
}
END_TEST

START_TEST (test_named_twice_is_kept_once)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < 3; i++)
    {
      any_dependencies_add (list, "/etc");
      any_dependencies_add_read (list, "/etc", G_MAXINT64);
      any_dependencies_add (list, "/usr");
    }
  packed = any_dependencies_pack (list);
  paths = paths_of (packed);

  ck_assert_uint_eq (g_strv_length (paths), 2);
}
END_TEST

/* What one look lets pass, another may not: both count. Named again in a way that is known, the first stamp does. */
START_TEST (test_named_twice_in_two_ways)
{
  static const AnyDependencyFlags orders[][2] = {
    { ANY_DEPENDENCY_FLAGS_NONE, ANY_DEPENDENCY_FLAGS_RECURSIVE },
    { ANY_DEPENDENCY_FLAGS_RECURSIVE, ANY_DEPENDENCY_FLAGS_NONE },
    { ANY_DEPENDENCY_FLAGS_CONTENT, ANY_DEPENDENCY_FLAGS_RECURSIVE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autofree char *file = below (folder, "file");
      g_autoptr (GBytes) packed = NULL;
      g_auto (GStrv) paths = NULL;

      write_file (file, "text");
      any_dependencies_add_full (list, folder, orders[i][0]);
      any_dependencies_add_full (list, folder, orders[i][1]);
      any_dependencies_add_full (list, folder, orders[i][0]);
      any_dependencies_add_read (list, folder, 0);
      ck_assert (any_dependencies_settle (list, NULL));
      packed = any_dependencies_pack (list);
      paths = paths_of (packed);
      ck_assert_uint_eq (g_strv_length (paths), 2);

      ck_assert (hold (packed));
      write_file (file, "else");
      ck_assert (!hold (packed));
    }
}
END_TEST

/* One that nobody can vouch for spoils the list for good. */
START_TEST (test_uncertain)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *file = below (folder, "file");
  g_autofree char *fifo = below (folder, "fifo");

  write_file (file, "text");
  ck_assert_int_eq (mkfifo (fifo, 0600), 0);
  any_dependencies_add (list, file);
  ck_assert (any_dependencies_settle (list, NULL));
  any_dependencies_add (list, fifo);
  ck_assert (!any_dependencies_settle (list, NULL));

  ck_assert_int_eq (g_remove (fifo), 0);
  ck_assert (!any_dependencies_settle (list, NULL));
}
END_TEST

/* An instant that is later than all file times so far. Newer kernels date some changes by a clock that is up to a tick ahead. */
static gint64
next_instant (void)
{
  gint64 after = any_stamp_now () + 20 * G_GINT64_CONSTANT (1000000);
  gint64 deadline = any_test_deadline ();

  while (any_stamp_now () <= after)
    ck_assert (any_test_wait (deadline));

  return any_stamp_now ();
}

/* Whether a list with one file, that was written before or after an instant, may be stored. */
START_TEST (test_read_since)
{
  for (guint late = 0; late < 2; late++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autofree char *path = below (folder, "file");
      gint64           since = 0;

      if (late)
        since = next_instant ();
      write_file (path, "text");
      if (!late)
        since = next_instant ();

      any_dependencies_add_read (list, path, since);
      ck_assert (any_dependencies_settle (list, NULL) == !late);
    }
}
END_TEST

/* Whatever happens to a fresh file, to where there is nothing yet, or deep in a tree, behind the look at it: the times will tell. */
START_TEST (test_no_tick_is_shared)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autofree char *path = below (folder, "file");
      g_autofree char *directory = below (folder, "one");
      g_autofree char *deep = below (folder, "one/two");
      struct stat      status;

      if (_i == 0)
        write_file (path, "text");
      ck_assert_int_eq (mkdir (directory, 0700), 0);
      write_file (deep, "text");
      if (_i == 2)
        any_dependencies_add_full (list, folder, ANY_DEPENDENCY_FLAGS_RECURSIVE);
      else
        any_dependencies_add (list, path);
      ck_assert_int_eq (stat (_i == 0 ? path : _i == 1 ? folder
                                                       : deep,
                              &status),
                        0);
      ck_assert_int_gt (any_stamp_now (), any_stamp_nanoseconds (&status.st_ctim));
      ck_assert (any_dependencies_settle (list, NULL));
    }
}
END_TEST

static gboolean clock_is_behind;

/* Stands before the one that would be called otherwise. */
int
clock_gettime (clockid_t        clock,
               struct timespec *time)
{
  static int (*next) (clockid_t, struct timespec *);
  int result;

  if (next == NULL)
    *(void **) &next = dlsym (RTLD_NEXT, "clock_gettime");
  result = next (clock, time);

  /* By half a second. */
  if (clock == CLOCK_REALTIME_COARSE && clock_is_behind)
    {
      gboolean borrows = time->tv_nsec < 500000000;

      time->tv_sec -= borrows;
      time->tv_nsec += borrows ? 500000000 : -500000000;
    }

  return result;
}

/* For as long as the clock is behind, all that was changed just now is of this tick, as if it were changed again and again: that is
 * not waited for, and said. A machine that is slower than the clock tries again. */
START_TEST (test_never_at_rest)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = below (folder, "absent");
  g_autofree char *other = below (folder, "other");
  gint64           deadline = any_test_deadline ();
  gboolean         said = FALSE;

  clock_is_behind = TRUE;
  while (!said)
    {
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autoptr (GError) error = NULL;

      write_file (other, "");
      ck_assert_int_eq (remove (other), 0);
      any_dependencies_add (list, path);
      said = !any_dependencies_settle (list, &error) && strstr (error->message, "all the time") != NULL;
      ck_assert (said || any_test_wait (deadline));
    }
  clock_is_behind = FALSE;
}
END_TEST

/* What was named before it was read is not doubted because it is named again afterwards. */
START_TEST (test_named_before_and_after)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *path = below (folder, "file");
  gint64           since = next_instant ();

  write_file (path, "text");
  any_dependencies_add (list, path);
  any_dependencies_add_read (list, path, since);
  ck_assert (any_dependencies_settle (list, NULL));
}
END_TEST

START_TEST (test_relative_path)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *path = below (folder, "file");
  g_autoptr (GBytes) packed = NULL;
  g_auto (GStrv) paths = NULL;

  write_file (path, "text");
  ck_assert_int_eq (chdir (folder), 0);
  any_dependencies_add (list, "file");
  ck_assert_int_eq (chdir (here), 0);

  ck_assert (any_dependencies_settle (list, NULL));
  packed = any_dependencies_pack (list);
  paths = paths_of (packed);
  ck_assert_str_eq (paths[0], path);
  ck_assert (hold (packed));

  write_file (path, "else");
  ck_assert (!hold (packed));
}
END_TEST

/* “link/..” is where the link leads to, and up from there. */
START_TEST (test_paths_are_not_folded)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *deep = below (folder, "one/two");
  g_autofree char *link = below (folder, "link");
  g_autofree char *path = below (folder, "link/../file");
  g_autofree char *real = below (folder, "one/file");
  g_autoptr (GBytes) packed = NULL;

  ck_assert_int_eq (g_mkdir_with_parents (deep, 0700), 0);
  ck_assert_int_eq (symlink ("one/two", link), 0);
  write_file (real, "text");
  any_dependencies_add (list, path);
  ck_assert (any_dependencies_settle (list, NULL));
  packed = any_dependencies_pack (list);
  ck_assert (hold (packed));

  write_file (real, "else");
  ck_assert (!hold (packed));
}
END_TEST

START_TEST (test_many)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *last = below (folder, "9999");
  g_autoptr (GBytes) packed = NULL;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *path = below (folder, name);

      any_dependencies_add (list, path);
    }
  ck_assert (any_dependencies_settle (list, NULL));
  packed = any_dependencies_pack (list);
  ck_assert (hold (packed));

  write_file (last, "");
  ck_assert (!hold (packed));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("dependency");
  TCase *lists = tcase_create ("lists");
  TCase *paths = tcase_create ("paths");

  tcase_set_timeout (lists, 120);
  tcase_add_test (lists, test_no_dependencies);
  tcase_add_test (lists, test_grammar);
  tcase_add_test (lists, test_all_must_hold);
  tcase_add_test (lists, test_first_stamp_counts);
  tcase_add_test (lists, test_named_twice_is_kept_once);
  tcase_add_test (lists, test_named_twice_in_two_ways);
  tcase_add_test (lists, test_uncertain);
  tcase_add_test (lists, test_read_since);
  tcase_add_loop_test (lists, test_no_tick_is_shared, 0, 3);
  tcase_add_test (lists, test_never_at_rest);
  tcase_add_test (lists, test_named_before_and_after);
  suite_add_tcase (suite, lists);

  tcase_set_timeout (paths, 120);
  tcase_add_test (paths, test_relative_path);
  tcase_add_test (paths, test_paths_are_not_folded);
  tcase_add_test (paths, test_many);
  suite_add_tcase (suite, paths);

  return any_test_run (suite);
}
