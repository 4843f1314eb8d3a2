/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-disk-tier.h"

#include "any-error.h"
#include "any-test-store.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyDiskTier, any_disk_tier_free)

/* Two tiers on one directory, which know no more of each other than two processes do. */
typedef struct
{
  AnyTestFolder *folder;   /* (owned) */
  char          *cachedir; /* (owned): in the folder, not made yet */
  AnyDiskTier   *one;      /* (owned) */
  AnyDiskTier   *two;      /* (owned) */
  AnyKey         key;
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->cachedir = g_build_filename (self->folder, "cache", NULL);
  self->one = any_disk_tier_new (self->cachedir);
  self->two = any_disk_tier_new (self->cachedir);
  any_test_key_init (&self->key, ANY_TEST_NAME, 1);

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_key_clear (&self->key);
  any_disk_tier_free (self->two);
  any_disk_tier_free (self->one);
  g_free (self->cachedir);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
begin (AnyDiskTier  *tier,
       const AnyKey *key,
       AnyOrigin     origin,
       AnyDraft     *draft)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_disk_tier_begin (tier, key, origin, draft, &error));
  g_assert_no_error (error);
}

/* An error comes with a failure, and only then. */
static AnyPublish
publish (AnyDiskTier    *tier,
         const AnyKey   *key,
         const AnyDraft *draft,
         const char     *text,
         GError        **error)
{
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new (key, text, &head_length);
  GError    *local_error = NULL;
  AnyPublish published = any_disk_tier_publish (tier, key, draft, NULL, record, head_length, &local_error);

  g_assert_true ((published == ANY_PUBLISH_FAILED) == (local_error != NULL));
  if (local_error != NULL)
    g_propagate_error (error, local_error);

  return published;
}

static void
store (AnyDiskTier  *tier,
       const AnyKey *key,
       const char   *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };

  begin (tier, key, ANY_ORIGIN_GIVEN, &draft);
  g_assert_cmpint (publish (tier, key, &draft, text, &error), ==, ANY_PUBLISHED);
  g_assert_no_error (error);
}

static void
assert_text (AnyDiskTier  *tier,
             const AnyKey *key,
             const char   *text)
{
  g_autoptr (AnyRecord) record = NULL;
  AnyMiss miss = any_disk_tier_read (tier, key, &record);

  g_assert_cmpint (miss, ==, text != NULL ? ANY_MISS_NONE : ANY_MISS_ABSENT);
  if (text != NULL)
    g_assert_cmpstr (any_test_record_text (record), ==, text);
}

static guint64
length_of (const AnyKey *key,
           const char   *text)
{
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new (key, text, &head_length);

  return record->total_length;
}

START_TEST (test_looking_makes_nothing)
{
  g_autoptr (Fixture) self = fixture_new ();

  assert_text (self->one, &self->key, NULL);
  ck_assert_uint_eq (any_disk_tier_get_epoch (self->one), ANY_EPOCH_UNKNOWN);
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), 0);
  ck_assert (any_disk_tier_remove (self->one, &self->key, NULL));
  ck_assert (any_disk_tier_remove_name (self->one, ANY_TEST_NAME, NULL));
  ck_assert (any_disk_tier_clear (self->one, NULL));
  any_test_assert_list (self->folder, "");
}
END_TEST

START_TEST (test_what_one_does_the_other_sees)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyKey) other = { 0 };
  guint64 epoch;

  any_test_key_init (&other, "org.example.Other", 1);
  store (self->one, &self->key, "one");
  assert_text (self->two, &self->key, "one");
  store (self->two, &self->key, "two");
  assert_text (self->one, &self->key, "two");

  ck_assert (any_disk_tier_remove (self->one, &self->key, NULL));
  assert_text (self->two, &self->key, NULL);

  store (self->one, &self->key, "three");
  store (self->one, &other, "other");
  epoch = any_disk_tier_get_epoch (self->one);
  ck_assert_uint_ne (epoch, ANY_EPOCH_UNKNOWN);
  ck_assert (any_disk_tier_remove_name (self->two, ANY_TEST_NAME, NULL));
  assert_text (self->one, &self->key, NULL);
  assert_text (self->one, &other, "other");
  ck_assert_uint_ne (any_disk_tier_get_epoch (self->one), epoch);
  ck_assert_uint_ne (any_disk_tier_get_epoch (self->one), ANY_EPOCH_UNKNOWN);

  ck_assert (any_disk_tier_clear (self->one, NULL));
  assert_text (self->two, &other, NULL);
  store (self->two, &other, "again");
  assert_text (self->one, &other, "again");
}
END_TEST

