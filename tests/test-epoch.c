/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-epoch.h"

#include "any-error.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A folder, and the epoch in it as this process has it. */
typedef struct
{
  AnyTestFolder *path;   /* (owned) */
  int            folder; /* (owned) */
  AnyEpoch      *epoch;  /* (owned) */
} Fixture;

static AnyEpoch *
open_epoch (int      folder,
            gboolean writable)
{
  g_autoptr (GError) error = NULL;
  AnyEpoch *self = any_epoch_open (folder, "/shown", writable, &error);

  g_assert_no_error (error);

  return self;
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->path = any_test_make_folder ();
  self->folder = any_test_open_folder (self->path);
  self->epoch = open_epoch (self->folder, TRUE);

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_epoch_free (self->epoch);
  close (self->folder);
  any_test_remove_folder (self->path);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static guint64
file_length (int folder)
{
  struct stat status;

  g_assert_cmpint (fstatat (folder, "epoch", &status, AT_SYMLINK_NOFOLLOW), ==, 0);

  return status.st_size;
}

static void
begin (AnyEpoch *epoch)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_epoch_begin (epoch, &error));
  g_assert_no_error (error);
}

START_TEST (test_changes_are_seen)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyEpoch) other = open_epoch (fixture->folder, TRUE);
  g_autoptr (AnyEpoch) reader = open_epoch (fixture->folder, FALSE);
  guint64 before = any_epoch_read (fixture->epoch);

  ck_assert_uint_ne (before, ANY_EPOCH_UNKNOWN);
  for (guint i = 0; i < 10; i++)
    {
      begin (i % 2 == 0 ? fixture->epoch : other);
      for (guint j = 0; j < 3; j++)
        {
          /* Nobody heals what is not ill. */
          ck_assert_uint_eq (any_epoch_read (fixture->epoch), ANY_EPOCH_UNKNOWN);
          ck_assert_uint_eq (any_epoch_read (other), ANY_EPOCH_UNKNOWN);
          ck_assert_uint_eq (any_epoch_read (reader), ANY_EPOCH_UNKNOWN);
        }
      any_epoch_end (i % 2 == 0 ? fixture->epoch : other);

      ck_assert_uint_gt (any_epoch_read (other), before);
      before = any_epoch_read (other);
      ck_assert_uint_eq (before % 2, 0);
      ck_assert_uint_eq (any_epoch_read (fixture->epoch), before);
      ck_assert_uint_eq (any_epoch_read (reader), before);
    }
}
END_TEST

#define N_ROUNDS 200

static gpointer
change_thread (gpointer data)
{
  AnyEpoch *epoch = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;

      /* The wait is bounded, and the machine may be slow. */
      while (!any_epoch_begin (epoch, &error))
        {
          g_assert_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT);
          g_clear_error (&error);
        }
      g_assert_cmpuint (any_epoch_read (epoch), ==, ANY_EPOCH_UNKNOWN);
      any_epoch_end (epoch);
    }

  return NULL;
}

static void
change_part (int      line,
             gpointer data)
{
  g_autoptr (AnyEpoch) epoch = open_epoch (GPOINTER_TO_INT (data), TRUE);
  GThread *thread;

  any_test_gather (line);
  thread = g_thread_new ("changer", change_thread, epoch);
  change_thread (epoch);
  g_thread_join (thread);
}

/* Of changes that did not exclude each other, some would be counted as one. */
START_TEST (test_changes_exclude_each_other)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  any_test_process_crowd (3, change_part, GINT_TO_POINTER (fixture->folder));
  ck_assert_uint_eq (any_epoch_read (fixture->epoch), 3 * 2 * N_ROUNDS * 2);
}
END_TEST

/* Who has opened a file that others do not find any more is alone with it. */
START_TEST (test_being_found)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyEpoch) other = NULL;

  ck_assert (any_epoch_is_linked (fixture->epoch));
  ck_assert_int_eq (unlinkat (fixture->folder, "epoch", 0), 0);
  ck_assert (!any_epoch_is_linked (fixture->epoch));

  other = open_epoch (fixture->folder, TRUE);
  ck_assert (any_epoch_is_linked (other));
  ck_assert (!any_epoch_is_linked (fixture->epoch));
  ck_assert_int_eq (renameat (fixture->folder, "epoch", fixture->folder, "moved"), 0);
  ck_assert_int_eq (unlinkat (fixture->folder, "moved", 0), 0);
  ck_assert (!any_epoch_is_linked (other));
}
END_TEST

