/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-entry-file.h"

#include "any-test-store.h"

#include <sys/resource.h>

/* A store with a key, and where its entry lies. */
typedef struct
{
  AnyTestFolder *folder; /* (owned) */
  AnyTestStore  *store;  /* (owned) */
  AnyKey         key;
  AnyShardPath   path;
  char          *name; /* (owned): below the generation */
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->store = any_test_store_open (self->folder);
  any_test_key_init (&self->key, ANY_TEST_NAME, 1);
  any_shard_path_init (&self->path, &self->key.ident);
  self->name = any_test_entry_path (&self->key);

  return self;
}

static void
fixture_free (Fixture *self)
{
  g_free (self->name);
  any_key_clear (&self->key);
  any_test_store_free (self->store);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static gboolean
holds (Fixture         *self,
       const AnyRecord *record)
{
  return any_entry_file_holds (self->store->directory, &self->path, record);
}

/* The shard has the entry and nothing else, and says so. */
static void
assert_only (Fixture *self,
             guint64  length)
{
  g_autofree char *list = any_test_store_list_shard (self->store, &self->key);

  ck_assert_str_eq (list, self->path.file);
  any_test_store_assert_record (self->store, self->path.index, length, 1);
}

START_TEST (test_round_trip)
{
  g_autoptr (Fixture) self = fixture_new ();
  guint64 epoch = any_epoch_read (self->store->directory->epoch);
  g_autoptr (AnyRecord) written = NULL;
  g_autoptr (AnyRecord) read = NULL;
  struct stat status;

  ck_assert_int_eq (any_test_store_look (self->store, &self->key), ANY_MISS_ABSENT);
  ck_assert (!any_entry_file_exists (self->store->generation, &self->path));

  written = any_test_store_put (self->store, &self->key, "text");
  ck_assert (any_entry_file_exists (self->store->generation, &self->path));
  ck_assert_int_eq (any_test_store_read (self->store, &self->key, &read), ANY_MISS_NONE);
  ck_assert_str_eq (any_test_record_text (read), "text");
  ck_assert_int_eq (read->facts.created, written->facts.created);
  ck_assert_int_eq (read->facts.expires, -1);
  ck_assert_int_eq (read->facts.cost, written->facts.cost);
  ck_assert (any_key_equal (&self->key, read->key, read->key_length));
  ck_assert_mem_eq (read->trailer, written->trailer, ANY_HEADER_TRAILER_SIZE);
  ck_assert (holds (self, written) && holds (self, read));

  ck_assert_int_eq (fstatat (self->store->generation->fd, self->name, &status, 0), 0);
  ck_assert_uint_eq (status.st_size, written->total_length);
  assert_only (self, written->total_length);

  /* Nobody can have had it in memory. */
  ck_assert_uint_eq (any_epoch_read (self->store->directory->epoch), epoch);
}
END_TEST

START_TEST (test_replace)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) old = any_test_store_put (self->store, &self->key, "a text of some length");
  g_autoptr (AnyRecord) new = NULL;
  g_autofree char *text = NULL;
  guint64          epoch = any_epoch_read (self->store->directory->epoch);

  new = any_test_store_put (self->store, &self->key, "short");
  text = any_test_store_dup_text (self->store, &self->key);
  ck_assert_str_eq (text, "short");
  ck_assert (!holds (self, old) && holds (self, new));
  ck_assert_uint_gt (any_epoch_read (self->store->directory->epoch), epoch);
  ck_assert_uint_ne (any_epoch_read (self->store->directory->epoch), ANY_EPOCH_UNKNOWN);
  assert_only (self, new->total_length);
}
END_TEST

/* Of the same length. */
START_TEST (test_replace_alike)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) old = any_test_store_put (self->store, &self->key, "the old text");
  g_autoptr (AnyRecord) new = any_test_store_put (self->store, &self->key, "the new text");

  ck_assert_uint_eq (new->total_length, old->total_length);
  ck_assert (!holds (self, old) && holds (self, new));
  assert_only (self, new->total_length);
}
END_TEST

