/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-generation.h"

#include "any-error.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/syscall.h>

/* What a directory at rest holds. */
#define AT_REST "CACHEDIR.TAG epoch gen"

typedef struct
{
  AnyTestFolder *cachedir;  /* (owned) */
  AnyDirectory  *directory; /* (owned) */
} Fixture;

static AnyDirectory *
open_directory (const char *cachedir)
{
  g_autoptr (GError) error = NULL;
  AnyDirectory *self = any_directory_open (cachedir, TRUE, &error);

  g_assert_no_error (error);

  return self;
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->cachedir = any_test_make_folder ();
  self->directory = open_directory (self->cachedir);

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_directory_unref (self->directory);
  any_test_remove_folder (self->cachedir);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static AnyGeneration *
open_generation (AnyDirectory *directory)
{
  g_autoptr (GError) error = NULL;
  AnyGeneration *self = any_generation_open (directory, TRUE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (self);

  return self;
}

static void
replace (AnyDirectory *directory)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_generation_replace (directory, &error));
  g_assert_no_error (error);
}

static void
assert_settled (AnyGeneration *self)
{
  AnyLedgerRecord records[ANY_LEDGER_SHARDS];

  g_assert_true (any_ledger_read_all (self->state_fd, records));
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    g_assert_true (records[i].settled && records[i].bytes == 0 && records[i].entries == 0);
}

/* Puts an entry's file where a computation that holds on to a generation would. */
static gboolean
put_entry (AnyGeneration *self)
{
  int fd;

  if (mkdirat (self->fd, "ab", 0700) != 0 && errno != EEXIST)
    return FALSE;

  fd = openat (self->fd, "ab/entry", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;
  close (fd);

  return TRUE;
}

START_TEST (test_none_is_made_unasked)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  guint n_descriptors = any_test_count_descriptors ();

  ck_assert_ptr_null (any_generation_open (fixture->directory, FALSE, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  ck_assert (strstr (error->message, fixture->directory->path) != NULL);
  any_test_assert_list (fixture->directory->path, "CACHEDIR.TAG epoch");
  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);
}
END_TEST

START_TEST (test_open)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint         n_descriptors = any_test_count_descriptors ();
  AnyDirectory *directory = fixture->directory;
  g_autoptr (AnyGeneration) made = open_generation (directory);
  g_autoptr (AnyGeneration) found = any_generation_open (directory, FALSE, NULL);
  struct stat status;

  ck_assert_int_eq (fstatat (directory->fd, "gen", &status, AT_SYMLINK_NOFOLLOW), 0);
  ck_assert_uint_eq (made->inode, status.st_ino);
  ck_assert_uint_eq (made->device, status.st_dev);
  ck_assert_uint_eq (found->inode, made->inode);
  ck_assert (found->writable);
  ck_assert_int_eq (fcntl (made->fd, F_GETFD), FD_CLOEXEC);
  ck_assert_int_eq (fcntl (made->state_fd, F_GETFD), FD_CLOEXEC);
  ck_assert (any_generation_is_current (made, directory) && any_generation_is_current (found, directory));
  ck_assert_uint_eq (found->epoch, any_directory_read_epoch (directory));

  assert_settled (made);
  any_test_assert_mode (directory->fd, "gen", S_IFDIR | 0700);
  any_test_assert_mode (directory->fd, "gen/state", S_IFREG | 0600);
  any_test_assert_list (directory->path, AT_REST);

  ck_assert_ptr_eq (any_generation_ref (made), made);
  any_generation_unref (made);
  g_clear_pointer (&made, any_generation_unref);
  g_clear_pointer (&found, any_generation_unref);
  ck_assert_uint_eq (any_test_count_descriptors (), n_descriptors);
}
END_TEST

static void
modes_part (int      line,
            gpointer data)
{
  g_autoptr (AnyDirectory) directory = NULL;

  any_test_become_ordinary (data);
  umask (0777);
  directory = open_directory (".");
  for (guint i = 0; i < 2; i++)
    {
      any_generation_unref (open_generation (directory));
      any_test_assert_mode (directory->fd, "gen", S_IFDIR | 0700);
      any_test_assert_mode (directory->fd, "gen/state", S_IFREG | 0600);
      replace (directory);
    }
}

START_TEST (test_modes_under_any_umask)
{
  g_autoptr (AnyTestFolder) cachedir = any_test_make_folder ();

  any_test_process_run (modes_part, cachedir);
}
END_TEST