START_TEST (test_holds)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) record = NULL;

  store (self->one, &self->key, "one");
  ck_assert_int_eq (any_disk_tier_read (self->one, &self->key, &record), ANY_MISS_NONE);
  ck_assert (any_disk_tier_holds (self->one, record) && any_disk_tier_holds (self->two, record));

  store (self->two, &self->key, "two");
  ck_assert (!any_disk_tier_holds (self->one, record));
  ck_assert (any_disk_tier_remove (self->two, &self->key, NULL));
  ck_assert (!any_disk_tier_holds (self->one, record));
}
END_TEST

/* What happens between the beginning of a computation and its end. */
typedef enum
{
  NOTHING,
  STORED,
  REFRESHED,
  GIVEN,
  REMOVED,
  NAME_REMOVED,
  CLEARED,
  N_HAPPENINGS,
} Happening;

static void
let_happen (AnyDiskTier  *tier,
            const AnyKey *key,
            Happening     happening)
{
  g_auto (AnyDraft) draft = { 0 };

  switch (happening)
    {
    case STORED:
    case REFRESHED:
    case GIVEN:
      begin (tier, key, ANY_ORIGIN_CALL + (happening - STORED), &draft);
      ck_assert_int_eq (publish (tier, key, &draft, "meanwhile", NULL), ANY_PUBLISHED);
      break;
    case REMOVED:
      ck_assert (any_disk_tier_remove (tier, key, NULL));
      break;
    case NAME_REMOVED:
      ck_assert (any_disk_tier_remove_name (tier, ANY_TEST_NAME, NULL));
      break;
    case CLEARED:
      ck_assert (any_disk_tier_clear (tier, NULL));
      break;
    case NOTHING:
    case N_HAPPENINGS:
    default:
      break;
    }
}

/* What is there afterwards, by the origin of what comes late and by what has happened since it was begun. */
static const char *const afterwards[][N_HAPPENINGS] = {
  [ANY_ORIGIN_CALL] = { "late", "meanwhile", "meanwhile", "meanwhile", NULL, NULL, NULL },
  [ANY_ORIGIN_REFRESH] = { "late", NULL, NULL, NULL, NULL, NULL, NULL },
  [ANY_ORIGIN_GIVEN] = { "late", "late", "late", "late", "late", "late", NULL },
};

/* Whether it is in this process or another one, and there was a result before or none. */
START_TEST (test_late_results)
{
  AnyOrigin   origin = _i / N_HAPPENINGS;
  Happening   happening = _i % N_HAPPENINGS;
  const char *expected = afterwards[origin][happening];

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (Fixture) self = fixture_new ();
      g_autoptr (GError) error = NULL;
      g_auto (AnyDraft) draft = { 0 };
      AnyPublish published;

      if (i / 2 == 1)
        store (self->one, &self->key, "before");
      begin (self->one, &self->key, origin, &draft);
      let_happen (i % 2 == 0 ? self->one : self->two, &self->key, happening);
      published = publish (self->one, &self->key, &draft, "late", &error);

      assert_text (self->one, &self->key, expected);
      assert_text (self->two, &self->key, expected);
      ck_assert_uint_eq (any_disk_tier_get_size (self->two), expected != NULL ? length_of (&self->key, expected) : 0);

      /* Nothing is wrong with a result that comes late. */
      ck_assert_msg (error == NULL, "a late result is a failure: %s", error != NULL ? error->message : "");
      ck_assert_int_eq (published, g_strcmp0 (expected, "late") == 0 ? ANY_PUBLISHED : ANY_PUBLISH_SUPERSEDED);
    }
}
END_TEST

/* What happens to its neighbours in the shard is nothing to a result, unless one of them is removed. */
START_TEST (test_neighbours)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyDraft) draft = { 0 };
  g_auto (AnyKey) neighbour = { 0 };
  AnyOrigin origin = _i / N_HAPPENINGS;
  Happening happening = _i % N_HAPPENINGS;

  any_test_key_init_in_shard (&neighbour, "org.example.Neighbour", any_test_key_shard (&self->key), 0);
  if (happening == NAME_REMOVED || happening == CLEARED)
    return;

  begin (self->one, &self->key, origin, &draft);
  let_happen (self->two, &neighbour, happening);
  ck_assert_int_eq (publish (self->one, &self->key, &draft, "late", NULL),
                    happening == REMOVED && origin != ANY_ORIGIN_GIVEN ? ANY_PUBLISH_SUPERSEDED : ANY_PUBLISHED);
}
END_TEST