START_TEST (test_sizes)
{
  /* Round the size of the speculative read, and far beyond. */
  static const gsize sizes[] = { 16383, 16384, 16385, 16384 + 96, 2 * 16384, 1000001, 64 << 20 };
  g_autoptr (Fixture) self = fixture_new ();
  gsize head_length;
  g_autoptr (AnyRecord) written = any_test_record_new_sized (&self->key, sizes[_i], 'x', &head_length);
  g_autoptr (AnyRecord) read = NULL;
  struct stat status;

  ck_assert (any_test_store_write (self->store, &self->key, written, head_length, NULL));
  ck_assert_int_eq (fstatat (self->store->generation->fd, self->name, &status, 0), 0);
  ck_assert_uint_eq (status.st_size, sizes[_i]);
  ck_assert_int_eq (any_test_store_read (self->store, &self->key, &read), ANY_MISS_NONE);
  ck_assert (g_variant_equal (read->value, written->value));
  ck_assert (holds (self, read));
  assert_only (self, sizes[_i]);
}
END_TEST

/* Every length but the right one, of a small entry and of one that takes two reads: longer by zeros, and cut. */
START_TEST (test_cut_and_extended)
{
  g_autoptr (Fixture) self = fixture_new ();
  gssize total = _i == 0 ? 400 : 16384 + 300;
  gsize  head_length;
  g_autoptr (AnyRecord) record = any_test_record_new_sized (&self->key, total, 'x', &head_length);
  int fd;

  ck_assert (any_test_store_write (self->store, &self->key, record, head_length, NULL));
  fd = openat (self->store->generation->fd, self->name, O_RDWR);

  for (gssize length = total + 1000; length >= 0; length--)
    {
      gboolean right = length == total;

      ck_assert_int_eq (ftruncate (fd, length), 0);
      ck_assert_msg (any_test_store_look (self->store, &self->key) == (right ? ANY_MISS_NONE : ANY_MISS_CORRUPT),
                     "%" G_GSSIZE_FORMAT " bytes", length);
      if (length < total)
        ck_assert (!holds (self, record));
    }
  close (fd);
}
END_TEST

/* Plants something else than a file, or a link to @valid, in a place. */
static int
plant (int         folder,
       const char *name,
       const char *valid,
       guint       kind)
{
  switch (kind)
    {
    case 0:
      return symlinkat (valid, folder, name);
    case 1:
      return symlinkat ("missing", folder, name);
    case 2:
      return mkfifoat (folder, name, 0600);
    case 3:
      return mkdirat (folder, name, 0700);
    case 4:
      return mknodat (folder, name, S_IFSOCK | 0600, 0);
    default:
      any_test_put_text (folder, name, "");
      return 0;
    }
}

#define N_INTRUDERS 6

START_TEST (test_something_else_in_its_place)
{
  g_autoptr (Fixture) self = fixture_new ();
  int generation = self->store->generation->fd;
  g_autoptr (AnyRecord) record = any_test_store_put (self->store, &self->key, "text");
  g_autofree char *valid = NULL;

  ck_assert_int_eq (renameat (generation, self->name, generation, "valid"), 0);
  ck_assert_int_eq (plant (generation, self->name, "../valid", _i), 0);

  ck_assert_int_eq (any_test_store_look (self->store, &self->key), ANY_MISS_CORRUPT);
  ck_assert (!holds (self, record));

  /* The next result takes the place, and what a link leads to stays. */
  ck_assert_uint_eq (any_test_store_add (self->store, &self->key, "more"), record->total_length);
  ck_assert_int_eq (any_test_store_look (self->store, &self->key), ANY_MISS_NONE);
  valid = any_test_get_text (generation, "valid");
  ck_assert_ptr_nonnull (valid);
  ck_assert (!any_test_is_there (generation, "missing"));
}
END_TEST

/* After something else was in its place, which is not counted. */
START_TEST (test_something_else_is_discounted)
{
  g_autoptr (Fixture) self = fixture_new ();
  int     generation = self->store->generation->fd;
  guint64 length;

  ck_assert_int_eq (mkdirat (generation, self->path.shard, 0700), 0);
  ck_assert_int_eq (plant (generation, self->name, "../state", _i), 0);
  if (_i == 3)
    {
      g_autofree char *below = g_build_filename (self->name, "file", NULL);

      any_test_put_text (generation, below, "in the way");
    }

  length = any_test_store_add (self->store, &self->key, "text");
  assert_only (self, length);
  length = any_test_store_add (self->store, &self->key, "another text");
  assert_only (self, length);
}
END_TEST