static void
die_changing_part (int      line,
                   gpointer data)
{
  AnyEpoch *epoch = open_epoch (GPOINTER_TO_INT (data), TRUE);

  begin (epoch);
  any_test_wait_for_death (line);
}

static void
let_one_die (Fixture *fixture)
{
  AnyTestProcess changer = any_test_process_start (die_changing_part, GINT_TO_POINTER (fixture->folder));

  any_test_await (changer.line);
  ck_assert_uint_eq (any_epoch_read (fixture->epoch), ANY_EPOCH_UNKNOWN);
  ck_assert_uint_eq (file_length (fixture->folder) % 2, 1);
  any_test_process_kill (&changer);
}

/* The one that meets it heals it, and is itself on the safe side. */
START_TEST (test_a_death_is_healed_by_a_reader)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint64 before = any_epoch_read (fixture->epoch);

  for (guint i = 0; i < 3; i++)
    {
      let_one_die (fixture);
      ck_assert_uint_eq (any_epoch_read (fixture->epoch), ANY_EPOCH_UNKNOWN);
      ck_assert_uint_gt (any_epoch_read (fixture->epoch), before);
      before = any_epoch_read (fixture->epoch);
      ck_assert_uint_ne (before, ANY_EPOCH_UNKNOWN);
    }
}
END_TEST

START_TEST (test_a_death_is_healed_by_the_next_change)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  guint64 before = any_epoch_read (fixture->epoch);
  guint64 at_death;

  let_one_die (fixture);
  at_death = file_length (fixture->folder);

  begin (fixture->epoch);
  ck_assert_uint_eq (file_length (fixture->folder) % 2, 1);
  ck_assert_uint_gt (file_length (fixture->folder), at_death);
  any_epoch_end (fixture->epoch);
  ck_assert_uint_gt (any_epoch_read (fixture->epoch), before);
  ck_assert_uint_ne (any_epoch_read (fixture->epoch), ANY_EPOCH_UNKNOWN);
}
END_TEST

/* Who may not write cannot heal, and must not believe. */
START_TEST (test_a_reader_without_rights)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyEpoch) reader = open_epoch (fixture->folder, FALSE);
  g_autoptr (GError) error = NULL;

  let_one_die (fixture);
  for (guint i = 0; i < 3; i++)
    ck_assert_uint_eq (any_epoch_read (reader), ANY_EPOCH_UNKNOWN);

  ck_assert (!any_epoch_begin (reader, &error));
  ck_assert_ptr_nonnull (error);
  ck_assert_uint_eq (any_epoch_read (reader), ANY_EPOCH_UNKNOWN);

  any_epoch_read (fixture->epoch);
  ck_assert_uint_eq (any_epoch_read (reader), any_epoch_read (fixture->epoch));
  ck_assert_uint_ne (any_epoch_read (reader), ANY_EPOCH_UNKNOWN);
}
END_TEST

static void
limit_file_size (guint64 bytes)
{
  struct rlimit limit = { bytes, RLIM_INFINITY };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* Where the file may not grow, no change can begin, and one that cannot end leaves everybody careful until it can. The process
 * lives on: no signal says so. */
static void
full_part (int      line,
           gpointer data)
{
  g_autoptr (AnyEpoch) epoch = open_epoch (GPOINTER_TO_INT (data), TRUE);
  g_autoptr (AnyEpoch) other = open_epoch (GPOINTER_TO_INT (data), TRUE);
  g_autoptr (GError) error = NULL;
  guint64 before = any_epoch_read (epoch);

  signal (SIGXFSZ, SIG_DFL);
  limit_file_size (before);
  g_assert_false (any_epoch_begin (epoch, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_true (strstr (error->message, "/shown") != NULL);
  g_assert_cmpuint (any_epoch_read (epoch), ==, before);

  limit_file_size (before + 1);
  begin (epoch);
  any_epoch_end (epoch);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (any_epoch_read (epoch), ==, ANY_EPOCH_UNKNOWN);
      g_assert_cmpuint (any_epoch_read (other), ==, ANY_EPOCH_UNKNOWN);
    }

  limit_file_size (before + 1000);
  any_epoch_read (other);
  g_assert_cmpuint (any_epoch_read (epoch), >, before);
  g_assert_cmpuint (any_epoch_read (epoch), !=, ANY_EPOCH_UNKNOWN);
  begin (epoch);
  any_epoch_end (epoch);
}

START_TEST (test_a_full_disk)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  any_test_process_run (full_part, GINT_TO_POINTER (fixture->folder));
}
END_TEST

static void
forbidden_part (int      line,
                gpointer data)
{
  g_autoptr (AnyEpoch) epoch = NULL;
  g_autoptr (GError) error = NULL;
  int folder;

  any_test_become_ordinary (data);
  folder = any_test_open_folder (".");
  g_assert_cmpint (fchmodat (folder, "epoch", 0400, 0), ==, 0);
  epoch = any_epoch_open (folder, "/shown", TRUE, &error);
  g_assert_null (epoch);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  epoch = open_epoch (folder, FALSE);
  g_assert_cmpuint (any_epoch_read (epoch), ==, 4);
  any_epoch_free (g_steal_pointer (&epoch));

  g_clear_error (&error);
  g_assert_cmpint (unlinkat (folder, "epoch", 0), ==, 0);
  epoch = any_epoch_open (folder, "/shown", FALSE, &error);
  g_assert_null (epoch);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  close (folder);
}

START_TEST (test_an_unwritable_file)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  g_autofree char *file = g_build_filename (path, "epoch", NULL);

  ck_assert (g_file_set_contents (file, "1234", 4, NULL));
  if (geteuid () == 0)
    ck_assert_int_eq (chown (file, ANY_TEST_NOBODY, ANY_TEST_NOBODY), 0);
  any_test_process_run (forbidden_part, path);
}
END_TEST

