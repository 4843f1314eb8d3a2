/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-memory-tier.h"

#include "any-test-entry.h"
#include "any-test-process.h"

#define N_KEYS 40

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyMemoryTier, any_memory_tier_free)

/* Keys with a record each; the sizes differ. */
typedef struct
{
  AnyKey     keys[N_KEYS];
  AnyRecord *records[N_KEYS]; /* (owned) */
  gint64     overhead;        /* what a record weighs beyond its entry */
} Fixture;

static const char *
name_of (guint number)
{
  return number % 4 == 0 ? "org.example.Fourth" : ANY_TEST_NAME;
}

static AnyRecord *
record_new (const AnyKey *key,
            guint         number)
{
  gsize head_length;

  return any_test_record_new_sized (key, 300 + number * number % 7 * 100, 'x', &head_length);
}

static gboolean
has (AnyMemoryTier *tier,
     const AnyKey  *key)
{
  g_autoptr (AnyRecord) record = any_memory_tier_find (tier, key);

  return record != NULL;
}

/* How many bytes a tier must have to keep one record, less those of its entry. */
static gint64
measure_overhead (const AnyKey *key,
                  AnyRecord    *record)
{
  gint64 too_few = 0;
  gint64 enough = 1 << 20;

  while (enough - too_few > 1)
    {
      gint64 tried = (too_few + enough) / 2;
      g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (tried);

      any_memory_tier_put (tier, key, record);
      if (has (tier, key))
        enough = tried;
      else
        too_few = tried;
    }

  return enough - record->total_length;
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  for (guint i = 0; i < N_KEYS; i++)
    {
      any_test_key_init (&self->keys[i], name_of (i), i);
      self->records[i] = record_new (&self->keys[i], i);
    }
  self->overhead = measure_overhead (&self->keys[0], self->records[0]);

  return self;
}

static void
fixture_free (Fixture *self)
{
  for (guint i = 0; i < N_KEYS; i++)
    {
      any_record_unref (self->records[i]);
      any_key_clear (&self->keys[i]);
    }
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static gint64
weight (Fixture *self,
        guint    number)
{
  return (gint64) self->records[number]->total_length + self->overhead;
}

START_TEST (test_put_and_find)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (-1);
  g_autoptr (AnyRecord) found = NULL;

  ck_assert (!has (tier, &self->keys[0]));
  for (guint i = 0; i < N_KEYS; i++)
    any_memory_tier_put (tier, &self->keys[i], self->records[i]);
  for (guint i = 0; i < N_KEYS; i++)
    {
      g_clear_pointer (&found, any_record_unref);
      found = any_memory_tier_find (tier, &self->keys[i]);
      ck_assert_ptr_eq (found, self->records[i]);
    }

  any_memory_tier_remove (tier, &self->keys[3]);
  any_memory_tier_remove (tier, &self->keys[3]);
  ck_assert (!has (tier, &self->keys[3]));
  ck_assert (has (tier, &self->keys[2]) && has (tier, &self->keys[4]));

  any_memory_tier_clear (tier);
  for (guint i = 0; i < N_KEYS; i++)
    ck_assert (!has (tier, &self->keys[i]));
  any_memory_tier_clear (tier);
  any_memory_tier_put (tier, &self->keys[0], self->records[0]);
  ck_assert (has (tier, &self->keys[0]));
}
END_TEST

/* Whoever has a record keeps it, whatever becomes of the tier. */
START_TEST (test_records_outlive_the_tier)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyMemoryTier *tier = any_memory_tier_new (-1);
  g_autoptr (AnyRecord) own = record_new (&self->keys[0], 0);
  g_autoptr (AnyRecord) found = NULL;

  any_memory_tier_put (tier, &self->keys[0], own);
  g_clear_pointer (&own, any_record_unref);
  found = any_memory_tier_find (tier, &self->keys[0]);
  any_memory_tier_clear (tier);
  any_memory_tier_free (tier);
  ck_assert (any_key_equal (&self->keys[0], found->key, found->key_length));
  ck_assert (g_variant_equal (found->value, self->records[0]->value));
}
END_TEST

