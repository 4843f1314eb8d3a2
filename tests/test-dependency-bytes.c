/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists of dependencies as an entry holds them, damaged and forged. */

#include "any-dependencies.h"
#include "any-dependency-list.h"

#include "any-definitions.h"

#include <string.h>

#include "any-test.h"

/* The parts of a packed dependency; the grammar stands in any-dependency.c. */
enum
{
  SETTLED = 1,
  FLAGS = 2,
  PATH_LENGTH = 4,
  SIZE = 8,
  DIGEST = 40,
  PATH = 56,
};

static gsize
length_of_item (const guint8 *bytes)
{
  guint32 path_length;

  memcpy (&path_length, bytes + PATH_LENGTH, sizeof path_length);

  return PATH + GUINT32_FROM_LE (path_length) + 1;
}

static gboolean
all_are_settled (GBytes *packed)
{
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (packed, &length);
  gboolean      settled = TRUE;

  for (gsize at = 0; at < length; at += length_of_item (bytes + at))
    settled = settled && bytes[at + SETTLED];

  return settled;
}

/* Three of them, each settled: a file, a folder, and nothing. */
static GBytes *
pack_three (const char *folder)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *nothing = g_build_filename (folder, "nothing", NULL);
  gint64           deadline = any_test_deadline ();

  ck_assert (g_file_set_contents (file, "text", -1, NULL));
  any_dependencies_add (list, file);
  any_dependencies_add (list, folder);
  any_dependencies_add (list, nothing);

  for (;;)
    {
      g_autoptr (GBytes) packed = NULL;

      ck_assert (any_dependencies_settle (list, NULL));
      packed = any_dependencies_pack (list);
      if (all_are_settled (packed))
        return g_steal_pointer (&packed);

      ck_assert (any_test_wait (deadline));
    }
}

static gboolean
hold (gconstpointer bytes,
      gsize         length)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);

  return any_dependency_list_hold (copy, length);
}

static guint
count_paths (gconstpointer bytes,
             gsize         length)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);
  g_auto (GStrv) paths = any_dependency_list_dup_names (copy, length);

  return g_strv_length (paths);
}

/* A whole number of them is a list; anything else is none, and the paths up to the cut can be told. */
START_TEST (test_each_length)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (GBytes) packed = pack_three (folder);
  gsize         length;
  const guint8 *bytes = g_bytes_get_data (packed, &length);
  gsize         end = 0;
  guint         n_whole = 0;

  for (gsize cut = 0; cut <= length; cut++)
    {
      if (cut == end + (cut > end ? length_of_item (bytes + end) : 0) && cut > 0)
        {
          end = cut;
          n_whole++;
        }

      ck_assert_msg (hold (bytes, cut) == (cut == end), "%u bytes", (guint) cut);
      ck_assert_uint_eq (count_paths (bytes, cut), n_whole);
    }
  ck_assert_uint_eq (n_whole, 3);
}
END_TEST

/* Which part decides nothing: the digest of what is at rest. */
static gboolean
is_idle (gsize offset)
{
  return offset >= DIGEST && offset < PATH;
}

START_TEST (test_each_bit)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (GBytes) packed = pack_three (folder);
  gsize              length = length_of_item (g_bytes_get_data (packed, NULL));
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (packed, NULL), length);

  ck_assert (hold (bytes, length));
  for (gsize bit = 0; bit < length * 8; bit++)
    {
      bytes[bit / 8] ^= 1 << bit % 8;
      ck_assert_msg (hold (bytes, length) == is_idle (bit / 8), "bit %u", (guint) bit);
      bytes[bit / 8] ^= 1 << bit % 8;
    }
}
END_TEST

/* The second of three is no dependency: neither is the list one, and only the first can be told. */
static void
check_refused (const char   *what,
               gsize         offset,
               gconstpointer patch,
               gsize         patch_length)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autoptr (GBytes) packed = pack_three (folder);
  gsize              length = g_bytes_get_size (packed);
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (packed, NULL), length);
  gsize              second = length_of_item (bytes);

  memcpy (bytes + second + offset, patch, patch_length);
  ck_assert_msg (!hold (bytes, length), "%s", what);
  ck_assert_msg (count_paths (bytes, length) == 1, "%s", what);
}

START_TEST (test_forged)
{
  check_refused ("file as a function", 0, "\3", 1);
  check_refused ("kind 4", 0, "\4", 1);
  check_refused ("kind 255", 0, "\xff", 1);
  check_refused ("half settled", SETTLED, "\2", 1);
  check_refused ("settled by its content", FLAGS, "\1", 1);
  check_refused ("tree without a digest", FLAGS, "\2", 1);
  check_refused ("flags 4", FLAGS, "\4", 1);
  check_refused ("flags 256", FLAGS, "\0\1", 2);
  check_refused ("no path", PATH_LENGTH, "\0\0\0\0", 4);
  check_refused ("path of one letter", PATH_LENGTH, "\1\0\0\0", 4);
  check_refused ("path to the end of memory", PATH_LENGTH, "\xff\xff\xff\xff", 4);
  check_refused ("path to half of it", PATH_LENGTH, "\xff\xff\xff\x7f", 4);
  check_refused ("path that ends in itself", PATH + 3, "\0", 1);
  check_refused ("relative path", PATH, "t", 1);
  check_refused ("relative path from above", PATH, "../", 3);
}
END_TEST