static void
mode_part (int      line,
           gpointer data)
{
  int folder = any_test_open_folder (data);

  umask (0777);
  any_epoch_free (open_epoch (folder, TRUE));
  any_test_assert_mode (folder, "epoch", S_IFREG | 0600);

  umask (0);
  g_assert_cmpint (fchmodat (folder, "epoch", 0666, 0), ==, 0);
  any_epoch_free (open_epoch (folder, FALSE));
  any_test_assert_mode (folder, "epoch", S_IFREG | 0666);
  any_epoch_free (open_epoch (folder, TRUE));
  any_test_assert_mode (folder, "epoch", S_IFREG | 0600);
  close (folder);
}

START_TEST (test_the_file_is_private)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();

  any_test_process_run (mode_part, path);
}
END_TEST

static int
plant_socket (int folder)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int                result;

  g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/epoch", folder);
  result = bind (fd, (struct sockaddr *) &address, sizeof address);
  close (fd);

  return result;
}

static int
plant (int   folder,
       guint kind)
{
  switch (kind)
    {
    case 0:
      return linkat (folder, "victim", folder, "epoch", 0);
    case 1:
      return symlinkat ("victim", folder, "epoch");
    case 2:
      return symlinkat ("missing", folder, "epoch");
    case 3:
      return mkfifoat (folder, "epoch", 0644);
    case 4:
      return mkdirat (folder, "epoch", 0755);
    default:
      return plant_socket (folder);
    }
}

#define N_INTRUDERS 6

START_TEST (test_something_else_in_its_place)
{
  g_autoptr (AnyTestFolder) path = any_test_make_folder ();
  g_autofree char *text = NULL;
  int              folder = any_test_open_folder (path);

  any_test_put_text (folder, "victim", "four");
  ck_assert_int_eq (fchmodat (folder, "victim", 0644, 0), 0);
  ck_assert_int_eq (plant (folder, _i), 0);

  for (int writable = 0; writable < 2; writable++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_ptr_null (any_epoch_open (folder, "/shown", writable, &error));
      ck_assert_ptr_nonnull (error);
      ck_assert (strstr (error->message, "/shown") != NULL);
    }

  text = any_test_get_text (folder, "victim");
  ck_assert_str_eq (text, "four");
  any_test_assert_mode (folder, "victim", S_IFREG | 0644);
  ck_assert (!any_test_is_there (folder, "missing"));
  close (folder);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("epoch");
  TCase *changes = tcase_create ("changes");
  TCase *file = tcase_create ("file");

  tcase_set_timeout (changes, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (changes, test_changes_are_seen);
  tcase_add_test (changes, test_changes_exclude_each_other);
  tcase_add_test (changes, test_being_found);
  tcase_add_test (changes, test_a_death_is_healed_by_a_reader);
  tcase_add_test (changes, test_a_death_is_healed_by_the_next_change);
  tcase_add_test (changes, test_a_reader_without_rights);
  tcase_add_test (changes, test_a_full_disk);
  suite_add_tcase (suite, changes);

  tcase_set_timeout (file, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (file, test_an_unwritable_file);
  tcase_add_test (file, test_the_file_is_private);
  tcase_add_loop_test (file, test_something_else_in_its_place, 0, N_INTRUDERS);
  suite_add_tcase (suite, file);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
