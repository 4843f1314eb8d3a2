/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-shard.h"

#include "any-error.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/resource.h>

/* The shard of most tests, and names of entries in it. */
#define SHARD   0xab
#define ENTRY_A "0123456789abcdef0123456789abcd"
#define ENTRY_B "ffffffffffffffffffffffffffffff"

typedef struct
{
  AnyTestFolder *cachedir;   /* (owned) */
  AnyDirectory  *directory;  /* (owned) */
  AnyGeneration *generation; /* (owned) */
} Fixture;

static AnyGeneration *
open_generation (const char    *cachedir,
                 AnyDirectory **directory)
{
  g_autoptr (GError) error = NULL;
  AnyGeneration *self = NULL;

  *directory = any_directory_open (cachedir, TRUE, &error);
  g_assert_no_error (error);
  self = any_generation_open (*directory, TRUE, &error);
  g_assert_no_error (error);

  return self;
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->cachedir = any_test_make_folder ();
  self->generation = open_generation (self->cachedir, &self->directory);

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_generation_unref (self->generation);
  any_directory_unref (self->directory);
  any_test_remove_folder (self->cachedir);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
enter (AnyShard      *shard,
       AnyGeneration *generation)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_shard_enter (shard, generation, SHARD, ANY_GATE_WAIT_US, &error));
  g_assert_no_error (error);
}

/* Changes the numbers of a shard as whoever adds an entry does. */
static void
add (AnyShard   *shard,
     const char *file,
     gsize       length)
{
  g_autofree char   *name = g_build_filename (shard->name, file, NULL);
  g_autofree guint8 *bytes = g_malloc0 (length);

  shard->record.bytes += length;
  shard->record.entries++;
  g_assert_true (any_shard_begin (shard, NULL));
  g_assert_true (mkdirat (shard->generation->fd, shard->name, 0700) == 0 || errno == EEXIST);
  any_test_put_bytes (shard->generation->fd, name, bytes, length);
}

static void
assert_record (AnyGeneration *generation,
               guint64        bytes,
               guint64        entries)
{
  AnyShard shard;

  enter (&shard, generation);
  g_assert_true (shard.record.settled);
  g_assert_cmpuint (shard.record.bytes, ==, bytes);
  g_assert_cmpuint (shard.record.entries, ==, entries);
  any_shard_leave (&shard);
}

static AnyLedgerRecord
on_disk (AnyGeneration *generation)
{
  AnyLedgerRecord record;

  g_assert_true (any_ledger_read (generation->state_fd, SHARD, &record));

  return record;
}

START_TEST (test_paths)
{
  static const struct
  {
    AnyIdent    ident;
    guint       index;
    const char *shard;
    const char *file;
  } paths[] = {
    { { 0, 0 }, 0, "00", "000000000000000000000000000000" },
    { { G_GUINT64_CONSTANT (0xab23456789abcdef), G_GUINT64_CONSTANT (0x0123456789abcdef) },
      0xab,
      "ab",
      "23456789abcdef0123456789abcdef" },
    { { G_MAXUINT64, G_MAXUINT64 }, 0xff, "ff", "ffffffffffffffffffffffffffffff" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      AnyShardPath     path;
      g_autofree char *in_generation = NULL;
      g_autofree char *entry = NULL;
      g_autofree char *temporary = NULL;

      any_shard_path_init (&path, &paths[i].ident);
      ck_assert_uint_eq (path.index, paths[i].index);
      ck_assert_str_eq (path.shard, paths[i].shard);
      ck_assert_str_eq (path.file, paths[i].file);

      /* The other forms say the same. */
      in_generation = g_build_filename (paths[i].shard, paths[i].file, NULL);
      ck_assert_str_eq (path.in_generation, in_generation);
      entry = g_build_filename ("gen", in_generation, NULL);
      ck_assert_str_eq (path.entry, entry);
      temporary = g_build_filename (paths[i].shard, ANY_SHARD_TEMPORARY, NULL);
      ck_assert_str_eq (path.temporary, temporary);
    }
}
END_TEST

START_TEST (test_changes_are_kept)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyGeneration *generation = fixture->generation;
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) other = open_generation (fixture->cachedir, &directory);
  AnyShard shard;

  assert_record (generation, 0, 0);
  enter (&shard, generation);
  ck_assert_str_eq (shard.name, "ab");
  ck_assert_uint_eq (shard.index, SHARD);
  add (&shard, ENTRY_A, 100);
  shard.record.sequence = 77;

  /* While it changes, the ledger says so, with numbers that are not too low. */
  ck_assert (!on_disk (generation).settled);
  ck_assert_uint_eq (on_disk (generation).bytes, 100);
  any_shard_end (&shard);
  ck_assert (on_disk (generation).settled);
  any_shard_leave (&shard);

  assert_record (other, 100, 1);
  ck_assert_uint_eq (on_disk (other).sequence, 77);

  /* Without a change, nothing is written. */
  enter (&shard, generation);
  shard.record.bytes = 5;
  any_shard_leave (&shard);
  assert_record (other, 100, 1);
}
END_TEST