/* A function is believed as it is defined, and gives no path. */
START_TEST (test_functions)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  const guint8 *bytes;
  gsize         length;

  any_dependencies_add_function (list, "function", "1");
  ck_assert (any_dependencies_settle (list, NULL));
  packed = any_dependencies_pack (list);
  bytes = g_bytes_get_data (packed, &length);
  ck_assert_uint_eq (length, PATH + sizeof "function");
  ck_assert_uint_eq (count_paths (bytes, length), 0);
  ck_assert (hold (bytes, length));

  any_definitions_add ("function", "2");
  ck_assert (!hold (bytes, length));
  ck_assert (!any_dependencies_settle (list, NULL));
  any_definitions_add ("function", "1");
  ck_assert (hold (bytes, length));

  /* All that is not used must be zero. */
  for (gsize offset = SETTLED; offset < DIGEST; offset++)
    if (offset < PATH_LENGTH || offset >= SIZE)
      {
        g_autofree guint8 *forged = g_memdup2 (bytes, length);

        forged[offset] = 1;
        ck_assert_msg (!hold (forged, length), "offset %u", (guint) offset);
      }
  any_definitions_remove ("function", "1");
  any_definitions_remove ("function", "2");
}
END_TEST

/* Once a tree is settled. */
static GBytes *
pack_flagged (const char        *path,
              AnyDependencyFlags flags)
{
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  gint64 deadline = any_test_deadline ();

  any_dependencies_add_full (list, path, flags);
  for (;;)
    {
      g_autoptr (GBytes) packed = NULL;

      ck_assert (any_dependencies_settle (list, NULL));
      packed = any_dependencies_pack (list);
      if ((flags & ANY_DEPENDENCY_FLAGS_CONTENT) || all_are_settled (packed))
        return g_steal_pointer (&packed);

      ck_assert (any_test_wait (deadline));
    }
}

/* Of one bit each, what a dependency with flags makes of it. Of what is hashed, the status decides nothing but the size of a file, and
 * without the flag for that it is the stamp of something just changed. */
static void
check_flagged (const char        *path,
               guint8             kind,
               AnyDependencyFlags flags,
               gsize              n_idle)
{
  g_autoptr (GBytes) packed = pack_flagged (path, flags);
  gsize               length = g_bytes_get_size (packed);
  g_autofree guint8  *bytes = g_memdup2 (g_bytes_get_data (packed, NULL), length);
  const guint8        head[] = { kind, !(flags & ANY_DEPENDENCY_FLAGS_CONTENT), flags, 0 };
  static const guint8 nothing[ANY_DIGEST_SIZE] = { 0 };

  ck_assert_mem_eq (bytes, head, sizeof head);
  ck_assert (hold (bytes, length));
  for (gsize bit = 0; bit < length * 8; bit++)
    {
      gboolean idle = (bit / 8 >= DIGEST - n_idle && bit / 8 < DIGEST) || (bit == FLAGS * 8 && (flags & ANY_DEPENDENCY_FLAGS_CONTENT));

      bytes[bit / 8] ^= 1 << bit % 8;
      ck_assert_msg (hold (bytes, length) == idle, "flags %u, bit %u", flags, (guint) bit);
      bytes[bit / 8] ^= 1 << bit % 8;
    }

  memcpy (bytes + DIGEST, nothing, sizeof nothing);
  ck_assert_uint_eq (count_paths (bytes, length), 0);
}

START_TEST (test_flags)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);

  ck_assert (g_file_set_contents (file, "text", -1, NULL));
  check_flagged (file, ANY_STAMP_FILE, ANY_DEPENDENCY_FLAGS_CONTENT, 3 * 8);
  check_flagged (folder, ANY_STAMP_DIRECTORY, ANY_DEPENDENCY_FLAGS_CONTENT, 4 * 8);
  check_flagged (folder, ANY_STAMP_DIRECTORY, ANY_DEPENDENCY_FLAGS_RECURSIVE, 0);
  check_flagged (folder, ANY_STAMP_DIRECTORY, ANY_DEPENDENCY_FLAGS_CONTENT | ANY_DEPENDENCY_FLAGS_RECURSIVE, 0);
}
END_TEST

