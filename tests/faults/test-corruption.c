/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Damaged bytes: whatever became of the file of an entry, a look-up gives what was stored or nothing, and a call is right. */

#include "any-test.h"
#include "rig.h"
#include "tree.h"

#include <string.h>

/* The small shapes: a string, bytes, a dictionary. Each is tried without and with dependencies. */
#define N_SMALL_CASES 6

/* An entry of several blocks. */
#define BIG_KEY 3

typedef struct
{
  TreePath *top;        /* (owned) */
  char     *cachedir;   /* (owned) */
  char     *dependency; /* (owned) */
  Rig      *rig;        /* (owned) */
  int       key;
  char     *path;  /* (owned) of the entry of @key */
  GBytes   *bytes; /* (owned) of it, as they were stored */
} Case;

/* Stores @key, compressed from so many bytes on. Any result that is ever right is of generation 0. */
static Case *
case_new_from (gint64   threshold,
               int      key,
               gboolean with_dependency)
{
  Case *self = g_new0 (Case, 1);

  self->top = tree_make_in_memory ();
  self->cachedir = g_build_filename (self->top, "cache", NULL);
  self->dependency = g_build_filename (self->top, "dependency", NULL);
  tree_write (self->dependency, "content", 7);

  self->rig = rig_new (self->cachedir, "org.example.Damaged", with_dependency ? self->dependency : NULL);
  any_cache_set_compression_threshold (self->rig->cache, threshold);
  self->key = key;
  ck_assert (rig_call_is_right (self->rig, key));
  ck_assert (rig_is_stored (self->rig, key));
  self->path = rig_dup_entry_path (self->rig, key);
  self->bytes = tree_read (self->path);
  return self;
}

static Case *
case_new (int      key,
          gboolean with_dependency)
{
  return case_new_from (-1, key, with_dependency);
}

static void
case_free (Case *self)
{
  rig_free (self->rig);
  g_bytes_unref (self->bytes);
  g_free (self->path);
  g_free (self->dependency);
  g_free (self->cachedir);
  tree_path_clear (self->top);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

static Case *
small_case_new (int i)
{
  return case_new (i % 3, i / 3 == 1);
}

/* Returns: whether the entry at its place was taken for good */
static gboolean
survives (Rig *rig,
          int  key)
{
  g_autoptr (GVariant) value = rig_lookup (rig, key);

  ck_assert (value == NULL || rig_judge (value, key) == 0);
  ck_assert (rig_call_is_right (rig, key));
  ck_assert (rig_is_stored (rig, key));
  return value != NULL;
}

static gboolean
survives_bytes (Case         *self,
                gconstpointer data,
                gsize         size)
{
  tree_write (self->path, data, size);
  return survives (self->rig, self->key);
}

START_TEST (test_undamaged)
{
  g_autoptr (Case) self = small_case_new (_i);

  /* Proves that the others put their damage where the library looks. */
  rig_take_computed (self->rig);
  ck_assert (survives_bytes (self, g_bytes_get_data (self->bytes, NULL), g_bytes_get_size (self->bytes)));
  ck_assert_uint_eq (rig_take_computed (self->rig), 0);
  ck_assert (!survives_bytes (self, "", 0));
  ck_assert_uint_eq (rig_take_computed (self->rig), 1);
}
END_TEST

START_TEST (test_each_bit)
{
  g_autoptr (Case) self = small_case_new (_i);
  gsize              size = g_bytes_get_size (self->bytes);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (self->bytes, NULL), size);

  for (gsize bit = 0; bit < 8 * size; bit++)
    {
      data[bit / 8] ^= (guint8) (1u << bit % 8);
      survives_bytes (self, data, size);
      data[bit / 8] ^= (guint8) (1u << bit % 8);
    }
}
END_TEST

START_TEST (test_each_truncation)
{
  g_autoptr (Case) self = small_case_new (_i);

  for (gsize size = 0; size < g_bytes_get_size (self->bytes); size++)
    ck_assert (!survives_bytes (self, g_bytes_get_data (self->bytes, NULL), size));
}
END_TEST

START_TEST (test_each_extension)
{
  static const guint8 fillers[] = { 0x00, 0xff, 'x' };
  g_autoptr (Case) self = small_case_new (_i);
  gsize              size = g_bytes_get_size (self->bytes);
  g_autofree guint8 *data = g_malloc (size + 64);

  memcpy (data, g_bytes_get_data (self->bytes, NULL), size);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      memset (data + size, fillers[i], 64);
      for (gsize n = 1; n <= 64; n++)
        survives_bytes (self, data, size + n);
    }

  /* The beginning of the entry once more, as if it had been appended. */
  memcpy (data + size, data, MIN (size, 64));
  survives_bytes (self, data, size + MIN (size, 64));
}
END_TEST