START_TEST (test_put_replaces)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (weight (self, 0) + weight (self, 1));
  g_autoptr (AnyRecord) other = record_new (&self->keys[0], 0);
  g_autoptr (AnyRecord) large = record_new (&self->keys[0], 6);
  g_autoptr (AnyRecord) found = NULL;

  any_memory_tier_put (tier, &self->keys[1], self->records[1]);
  for (guint i = 0; i < 5; i++)
    {
      any_memory_tier_put (tier, &self->keys[0], self->records[0]);
      any_memory_tier_put (tier, &self->keys[0], other);
    }
  found = any_memory_tier_find (tier, &self->keys[0]);
  ck_assert_ptr_eq (found, other);
  ck_assert (has (tier, &self->keys[1]));

  /* One that has no room does not leave the old one behind, which is no longer true. */
  any_memory_tier_set_max_bytes (tier, weight (self, 0));
  any_memory_tier_put (tier, &self->keys[0], self->records[0]);
  ck_assert (has (tier, &self->keys[0]));
  ck_assert_uint_gt (large->total_length, self->records[0]->total_length);
  any_memory_tier_put (tier, &self->keys[0], large);
  ck_assert (!has (tier, &self->keys[0]));
}
END_TEST

/* The bits that the table uses are the same; the bytes decide. */
START_TEST (test_collisions)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (-1);
  g_autoptr (AnyRecord) found = NULL;

  self->keys[1].ident = self->keys[0].ident;
  any_memory_tier_put (tier, &self->keys[0], self->records[0]);
  ck_assert (!has (tier, &self->keys[1]));
  any_memory_tier_put (tier, &self->keys[1], self->records[1]);
  found = any_memory_tier_find (tier, &self->keys[0]);
  ck_assert_ptr_eq (found, self->records[0]);
  any_memory_tier_remove (tier, &self->keys[0]);
  ck_assert (!has (tier, &self->keys[0]));
  ck_assert (has (tier, &self->keys[1]));
}
END_TEST

START_TEST (test_remove_name)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (-1);

  for (guint i = 0; i < N_KEYS; i++)
    any_memory_tier_put (tier, &self->keys[i], self->records[i]);
  any_memory_tier_remove_name (tier, "org.example.Four");
  any_memory_tier_remove_name (tier, "");
  for (guint i = 0; i < N_KEYS; i++)
    ck_assert (has (tier, &self->keys[i]));

  any_memory_tier_remove_name (tier, "org.example.Fourth");
  for (guint i = 0; i < N_KEYS; i++)
    ck_assert_int_eq (has (tier, &self->keys[i]), i % 4 != 0);
  any_memory_tier_remove_name (tier, ANY_TEST_NAME);
  for (guint i = 0; i < N_KEYS; i++)
    ck_assert (!has (tier, &self->keys[i]));
}
END_TEST

START_TEST (test_bounds)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (0);

  ck_assert_int_eq (any_memory_tier_get_max_bytes (tier), 0);
  any_memory_tier_put (tier, &self->keys[0], self->records[0]);
  ck_assert (!has (tier, &self->keys[0]));

  /* Exactly what is there fits, and one byte less does not. */
  any_memory_tier_set_max_bytes (tier, weight (self, 0) + weight (self, 1));
  any_memory_tier_put (tier, &self->keys[0], self->records[0]);
  any_memory_tier_put (tier, &self->keys[1], self->records[1]);
  ck_assert (has (tier, &self->keys[0]) && has (tier, &self->keys[1]));
  any_memory_tier_set_max_bytes (tier, weight (self, 0) + weight (self, 1) - 1);
  ck_assert_int_eq (any_memory_tier_get_max_bytes (tier), weight (self, 0) + weight (self, 1) - 1);
  ck_assert_int_eq (has (tier, &self->keys[0]) + has (tier, &self->keys[1]), 1);

  any_memory_tier_set_max_bytes (tier, -1);
  for (guint i = 0; i < N_KEYS; i++)
    any_memory_tier_put (tier, &self->keys[i], self->records[i]);
  any_memory_tier_set_max_bytes (tier, 0);
  for (guint i = 0; i < N_KEYS; i++)
    ck_assert (!has (tier, &self->keys[i]));
}
END_TEST

#define NOWHERE G_MAXUINT

/* SIEVE as its authors describe it, in the plainest way: a list from old to new. */
typedef struct
{
  guint    numbers[N_KEYS];
  gboolean used[N_KEYS]; /* by place in the list */
  guint    length;
  guint    hand; /* a place, or NOWHERE */
  gint64   bytes;
  gint64   max_bytes;
} Model;

static guint
model_find (const Model *model,
            guint        number)
{
  guint place = 0;

  while (place < model->length && model->numbers[place] != number)
    place++;

  return place;
}

static void
model_drop (Model   *model,
            Fixture *fixture,
            guint    place)
{
  model->bytes -= weight (fixture, model->numbers[place]);
  model->length--;
  for (guint i = place; i < model->length; i++)
    {
      model->numbers[i] = model->numbers[i + 1];
      model->used[i] = model->used[i + 1];
    }

  /* Past the new end, the hand starts again at the old one: what is added later is not what it pointed to. */
  if (model->hand != NOWHERE && model->hand > place)
    model->hand--;
  if (model->hand >= model->length)
    model->hand = NOWHERE;
}

