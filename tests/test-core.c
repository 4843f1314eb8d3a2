/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-core.h"

#include "any-dependencies.h"
#include "any-error.h"
#include "any-test-core.h"
#include "any-test-store.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyDiskTier, any_disk_tier_free)

/* Stores a record; whether it comes too late or not, nothing is wrong. */
static void
publish (AnyCore      *core,
         const AnyKey *key,
         AnyRecord    *record,
         gsize         head_length,
         AnyOrigin     origin)
{
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };

  g_assert_true (any_core_begin (core, key, origin, &draft, &error));
  g_assert_no_error (error);
  g_assert_cmpint (any_core_publish (core, key, &draft, NULL, record, head_length, &error), !=, ANY_PUBLISH_FAILED);
  g_assert_no_error (error);
}

static void
store (AnyCore      *core,
       const AnyKey *key,
       const char   *text)
{
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new (key, text, &head_length);

  publish (core, key, record, head_length, ANY_ORIGIN_CALL);
}

static AnyRecord *
lookup (AnyCore      *core,
        const AnyKey *key)
{
  AnyRecord *record = NULL;

  any_core_lookup (core, key, &any_test_terms, &record);

  return record;
}

static AnyMiss
look (AnyCore      *core,
      const AnyKey *key,
      gint64        maxage)
{
  g_autoptr (AnyRecord) record = NULL;

  return any_core_lookup (core, key, &(AnyTerms){ .maxage = maxage }, &record);
}

static char *
dup_text (AnyCore      *core,
          const AnyKey *key)
{
  g_autoptr (AnyRecord) record = lookup (core, key);

  return record != NULL ? g_strdup (any_test_record_text (record)) : NULL;
}

static void
assert_text (AnyCore      *core,
             const AnyKey *key,
             const char   *text)
{
  g_autofree char *found = dup_text (core, key);

  g_assert_cmpstr (found, ==, text);
}

/* A byte of the value changes, which a look at the end of the file does not show. */
static void
damage (Fixture *self)
{
  g_autofree char *name = any_test_entry_path (&self->key);
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", "gen", name, NULL);
  int              fd = open (path, O_WRONLY);

  ck_assert_int_eq (pwrite (fd, "#", 1, ANY_HEADER_SIZE + self->key.length + 20), 1);
  close (fd);
}

START_TEST (test_one_core_a_directory)
{
  g_autoptr (Fixture) self = fixture_new ();
  gint64 max_memory = any_core_get_max_memory (self->core);
  g_autoptr (AnyCore) same = any_core_acquire (self->cachedir);
  g_autoptr (AnyCore) other = any_core_acquire (self->folder);

  ck_assert_ptr_eq (same, self->core);
  ck_assert_ptr_ne (other, self->core);
  ck_assert (!any_core_is_inherited (self->core));
  ck_assert_int_gt (max_memory, 0);

  any_core_set_max_memory (same, 12345);
  ck_assert_int_eq (any_core_get_max_memory (self->core), 12345);
  ck_assert_int_eq (any_core_get_max_memory (other), max_memory);

  /* It lives as long as the last one needs it. */
  any_core_release (g_steal_pointer (&same));
  ck_assert_int_eq (any_core_get_max_memory (self->core), 12345);
  any_core_release (self->core);
  self->core = any_core_acquire (self->cachedir);
  ck_assert_int_eq (any_core_get_max_memory (self->core), max_memory);
}
END_TEST

START_TEST (test_memory_is_used)
{
  g_autoptr (Fixture) self = fixture_new ();
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new (&self->key, "text", &head_length);
  g_autoptr (AnyRecord) found = NULL;
  g_autoptr (AnyRecord) peeked = NULL;

  ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_ABSENT);
  ck_assert_ptr_null (any_core_peek (self->core, &self->key));
  publish (self->core, &self->key, record, head_length, ANY_ORIGIN_CALL);
  peeked = any_core_peek (self->core, &self->key);
  ck_assert_ptr_eq (peeked, record);
  found = lookup (self->core, &self->key);
  ck_assert_ptr_eq (found, record);
  ck_assert (any_core_is_current (self->core, record, &any_test_terms));
  ck_assert_uint_eq (any_core_get_size (self->core), record->total_length);

  /* Without a look at the file; but not where memory is off. */
  damage (self);
  assert_text (self->core, &self->key, "text");
  any_core_set_max_memory (self->core, 0);
  ck_assert_ptr_null (any_core_peek (self->core, &self->key));
  ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_CORRUPT);
  store (self->core, &self->key, "more");
  ck_assert_ptr_null (any_core_peek (self->core, &self->key));
  assert_text (self->core, &self->key, "more");
  ck_assert_ptr_null (any_core_peek (self->core, &self->key));
}
END_TEST