static void
hold_part (int      line,
           gpointer data)
{
  AnyDirectory  *directory;
  AnyGeneration *generation = open_generation (data, &directory);
  AnyShard       shard;

  enter (&shard, generation);
  any_test_wait_for_death (line);
}

START_TEST (test_one_at_a_time)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  AnyTestProcess holder = any_test_process_start (hold_part, fixture->cachedir);
  guint          n_free = 0;
  AnyShard       shard;

  any_test_await (holder.line);
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    if (any_shard_enter (&shard, fixture->generation, i, 0, i == SHARD ? &error : NULL))
      {
        n_free++;
        any_shard_leave (&shard);
      }
  ck_assert_uint_eq (n_free, ANY_LEDGER_SHARDS - 1);
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT));

  any_test_process_kill (&holder);
  assert_record (fixture->generation, 0, 0);
}
END_TEST

typedef struct
{
  GString *seen; /* (owned) */
  guint64  bytes;
  guint    n_more; /* how many more are wanted */
} Visit;

static gboolean
visit_cb (AnyShard          *shard,
          int                directory,
          const char        *file,
          const struct stat *status,
          gpointer           user_data)
{
  Visit *visit = user_data;

  ck_assert (any_test_is_there (directory, file));
  if (visit->n_more-- == 0)
    {
      errno = ENOTTY;
      return FALSE;
    }

  g_string_append_printf (visit->seen, "%s ", file);
  visit->bytes += status->st_size;

  return TRUE;
}

/* Everything in a shard that is no entry. */
static void
put_others (int generation)
{
  static const char *const names[] = {
    ".t",
    ".hidden",
    "0123456789abcdef0123456789abc",
    "0123456789abcdef0123456789abcde",
    "0123456789ABCDEF0123456789ABCD",
    "0123456789abcdef0123456789abcg",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename ("ab", names[i], NULL);

      any_test_put_text (generation, path, "more bytes");
    }
  ck_assert_int_eq (mkdirat (generation, "ab/11111111111111111111111111111d", 0700), 0);
  ck_assert_int_eq (mkfifoat (generation, "ab/11111111111111111111111111111f", 0600), 0);
  ck_assert_int_eq (symlinkat (ENTRY_A, generation, "ab/11111111111111111111111111111a"), 0);
}

START_TEST (test_foreach)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GString) seen = g_string_new (NULL);
  Visit    visit = { seen, 0, G_MAXUINT };
  AnyShard shard;
  guint    n_descriptors;

  enter (&shard, fixture->generation);
  n_descriptors = any_test_count_descriptors ();
  ck_assert (any_shard_foreach (&shard, visit_cb, &visit));
  ck_assert_str_eq (seen->str, "");

  add (&shard, ENTRY_A, 100);
  put_others (fixture->generation->fd);
  visit.n_more = G_MAXUINT;
  ck_assert (any_shard_foreach (&shard, visit_cb, &visit));
  ck_assert_str_eq (seen->str, ENTRY_A " ");
  ck_assert_uint_eq (visit.bytes, 100);

  add (&shard, ENTRY_B, 10);
  visit = (Visit){ g_string_truncate (seen, 0), 0, G_MAXUINT };
  ck_assert (any_shard_foreach (&shard, visit_cb, &visit));
  ck_assert_uint_eq (visit.bytes, 110);

  /* The one who says that it failed ends it. */
  for (guint i = 0; i < 2; i++)
    {
      visit = (Visit){ g_string_truncate (seen, 0), 0, i };
      ck_assert (!any_shard_foreach (&shard, visit_cb, &visit));
      ck_assert_int_eq (errno, ENOTTY);
      ck_assert_uint_eq (seen->len, i * (strlen (ENTRY_A) + 1));
    }
  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);

  any_shard_end (&shard);
  any_shard_leave (&shard);
}
END_TEST

