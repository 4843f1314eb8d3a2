/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-entry-removal.h"

#include "any-error.h"
#include "any-test-store.h"

/* The shard of all entries here, and two functions one of whose names begins with the other. */
#define SHARD 0x5a
#define NAME  "org.example.Test"
#define LONG  "org.example.Test.More"

/* A store with three entries, all in one shard. */
typedef struct
{
  AnyTestFolder *folder; /* (owned) */
  AnyTestStore  *store;  /* (owned) */
  AnyKey         keys[3];
  guint64        lengths[3];
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->store = any_test_store_open (self->folder);
  any_test_key_init_in_shard (&self->keys[1], NAME, SHARD, any_test_key_init_in_shard (&self->keys[0], NAME, SHARD, 0) + 1);
  any_test_key_init_in_shard (&self->keys[2], LONG, SHARD, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strnfill (100 * i, 'x');

      self->lengths[i] = any_test_store_add (self->store, &self->keys[i], text);
    }

  return self;
}

static void
fixture_free (Fixture *self)
{
  for (guint i = 0; i < 3; i++)
    any_key_clear (&self->keys[i]);
  any_test_store_free (self->store);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static gboolean
remove_key (AnyTestStore *store,
            const AnyKey *key,
            GError      **error)
{
  AnyShardPath path;
  AnyShard     shard;
  gboolean     removed;

  any_shard_path_init (&path, &key->ident);
  any_test_store_enter (store, path.index, &shard);
  removed = any_entry_remove (&shard, path.file, store->directory->epoch, error);
  any_shard_leave (&shard);

  return removed;
}

static gboolean
remove_name (AnyTestStore *store,
             const char   *name,
             GError      **error)
{
  AnyShard shard;
  gboolean removed;

  any_test_store_enter (store, SHARD, &shard);
  removed = any_entry_remove_name (&shard, name, store->directory->epoch, error);
  any_shard_leave (&shard);

  return removed;
}

/* Which entries are left, as digits, and that they are what is counted. */
static void
assert_left (Fixture    *self,
             const char *digits)
{
  g_autoptr (GString) found = g_string_new (NULL);
  guint64 bytes = 0;

  for (guint i = 0; i < 3; i++)
    if (any_test_store_look (self->store, &self->keys[i]) == ANY_MISS_NONE)
      {
        g_string_append_printf (found, "%u", i);
        bytes += self->lengths[i];
      }

  ck_assert_str_eq (found->str, digits);
  any_test_store_assert_record (self->store, SHARD, bytes, found->len);
}

START_TEST (test_remove)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyEpoch *epoch = self->store->directory->epoch;
  guint64   before = any_epoch_read (epoch);

  assert_left (self, "012");
  ck_assert (remove_key (self->store, &self->keys[1], NULL));
  assert_left (self, "02");
  ck_assert_uint_gt (any_epoch_read (epoch), before);
  ck_assert_uint_ne (any_epoch_read (epoch), ANY_EPOCH_UNKNOWN);

  /* Nothing there is no error, nor is no shard. */
  ck_assert (remove_key (self->store, &self->keys[1], NULL));
  ck_assert (remove_key (self->store, &self->keys[0], NULL));
  ck_assert (remove_key (self->store, &self->keys[2], NULL));
  assert_left (self, "");
  ck_assert_int_eq (unlinkat (self->store->generation->fd, "5a", AT_REMOVEDIR), 0);
  ck_assert (remove_key (self->store, &self->keys[0], NULL));
  ck_assert (remove_name (self->store, NAME, NULL));
  assert_left (self, "");
}
END_TEST

START_TEST (test_remove_name)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyEpoch *epoch = self->store->directory->epoch;
  guint64   before = any_epoch_read (epoch);

  ck_assert (remove_name (self->store, "org.example.Tes", NULL));
  ck_assert (remove_name (self->store, "", NULL));
  ck_assert (remove_name (self->store, "org.example.Test.Mor", NULL));
  assert_left (self, "012");

  ck_assert (remove_name (self->store, NAME, NULL));
  assert_left (self, "2");
  ck_assert_uint_gt (any_epoch_read (epoch), before);
  ck_assert (remove_name (self->store, NAME, NULL));
  ck_assert (remove_name (self->store, LONG, NULL));
  assert_left (self, "");
}
END_TEST