static void
store_part (int      line,
            gpointer data)
{
  g_autoptr (AnyDiskTier) tier = any_disk_tier_new (data);

  any_test_gather (line);
  for (int i = 0; i < 100; i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree char *text = g_strnfill (i * 37, 'x');

      any_test_key_init (&key, ANY_TEST_NAME, i);
      store (tier, &key, text);
    }
}

/* Several processes store the same keys, and each counts what it replaces. */
START_TEST (test_size)
{
  g_autoptr (Fixture) self = fixture_new ();
  guint64 expected = 0;

  any_test_process_crowd (3, store_part, self->cachedir);
  for (int i = 0; i < 100; i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree char *text = g_strnfill (i * 37, 'x');

      any_test_key_init (&key, ANY_TEST_NAME, i);
      assert_text (self->one, &key, text);
      expected += length_of (&key, text);
    }
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), expected);

  ck_assert (any_disk_tier_remove (self->two, &self->key, NULL));
  expected -= length_of (&self->key, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), expected);
  ck_assert (any_disk_tier_clear (self->one, NULL));
  ck_assert_uint_eq (any_disk_tier_get_size (self->two), 0);
}
END_TEST

START_TEST (test_a_large_entry)
{
  g_autoptr (Fixture) self = fixture_new ();
  gsize head_length;
  g_autoptr (AnyRecord) written = any_test_record_new_sized (&self->key, 64 << 20, 'L', &head_length);
  g_autoptr (AnyRecord) read = NULL;
  g_auto (AnyDraft) draft = { 0 };

  begin (self->one, &self->key, ANY_ORIGIN_CALL, &draft);
  ck_assert_int_eq (any_disk_tier_publish (self->one, &self->key, &draft, NULL, written, head_length, NULL), ANY_PUBLISHED);
  ck_assert_uint_eq (any_disk_tier_get_size (self->two), 64 << 20);
  ck_assert_int_eq (any_disk_tier_read (self->two, &self->key, &read), ANY_MISS_NONE);
  ck_assert (g_variant_equal (read->value, written->value));
  ck_assert (any_disk_tier_remove (self->two, &self->key, NULL));
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), 0);
}
END_TEST

/* The user removes the directory: what was in it is gone, and the next but one result is stored again at the latest, since the
 * loss may show only when something is written. */
START_TEST (test_directory_removed)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyDraft) draft = { 0 };
  AnyPublish published = ANY_PUBLISH_FAILED;

  store (self->one, &self->key, "one");
  begin (self->one, &self->key, ANY_ORIGIN_CALL, &draft);
  any_test_remove_folder (g_strdup (self->cachedir));

  switch (_i)
    {
    case 0:
      assert_text (self->one, &self->key, NULL);
      break;
    case 1:
      ck_assert_uint_eq (any_disk_tier_get_size (self->one), 0);
      break;
    case 2:
      ck_assert (any_disk_tier_remove (self->one, &self->key, NULL));
      break;
    case 3:
      ck_assert (any_disk_tier_clear (self->one, NULL));
      break;
    default:
      ck_assert_int_ne (publish (self->one, &self->key, &draft, "late", NULL), ANY_PUBLISHED);
      break;
    }
  assert_text (self->two, &self->key, NULL);
  any_draft_clear (&draft);

  for (guint i = 0; i < 2 && published != ANY_PUBLISHED; i++)
    {
      begin (self->one, &self->key, ANY_ORIGIN_CALL, &draft);
      published = publish (self->one, &self->key, &draft, "two", NULL);
      any_draft_clear (&draft);
    }
  ck_assert_int_eq (published, ANY_PUBLISHED);
  assert_text (self->two, &self->key, "two");
  assert_text (self->one, &self->key, "two");
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), length_of (&self->key, "two"));
}
END_TEST

/* The user moves the directory away, and another process makes a new one. Whatever is done next with one that is not there any
 * more shows it. */
START_TEST (test_directory_replaced)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *away = g_build_filename (self->folder, "away", NULL);
  g_auto (AnyKey) new = { 0 };

  any_test_key_init (&new, ANY_TEST_NAME, 2);
  store (self->one, &self->key, "one");
  ck_assert_int_eq (rename (self->cachedir, away), 0);
  store (self->two, &new, "new");

  switch (_i)
    {
    case 0:
      assert_text (self->one, &new, "new");
      break;
    case 1:
      ck_assert_uint_eq (any_disk_tier_get_size (self->one), length_of (&new, "new"));
      break;
    case 2:
      ck_assert (any_disk_tier_remove (self->one, &new, NULL));
      assert_text (self->two, &new, NULL);
      break;
    case 3:
      ck_assert (any_disk_tier_clear (self->one, NULL));
      assert_text (self->two, &new, NULL);
      break;
    default:
      break;
    }

  /* What it says is stored, all find. */
  store (self->one, &self->key, "again");
  assert_text (self->two, &self->key, "again");
  assert_text (self->one, &self->key, "again");
}
END_TEST