START_TEST (test_something_else_for_its_shard)
{
  g_autoptr (Fixture) self = fixture_new ();
  int generation = self->store->generation->fd;
  g_autoptr (AnyRecord) record = any_test_store_put (self->store, &self->key, "text");
  gsize head_length;
  g_autoptr (AnyRecord) next = any_test_record_new (&self->key, "next", &head_length);
  g_autoptr (GError) error = NULL;
  g_autofree char *moved = g_build_filename ("moved", self->path.file, NULL);
  gboolean         usable = _i == 3;
  struct stat      status;

  ck_assert_int_eq (renameat (generation, self->path.shard, generation, "moved"), 0);
  ck_assert_int_eq (plant (generation, self->path.shard, "moved", _i), 0);
  ck_assert_int_eq (any_test_store_look (self->store, &self->key), usable ? ANY_MISS_ABSENT : ANY_MISS_CORRUPT);
  ck_assert (!holds (self, record));

  /* What is no directory gets no entry, nor does what a link leads to. */
  ck_assert_int_eq (any_test_store_write (self->store, &self->key, next, head_length, &error), usable);
  ck_assert_int_eq (error == NULL, usable);
  ck_assert_int_eq (fstatat (generation, moved, &status, 0), 0);
  ck_assert_uint_eq (status.st_size, record->total_length);
  ck_assert_uint_eq (status.st_nlink, 1);
  ck_assert (!any_test_is_there (generation, "moved/" ANY_SHARD_TEMPORARY));
}
END_TEST

START_TEST (test_swapped)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyKey) other = { 0 };
  g_autofree char *other_name = NULL;
  g_autofree char *text = NULL;
  int              generation = self->store->generation->fd;

  any_test_key_init_in_shard (&other, ANY_TEST_NAME, self->path.index, 2);
  other_name = any_test_entry_path (&other);
  any_test_store_add (self->store, &self->key, "one");
  any_test_store_add (self->store, &other, "other");
  ck_assert_int_eq (renameat2 (generation, self->name, generation, other_name, RENAME_EXCHANGE), 0);

  ck_assert_int_eq (any_test_store_look (self->store, &self->key), ANY_MISS_OTHER_KEY);
  ck_assert_int_eq (any_test_store_look (self->store, &other), ANY_MISS_OTHER_KEY);

  any_test_store_add (self->store, &self->key, "one");
  text = any_test_store_dup_text (self->store, &self->key);
  ck_assert_str_eq (text, "one");
}
END_TEST

/* A temporary that is none of the library's is not followed either. */
START_TEST (test_something_else_for_its_temporary)
{
  g_autoptr (Fixture) self = fixture_new ();
  int              generation = self->store->generation->fd;
  g_autofree char *temporary = g_build_filename (self->path.shard, ANY_SHARD_TEMPORARY, NULL);
  g_autofree char *victim = NULL;
  guint64          length;

  any_test_put_text (generation, "victim", "kept");
  ck_assert_int_eq (mkdirat (generation, self->path.shard, 0700), 0);
  if (_i == N_INTRUDERS)
    ck_assert_int_eq (linkat (generation, "victim", generation, temporary, 0), 0);
  else
    ck_assert_int_eq (plant (generation, temporary, "../victim", _i), 0);
  if (_i == 3)
    {
      g_autofree char *below = g_build_filename (temporary, "file", NULL);

      any_test_put_text (generation, below, "in the way");
    }

  length = any_test_store_add (self->store, &self->key, "text");
  assert_only (self, length);
  victim = any_test_get_text (generation, "victim");
  ck_assert_str_eq (victim, "kept");
  ck_assert (!any_test_is_there (generation, "missing"));
}
END_TEST