static void
model_evict (Model   *model,
             Fixture *fixture)
{
  guint place = model->hand != NOWHERE ? model->hand : 0;

  while (model->used[place])
    {
      model->used[place] = FALSE;
      place = (place + 1) % model->length;
    }

  model->hand = place;
  model_drop (model, fixture, place);
}

static void
model_trim (Model   *model,
            Fixture *fixture,
            gint64   room)
{
  while (model->length > 0 && model->bytes + room > model->max_bytes)
    model_evict (model, fixture);
}

static void
model_put (Model   *model,
           Fixture *fixture,
           guint    number)
{
  guint place = model_find (model, number);

  if (place < model->length)
    model_drop (model, fixture, place);
  if (weight (fixture, number) > model->max_bytes)
    return;

  model_trim (model, fixture, weight (fixture, number));
  model->numbers[model->length] = number;
  model->used[model->length++] = FALSE;
  model->bytes += weight (fixture, number);
}

static void
model_remove (Model   *model,
              Fixture *fixture,
              guint    number)
{
  guint place = model_find (model, number);

  if (place < model->length)
    model_drop (model, fixture, place);
}

static void
step_both (AnyMemoryTier *tier,
           Model         *model,
           Fixture       *fixture,
           GRand         *random)
{
  guint number = g_rand_int_range (random, 0, N_KEYS);
  guint place = model_find (model, number);
  int   dice = g_rand_int_range (random, 0, 1000);

  if (dice < 400)
    {
      any_memory_tier_put (tier, &fixture->keys[number], fixture->records[number]);
      model_put (model, fixture, number);
    }
  else if (dice < 440)
    {
      any_memory_tier_remove (tier, &fixture->keys[number]);
      model_remove (model, fixture, number);
    }
  else if (dice < 445)
    {
      any_memory_tier_remove_name (tier, name_of (number));
      for (guint i = 0; i < N_KEYS; i++)
        if (g_str_equal (name_of (i), name_of (number)))
          model_remove (model, fixture, i);
    }
  else if (dice < 450)
    {
      model->max_bytes = g_rand_int_range (random, 0, 20000);
      any_memory_tier_set_max_bytes (tier, model->max_bytes);
      model_trim (model, fixture, 0);
    }
  else
    {
      ck_assert_int_eq (has (tier, &fixture->keys[number]), place < model->length);
      if (place < model->length)
        model->used[place] = TRUE;
    }
}

/* What is in the tier and what is not is what SIEVE says, after any history; so the bound holds, too. */
START_TEST (test_order_of_eviction)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint32 seed = g_random_int ();
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (guint round = 0; round < 50; round++)
    {
      Model model = { .hand = NOWHERE, .max_bytes = 8000 };
      g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (model.max_bytes);

      for (guint i = 0; i < 1000; i++)
        step_both (tier, &model, fixture, random);

      ck_assert_int_le (model.bytes, model.max_bytes);
      for (guint i = 0; i < N_KEYS; i++)
        ck_assert_msg (has (tier, &fixture->keys[i]) == (model_find (&model, i) < model.length),
                       "seed %u, round %u, key %u", seed, round, i);
    }
}
END_TEST

/* What is used again and again survives any number of others that are used once. */
START_TEST (test_a_scan_spares_what_is_used)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (weight (self, 0) * 10);

  any_memory_tier_put (tier, &self->keys[0], self->records[0]);
  for (guint round = 0; round < 5; round++)
    for (guint i = 1; i < N_KEYS; i++)
      {
        ck_assert (has (tier, &self->keys[0]));
        any_memory_tier_put (tier, &self->keys[i], self->records[i]);
      }
}
END_TEST

typedef struct
{
  Fixture       *fixture;
  AnyMemoryTier *tier;
} Work;

static gpointer
work_thread (gpointer data)
{
  Work *work = data;
  g_autoptr (GRand) random = g_rand_new ();

  for (guint i = 0; i < 20000; i++)
    {
      guint         number = g_rand_int_range (random, 0, N_KEYS);
      const AnyKey *key = &work->fixture->keys[number];
      int           dice = g_rand_int_range (random, 0, 1000);

      if (dice < 300)
        any_memory_tier_put (work->tier, key, work->fixture->records[number]);
      else if (dice < 310)
        any_memory_tier_remove (work->tier, key);
      else if (dice < 313)
        any_memory_tier_remove_name (work->tier, ANY_TEST_NAME);
      else if (dice < 315)
        any_memory_tier_clear (work->tier);
      else if (dice < 320)
        any_memory_tier_set_max_bytes (work->tier, g_rand_int_range (random, 0, 20000));
      else
        {
          g_autoptr (AnyRecord) record = any_memory_tier_find (work->tier, key);

          g_assert_true (record == NULL || record == work->fixture->records[number]);
        }
    }

  return NULL;
}

