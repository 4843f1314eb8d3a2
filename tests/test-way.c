/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Paths that are walked step by step, as the kernel does; and what can happen on the way while somebody goes it, written as a
 * shell would do it. */

#include "any-way.h"

#include <errno.h>
#include <gio/gio.h>

#include "any-dependencies.h"
#include "any-test-folder.h"
#include "any-test.h"

static char *
below (const char *folder,
       const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
run (const char *folder,
     const char *script)
{
  const char *arguments[] = { "/bin/sh", "-ec", script, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  ck_assert_msg (g_spawn_sync (folder, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error),
                 "“%s”: %s", script, error != NULL ? error->message : "");
  ck_assert_msg (g_spawn_check_wait_status (status, NULL), "“%s” fails", script);
}

/* Until every change so far lies before every change to come, by the times that the file system gives them. */
static void
rest (const char *folder)
{
  const gint64 ms = G_GINT64_CONSTANT (1000000);
  struct stat  status;
  gint64       end;
  gint64       deadline = any_test_deadline ();

  ck_assert_int_eq (stat (folder, &status), 0);
  end = any_stamp_now () + (status.st_mtim.tv_nsec == 0 && status.st_ctim.tv_nsec == 0 ? 3000 : 20) * ms;
  while (any_stamp_now () <= end)
    ck_assert (any_test_wait (deadline));
}

/* What stat() says of a path, the walk must find too. */
static void
check_walk (const char *folder,
            const char *name)
{
  g_autofree char *path = name[0] == '/' ? g_strdup (name) : g_strconcat (folder, "/", name, NULL);
  g_autoptr (GError) error = NULL;
  struct stat status;
  AnyWay      way;
  int         failure = stat (path, &status) == 0 ? 0 : errno;
  gboolean    absent = failure == ENOENT || failure == ENOTDIR;

  if (failure == 0 || absent)
    {
      ck_assert_msg (any_way_is_older (path, absent, G_MAXINT64, NULL), "%s: %s", name, g_strerror (failure));
      ck_assert_msg (!any_way_is_older (path, !absent, G_MAXINT64, NULL), "%s: %s", name, g_strerror (failure));
      ck_assert_msg (any_way_take (&way, path, NULL) && any_way_holds (&way, path, NULL), "%s is not the same", name);
    }
  else
    {
      ck_assert_msg (!any_way_is_older (path, FALSE, G_MAXINT64, NULL), "%s: %s", name, g_strerror (failure));
      ck_assert_msg (!any_way_take (&way, path, &error), "%s: %s", name, g_strerror (failure));
      ck_assert_msg (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED), "%s: %s", name, error->message);
      ck_assert_msg (g_str_has_suffix (error->message, g_strerror (failure)), "%s: %s", name, error->message);
    }
}

static const char tree[] =
  "mkdir -p one/two other; echo > one/file; echo > one/two/deep; mkfifo fifo\n"
  "ln -s one/two link; ln -s one/file to-file; ln -s one/file/ to-slash; ln -s one/two/ to-folder; ln -s . here; ln -s .. up\n"
  "ln -s \"$PWD/one\" absolute; ln -s / root; ln -s nowhere dangling; ln -s gone/away far; ln -s link/.. round\n"
  "ln -s there circle; ln -s circle there\n"
  "ln -s one 1; for i in $(seq 2 41); do ln -s $((i - 1)) $i; done";

START_TEST (test_as_the_kernel_does)
{
  static const char *const names[] = {
    "one", "one/", "one/.", "one//file", "./one/./file", "one/file", "one/file/", "one/file/.", "one/file/..", "one/file/x",
    "one/two/deep", "one/two/../file", "one/two/../../one/file", "nothing", "nothing/", "nothing/..", "nothing/../one", "one/nothing",
    "link", "link/", "link/deep", "link/../file", "link/../link/deep", "to-file", "to-file/", "to-file/x", "to-slash", "to-folder",
    "to-folder/deep", "here/here/here/one/file", "up", "absolute/file", "absolute/two/deep", "absolute/nothing", "root", "root/..",
    "dangling", "dangling/", "dangling/x", "far", "round/file", "round/two", "fifo", "fifo/", "fifo/x", "circle", "circle/x",
    "40/file", "41/file", "40", "41", "40/two/../../1/file", "/", "//", "/..", "/../etc", "/.", "/nothing-of-this-name"
  };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *long_name = g_strnfill (300, 'x');

  run (folder, tree);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    check_walk (folder, names[i]);
  check_walk (folder, long_name);
}
END_TEST

/* No descriptor is left behind, wherever a walk ends. */
START_TEST (test_descriptors)
{
  static const char *const names[] = { "one/two/deep", "absolute/file", "nothing", "one/file/x", "circle", "41/file" };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  guint n_before;

  run (folder, tree);
  n_before = any_test_count_descriptors ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = below (folder, names[i]);
      AnyWay           way;

      any_way_take (&way, path, NULL);
      any_way_is_older (path, FALSE, 0, NULL);
      ck_assert_msg (any_test_count_descriptors () == n_before, "%s", names[i]);
    }
}
END_TEST