START_TEST (test_soundness)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyKey) long_key = { 0 };
  g_autoptr (GVariant) long_args = NULL;
  g_autofree char *many = g_strnfill (20000, 'x');
  guint64          length = any_test_store_add (self->store, &self->key, "text");
  AnyShard         shard;
  AnyShardPath     path;

  /* The name is checked where the key comes with the first read. */
  long_args = g_variant_ref_sink (g_variant_new ("(s)", many));
  ck_assert (any_key_init (&long_key, ANY_TEST_NAME, NULL, long_args, NULL));
  any_shard_path_init (&path, &long_key.ident);
  {
    guint64 long_length = any_test_store_add (self->store, &long_key, "text");

    any_test_store_enter (self->store, path.index, &shard);
    ck_assert (any_entry_file_is_sound (&shard, path.file, long_length));
    ck_assert (!any_entry_file_is_sound (&shard, path.file, long_length + 1));
    any_shard_leave (&shard);
  }

  any_test_store_enter (self->store, self->path.index, &shard);
  ck_assert (any_entry_file_is_sound (&shard, self->path.file, length));
  ck_assert (!any_entry_file_is_sound (&shard, self->path.file, length - 1));
  ck_assert (!any_entry_file_is_sound (&shard, self->path.file, length + 1));
  ck_assert (!any_entry_file_is_sound (&shard, "none", length));
  {
    g_autofree char *moved = g_build_filename (self->path.shard, "0123456789abcdef0123456789abcd", NULL);

    ck_assert_int_eq (renameat (self->store->generation->fd, self->name, self->store->generation->fd, moved), 0);
    ck_assert (!any_entry_file_is_sound (&shard, "0123456789abcdef0123456789abcd", length));
    any_test_put_text (self->store->generation->fd, moved, "something else");
    ck_assert (!any_entry_file_is_sound (&shard, "0123456789abcdef0123456789abcd", 14));
  }
  any_shard_leave (&shard);
}
END_TEST