/* What is found on disk is in memory from then on. */
START_TEST (test_memory_is_filled_by_looking)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) first = NULL;
  g_autoptr (AnyRecord) second = NULL;

  store (self->core, &self->key, "text");
  any_core_release (self->core);
  self->core = any_core_acquire (self->cachedir);
  ck_assert_ptr_null (any_core_peek (self->core, &self->key));

  first = lookup (self->core, &self->key);
  second = lookup (self->core, &self->key);
  ck_assert_ptr_eq (first, second);
  damage (self);
  assert_text (self->core, &self->key, "text");
}
END_TEST

START_TEST (test_ages)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("", 0);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("text"));
  const gint64 hour = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
  gint64       now = g_get_real_time ();
  const struct
  {
    gint64  created;
    gint64  expires;
    gint64  maxage;
    AnyMiss miss;
  } ages[] = {
    { now, -1, -1, ANY_MISS_NONE },
    { now, -1, hour, ANY_MISS_NONE },
    { now, -1, 0, ANY_MISS_EXPIRED },
    { now, now + hour, -1, ANY_MISS_NONE },
    { now - hour, now - 1, -1, ANY_MISS_EXPIRED },
    { now - 2 * hour, now + hour, hour, ANY_MISS_EXPIRED },
    { now - hour, now + hour, 2 * hour, ANY_MISS_NONE },
    { now + hour, -1, -1, ANY_MISS_NONE },
    { now + hour, -1, hour, ANY_MISS_EXPIRED },
    { now + hour, now + 2 * hour, -1, ANY_MISS_EXPIRED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ages); i++)
    {
      AnyFacts facts = { .created = ages[i].created, .expires = ages[i].expires, .cost = 1 };
      gsize    head_length;
      g_autoptr (AnyRecord) record = any_codec_seal (&self->key, dependencies, value, &facts, ANY_CODEC_NEVER_COMPRESS, &head_length);

      publish (self->core, &self->key, record, head_length, ANY_ORIGIN_CALL);
      ck_assert_int_eq (look (self->core, &self->key, ages[i].maxage), ages[i].miss);
      ck_assert_int_eq (any_core_is_current (self->core, record, &(AnyTerms){ .maxage = ages[i].maxage }), ages[i].miss == ANY_MISS_NONE);
      any_core_set_max_memory (self->core, 0);
      ck_assert_int_eq (look (self->core, &self->key, ages[i].maxage), ages[i].miss);
      any_core_set_max_memory (self->core, -1);
    }
}
END_TEST

START_TEST (test_dependencies)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *present = g_build_filename (self->folder, "present", NULL);
  g_autofree char *absent = g_build_filename (self->folder, "absent", NULL);
  g_autoptr (AnyDependencies) dependencies = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("text"));
  g_autoptr (AnyRecord) record = NULL;
  g_auto (AnyDraft) draft = { 0 };
  AnyFacts    facts = { .created = g_get_real_time (), .expires = -1, .cost = 1 };
  const char *changed = _i == 0 ? present : absent;
  gsize       head_length;

  ck_assert (g_file_set_contents (present, "as it was", -1, NULL));
  any_dependencies_add (dependencies, present);
  any_dependencies_add (dependencies, absent);
  ck_assert (any_dependencies_settle (dependencies, NULL));
  packed = any_dependencies_pack (dependencies);
  ck_assert (any_core_begin (self->core, &self->key, ANY_ORIGIN_CALL, &draft, NULL));
  facts.marks = draft.marks;
  record = any_codec_seal (&self->key, packed, value, &facts, ANY_CODEC_NEVER_COMPRESS, &head_length);
  ck_assert_int_eq (any_core_publish (self->core, &self->key, &draft, NULL, record, head_length, NULL), ANY_PUBLISHED);

  ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_NONE);
  ck_assert (any_core_is_current (self->core, record, &any_test_terms));
  ck_assert (g_file_set_contents (changed, "another text", -1, NULL));
  ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_OUTDATED);
  ck_assert (!any_core_is_current (self->core, record, &any_test_terms));

  /* In memory it stays, for the file may become again what it was. */
  any_core_set_max_memory (self->core, 0);
  ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_OUTDATED);
}
END_TEST