/* What cannot be told to be an entry of the name stays: damaged, of a later format, or no file. */
START_TEST (test_remove_name_leaves_others)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *name = any_test_entry_path (&self->keys[0]);
  int              generation = self->store->generation->fd;
  int              fd = openat (generation, name, O_RDWR);
  guint8           format;

  ck_assert_int_eq (pread (fd, &format, 1, 8), 1);
  format++;
  ck_assert_int_eq (pwrite (fd, &format, 1, 8), 1);
  close (fd);
  any_test_put_text (generation, "5a/0123456789abcdef0123456789abcd", "short");
  ck_assert_int_eq (mkfifoat (generation, "5a/1123456789abcdef0123456789abcd", 0600), 0);
  ck_assert_int_eq (mkdirat (generation, "5a/2123456789abcdef0123456789abcd", 0700), 0);

  ck_assert (remove_name (self->store, NAME, NULL));
  ck_assert (any_test_is_there (generation, name));
  ck_assert (any_test_is_there (generation, "5a/0123456789abcdef0123456789abcd"));
  ck_assert (any_test_is_there (generation, "5a/1123456789abcdef0123456789abcd"));
  ck_assert (any_test_is_there (generation, "5a/2123456789abcdef0123456789abcd"));
  ck_assert_int_eq (any_test_store_look (self->store, &self->keys[1]), ANY_MISS_ABSENT);
  ck_assert_int_eq (any_test_store_look (self->store, &self->keys[2]), ANY_MISS_NONE);
}
END_TEST

/* Whatever is in an entry's place goes, and counts nothing. */
START_TEST (test_remove_something_else)
{
  g_autoptr (Fixture) self = fixture_new ();
  int              generation = self->store->generation->fd;
  g_autofree char *name = any_test_entry_path (&self->keys[0]);
  g_autofree char *below = g_build_filename (name, "below", NULL);
  g_autofree char *victim = NULL;

  ck_assert (remove_key (self->store, &self->keys[0], NULL));
  any_test_put_text (generation, "victim", "kept");
  if (_i == 0)
    ck_assert_int_eq (symlinkat ("../victim", generation, name), 0);
  else if (_i == 1)
    ck_assert_int_eq (symlinkat ("..", generation, name), 0);
  else if (_i == 2)
    ck_assert_int_eq (mkfifoat (generation, name, 0600), 0);
  else
    {
      ck_assert_int_eq (mkdirat (generation, name, 0700), 0);
      any_test_put_text (generation, below, "");
    }

  ck_assert (remove_key (self->store, &self->keys[0], NULL));
  ck_assert (!any_test_is_there (generation, name));
  assert_left (self, "12");
  victim = any_test_get_text (generation, "victim");
  ck_assert_str_eq (victim, "kept");
}
END_TEST

/* A link in the shard's place: what is beyond it is not the library's. */
START_TEST (test_a_link_for_a_shard)
{
  g_autoptr (Fixture) self = fixture_new ();
  int              generation = self->store->generation->fd;
  g_autofree char *list = NULL;
  g_autofree char *before = any_test_store_list_shard (self->store, &self->keys[0]);
  AnyShardPath     path;
  AnyShard         shard;

  ck_assert_int_eq (renameat (generation, "5a", generation, "../../beyond"), 0);
  ck_assert_int_eq (symlinkat ("../../beyond", generation, "5a"), 0);
  ck_assert_int_eq (any_test_store_look (self->store, &self->keys[0]), ANY_MISS_CORRUPT);

  any_shard_path_init (&path, &self->keys[0].ident);
  for (guint i = 0; i < 2; i++)
    if (any_shard_enter (&shard, self->store->generation, SHARD, 0, NULL))
      {
        if (i == 0)
          any_entry_remove (&shard, path.file, self->store->directory->epoch, NULL);
        else
          any_entry_remove_name (&shard, LONG, self->store->directory->epoch, NULL);
        any_shard_leave (&shard);
      }
  list = any_test_store_list_shard (self->store, &self->keys[0]);
  ck_assert_str_eq (list, before);
}
END_TEST