/* Files that may not become so long as the entry, which is no reason to end the program: no signal is raised. */
static void
short_files_part (int      line,
                  gpointer data)
{
  g_autoptr (AnyTestStore) store = any_test_store_open (data);
  g_auto (AnyKey) key = { 0 };
  struct rlimit    limit = { 10000, RLIM_INFINITY };
  guint64          length;
  gsize            head_length;
  g_autofree char *list = NULL;
  g_autofree char *text = NULL;

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  length = any_test_store_add (store, &key, "old");
  signal (SIGXFSZ, SIG_DFL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);

  for (gsize total = 10001; total < 40000; total += 10000)
    {
      g_autoptr (AnyRecord) record = any_test_record_new_sized (&key, total, 'x', &head_length);
      g_autoptr (GError) error = NULL;

      g_assert_false (any_test_store_write (store, &key, record, head_length, &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == G_IO_ERROR);
      any_test_store_assert_record (store, any_test_key_shard (&key), length, 1);
    }

  text = any_test_store_dup_text (store, &key);
  g_assert_cmpstr (text, ==, "old");
  list = any_test_store_list_shard (store, &key);
  g_assert_cmpint (strlen (list), ==, ANY_SHARD_FILE_LENGTH);
}

START_TEST (test_short_files)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (short_files_part, folder);
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
  AnyShardPath     path;
  gsize            head_length;
  g_autoptr (AnyRecord) record = NULL;

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  name = any_test_entry_path (&key);
  any_shard_path_init (&path, &key.ident);
  record = any_test_record_new (&key, "new", &head_length);

  any_test_become_ordinary (data);
  umask (0777);
  store = any_test_store_open (".");
  any_test_store_add (store, &key, "text");
  any_test_assert_mode (store->generation->fd, path.shard, S_IFDIR | 0700);
  any_test_assert_mode (store->generation->fd, name, S_IFREG | 0600);
  g_assert_cmpint (any_test_store_look (store, &key), ==, ANY_MISS_NONE);

  /* What may not be read, and where nothing may be written. */
  g_assert_cmpint (fchmodat (store->generation->fd, name, 0000, 0), ==, 0);
  g_assert_cmpint (any_test_store_look (store, &key), ==, ANY_MISS_IO);
  g_assert_cmpint (fchmodat (store->generation->fd, name, 0600, 0), ==, 0);
  g_assert_cmpint (fchmodat (store->generation->fd, path.shard, 0500, 0), ==, 0);
  g_assert_false (any_test_store_write (store, &key, record, head_length, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (any_test_store_look (store, &key), ==, ANY_MISS_NONE);
  g_assert_cmpint (fchmodat (store->generation->fd, path.shard, 0700, 0), ==, 0);
}

START_TEST (test_modes)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (ordinary_part, folder);
}
END_TEST

static void
write_part (int      line,
            gpointer data)
{
  g_autoptr (AnyTestStore) store = any_test_store_open (data);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  any_test_store_add (store, &key, "the new text");
}

/* A writer that is killed at any point has written all or nothing, and the next one finds all in order. */
START_TEST (test_death_at_any_point)
{
  const char *old = _i == 0 ? NULL : "old";
  gboolean    seen[2] = { FALSE, FALSE };
  gboolean    died = any_test_can_step ();

  for (guint n = 1; died; n++)
    {
      g_autoptr (Fixture) self = fixture_new ();
      guint64          old_length = old != NULL ? any_test_store_add (self->store, &self->key, old) : 0;
      g_autofree char *text = NULL;
      guint64          length;

      died = any_test_process_kill_at (write_part, self->folder, n);
      text = any_test_store_dup_text (self->store, &self->key);
      seen[g_strcmp0 (text, old) != 0] = TRUE;
      if (g_strcmp0 (text, old) != 0)
        ck_assert_str_eq (text, "the new text");

      /* The length of the text tells what must be counted. */
      length = text != NULL ? old_length + (old_length == 0 ? 0 : strlen (text) - strlen (old)) : 0;
      if (old != NULL || text == NULL)
        any_test_store_assert_record (self->store, self->path.index, length, text != NULL);

      length = any_test_store_add (self->store, &self->key, "last");
      assert_only (self, length);
    }

  ck_assert (!any_test_can_step () || (seen[0] && seen[1]));
}
END_TEST

#define N_REPLACEMENTS 600

static void
replace_part (int      line,
              gpointer data)
{
  g_autoptr (AnyTestStore) store = any_test_store_open (data);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  for (guint i = 0; i < N_REPLACEMENTS; i++)
    {
      gsize head_length;
      g_autoptr (AnyRecord) record = any_test_record_new_sized (&key, 400 + i * 7919 % 60000, 'a' + i % 26, &head_length);

      g_assert_true (any_test_store_write (store, &key, record, head_length, NULL));
      if (i == 0)
        any_test_sign (line);
    }
  any_test_sign (line);
}

/* Whoever reads meanwhile sees one of the values, in one piece. */
START_TEST (test_readers_see_all_or_nothing)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyTestProcess writer = any_test_process_start (replace_part, self->folder);
  struct pollfd  look = { writer.line, POLLIN, 0 };

  any_test_await (writer.line);
  do
    {
      g_autoptr (AnyRecord) record = NULL;
      const guint8 *bytes;
      gsize         length;

      ck_assert_int_eq (any_test_store_read (self->store, &self->key, &record), ANY_MISS_NONE);
      bytes = g_variant_get_fixed_array (record->value, &length, 1);
      ck_assert_uint_gt (length, 0);
      ck_assert_int_eq (memcmp (bytes, bytes + 1, length - 1), 0);
    }
  while (poll (&look, 1, 0) == 0);
  any_test_process_join (&writer);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("entry-file");
  TCase *files = tcase_create ("files");
  TCase *intruders = tcase_create ("intruders");
  TCase *trouble = tcase_create ("trouble");

  tcase_set_timeout (files, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (files, test_round_trip);
  tcase_add_test (files, test_replace);
  tcase_add_test (files, test_replace_alike);
  tcase_add_loop_test (files, test_sizes, 0, 7);
  tcase_add_loop_test (files, test_cut_and_extended, 0, 2);
  tcase_add_test (files, test_soundness);
  tcase_add_test (files, test_readers_see_all_or_nothing);
  suite_add_tcase (suite, files);

  tcase_set_timeout (intruders, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (intruders, test_something_else_in_its_place, 0, N_INTRUDERS);
  tcase_add_loop_test (intruders, test_something_else_is_discounted, 0, N_INTRUDERS);
  tcase_add_loop_test (intruders, test_something_else_for_its_shard, 0, N_INTRUDERS);
  tcase_add_loop_test (intruders, test_something_else_for_its_temporary, 0, N_INTRUDERS + 1);
  tcase_add_test (intruders, test_swapped);
  suite_add_tcase (suite, intruders);

  tcase_set_timeout (trouble, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (trouble, test_short_files);
  tcase_add_test (trouble, test_modes);
  tcase_add_loop_test (trouble, test_death_at_any_point, 0, 2);
  suite_add_tcase (suite, trouble);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