/* What another process may do to an entry. */
typedef enum
{
  REMOVE,
  REMOVE_NAME,
  CLEAR,
  REPLACE,
  REFRESH,
  N_CHANGES,
} Change;

typedef struct
{
  const char *cachedir;
  Change      change;
} Act;

static void
act (AnyCore *core,
     Change   change)
{
  g_auto (AnyKey) key = { 0 };
  gsize head_length;
  g_autoptr (AnyRecord) record = NULL;

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  record = any_test_record_new (&key, "new", &head_length);
  if (change == REMOVE)
    g_assert_true (any_core_remove (core, &key, NULL));
  else if (change == REMOVE_NAME)
    g_assert_true (any_core_remove_name (core, ANY_TEST_NAME, NULL));
  else if (change == CLEAR)
    g_assert_true (any_core_clear (core, NULL));
  else
    publish (core, &key, record, head_length, change == REFRESH ? ANY_ORIGIN_REFRESH : ANY_ORIGIN_CALL);
}

static void
act_part (int      line,
          gpointer data)
{
  Act *self = data;
  g_autoptr (AnyCore) core = any_core_acquire (self->cachedir);

  act (core, self->change);
}

/* Whether it is this process that changes it or another: what it was is never seen again, in memory or elsewhere. */
START_TEST (test_changes_are_seen_at_once)
{
  g_autoptr (Fixture) self = fixture_new ();
  Act         other = { self->cachedir, _i / 2 };
  const char *expected = _i / 2 >= REPLACE ? "new" : NULL;

  for (guint round = 0; round < 5; round++)
    {
      g_autoptr (AnyRecord) old = NULL;

      store (self->core, &self->key, "old");
      old = lookup (self->core, &self->key);
      ck_assert_str_eq (any_test_record_text (old), "old");
      ck_assert (any_core_is_current (self->core, old, &any_test_terms));

      if (_i % 2 == 0)
        any_test_process_run (act_part, &other);
      else
        act (self->core, other.change);

      ck_assert (!any_core_is_current (self->core, old, &any_test_terms));
      assert_text (self->core, &self->key, expected);
      ck_assert (!any_core_is_current (self->core, old, &any_test_terms));
      assert_text (self->core, &self->key, expected);
    }
}
END_TEST

/* A process that dies while it changes something has done so or not, and all see the same. */
START_TEST (test_death_at_any_point)
{
  gboolean died = any_test_can_step ();
  gboolean seen[2] = { FALSE, FALSE };
  guint    stride = _i == REMOVE_NAME ? 97 : 1; /* that one visits all shards: it is tried out shard by shard elsewhere */

  for (guint n = 1; died; n += stride)
    {
      g_autoptr (Fixture) self = fixture_new ();
      g_autoptr (AnyDiskTier) disk = any_disk_tier_new (self->cachedir);
      Act              other = { self->cachedir, _i };
      g_autofree char *first = NULL;

      store (self->core, &self->key, "old");
      assert_text (self->core, &self->key, "old");
      died = any_test_process_kill_at (act_part, &other, n);

      first = dup_text (self->core, &self->key);
      seen[g_strcmp0 (first, "old") == 0] = TRUE;
      for (guint i = 0; i < 3; i++)
        {
          g_autoptr (AnyRecord) record = NULL;
          AnyMiss miss = any_disk_tier_read (disk, &self->key, &record);

          ck_assert_int_eq (miss, first != NULL ? ANY_MISS_NONE : ANY_MISS_ABSENT);
          ck_assert_pstr_eq (record != NULL ? any_test_record_text (record) : NULL, first);
          assert_text (self->core, &self->key, first);
        }

      act (self->core, _i);
      assert_text (self->core, &self->key, _i >= REPLACE ? "new" : NULL);
    }

  ck_assert (!any_test_can_step () || (seen[0] && seen[1]));
}
END_TEST