static void
first_part (int      line,
            gpointer data)
{
  g_autoptr (AnyDirectory) directory = open_directory (data);
  g_autoptr (AnyGeneration) generation = NULL;

  any_test_gather (line);
  generation = open_generation (directory);
  g_assert_true (any_generation_is_current (generation, directory));
  g_assert_true (put_entry (generation));
}

/* What one of them had put into it, none of the others has thrown away. */
START_TEST (test_many_make_one)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (Fixture) fixture = fixture_new ();

      any_test_process_crowd (4, first_part, fixture->cachedir);
      any_test_assert_list (fixture->directory->path, AT_REST);
      ck_assert (any_test_is_there (fixture->directory->fd, "gen/ab/entry"));
    }
}
END_TEST

START_TEST (test_replace)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyDirectory *directory = fixture->directory;
  g_autoptr (AnyGeneration) old = open_generation (directory);
  g_autoptr (AnyGeneration) current = NULL;
  guint64 epoch = any_epoch_read (directory->epoch);

  ck_assert (put_entry (old));
  replace (directory);
  ck_assert_uint_gt (any_epoch_read (directory->epoch), epoch);
  ck_assert_uint_ne (any_epoch_read (directory->epoch), ANY_EPOCH_UNKNOWN);

  ck_assert (!any_generation_is_current (old, directory));
  current = any_generation_open (directory, FALSE, NULL);
  ck_assert_uint_ne (current->inode, old->inode);
  ck_assert (any_generation_is_current (current, directory));
  assert_settled (current);
  any_test_assert_list (directory->path, AT_REST " trash.0");
  ck_assert (!any_test_is_there (directory->fd, "gen/ab"));
}
END_TEST

/* Where there is none yet, too. */
START_TEST (test_replace_nothing)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyGeneration) current = NULL;

  replace (fixture->directory);
  any_test_assert_list (fixture->directory->path, AT_REST);
  current = any_generation_open (fixture->directory, FALSE, NULL);
  assert_settled (current);
}
END_TEST

/* Who still computes for the old one puts results where nobody sees them, before it is swept away and after. */
START_TEST (test_late_results_are_never_seen)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyDirectory *directory = fixture->directory;
  g_autoptr (AnyGeneration) old = open_generation (directory);
  g_autoptr (AnyGeneration) older = any_generation_ref (old);

  for (guint i = 0; i < 3; i++)
    {
      replace (directory);
      ck_assert (put_entry (old));
      ck_assert (!any_test_is_there (directory->fd, "gen/ab"));
      any_generation_sweep (directory);
      any_test_assert_list (directory->path, AT_REST);
      ck_assert (!put_entry (old));
      ck_assert (!any_test_is_there (directory->fd, "gen/ab"));

      any_generation_unref (old);
      old = open_generation (directory);
      ck_assert (put_entry (old));
    }

  /* They stay out of the way of each other, and of later ones. */
  ck_assert (!put_entry (older));
  ck_assert (any_test_is_there (directory->fd, "gen/ab/entry"));
}
END_TEST

/* Whether the epoch is the same, has moved, or cannot be known. */
START_TEST (test_currency_is_seen_anyway)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyDirectory) other = open_directory (fixture->cachedir);
  g_autoptr (AnyGeneration) self = open_generation (fixture->directory);

  for (guint i = 0; i < 3; i++)
    {
      ck_assert (any_epoch_begin (other->epoch, NULL));
      ck_assert (any_generation_is_current (self, fixture->directory));
      any_epoch_end (other->epoch);
      ck_assert (any_generation_is_current (self, fixture->directory));
      ck_assert (any_generation_is_current (self, fixture->directory));
    }

  replace (other);
  ck_assert (!any_generation_is_current (self, fixture->directory));
  ck_assert (any_epoch_begin (other->epoch, NULL));
  ck_assert (!any_generation_is_current (self, fixture->directory));
  any_epoch_end (other->epoch);
  ck_assert (!any_generation_is_current (self, fixture->directory));
}
END_TEST

/* Leaves what a process leaves that dies while it clears, up to the last step. */
START_TEST (test_litter_is_reclaimed)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyDirectory *directory = fixture->directory;
  g_autoptr (AnyGeneration) current = open_generation (directory);
  static const char *const litter[] = { "new", "new/ab", "trash.0", "trash.0/ab", "trash.1", "trash.7" };

  for (guint i = 0; i < G_N_ELEMENTS (litter); i++)
    ck_assert_int_eq (mkdirat (directory->fd, litter[i], 0700), 0);
  any_test_put_text (directory->fd, "new/state", "half of it");
  any_test_put_text (directory->fd, "new/ab/entry", "");
  any_test_put_text (directory->fd, "trash.0/ab/entry", "");
  any_test_put_text (directory->fd, "trash.2", "a file");

  ck_assert (put_entry (current));
  ck_assert (any_generation_is_current (current, directory));
  replace (directory);
  any_generation_sweep (directory);
  any_test_assert_list (directory->path, AT_REST);

  g_clear_pointer (&current, any_generation_unref);
  current = any_generation_open (directory, FALSE, NULL);
  assert_settled (current);
}
END_TEST