/* Who may see a change: the one who had named the path before it was read, or the one who names it only afterwards. */
typedef enum
{
  NOBODY = 0,
  BEFORE = 1 << 0,
  AFTER = 1 << 1,
  BOTH = BEFORE | AFTER,
} Seen;

typedef struct
{
  const char *path;
  const char *prepare;
  const char *change;
  Seen        seen;
} Change;

#define VERSIONS "mkdir v1 v2; echo one > v1/data; echo two > v2/data; "
#define AIM(to)  "ln -s " to " new; mv -T new current; "
#define SWAP     "mv d dold; mv d2 d; "
#define BACK     "mv d d2; mv dold d; "

static const Change changes[] = {
  /* A link that is switched, the usual way to replace many files at once. */
  { "current/data", VERSIONS AIM ("v1"), ":", NOBODY },
  { "current/data", VERSIONS AIM ("v1"), AIM ("v2"), BOTH },
  { "current/data", VERSIONS AIM ("v1"), AIM ("v2") AIM ("v1"), BOTH },
  { "current/data", VERSIONS AIM ("v1") "ln -s v2 ready", "mv -T ready current", BOTH },
  { "current/data", VERSIONS AIM ("v1") "ln -s v2 ready", "mv -T current old; mv -T ready current; mv -T current ready; mv -T old current", BOTH },
  { "current/data", VERSIONS AIM ("$PWD/v1"), AIM ("$PWD/v2"), BOTH },
  { "current/data", VERSIONS AIM ("$PWD/v1"), AIM ("$PWD/v2") AIM ("$PWD/v1"), BOTH },
  { "current/../v1/data", VERSIONS AIM ("v1"), "mkdir -p x/y x/v1; echo > x/v1/data; " AIM ("x/y") AIM ("v1"), BOTH },
  { "file", VERSIONS "ln -s v1/data file", "ln -s v2/data new; mv new file; ln -s v1/data new; mv new file", BOTH },

  /* A chain, in the middle of which something happens. */
  { "a", VERSIONS AIM ("v1") "ln -s current/data b; ln -s b a", AIM ("v2"), BOTH },
  { "a", VERSIONS AIM ("v1") "ln -s current/data b; ln -s b a", AIM ("v2") AIM ("v1"), BOTH },
  { "a", VERSIONS "ln -s v1/data b; ln -s b a", "ln -sf v2/data b; ln -sf v1/data b", BOTH },

  /* A directory in the place of another, and a link in its place. That it was away for a time can be seen only afterwards. */
  { "d/data", "mkdir d d2; echo 1 > d/data; echo 2 > d2/data", SWAP, BOTH },
  { "d/data", "mkdir d d2; echo 1 > d/data; echo 2 > d2/data", SWAP BACK, AFTER },
  { "d/e/data", "mkdir -p d/e d2/e; echo 1 > d/e/data; echo 2 > d2/e/data", SWAP, BOTH },
  { "d/data", "mkdir d; echo 1 > d/data; ln -s d dold", "mv d d2; mv -T dold d; mv -T d dold; mv d2 d", AFTER },

  /* Nothing, and something for a time. */
  { "d/data", "mkdir d", ":", NOBODY },
  { "d/data", "mkdir d", "echo > d/data", BOTH },
  { "d/data", "mkdir d", "echo > d/data; rm d/data", BOTH },
  { "d/data", "mkdir d d2; echo > d2/data", SWAP BACK, BOTH },
  { "d/e/data", "mkdir d", "mkdir d/e; echo > d/e/data; rm -r d/e", BOTH },
  { "d/data", "echo > d", "mv d f; mkdir d; echo > d/data; rm -r d; mv f d", BOTH },
  { "l", "mkdir links x; ln -s ../x/t links/l; ln -s links/l l", ":", NOBODY },
  { "links/l", "mkdir links x; ln -s ../x/t links/l; echo > x/t", "rm x/t", BOTH },
  { "links/l", "mkdir links x; ln -s ../x/t links/l", "echo > x/t; rm x/t", BOTH },
  { "links/l", "mkdir links x; ln -s ../x/t links/l; echo > x/t", "mv x y", BOTH },

  /* Other files come and go beside what is on the way. */
  { "d/data", "mkdir d; echo > d/data", "echo > d/other; rm d/other", NOBODY },
  { "d/data", "mkdir d; echo > d/data", "echo > other; mkdir e; rm other", NOBODY },
  { "current/data", VERSIONS AIM ("v1"), "echo > v1/other; echo > v2/data", NOBODY },
  { "current/data", VERSIONS AIM ("v1"), "echo > other; rm -r v2", NOBODY },
  { "d/data", "mkdir d x", "echo > x/other; echo > other", NOBODY },
  { "./d/./data", "mkdir d; echo > d/data", "echo > d/other", NOBODY },

  /* Where they do so both in a directory and around it, one might have taken the place of another: better not to store. */
  { "d/data", "mkdir d; echo > d/data", "echo > other; echo > d/other", AFTER },
};

