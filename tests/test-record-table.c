/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-record-table.h"

#include "any-test-entry.h"
#include "any-test.h"

#define N_KEYS 60

typedef struct
{
  AnyRecordTable table;
  AnyKey         keys[N_KEYS];
  AnyRecord     *records[N_KEYS]; /* (owned) */
  gboolean       present[N_KEYS]; /* what the table should say */
} Fixture;

/* The hashes are made to be few or to lie close together: so runs of full slots grow long, meet, and go over the end. */
static Fixture *
fixture_new (guint64 n_hashes,
             guint64 first_hash)
{
  Fixture *self = g_new0 (Fixture, 1);

  for (guint i = 0; i < N_KEYS; i++)
    {
      gsize head_length;

      any_test_key_init (&self->keys[i], ANY_TEST_NAME, i);
      if (n_hashes > 0)
        self->keys[i].ident.low = first_hash + i % n_hashes;
      self->records[i] = any_test_record_new (&self->keys[i], "text", &head_length);
    }

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_record_table_clear (&self->table);
  for (guint i = 0; i < N_KEYS; i++)
    {
      any_record_unref (self->records[i]);
      any_key_clear (&self->keys[i]);
    }
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
toggle (Fixture *self,
        guint    number)
{
  if (self->present[number])
    any_record_table_remove (&self->table, self->records[number]);
  else
    any_record_table_add (&self->table, self->records[number], self->keys[number].ident.low);

  self->present[number] = !self->present[number];
}

static void
check_all (Fixture *self)
{
  gsize n_present = 0;

  for (guint i = 0; i < N_KEYS; i++)
    {
      ck_assert_ptr_eq (any_record_table_find (&self->table, &self->keys[i]), self->present[i] ? self->records[i] : NULL);
      n_present += self->present[i];
    }

  ck_assert_uint_eq (self->table.n_records, n_present);
}

static const struct
{
  guint64 n_hashes; /* 0 for those of the keys */
  guint64 first_hash;
} hashes[] = {
  { 0, 0 },
  { 1, 0 },
  { 1, G_MAXUINT64 },
  { 3, 13 },
  { 10, G_MAXUINT64 - 5 },
  { 50, 0 },
};

/* All come, go and come again, in an order of chance; most of them are there now and then, few of them later. */
START_TEST (test_come_and_go)
{
  g_autoptr (Fixture) self = fixture_new (hashes[_i].n_hashes, hashes[_i].first_hash);
  g_autoptr (GRand) random = g_rand_new_with_seed (_i);

  check_all (self);
  for (guint round = 0; round < 1000; round++)
    {
      guint width = round % 250 < 200 ? N_KEYS : 1 + round % 10;

      toggle (self, g_rand_int_range (random, 0, width));
      check_all (self);
    }

  for (guint i = 0; i < N_KEYS; i++)
    {
      if (self->present[i])
        toggle (self, i);
    }
  check_all (self);
}
END_TEST

/* No more slots than eight times the records, and none too few to end a search. */
START_TEST (test_room)
{
  g_autoptr (Fixture) self = fixture_new (0, 0);

  for (guint i = 0; i < 2 * N_KEYS; i++)
    {
      toggle (self, i % N_KEYS);
      ck_assert_uint_lt (self->table.n_records, self->table.n_slots);
      ck_assert_uint_le (self->table.n_slots, MAX (16, 8 * self->table.n_records));
    }
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("record-table");
  TCase *records = tcase_create ("records");

  tcase_add_loop_test (records, test_come_and_go, 0, G_N_ELEMENTS (hashes));
  tcase_add_test (records, test_room);
  suite_add_tcase (suite, records);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