static void
clear_part (int      line,
            gpointer data)
{
  g_autoptr (AnyDirectory) directory = open_directory (data);

  replace (directory);
  any_generation_sweep (directory);
}

/* A clearing that is killed at any point has happened or not, and costs the next one nothing. */
START_TEST (test_death_at_any_point)
{
  gboolean seen[2] = { FALSE, FALSE };
  gboolean died = any_test_can_step ();

  for (guint n = 1; died; n++)
    {
      g_autoptr (Fixture) fixture = fixture_new ();
      AnyDirectory *directory = fixture->directory;
      g_autoptr (AnyGeneration) before = open_generation (directory);
      g_autoptr (AnyGeneration) after = NULL;
      gboolean cleared;

      ck_assert (put_entry (before));
      died = any_test_process_kill_at (clear_part, fixture->cachedir, n);

      cleared = !any_generation_is_current (before, directory);
      seen[cleared] = TRUE;
      ck_assert_int_eq (any_test_is_there (directory->fd, "gen/ab/entry"), !cleared);
      after = any_generation_open (directory, FALSE, NULL);
      ck_assert_ptr_nonnull (after);
      if (cleared)
        assert_settled (after);

      clear_part (-1, fixture->cachedir);
      any_test_assert_list (directory->path, AT_REST);
      ck_assert (!any_test_is_there (directory->fd, "gen/ab"));
    }

  ck_assert (!any_test_can_step () || (seen[0] && seen[1]));
}
END_TEST

static void
first_open_part (int      line,
                 gpointer data)
{
  g_autoptr (AnyDirectory) directory = open_directory (data);

  any_generation_unref (open_generation (directory));
}

/* The same of the first process that ever comes. */
START_TEST (test_death_of_the_first)
{
  gboolean died = any_test_can_step ();

  for (guint n = 1; died; n++)
    {
      g_autoptr (AnyTestFolder) top = any_test_make_folder ();
      g_autofree char *cachedir = g_build_filename (top, "cache", NULL);
      g_autoptr (AnyDirectory) directory = NULL;
      g_autoptr (AnyGeneration) generation = NULL;

      died = any_test_process_kill_at (first_open_part, cachedir, n);
      directory = open_directory (cachedir);
      generation = open_generation (directory);
      assert_settled (generation);
      ck_assert (any_generation_is_current (generation, directory));

      clear_part (-1, cachedir);
      any_test_assert_list (directory->path, AT_REST);
    }
}
END_TEST

/* Where names cannot be exchanged, or not be kept from being replaced. */
static void
old_kernel_part (int      line,
                 gpointer data)
{
  g_autoptr (AnyDirectory) directory = open_directory (data);
  g_autoptr (AnyGeneration) old = NULL;
  g_autoptr (AnyGeneration) current = NULL;

  any_test_forbid_call (SYS_renameat2, EINVAL);
  old = open_generation (directory);
  g_assert_true (put_entry (old));
  replace (directory);

  g_assert_false (any_generation_is_current (old, directory));
  current = any_generation_open (directory, FALSE, NULL);
  assert_settled (current);
  g_assert_false (any_test_is_there (directory->fd, "gen/ab"));
  any_generation_sweep (directory);
  any_test_assert_list (directory->path, AT_REST);
}

START_TEST (test_old_kernel)
{
  g_autoptr (AnyTestFolder) cachedir = any_test_make_folder ();

  any_test_process_run (old_kernel_part, cachedir);
}
END_TEST

/* Something else under the generation's name is refused, and replaced like a generation. */
START_TEST (test_something_else_in_its_place)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyDirectory    *directory = fixture->directory;
  g_autofree char *victim = g_build_filename (fixture->cachedir, "victim", NULL);
  g_autoptr (GError) error = NULL;

  ck_assert_int_eq (mkdir (victim, 0700), 0);
  if (_i == 0)
    ck_assert_int_eq (symlinkat ("../victim", directory->fd, "gen"), 0);
  else if (_i == 1)
    any_test_put_text (directory->fd, "gen", "");
  else
    ck_assert_int_eq (mkfifoat (directory->fd, "gen", 0600), 0);

  ck_assert_ptr_null (any_generation_open (directory, TRUE, &error));
  ck_assert_ptr_nonnull (error);
  any_test_assert_list (victim, "");

  replace (directory);
  any_generation_sweep (directory);
  any_test_assert_list (directory->path, AT_REST);
  any_test_assert_list (victim, "");
  any_generation_unref (open_generation (directory));
}
END_TEST