static void
read_only_part (int      line,
                gpointer data)
{
  g_autoptr (AnyDiskTier) tier = NULL;
  g_autoptr (AnyDiskTier) writer = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (AnyKey) key = { 0 };
  g_auto (AnyKey) missing = { 0 };
  g_auto (AnyDraft) draft = { 0 };
  guint64 size;

  any_test_become_ordinary (data);
  tier = any_disk_tier_new (".");
  writer = any_disk_tier_new (".");
  any_test_key_init (&key, ANY_TEST_NAME, 1);
  any_test_key_init (&missing, ANY_TEST_NAME, 2);
  store (writer, &key, "text");
  size = any_disk_tier_get_size (writer);
  g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);

  assert_text (tier, &key, "text");
  assert_text (tier, &missing, NULL);
  g_assert_cmpuint (any_disk_tier_get_size (tier), ==, size);
  g_assert_cmpuint (any_disk_tier_get_epoch (tier), !=, ANY_EPOCH_UNKNOWN);

  g_assert_false (any_disk_tier_begin (tier, &key, ANY_ORIGIN_CALL, &draft, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_false (any_disk_tier_remove (tier, &key, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_false (any_disk_tier_remove_name (tier, ANY_TEST_NAME, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_false (any_disk_tier_clear (tier, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (any_disk_tier_remove (tier, &missing, NULL));

  /* Of a ledger that is lost, the sum is counted. */
  g_assert_cmpint (truncate ("anycache-1/gen/state", 0), ==, 0);
  g_assert_cmpuint (any_disk_tier_get_size (tier), ==, size);

  g_assert_cmpint (chmod ("anycache-1", 0700), ==, 0);
  store (tier, &missing, "there now");
  assert_text (writer, &missing, "there now");
}

START_TEST (test_read_only)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (read_only_part, folder);
}
END_TEST

static void
writable_again_part (int      line,
                     gpointer data)
{
  g_autoptr (AnyDiskTier) tier = NULL;
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  any_test_become_ordinary (data);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (AnyDiskTier) writer = any_disk_tier_new (".");
      g_autoptr (GError) error = NULL;
      gboolean done;

      store (writer, &key, "text");
      g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);
      tier = any_disk_tier_new (".");
      assert_text (tier, &key, "text");
      g_assert_cmpint (chmod ("anycache-1", 0700), ==, 0);

      if (i == 0)
        done = any_disk_tier_remove (tier, &key, &error);
      else if (i == 1)
        done = any_disk_tier_remove_name (tier, ANY_TEST_NAME, &error);
      else
        done = any_disk_tier_clear (tier, &error);
      g_assert_no_error (error);
      g_assert_true (done);
      assert_text (writer, &key, NULL);
      g_clear_pointer (&tier, any_disk_tier_free);
    }
}

/* What could only be read when it was opened. */
START_TEST (test_writable_again)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (writable_again_part, folder);
}
END_TEST

static void
assert_unsafe (GError **error)
{
  ck_assert (g_error_matches (*error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY));
  g_clear_error (error);
}

START_TEST (test_unsafe)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };

  store (self->one, &self->key, "text");
  ck_assert_int_eq (chmod (path, 0770), 0);

  assert_text (self->two, &self->key, NULL);
  ck_assert_uint_eq (any_disk_tier_get_size (self->two), 0);
  ck_assert (!any_disk_tier_begin (self->two, &self->key, ANY_ORIGIN_CALL, &draft, &error));
  assert_unsafe (&error);
  ck_assert (!any_disk_tier_remove (self->two, &self->key, &error));
  assert_unsafe (&error);
  ck_assert (!any_disk_tier_remove_name (self->two, ANY_TEST_NAME, &error));
  assert_unsafe (&error);
  ck_assert (!any_disk_tier_clear (self->two, &error));
  assert_unsafe (&error);

  ck_assert_int_eq (chmod (path, 0700), 0);
  assert_text (self->two, &self->key, "text");
}
END_TEST

static void
hold_part (int      line,
           gpointer data)
{
  AnyTestStore *held = any_test_store_open (data);
  g_auto (AnyKey) key = { 0 };
  AnyShard shard;

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  any_test_store_enter (held, any_test_key_shard (&key), &shard);
  g_assert_true (any_shard_begin (&shard, NULL));
  any_test_wait_for_death (line);
}

/* A process that holds a shard for ever: only what must wait does, and not for ever. */
START_TEST (test_a_stuck_holder)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };
  g_autoptr (AnyTestStore) opened = NULL;
  AnyLedgerRecord record;
  AnyTestProcess  holder;

  store (self->one, &self->key, "text");
  holder = any_test_process_start (hold_part, self->cachedir);
  any_test_await (holder.line);

  assert_text (self->one, &self->key, "text");
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), length_of (&self->key, "text"));
  begin (self->one, &self->key, ANY_ORIGIN_CALL, &draft);
  ck_assert_int_eq (publish (self->one, &self->key, &draft, "late", &error), ANY_PUBLISH_FAILED);
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT));
  any_test_process_kill (&holder);

  /* What it has left is counted once, and noted. */
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), length_of (&self->key, "text"));
  opened = any_test_store_open (self->cachedir);
  ck_assert (any_ledger_read (opened->generation->state_fd, any_test_key_shard (&self->key), &record));
  ck_assert (record.settled);

  ck_assert_int_eq (publish (self->one, &self->key, &draft, "late", NULL), ANY_PUBLISHED);
  ck_assert_uint_eq (any_disk_tier_get_size (self->one), length_of (&self->key, "late"));
}
END_TEST

