/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What earlier releases have written, kept in tests/golden/: idents.txt, a table of keys with their names, and an entry file of
 * each shape. Each release finds and reads them, and writes the very same bytes, but for what is compressed.
 *
 * A change of the format needs a new format number, and new files beside these. To write the files of the rows that are new:
 *
 *   ANYCACHE_WRITE_GOLDEN=directory ANYCACHE_SOURCE_ROOT=. test-golden
 *
 * writes all of them into a directory, to be compared with what is here and copied by hand. A file that differs from the one
 * that is here means that nobody will find the entries of yesterday.
 */

#include <string.h>

#include "any-dependency-list.h"
#include "any-test.h"
#include "entry-bytes.h"
#include "forge.h"
#include "golden-entries.h"
#include "golden-idents.h"

static char *
golden_path (const char *name)
{
  const char *root = g_getenv ("ANYCACHE_SOURCE_ROOT");

  return g_build_filename (root != NULL ? root : ".", "tests", "golden", name, NULL);
}

static GPtrArray *
read_idents (void)
{
  g_autofree char *path = golden_path ("idents.txt");

  return golden_idents_read (path);
}

START_TEST (test_idents)
{
  g_autoptr (GPtrArray) rows = read_idents ();

  ck_assert_uint_ge (rows->len, 20);
  for (guint i = 0; i < rows->len; i++)
    {
      GoldenIdent     *row = g_ptr_array_index (rows, i);
      g_autofree char *ident = golden_ident_compute (row);

      ck_assert_msg (g_str_equal (ident, row->ident), "%s, %s: %s is not %s", row->name, row->args, ident, row->ident);
    }
}
END_TEST

/* Rows of one group name one key in different ways; rows of two groups never meet. */
START_TEST (test_groups)
{
  g_autoptr (GPtrArray) rows = read_idents ();
  guint n_same = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      for (guint j = 0; j < i; j++)
        {
          GoldenIdent *a = g_ptr_array_index (rows, i);
          GoldenIdent *b = g_ptr_array_index (rows, j);
          gboolean     same = g_str_equal (a->group, b->group);

          n_same += same;
          ck_assert_msg (g_str_equal (a->ident, b->ident) == same, "%s and %s", a->args, b->args);
        }
    }
  ck_assert_uint_gt (n_same, 10);
}
END_TEST

static guint8 *
read_entry (const GoldenEntry *row,
            gsize             *length)
{
  g_autofree char *name = g_strconcat (row->file, ".entry", NULL);
  g_autofree char *path = golden_path (name);
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;

  ck_assert_msg (g_file_get_contents (path, &bytes, length, &error), "%s", error != NULL ? error->message : "");

  return (guint8 *) bytes;
}

static void
check_content (const GoldenEntry *row,
               const AnyRecord   *record)
{
  g_autoptr (GVariant) value = golden_args_parse (row->value);
  g_autoptr (GBytes) dependencies = golden_entry_pack_dependencies (row);
  g_auto (GStrv) paths = any_dependency_list_dup_names (record->dependencies, record->dependencies_length);

  ck_assert_msg (g_variant_equal (record->value, value), "%s: another value", row->file);
  ck_assert_int_eq (record->facts.created, row->facts.created);
  ck_assert_int_eq (record->facts.expires, row->facts.expires);
  ck_assert_int_eq (record->facts.cost, row->facts.cost);
  ck_assert_uint_eq (record->facts.content_length, row->facts.content_length);
  ck_assert_uint_eq (record->dependencies_length, g_bytes_get_size (dependencies));
  for (guint i = 0, n = 0; i < row->n_dependencies; i++)
    if (row->dependencies[i].kind <= ANY_STAMP_DIRECTORY)
      ck_assert_str_eq (paths[n++], row->dependencies[i].path);
}

START_TEST (test_read_entries)
{
  for (guint i = 0; i < golden_n_entries; i++)
    {
      const GoldenEntry *row = &golden_entries[i];
      g_auto (AnyKey) key = { 0 };
      g_autoptr (AnyRecord) record = NULL;
      gsize              length;
      g_autofree guint8 *bytes = read_entry (row, &length);
      AnyMiss            miss;

      entry_bytes_make_key (&key, row->name, row->version, row->args);
      miss = entry_bytes_open (bytes, length, &key, &record);

      /* They were written by a little-endian machine. Another leaves them alone. */
      if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
        {
          ck_assert_msg (miss == ANY_MISS_NONE, "%s: %s", row->file, any_miss_to_string (miss));
          check_content (row, record);
        }
      else
        ck_assert_msg (miss == ANY_MISS_FOREIGN, "%s: %s", row->file, any_miss_to_string (miss));
    }
}
END_TEST

/* The same bytes but for the version of the library that wrote them, and what is counted from it. A frame may be another one with each
 * version of the library that makes it. */
START_TEST (test_write_entries)
{
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    return;

  for (guint i = 0; i < golden_n_entries; i++)
    {
      const GoldenEntry *row = &golden_entries[i];
      gsize              length, written_length;
      g_autofree guint8 *bytes = read_entry (row, &length);
      g_autofree guint8 *written = golden_entry_seal (row, &written_length);

      if (row->facts.content_length > 0)
        continue;
      ck_assert_msg (written_length == length, "%s: another length", row->file);
      memcpy (written + FORGE_LIBRARY, bytes + FORGE_LIBRARY, sizeof (guint32));
      forge_checksums (written, length);
      ck_assert_msg (memcmp (written, bytes, length) == 0, "%s: other bytes", row->file);
    }
}
END_TEST

static void
save (const char   *folder,
      const char   *name,
      gconstpointer bytes,
      gsize         length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  ck_assert_msg (g_file_set_contents (path, bytes, length, &error), "%s", error != NULL ? error->message : "");
}

/* No test: the only one that runs where it is asked for, so that what it calls may check. */
START_TEST (write_golden)
{
  const char *folder = g_getenv ("ANYCACHE_WRITE_GOLDEN");
  g_autoptr (GPtrArray) rows = read_idents ();
  g_autofree char *table = golden_idents_print (rows);

  save (folder, "idents.txt", table, strlen (table));

  for (guint i = 0; i < golden_n_entries; i++)
    {
      gsize              length;
      g_autofree guint8 *bytes = golden_entry_seal (&golden_entries[i], &length);
      g_autofree char   *name = g_strconcat (golden_entries[i].file, ".entry", NULL);

      save (folder, name, bytes, length);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("golden");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  suite_add_tcase (suite, all);

  if (g_getenv ("ANYCACHE_WRITE_GOLDEN") != NULL)
    {
      tcase_add_test (all, write_golden);
      return any_test_run (suite);
    }

  tcase_add_test (all, test_idents);
  tcase_add_test (all, test_groups);
  tcase_add_test (all, test_read_entries);
  tcase_add_test (all, test_write_entries);

  return any_test_run (suite);
}