/* Adds one entry to the end, and dies over the next. */
static void
die_adding_part (int      line,
                 gpointer data)
{
  AnyDirectory  *directory;
  AnyGeneration *generation = open_generation (data, &directory);
  AnyShard       shard;

  enter (&shard, generation);
  shard.record.sequence = 42;
  add (&shard, ENTRY_A, 100);
  any_shard_end (&shard);
  add (&shard, ANY_SHARD_TEMPORARY, 3000);
  any_test_wait_for_death (line);
}

START_TEST (test_a_death_is_counted_anew)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyTestProcess  writer = any_test_process_start (die_adding_part, fixture->cachedir);
  AnyLedgerRecord record;
  AnyShard        shard;

  any_test_await (writer.line);
  ck_assert (any_shard_count (fixture->generation, SHARD, &record));
  ck_assert_uint_eq (record.bytes, 100);
  ck_assert (any_test_is_there (fixture->generation->fd, "ab/" ANY_SHARD_TEMPORARY));
  any_test_process_kill (&writer);

  ck_assert_uint_ge (on_disk (fixture->generation).bytes, 3100);
  assert_record (fixture->generation, 100, 1);
  ck_assert (!any_test_is_there (fixture->generation->fd, "ab/" ANY_SHARD_TEMPORARY));
  ck_assert (any_test_is_there (fixture->generation->fd, "ab/" ENTRY_A));

  /* The order of removals is not forgotten, and with the next change all is well. */
  enter (&shard, fixture->generation);
  ck_assert_uint_eq (shard.record.sequence, 42);
  add (&shard, ENTRY_B, 10);
  any_shard_end (&shard);
  any_shard_leave (&shard);
  ck_assert (on_disk (fixture->generation).settled);
  ck_assert_uint_eq (on_disk (fixture->generation).sequence, 42);
  assert_record (fixture->generation, 110, 2);
}
END_TEST

/* A temporary that is something else. */
START_TEST (test_strange_temporaries)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyShard         shard;
  int              generation = fixture->generation->fd;
  g_autofree char *victim = NULL;

  enter (&shard, fixture->generation);
  add (&shard, ENTRY_A, 100);
  any_test_put_text (generation, "victim", "kept");
  if (_i == 0)
    ck_assert_int_eq (symlinkat ("../victim", generation, "ab/" ANY_SHARD_TEMPORARY), 0);
  else if (_i == 1)
    ck_assert_int_eq (linkat (generation, "victim", generation, "ab/" ANY_SHARD_TEMPORARY, 0), 0);
  else if (_i == 2)
    ck_assert_int_eq (mkfifoat (generation, "ab/" ANY_SHARD_TEMPORARY, 0600), 0);
  else
    {
      ck_assert_int_eq (mkdirat (generation, "ab/" ANY_SHARD_TEMPORARY, 0700), 0);
      any_test_put_text (generation, "ab/" ANY_SHARD_TEMPORARY "/file", "");
    }
  any_shard_leave (&shard);

  assert_record (fixture->generation, 100, 1);
  ck_assert (!any_test_is_there (generation, "ab/" ANY_SHARD_TEMPORARY));
  victim = any_test_get_text (generation, "victim");
  ck_assert_str_eq (victim, "kept");
}
END_TEST

/* A link in the shard's place: what it leads to is neither counted nor cleaned. */
START_TEST (test_a_link_for_a_shard)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  AnyLedgerRecord unsettled = { 0 };
  AnyLedgerRecord record;
  AnyShard        shard;
  int             top = any_test_open_folder (fixture->cachedir);

  ck_assert_int_eq (mkdirat (top, "victim", 0700), 0);
  any_test_put_text (top, "victim/" ANY_SHARD_TEMPORARY, "kept");
  any_test_put_text (top, "victim/" ENTRY_A, "kept");
  ck_assert_int_eq (symlinkat ("../../victim", fixture->generation->fd, "ab"), 0);
  ck_assert (any_test_is_there (fixture->generation->fd, "ab/" ENTRY_A));

  ck_assert (any_ledger_write (fixture->generation->state_fd, SHARD, &unsettled));
  if (any_shard_enter (&shard, fixture->generation, SHARD, 0, &error))
    any_shard_leave (&shard);
  else
    ck_assert_ptr_nonnull (error);
  if (any_shard_count (fixture->generation, SHARD, &record))
    ck_assert_uint_eq (record.bytes, 0);

  ck_assert (any_test_is_there (top, "victim/" ENTRY_A));
  ck_assert_msg (any_test_is_there (top, "victim/" ANY_SHARD_TEMPORARY), "a file beyond the link was removed");
  close (top);
}
END_TEST