static void
hold_epoch_part (int      line,
                 gpointer data)
{
  AnyTestStore *held = any_test_store_open (data);

  g_assert_true (any_epoch_begin (held->directory->epoch, NULL));
  any_test_wait_for_death (line);
}

/* While somebody takes entries away, the disk is asked. */
START_TEST (test_unknown_epoch)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *name = any_test_entry_path (&self->key);
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", "gen", name, NULL);
  g_autoptr (AnyRecord) record = NULL;
  g_autoptr (AnyRecord) found = NULL;
  AnyTestProcess holder;

  store (self->core, &self->key, "text");
  record = lookup (self->core, &self->key);
  holder = any_test_process_start (hold_epoch_part, self->cachedir);
  any_test_await (holder.line);

  found = lookup (self->core, &self->key);
  ck_assert_str_eq (any_test_record_text (found), "text");
  ck_assert (any_test_is_there (AT_FDCWD, path));
  ck_assert_int_eq (unlink (path), 0);
  ck_assert (!any_core_is_current (self->core, found, &any_test_terms));
  ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_ABSENT);
  ck_assert (!any_core_is_current (self->core, record, &any_test_terms));

  /* Nor is anything believed later that was put into memory meanwhile. */
  any_test_process_kill (&holder);
  for (guint i = 0; i < 3; i++)
    ck_assert_int_eq (look (self->core, &self->key, -1), ANY_MISS_ABSENT);
}
END_TEST

/* A late result is not stored, in memory neither, and is no failure. */
START_TEST (test_late_results)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) record = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };
  Act      other = { self->cachedir, _i / 2 };
  gsize    head_length;
  gboolean published;

  record = any_test_record_new (&self->key, "late", &head_length);
  store (self->core, &self->key, "old");
  ck_assert (any_core_begin (self->core, &self->key, ANY_ORIGIN_CALL, &draft, NULL));
  if (_i % 2 == 0)
    any_test_process_run (act_part, &other);
  else
    act (self->core, other.change);

  published = any_core_publish (self->core, &self->key, &draft, NULL, record, head_length, &error) != ANY_PUBLISH_FAILED;
  assert_text (self->core, &self->key, _i / 2 >= REPLACE ? "new" : NULL);
  ck_assert_msg (published, "a late result is a failure: %s", error != NULL ? error->message : "");
}
END_TEST

START_TEST (test_failures_are_told)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autoptr (AnyCore) core = any_core_acquire (file);
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };
  g_auto (AnyKey) key = { 0 };

  ck_assert (g_file_set_contents (file, "", 0, NULL));
  any_test_key_init (&key, ANY_TEST_NAME, 1);
  ck_assert_int_eq (look (core, &key, -1), ANY_MISS_ABSENT);
  ck_assert (!any_core_begin (core, &key, ANY_ORIGIN_CALL, &draft, &error));
  ck_assert_ptr_nonnull (error);
  g_clear_error (&error);
  ck_assert (!any_core_clear (core, &error));
  ck_assert_ptr_nonnull (error);
  g_clear_error (&error);
  ck_assert (!any_core_remove (core, &key, &error));
  ck_assert_ptr_nonnull (error);
  g_clear_error (&error);
  ck_assert (!any_core_remove_name (core, ANY_TEST_NAME, &error));
  ck_assert_ptr_nonnull (error);
  ck_assert_uint_eq (any_core_get_size (core), 0);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("core");
  TCase *lookups = tcase_create ("lookups");
  TCase *changes = tcase_create ("changes");

  tcase_set_timeout (lookups, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (lookups, test_one_core_a_directory);
  tcase_add_test (lookups, test_memory_is_used);
  tcase_add_test (lookups, test_memory_is_filled_by_looking);
  tcase_add_test (lookups, test_ages);
  tcase_add_loop_test (lookups, test_dependencies, 0, 2);
  tcase_add_test (lookups, test_failures_are_told);
  suite_add_tcase (suite, lookups);

  tcase_set_timeout (changes, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (changes, test_changes_are_seen_at_once, 0, 2 * N_CHANGES);
  tcase_add_loop_test (changes, test_death_at_any_point, 0, N_CHANGES);
  tcase_add_test (changes, test_unknown_epoch);
  tcase_add_loop_test (changes, test_late_results, 0, 2 * N_CHANGES);
  suite_add_tcase (suite, changes);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