static int
plant_state (int   folder,
             guint kind)
{
  switch (kind)
    {
    case 0:
      return linkat (folder, "../victim", folder, "gen/state", 0);
    case 1:
      return symlinkat ("../../victim", folder, "gen/state");
    case 2:
      return symlinkat ("missing", folder, "gen/state");
    case 3:
      return mkfifoat (folder, "gen/state", 0600);
    default:
      return mkdirat (folder, "gen/state", 0700);
    }
}

START_TEST (test_something_else_for_a_ledger)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  AnyDirectory *directory = fixture->directory;
  g_autoptr (GError) error = NULL;
  g_autofree char *victim = NULL;

  any_generation_unref (open_generation (directory));
  any_test_put_text (directory->fd, "../victim", "kept");
  ck_assert_int_eq (unlinkat (directory->fd, "gen/state", 0), 0);
  ck_assert_int_eq (plant_state (directory->fd, _i), 0);

  ck_assert_ptr_null (any_generation_open (directory, TRUE, &error));
  ck_assert_ptr_nonnull (error);
  victim = any_test_get_text (directory->fd, "../victim");
  ck_assert_str_eq (victim, "kept");

  replace (directory);
  any_generation_sweep (directory);
  any_generation_unref (open_generation (directory));
  g_free (victim);
  victim = any_test_get_text (directory->fd, "../victim");
  ck_assert_str_eq (victim, "kept");
}
END_TEST

/* A ledger that is gone is a ledger of which nothing is known. */
START_TEST (test_lost_ledger)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyGeneration) self = open_generation (fixture->directory);
  AnyLedgerRecord record;

  ck_assert_int_eq (unlinkat (self->fd, "state", 0), 0);
  any_generation_unref (g_steal_pointer (&self));
  self = open_generation (fixture->directory);
  ck_assert (any_ledger_read (self->state_fd, 0, &record));
  ck_assert (!record.settled);
  any_test_assert_mode (self->fd, "state", S_IFREG | 0600);
}
END_TEST

static void
read_only_part (int      line,
                gpointer data)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) self = NULL;
  g_autoptr (GError) error = NULL;

  any_test_become_ordinary (data);
  any_directory_unref (open_directory ("."));
  g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);
  directory = open_directory (".");
  g_assert_null (any_generation_open (directory, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_pointer (&directory, any_directory_unref);
  g_clear_error (&error);

  g_assert_cmpint (chmod ("anycache-1", 0700), ==, 0);
  directory = open_directory (".");
  any_generation_unref (open_generation (directory));
  g_clear_pointer (&directory, any_directory_unref);
  g_assert_cmpint (chmod ("anycache-1/gen/state", 0400), ==, 0);
  g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);

  directory = open_directory (".");
  self = any_generation_open (directory, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (self->writable);
  assert_settled (self);
  g_assert_true (any_generation_is_current (self, directory));
  g_assert_false (any_generation_replace (directory, &error));
  g_assert_nonnull (error);
  g_assert_true (any_generation_is_current (self, directory));
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
  Suite *suite = suite_create ("generation");
  TCase *open = tcase_create ("open");
  TCase *clear = tcase_create ("clear");

  tcase_set_timeout (open, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (open, test_none_is_made_unasked);
  tcase_add_test (open, test_open);
  tcase_add_test (open, test_modes_under_any_umask);
  tcase_add_test (open, test_many_make_one);
  tcase_add_test (open, test_death_of_the_first);
  tcase_add_loop_test (open, test_something_else_in_its_place, 0, 3);
  tcase_add_loop_test (open, test_something_else_for_a_ledger, 0, 5);
  tcase_add_test (open, test_lost_ledger);
  tcase_add_test (open, test_read_only);
  suite_add_tcase (suite, open);

  tcase_set_timeout (clear, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (clear, test_replace);
  tcase_add_test (clear, test_replace_nothing);
  tcase_add_test (clear, test_late_results_are_never_seen);
  tcase_add_test (clear, test_currency_is_seen_anyway);
  tcase_add_test (clear, test_litter_is_reclaimed);
  tcase_add_test (clear, test_death_at_any_point);
  tcase_add_test (clear, test_old_kernel);
  suite_add_tcase (suite, clear);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