/* What says of itself that it is not what was counted has the shard counted anew. */
START_TEST (test_suspects_are_counted_anew)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyShard shard;

  enter (&shard, fixture->generation);
  add (&shard, ENTRY_A, 100);
  shard.record.bytes = G_MAXUINT64 - 5;
  shard.record.entries = 0;
  shard.record.sequence = 7;
  shard.suspect = TRUE;
  any_shard_end (&shard);
  any_shard_leave (&shard);

  ck_assert (on_disk (fixture->generation).settled);
  ck_assert_uint_eq (on_disk (fixture->generation).sequence, 7);
  assert_record (fixture->generation, 100, 1);
}
END_TEST

static void
limit_file_size (guint64 bytes)
{
  struct rlimit limit = { bytes, RLIM_INFINITY };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* A ledger that cannot be written: no change begins, and one that cannot end is counted later. */
static void
full_part (int      line,
           gpointer data)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = open_generation (data, &directory);
  g_autoptr (GError) error = NULL;
  AnyShard shard;

  signal (SIGXFSZ, SIG_DFL);
  enter (&shard, generation);
  limit_file_size (0);
  g_assert_false (any_shard_begin (&shard, &error));
  g_assert_nonnull (error);
  g_assert_true (on_disk (generation).settled);

  limit_file_size (RLIM_INFINITY);
  add (&shard, ENTRY_A, 100);
  shard.record.bytes += 900;
  limit_file_size (0);
  any_shard_end (&shard);
  any_shard_leave (&shard);
  g_assert_false (on_disk (generation).settled);
  assert_record (generation, 100, 1);
}

START_TEST (test_an_unwritable_ledger)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  any_test_process_run (full_part, fixture->cachedir);
}
END_TEST

/* Who may only read can count, and change nothing. */
static void
read_only_part (int      line,
                gpointer data)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;
  g_autoptr (GError) error = NULL;
  AnyLedgerRecord record;
  AnyShard        shard;

  any_test_become_ordinary (data);
  generation = open_generation (".", &directory);
  enter (&shard, generation);
  add (&shard, ENTRY_A, 100);
  any_test_put_text (generation->fd, "ab/" ANY_SHARD_TEMPORARY, "left over");
  any_shard_leave (&shard);
  g_clear_pointer (&generation, any_generation_unref);
  g_clear_pointer (&directory, any_directory_unref);

  g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);
  generation = open_generation (".", &directory);
  g_assert_false (any_shard_enter (&shard, generation, SHARD, 0, &error));
  g_assert_nonnull (error);
  g_assert_true (any_shard_count (generation, SHARD, &record));
  g_assert_cmpuint (record.bytes, ==, 100);
  g_assert_cmpuint (record.entries, ==, 1);
  g_assert_true (any_test_is_there (generation->fd, "ab/" ANY_SHARD_TEMPORARY));

  g_assert_cmpint (fchmodat (generation->fd, "ab", 0000, 0), ==, 0);
  g_assert_false (any_shard_count (generation, SHARD, &record));
  g_assert_cmpint (fchmodat (generation->fd, "ab", 0700, 0), ==, 0);
  g_assert_cmpint (chmod ("anycache-1", 0700), ==, 0);
}

START_TEST (test_read_only)
{
  g_autoptr (AnyTestFolder) cachedir = any_test_make_folder ();

  any_test_process_run (read_only_part, cachedir);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("shard");
  TCase *changes = tcase_create ("changes");
  TCase *trouble = tcase_create ("trouble");

  tcase_set_timeout (changes, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (changes, test_paths);
  tcase_add_test (changes, test_changes_are_kept);
  tcase_add_test (changes, test_one_at_a_time);
  tcase_add_test (changes, test_foreach);
  suite_add_tcase (suite, changes);

  tcase_set_timeout (trouble, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (trouble, test_a_death_is_counted_anew);
  tcase_add_loop_test (trouble, test_strange_temporaries, 0, 4);
  tcase_add_test (trouble, test_a_link_for_a_shard);
  tcase_add_test (trouble, test_suspects_are_counted_anew);
  tcase_add_test (trouble, test_an_unwritable_ledger);
  tcase_add_test (trouble, test_read_only);
  suite_add_tcase (suite, trouble);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