/* Files that are not what was counted have the shard counted anew; no sum falls below nothing. */
START_TEST (test_tampered_sizes)
{
  g_autoptr (Fixture) self = fixture_new ();
  int              generation = self->store->generation->fd;
  g_autofree char *name = any_test_entry_path (&self->keys[0]);
  g_autofree char *other = any_test_entry_path (&self->keys[2]);
  int              fd = openat (generation, name, O_RDWR);

  if (_i == 0)
    ck_assert_int_eq (ftruncate (fd, 1 << 20), 0);
  else if (_i == 1)
    ck_assert_int_eq (ftruncate (fd, 0), 0);
  else if (_i == 2)
    ck_assert_int_eq (renameat (generation, other, generation, name), 0);
  else
    ck_assert_int_eq (renameat2 (generation, other, generation, name, RENAME_EXCHANGE), 0);
  close (fd);

  if (_i == 3)
    ck_assert_int_eq (unlinkat (generation, other, 0), 0);
  ck_assert (remove_key (self->store, &self->keys[0], NULL));
  assert_left (self, _i < 2 ? "12" : "1");
}
END_TEST

/* The same where the entry is replaced. */
START_TEST (test_tampered_and_replaced)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *name = any_test_entry_path (&self->keys[0]);
  int              fd = openat (self->store->generation->fd, name, O_RDWR);

  ck_assert_int_eq (ftruncate (fd, _i == 0 ? 1 << 20 : 0), 0);
  close (fd);
  self->lengths[0] = any_test_store_add (self->store, &self->keys[0], "new");
  assert_left (self, "012");
}
END_TEST

/* Puts a sound file in the place of the last entry that was never counted, as one that was copied into a directory in use; and
 * leaves only the first so many of the others. */
static void
copy_in (Fixture *self,
         guint    n_others)
{
  g_autofree char *name = any_test_entry_path (&self->keys[2]);
  g_autofree char *text = g_strnfill (5000, 'x');
  int              generation = self->store->generation->fd;

  self->lengths[2] = any_test_store_add (self->store, &self->keys[2], text);
  ck_assert_int_eq (linkat (generation, name, generation, "copy", 0), 0);
  for (guint i = n_others; i < 3; i++)
    ck_assert (remove_key (self->store, &self->keys[i], NULL));
  ck_assert_int_eq (renameat (generation, "copy", generation, name), 0);
}

/* No sum falls below nothing for what it never had: it is found that it is wrong. */
START_TEST (test_copied_and_removed)
{
  static const char *left[] = { "", "0", "01" };
  g_autoptr (Fixture) self = fixture_new ();
  guint n_others = _i / 2;

  copy_in (self, n_others);
  if (_i % 2 == 0)
    ck_assert (remove_key (self->store, &self->keys[2], NULL));
  else
    ck_assert (remove_name (self->store, LONG, NULL));
  assert_left (self, left[n_others]);
}
END_TEST

/* The same where it is replaced: by something shorter, or longer. */
START_TEST (test_copied_and_replaced)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *text = g_strnfill (_i % 2 == 0 ? 3 : 10000, 'y');
  guint            n_others = _i / 2;

  copy_in (self, n_others);
  self->lengths[2] = any_test_store_add (self->store, &self->keys[2], text);
  assert_left (self, n_others == 0 ? "2" : "02");
}
END_TEST

static void
hold_epoch_part (int      line,
                 gpointer data)
{
  AnyTestStore *store = any_test_store_open (data);

  g_assert_true (any_epoch_begin (store->directory->epoch, NULL));
  any_test_wait_for_death (line);
}

/* Without the epoch nothing is removed: others could go on to use what they have in memory. */
START_TEST (test_no_epoch)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GError) error = NULL;
  AnyTestProcess holder = any_test_process_start (hold_epoch_part, self->folder);

  any_test_await (holder.line);
  ck_assert (!remove_key (self->store, &self->keys[0], &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT));
  assert_left (self, "012");
  any_test_process_kill (&holder);

  ck_assert (remove_key (self->store, &self->keys[0], NULL));
  assert_left (self, "12");
}
END_TEST