/* Damages blocks of the entry of a big result, all of one size. */
static void
damage_blocks (Case *self,
               gsize block)
{
  gsize         size = g_bytes_get_size (self->bytes);
  const guint8 *good = g_bytes_get_data (self->bytes, NULL);

  for (gsize at = 0; at < size; at += block)
    {
      g_autofree guint8 *data = g_memdup2 (good, size);
      gsize              length = MIN (block, size - at);

      memset (data + at, 0, length);
      ck_assert (!survives_bytes (self, data, size));
      memset (data + at, 0xff, length);
      ck_assert (!survives_bytes (self, data, size));
      /* A block that was written to the place of another one. */
      memcpy (data + at, good + (at == 0 ? block : 0), length);
      ck_assert (!survives_bytes (self, data, size));
      /* All that comes after is missing. */
      ck_assert (!survives_bytes (self, good, at));
    }
}

START_TEST (test_blocks)
{
  g_autoptr (Case) self = case_new (BIG_KEY, FALSE);

  damage_blocks (self, 512);
  damage_blocks (self, 4096);
}
END_TEST

START_TEST (test_blocks_of_frame)
{
  g_autoptr (Case) self = case_new_from (0, BIG_KEY, FALSE);

  ck_assert_uint_lt (g_bytes_get_size (self->bytes), 8192);
  damage_blocks (self, 64);
  damage_blocks (self, 512);
}
END_TEST

START_TEST (test_zeros)
{
  g_autoptr (Case) self = case_new (BIG_KEY, FALSE);
  gsize              size = g_bytes_get_size (self->bytes);
  g_autofree guint8 *zeros = g_malloc0 (2 * size);

  ck_assert (!survives_bytes (self, zeros, 0));
  for (gsize n = 1; n < 2 * size; n *= 2)
    ck_assert (!survives_bytes (self, zeros, n));
  ck_assert (!survives_bytes (self, zeros, size));
  ck_assert (!survives_bytes (self, zeros, 2 * size));
}
END_TEST

/* Each file is a valid entry, but of another key. */
static void
check_exchanged (Rig *first,
                 int  first_key,
                 Rig *second,
                 int  second_key)
{
  g_autofree char *first_path = NULL;
  g_autofree char *second_path = NULL;
  g_autoptr (GBytes) first_bytes = NULL;
  g_autoptr (GBytes) second_bytes = NULL;

  survives (first, first_key);
  survives (second, second_key);
  first_path = rig_dup_entry_path (first, first_key);
  second_path = rig_dup_entry_path (second, second_key);
  ck_assert_str_ne (first_path, second_path);
  first_bytes = tree_read (first_path);
  second_bytes = tree_read (second_path);

  tree_write (first_path, g_bytes_get_data (second_bytes, NULL), g_bytes_get_size (second_bytes));
  tree_write (second_path, g_bytes_get_data (first_bytes, NULL), g_bytes_get_size (first_bytes));
  ck_assert (!survives (first, first_key));
  ck_assert (!survives (second, second_key));

  tree_write (second_path, g_bytes_get_data (first_bytes, NULL), g_bytes_get_size (first_bytes));
  ck_assert (!survives (second, second_key));
  ck_assert (survives (first, first_key));
}

START_TEST (test_exchanged)
{
  g_autoptr (Case) self = small_case_new (_i);
  g_autoptr (Rig) other = rig_new (self->cachedir, "org.example.Other", self->rig->dependency);
  int neighbour = rig_find_neighbour (self->rig, self->key);

  /* A key of the same shape, of another shape, in the same shard; the same key of another function. */
  check_exchanged (self->rig, self->key, self->rig, self->key + RIG_N_SHAPES);
  check_exchanged (self->rig, self->key, self->rig, self->key + 1);
  check_exchanged (self->rig, self->key, self->rig, neighbour);
  check_exchanged (self->rig, self->key, other, self->key);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("corruption");
  TCase *entries = tcase_create ("entries");

  tcase_set_timeout (entries, 120);
  tcase_add_loop_test (entries, test_undamaged, 0, N_SMALL_CASES);
  tcase_add_loop_test (entries, test_each_bit, 0, N_SMALL_CASES);
  tcase_add_loop_test (entries, test_each_truncation, 0, N_SMALL_CASES);
  tcase_add_loop_test (entries, test_each_extension, 0, N_SMALL_CASES);
  tcase_add_loop_test (entries, test_exchanged, 0, N_SMALL_CASES);
  tcase_add_test (entries, test_blocks);
  tcase_add_test (entries, test_blocks_of_frame);
  tcase_add_test (entries, test_zeros);
  suite_add_tcase (suite, entries);
  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