START_TEST (test_threads)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (8000);
  Work     work = { fixture, tier };
  GThread *threads[4];
  gint64   bytes = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("worker", work_thread, &work);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < N_KEYS; i++)
    if (has (tier, &fixture->keys[i]))
      bytes += weight (fixture, i);
  ck_assert_int_le (bytes, any_memory_tier_get_max_bytes (tier));
}
END_TEST

#define N_OWNED 3

/* A user's bytes, whose free function uses the tier that lets them go. */
typedef struct
{
  Fixture       *fixture;
  AnyMemoryTier *tier;
  guint          n_freed;
} Owner;

static void
use_tier_cb (gpointer data)
{
  Owner *owner = data;

  owner->n_freed++;
  has (owner->tier, &owner->fixture->keys[N_OWNED]);
  any_memory_tier_put (owner->tier, &owner->fixture->keys[N_OWNED], owner->fixture->records[N_OWNED]);
  any_memory_tier_remove (owner->tier, &owner->fixture->keys[N_OWNED]);
  any_memory_tier_remove_name (owner->tier, "org.example.None");
  any_memory_tier_set_max_bytes (owner->tier, any_memory_tier_get_max_bytes (owner->tier));
}

/* Leaves the only references to the records with the tier. */
static void
put_owned (Owner *owner)
{
  for (guint i = 0; i < N_OWNED; i++)
    {
      GVariant *value = g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, "text", 5, TRUE, use_tier_cb, owner);
      gsize     head_length;
      g_autoptr (AnyRecord) record = any_test_seal (&owner->fixture->keys[i], value, &head_length);

      any_memory_tier_put (owner->tier, &owner->fixture->keys[i], record);
    }
}

static void
drop_owned (Owner *owner,
            guint  way)
{
  switch (way)
    {
    case 0:
      for (guint i = 0; i < N_OWNED; i++)
        any_memory_tier_put (owner->tier, &owner->fixture->keys[i], owner->fixture->records[i]);
      return;
    case 1:
      for (guint i = 0; i < N_OWNED; i++)
        any_memory_tier_remove (owner->tier, &owner->fixture->keys[i]);
      return;
    case 2:
      any_memory_tier_remove_name (owner->tier, name_of (0));
      any_memory_tier_remove_name (owner->tier, name_of (1));
      return;
    case 3:
      any_memory_tier_clear (owner->tier);
      return;
    case 4:
      any_memory_tier_set_max_bytes (owner->tier, 0);
      return;
    default:
      /* Eviction, when there is room for one record and one arrives. */
      any_memory_tier_set_max_bytes (owner->tier, weight (owner->fixture, N_OWNED + 1));
      any_memory_tier_put (owner->tier, &owner->fixture->keys[N_OWNED + 1], owner->fixture->records[N_OWNED + 1]);
    }
}

#define N_WAYS 6

/* Not under the lock: such a test would not come to its end. */
START_TEST (test_values_are_freed_outside)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyMemoryTier) tier = any_memory_tier_new (-1);
  Owner owner = { fixture, tier, 0 };

  put_owned (&owner);
  ck_assert_uint_eq (owner.n_freed, 0);
  drop_owned (&owner, _i);
  ck_assert_uint_eq (owner.n_freed, N_OWNED);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("memory-tier");
  TCase *records = tcase_create ("records");
  TCase *eviction = tcase_create ("eviction");

  tcase_set_timeout (records, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (records, test_put_and_find);
  tcase_add_test (records, test_records_outlive_the_tier);
  tcase_add_test (records, test_put_replaces);
  tcase_add_test (records, test_collisions);
  tcase_add_test (records, test_remove_name);
  tcase_add_loop_test (records, test_values_are_freed_outside, 0, N_WAYS);
  tcase_add_test (records, test_threads);
  suite_add_tcase (suite, records);

  tcase_set_timeout (eviction, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (eviction, test_bounds);
  tcase_add_test (eviction, test_order_of_eviction);
  tcase_add_test (eviction, test_a_scan_spares_what_is_used);
  suite_add_tcase (suite, eviction);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
