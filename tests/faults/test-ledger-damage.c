/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A damaged ledger: the entries are found as before, and the size is counted anew. */

#include "any-test.h"
#include "rig.h"
#include "tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_KEYS 8

/* What the ledger holds of a shard. */
#define RECORD_SIZE 32

typedef struct
{
  TreePath *top;      /* (owned) */
  char     *cachedir; /* (owned) */
  char     *state;    /* (owned): the path of the ledger */
  Rig      *rig;      /* (owned) */
} Case;

static void
case_open (Case *self)
{
  self->rig = rig_new (self->cachedir, "org.example.Counted", NULL);
}

static Case *
case_new (void)
{
  Case *self = g_new0 (Case, 1);

  self->top = tree_make_in_memory ();
  self->cachedir = g_build_filename (self->top, "cache", NULL);
  self->state = g_build_filename (self->cachedir, RIG_STATE, NULL);
  case_open (self);
  for (int key = 0; key < N_KEYS; key++)
    ck_assert (rig_call_is_right (self->rig, key));
  return self;
}

static void
case_free (Case *self)
{
  rig_free (self->rig);
  g_free (self->state);
  g_free (self->cachedir);
  tree_path_clear (self->top);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

static void
check_size (Case *self)
{
  ck_assert_uint_eq (any_cache_get_size (self->rig->cache), rig_measure_entries (self->cachedir));
}

/* Opens the directory anew, as the next process would, and finds every result and the right size. */
static void
check (Case *self)
{
  g_clear_pointer (&self->rig, rig_free);
  case_open (self);
  check_size (self);
  for (int key = 0; key < N_KEYS; key++)
    ck_assert (rig_is_stored (self->rig, key));

  /* And it stays right when the numbers move. */
  ck_assert (any_function_remove (self->rig->function, rig_args (0), NULL, NULL));
  ck_assert (!rig_is_stored (self->rig, 0));
  check_size (self);
  ck_assert (rig_call_is_right (self->rig, 0));
  check_size (self);
}

START_TEST (test_garbage)
{
  static const guint8 fillers[] = { 0x00, 0x01, 0x55, 0xff };
  g_autoptr (Case) self = case_new ();
  g_autoptr (GBytes) good = tree_read (self->state);
  gsize              size = g_bytes_get_size (good);
  g_autofree guint8 *data = g_malloc (size);

  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      memset (data, fillers[i], size);
      tree_write (self->state, data, size);
      check (self);
    }

  /* Records at the place of other ones. */
  memcpy (data, (const guint8 *) g_bytes_get_data (good, NULL) + size / 2, size / 2);
  memcpy (data + size / 2, g_bytes_get_data (good, NULL), size / 2);
  tree_write (self->state, data, size);
  check (self);
}
END_TEST

START_TEST (test_length)
{
  static const gsize lengths[] = { 0, 1, 8, 31, 32, 33, 1000, 4096, 8191 };
  g_autoptr (Case) self = case_new ();

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      ck_assert_int_eq (truncate (self->state, (off_t) lengths[i]), 0);
      check (self);
    }
  ck_assert_int_eq (truncate (self->state, 1024 * 1024), 0);
  check (self);
  ck_assert_int_eq (g_unlink (self->state), 0);
  check (self);
}
END_TEST

/* Where the numbers of the shard of @key begin. */
static gsize
find_record (Case *self,
             int   key)
{
  g_autofree char *entry = rig_dup_entry_path (self->rig, key);
  g_autofree char *shard = g_path_get_dirname (entry);

  return RECORD_SIZE * g_ascii_strtoull (strrchr (shard, '/') + 1, NULL, 16);
}

START_TEST (test_each_bit)
{
  g_autoptr (Case) self = case_new ();
  gsize start = find_record (self, _i);

  for (gsize bit = 0; bit < 8 * RECORD_SIZE; bit++)
    {
      g_autoptr (GBytes) good = tree_read (self->state);
      gsize              size = g_bytes_get_size (good);
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (good, NULL), size);

      data[start + bit / 8] ^= (guint8) (1u << bit % 8);
      tree_write (self->state, data, size);
      check (self);
    }
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("ledger");
  TCase *cases = tcase_create ("damage");

  tcase_set_timeout (cases, 120);
  tcase_add_test (cases, test_garbage);
  tcase_add_test (cases, test_length);
  tcase_add_loop_test (cases, test_each_bit, 0, 3);
  suite_add_tcase (suite, cases);
  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