static void
check_settle (AnyDependencies *list,
              const Change    *change,
              gboolean         seen,
              const char      *who)
{
  g_autoptr (GError) error = NULL;
  gboolean settled = any_dependencies_settle (list, &error);

  ck_assert_msg (settled == !seen, "%s of “%s” after “%s”: %s", who, change->path, change->change,
                 error != NULL ? error->message : "all the same");
  ck_assert (settled || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
  ck_assert (settled || strstr (error->message, change->path) != NULL);
}

START_TEST (test_change)
{
  const Change *change = &changes[_i];
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (AnyDependencies) before = any_dependencies_new ();
  g_autoptr (AnyDependencies) after = any_dependencies_new ();
  g_autofree char *path = below (folder, change->path);
  gint64           since;

  run (folder, change->prepare);
  rest (folder);
  since = any_stamp_now ();
  any_dependencies_add (before, path);
  run (folder, change->change);
  any_dependencies_add_read (after, path, since);

  check_settle (before, change, (change->seen & BEFORE) != 0, "naming before");
  check_settle (after, change, (change->seen & AFTER) != 0, "naming after");
}
END_TEST

/* What was made a moment ago may be depended on: that it is new does not make it doubtful. */
START_TEST (test_new_way)
{
  for (guint i = 0; i < 20; i++)
    {
      const Change *change = &changes[0];
      g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
      g_autoptr (AnyDependencies) list = any_dependencies_new ();
      g_autofree char *file = below (folder, change->path);
      g_autofree char *nothing = below (folder, "current/nothing");

      run (folder, change->prepare);
      any_dependencies_add (list, file);
      any_dependencies_add (list, nothing);
      check_settle (list, change, FALSE, "naming at once");
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("way");
  TCase *walks = tcase_create ("walks");
  TCase *ways = tcase_create ("ways");

  tcase_set_timeout (walks, 120);
  tcase_add_test (walks, test_as_the_kernel_does);
  tcase_add_test (walks, test_descriptors);
  suite_add_tcase (suite, walks);

  tcase_set_timeout (ways, 120);
  tcase_add_loop_test (ways, test_change, 0, G_N_ELEMENTS (changes));
  tcase_add_test (ways, test_new_way);
  suite_add_tcase (suite, ways);

  return any_test_run (suite);
}