static void
ordinary_part (int      line,
               gpointer data)
{
  g_autoptr (AnyTestStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (AnyKey) key = { 0 };
  g_autofree char *name = NULL;
  guint64          length;

  any_test_key_init_in_shard (&key, NAME, SHARD, 0);
  name = any_test_entry_path (&key);
  any_test_become_ordinary (data);
  store = any_test_store_open (".");
  length = any_test_store_add (store, &key, "text");

  g_assert_cmpint (fchmodat (store->generation->fd, "5a", 0500, 0), ==, 0);
  g_assert_false (remove_key (store, &key, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_false (remove_name (store, NAME, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);

  /* Whose name cannot be read may be the one. */
  g_assert_cmpint (fchmodat (store->generation->fd, "5a", 0700, 0), ==, 0);
  g_assert_cmpint (fchmodat (store->generation->fd, name, 0000, 0), ==, 0);
  g_assert_false (remove_name (store, NAME, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  g_assert_cmpint (fchmodat (store->generation->fd, name, 0600, 0), ==, 0);
  any_test_store_assert_record (store, SHARD, length, 1);
  g_assert_cmpuint (any_epoch_read (store->directory->epoch), !=, ANY_EPOCH_UNKNOWN);
  g_assert_true (remove_name (store, NAME, NULL));
  any_test_store_assert_record (store, SHARD, 0, 0);
}

START_TEST (test_without_rights)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (ordinary_part, folder);
}
END_TEST

static void
remove_part (int      line,
             gpointer data)
{
  g_autoptr (AnyTestStore) store = any_test_store_open (data);

  g_assert_true (remove_name (store, NAME, NULL));
}

/* A death in the middle leaves some entries, which are what is counted. */
START_TEST (test_death_at_any_point)
{
  gboolean died = any_test_can_step ();
  gboolean seen[4] = { FALSE };

  for (guint n = 1; died; n++)
    {
      g_autoptr (Fixture) self = fixture_new ();
      g_autoptr (GString) left = g_string_new (NULL);

      died = any_test_process_kill_at (remove_part, self->folder, n);
      for (guint i = 0; i < 3; i++)
        if (any_test_store_look (self->store, &self->keys[i]) == ANY_MISS_NONE)
          g_string_append_printf (left, "%u", i);
      assert_left (self, left->str);
      seen[left->len] = TRUE;
      ck_assert_int_eq (left->str[left->len - 1], '2');

      ck_assert (remove_name (self->store, NAME, NULL));
      assert_left (self, "2");
      any_epoch_read (self->store->directory->epoch);
      ck_assert_uint_ne (any_epoch_read (self->store->directory->epoch), ANY_EPOCH_UNKNOWN);
    }

  ck_assert (!any_test_can_step () || (seen[1] && seen[2] && seen[3]));
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("entry-removal");
  TCase *removal = tcase_create ("removal");
  TCase *trouble = tcase_create ("trouble");

  tcase_set_timeout (removal, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (removal, test_remove);
  tcase_add_test (removal, test_remove_name);
  tcase_add_test (removal, test_remove_name_leaves_others);
  tcase_add_loop_test (removal, test_remove_something_else, 0, 4);
  tcase_add_test (removal, test_a_link_for_a_shard);
  suite_add_tcase (suite, removal);

  tcase_set_timeout (trouble, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (trouble, test_tampered_sizes, 0, 4);
  tcase_add_loop_test (trouble, test_tampered_and_replaced, 0, 2);
  tcase_add_loop_test (trouble, test_copied_and_removed, 0, 6);
  tcase_add_loop_test (trouble, test_copied_and_replaced, 0, 4);
  tcase_add_test (trouble, test_no_epoch);
  tcase_add_test (trouble, test_without_rights);
  tcase_add_test (trouble, test_death_at_any_point);
  suite_add_tcase (suite, trouble);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
