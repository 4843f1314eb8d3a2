/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where something has to happen before a path leads elsewhere. */

#include "any-route.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test-folder.h"
#include "any-test-process.h"

static const char tree[] =
  "mkdir -p a/b/c z; echo > a/file; echo > a/b/deep; ln -s a/b link; ln -s \"$PWD/a/b/deep\" far; ln -s .. z/up; ln -s o o";

static void
run (const char *folder,
     const char *script)
{
  const char *arguments[] = { "/bin/sh", "-ec", script, NULL };
  int         status;

  g_assert_true (g_spawn_sync (folder, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

/* The places within a folder, in order: “directory:name”, with a space between them. Whatever a place says must be so. */
static char *
describe (const AnyRoute *route,
          const char     *folder)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter  iter;
  const AnyPlace *place;

  g_hash_table_iter_init (&iter, route->places);
  while (g_hash_table_iter_next (&iter, (gpointer *) &place, NULL))
    {
      struct stat status;

      g_assert_cmpint (lstat (place->path, &status), ==, 0);
      g_assert_true (status.st_dev == place->device && status.st_ino == place->inode);
      if (g_str_has_prefix (place->path, folder))
        g_ptr_array_add (words, g_strconcat (place->path + strlen (folder), ":", place->name != NULL ? place->name : "*", NULL));
    }
  g_ptr_array_sort (words, any_test_compare_names);
  g_ptr_array_add (words, NULL);

  return g_strjoinv (" ", (char **) words->pdata);
}

typedef struct
{
  const char        *path;
  AnyDependencyFlags flags;
  const char        *places;
} Row;

static const Row rows[] = {
  { "a/file", ANY_DEPENDENCY_FLAGS_NONE, "/a:file :a" },
  { "a//./file", ANY_DEPENDENCY_FLAGS_NONE, "/a:file :a" },
  { "a/b/../file", ANY_DEPENDENCY_FLAGS_NONE, "/a:b /a:file :a" },
  { "a/file", ANY_DEPENDENCY_FLAGS_RECURSIVE, "/a:file :a" },
  { "missing", ANY_DEPENDENCY_FLAGS_NONE, ":missing" },
  { "missing/more/file", ANY_DEPENDENCY_FLAGS_NONE, ":missing" },
  { "a/file/in", ANY_DEPENDENCY_FLAGS_NONE, "/a:file :a" },
  { "link/deep", ANY_DEPENDENCY_FLAGS_NONE, "/a/b:deep /a:b :a :link" },
  { "link/../file", ANY_DEPENDENCY_FLAGS_NONE, "/a:b /a:file :a :link" },
  { "far", ANY_DEPENDENCY_FLAGS_NONE, "/a/b:deep /a:b :a :far" },
  { "z/up/a/file", ANY_DEPENDENCY_FLAGS_NONE, "/a:file /z:up :a :z" },
  { "link", ANY_DEPENDENCY_FLAGS_NONE, "/a/b:* /a:b :a :link" },
  { "a", ANY_DEPENDENCY_FLAGS_NONE, "/a:* :a" },
  { "a", ANY_DEPENDENCY_FLAGS_RECURSIVE, "/a/b/c:* /a/b:* /a:* :a" },
  { "a/b/..", ANY_DEPENDENCY_FLAGS_CONTENT, "/a:* /a:b :a" },
  { "z", ANY_DEPENDENCY_FLAGS_RECURSIVE, "/z:* :z" },
};

START_TEST (test_places)
{
  const Row *row = &rows[_i];
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_strconcat (folder, "/", row->path, NULL);
  g_autofree char *places = NULL;
  g_auto (AnyRoute) route = { 0 };

  run (folder, tree);
  any_route_init (&route);
  any_route_follow (&route, path, row->flags);
  places = describe (&route, folder);
  g_assert_cmpstr (places, ==, row->places);
  ck_assert (!route.is_part);
}
END_TEST

START_TEST (test_several_paths)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *one = g_strconcat (folder, "/a/file", NULL);
  g_autofree char *other = g_strconcat (folder, "/a/b/deep", NULL);
  g_autofree char *places = NULL;
  g_auto (AnyRoute) route = { 0 };
  guint n_descriptors;

  run (folder, tree);
  n_descriptors = any_test_count_descriptors ();
  any_route_init (&route);
  any_route_follow (&route, one, ANY_DEPENDENCY_FLAGS_NONE);
  any_route_follow (&route, other, ANY_DEPENDENCY_FLAGS_NONE);
  any_route_follow (&route, folder, ANY_DEPENDENCY_FLAGS_RECURSIVE);
  places = describe (&route, folder);
  g_assert_cmpstr (places, ==, "/a/b/c:* /a/b:* /a/b:deep /a:* /a:b /a:file /z:* :* :a");
  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);
}
END_TEST

START_TEST (test_root)
{
  g_auto (AnyRoute) route = { 0 };
  g_autofree char *places = NULL;

  any_route_init (&route);
  any_route_follow (&route, "/..", ANY_DEPENDENCY_FLAGS_NONE);
  places = describe (&route, "");
  g_assert_cmpstr (places, ==, "/:*");
}
END_TEST

START_TEST (test_circle)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_strconcat (folder, "/o", NULL);
  g_autofree char *places = NULL;
  g_auto (AnyRoute) route = { 0 };

  run (folder, tree);
  any_route_init (&route);
  any_route_follow (&route, path, ANY_DEPENDENCY_FLAGS_NONE);
  places = describe (&route, folder);
  g_assert_cmpstr (places, ==, ":o");
  ck_assert (route.is_part);
}
END_TEST

static void
closed_part (int      line,
             gpointer data)
{
  g_autofree char *path = g_strconcat (data, "/a/b/deep", NULL);
  g_autofree char *places = NULL;
  g_auto (AnyRoute) route = { 0 };

  any_test_become_ordinary (data);
  run (data, "mkdir -p a/b/c; chmod 600 a/b");
  any_route_init (&route);
  any_route_follow (&route, path, ANY_DEPENDENCY_FLAGS_NONE);
  places = describe (&route, data);
  g_assert_cmpstr (places, ==, "/a/b:deep /a:b :a");
  g_assert_true (route.is_part);
  run (data, "chmod 700 a/b");
}

START_TEST (test_closed_directory)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (closed_part, folder);
}
END_TEST

/* No more than a process may watch, whatever there is. */
START_TEST (test_bounds)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_auto (AnyRoute) route = { 0 };
  g_auto (AnyRoute) deep = { 0 };

  run (folder, "mkdir $(seq 1100)");
  any_route_init (&route);
  any_route_follow (&route, folder, ANY_DEPENDENCY_FLAGS_RECURSIVE);
  ck_assert (route.is_part);
  ck_assert_uint_le (g_hash_table_size (route.places), 1034);

  run (folder, "rmdir $(seq 1100); for i in $(seq 100); do mkdir d; cd d; done");
  any_route_init (&deep);
  any_route_follow (&deep, folder, ANY_DEPENDENCY_FLAGS_RECURSIVE);
  ck_assert (deep.is_part);
  ck_assert_uint_ge (g_hash_table_size (deep.places), 64);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("route");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_places, 0, G_N_ELEMENTS (rows));
  tcase_add_test (all, test_several_paths);
  tcase_add_test (all, test_root);
  tcase_add_test (all, test_circle);
  tcase_add_test (all, test_closed_directory);
  tcase_add_test (all, test_bounds);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