static gpointer
work_thread (gpointer data)
{
  AnyDiskTier *tier = data;
  g_autoptr (GRand) random = g_rand_new ();

  for (guint i = 0; i < 500; i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree char *text = NULL;
      g_autoptr (AnyRecord) record = NULL;
      int number = g_rand_int_range (random, 0, 20);

      any_test_key_init (&key, ANY_TEST_NAME, number);
      text = g_strdup_printf ("%d", number);
      switch (g_rand_int_range (random, 0, 20))
        {
        case 0:
          g_assert_true (any_disk_tier_clear (tier, NULL));
          break;
        case 1:
        case 2:
          g_assert_true (any_disk_tier_remove (tier, &key, NULL));
          break;
        case 3:
        case 4:
        case 5:
          {
            g_auto (AnyDraft) draft = { 0 };

            begin (tier, &key, i % (ANY_ORIGIN_GIVEN + 1), &draft);
            publish (tier, &key, &draft, text, NULL);
            break;
          }
        case 6:
          any_disk_tier_get_size (tier);
          break;
        default:
          if (any_disk_tier_read (tier, &key, &record) == ANY_MISS_NONE)
            g_assert_cmpstr (any_test_record_text (record), ==, text);
        }
    }

  return NULL;
}

START_TEST (test_threads)
{
  g_autoptr (Fixture) self = fixture_new ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("worker", work_thread, i < 2 ? self->one : self->two);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  ck_assert (any_disk_tier_clear (self->one, NULL));
  ck_assert_uint_eq (any_disk_tier_get_size (self->two), 0);
}
END_TEST

START_TEST (test_all_is_closed)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  guint n_descriptors = any_test_count_descriptors ();
  g_autoptr (AnyDiskTier) tier = any_disk_tier_new (folder);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  for (guint i = 0; i < 5; i++)
    {
      store (tier, &key, "text");
      ck_assert (any_disk_tier_clear (tier, NULL));
      store (tier, &key, "text");
      ck_assert (any_disk_tier_remove_name (tier, ANY_TEST_NAME, NULL));
      any_disk_tier_get_size (tier);
    }

  any_disk_tier_free (g_steal_pointer (&tier));
  any_test_assert_descriptors (n_descriptors);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("disk-tier");
  TCase *entries = tcase_create ("entries");
  TCase *places = tcase_create ("places");

  tcase_set_timeout (entries, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (entries, test_looking_makes_nothing);
  tcase_add_test (entries, test_what_one_does_the_other_sees);
  tcase_add_test (entries, test_holds);
  tcase_add_loop_test (entries, test_late_results, 0, 3 * N_HAPPENINGS);
  tcase_add_loop_test (entries, test_neighbours, 0, 3 * N_HAPPENINGS);
  tcase_add_test (entries, test_size);
  tcase_add_test (entries, test_a_large_entry);
  tcase_add_test (entries, test_a_stuck_holder);
  tcase_add_test (entries, test_threads);
  tcase_add_test (entries, test_all_is_closed);
  suite_add_tcase (suite, entries);

  tcase_set_timeout (places, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (places, test_directory_removed, 0, 5);
  tcase_add_loop_test (places, test_directory_replaced, 0, 4);
  tcase_add_test (places, test_read_only);
  tcase_add_test (places, test_writable_again);
  tcase_add_test (places, test_unsafe);
  suite_add_tcase (suite, places);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