/* Paths that would be looked at if they were believed, in ways that never end. */
START_TEST (test_forged_paths)
{
  static const char *const paths[] = { "/dev/zero", "/dev/random", "/dev/tty", "/proc/self/mem" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      for (guint kind = 0; kind <= ANY_STAMP_DIRECTORY; kind++)
        {
          gsize              length = PATH + strlen (paths[i]) + 1;
          g_autofree guint8 *bytes = g_malloc0 (length);
          guint              flags = kind == ANY_STAMP_ABSENT ? 0 : i % 2 == 0 ? ANY_DEPENDENCY_FLAGS_NONE
                                                                               : ANY_DEPENDENCY_FLAGS_CONTENT;

          bytes[0] = kind;
          bytes[FLAGS] = flags;
          bytes[DIGEST] = flags != 0;
          bytes[PATH_LENGTH] = strlen (paths[i]);
          memcpy (bytes + PATH, paths[i], strlen (paths[i]));

          if (kind != ANY_STAMP_ABSENT || g_file_test (paths[i], G_FILE_TEST_EXISTS))
            ck_assert_msg (!hold (bytes, length), "%s as %u", paths[i], kind);
          ck_assert_uint_eq (count_paths (bytes, length), 1);
        }
    }
}
END_TEST

/* Each look is written in one way only, without a status and settled or not. */
START_TEST (test_forged_flags)
{
  static const struct
  {
    guint8   kind;
    gboolean settled;
    guint8   flags;
    guint    n_paths;
  } rows[] = {
    { ANY_STAMP_ABSENT, TRUE, 0, 1 },
    { ANY_STAMP_ABSENT, FALSE, 1, 0 },
    { ANY_STAMP_ABSENT, TRUE, 2, 0 },
    { ANY_STAMP_ABSENT, FALSE, 3, 0 },
    { ANY_STAMP_FILE, FALSE, 1, 1 },
    { ANY_STAMP_FILE, TRUE, 1, 0 },
    { ANY_STAMP_FILE, TRUE, 2, 0 },
    { ANY_STAMP_FILE, FALSE, 3, 0 },
    { ANY_STAMP_DIRECTORY, FALSE, 1, 1 },
    { ANY_STAMP_DIRECTORY, TRUE, 1, 0 },
    { ANY_STAMP_DIRECTORY, TRUE, 2, 1 },
    { ANY_STAMP_DIRECTORY, FALSE, 2, 1 },
    { ANY_STAMP_DIRECTORY, FALSE, 3, 1 },
    { ANY_STAMP_DIRECTORY, TRUE, 3, 0 },
    { 3, FALSE, 1, 0 },
    { 3, FALSE, 2, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 bytes[PATH + sizeof "/x"] = { rows[i].kind, rows[i].settled, rows[i].flags, 0, 2 };

      bytes[DIGEST] = 1;
      memcpy (bytes + PATH, "/x", sizeof "/x");
      ck_assert_msg (count_paths (bytes, sizeof bytes) == rows[i].n_paths, "row %u", i);
      ck_assert_msg (rows[i].kind > ANY_STAMP_DIRECTORY || hold (bytes, sizeof bytes) == (i == 0), "row %u", i);
    }
}
END_TEST

/* A tree that the kernel makes up while it is walked, some of it for ever. */
START_TEST (test_forged_trees)
{
  static const char *const paths[] = { "/proc", "/sys", "/proc/self/task" };

  for (guint i = 0; i < G_N_ELEMENTS (paths) * 2; i++)
    {
      const char        *path = paths[i / 2];
      gsize              length = PATH + strlen (path) + 1;
      g_autofree guint8 *bytes = g_malloc0 (length);

      bytes[0] = ANY_STAMP_DIRECTORY;
      bytes[SETTLED] = i % 2;
      bytes[FLAGS] = ANY_DEPENDENCY_FLAGS_RECURSIVE;
      bytes[DIGEST] = 1;
      bytes[PATH_LENGTH] = strlen (path);
      memcpy (bytes + PATH, path, strlen (path));
      ck_assert_uint_eq (count_paths (bytes, length), 1);
      ck_assert (!hold (bytes, length));
    }
}
END_TEST

/* As many as fit into a few MiB. */
START_TEST (test_long_list)
{
  const gsize        item = PATH + 2;
  const gsize        n = 100000;
  g_autofree guint8 *bytes = g_malloc0 (n * item);

  for (gsize i = 0; i < n; i++)
    {
      bytes[i * item] = ANY_STAMP_DIRECTORY;
      bytes[i * item + PATH_LENGTH] = 1;
      bytes[i * item + PATH] = '/';
    }

  ck_assert (!any_dependency_list_hold (bytes, n * item));
  ck_assert_uint_eq (count_paths (bytes, n * item), n);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("dependency-bytes");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_each_length);
  tcase_add_test (all, test_each_bit);
  tcase_add_test (all, test_forged);
  tcase_add_test (all, test_functions);
  tcase_add_test (all, test_flags);
  tcase_add_test (all, test_forged_paths);
  tcase_add_test (all, test_forged_flags);
  tcase_add_test (all, test_forged_trees);
  tcase_add_test (all, test_long_list);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
