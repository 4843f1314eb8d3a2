/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-marks-file.h"

#include "any-test-folder.h"
#include "any-test-process.h"

#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define AT_REST "CACHEDIR.TAG epoch marks"
#define TOKEN   "app:token"

/* A directory, and in the folder around it a file that nobody may touch. */
typedef struct
{
  AnyTestFolder *folder;    /* (owned) */
  AnyDirectory  *directory; /* (owned) */
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;

  self->folder = any_test_make_folder ();
  self->directory = any_directory_open (self->folder, TRUE, &error);
  g_assert_no_error (error);
  any_test_put_text (self->directory->fd, "../victim", "untouched");

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_directory_unref (self->directory);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
add (Fixture    *self,
     const char *dependency)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_marks_file_add (self->directory, dependency, &error));
  g_assert_no_error (error);
}

static void
mend (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_marks_file_mend (self->directory, &error));
  g_assert_no_error (error);
}

/* The last number, or 0 where nobody knows. */
static guint64
last_in (Fixture *self)
{
  g_autoptr (AnyMarks) marks = any_marks_file_read (self->directory);

  return any_marks_are_sound (marks) ? any_marks_get_last (marks) : 0;
}

static gboolean
is_marked (Fixture    *self,
           guint64     since,
           const char *dependency)
{
  g_autoptr (AnyMarks) marks = any_marks_file_read (self->directory);

  return any_marks_concern (marks, since, dependency, FALSE);
}

/* Everything is at rest, and the victim is as it was. */
static void
assert_rest (Fixture    *self,
             const char *list)
{
  g_autofree char *text = any_test_get_text (self->directory->fd, "../victim");

  any_test_assert_list (self->directory->path, list);
  g_assert_cmpstr (text, ==, "untouched");
  g_assert_cmpuint (any_directory_read_epoch (self->directory), !=, ANY_EPOCH_UNKNOWN);
}

/* It may not be told from one that somebody has removed. */
START_TEST (test_none)
{
  g_autoptr (Fixture) self = fixture_new ();

  ck_assert_uint_eq (last_in (self), 0);
  ck_assert (is_marked (self, 0, TOKEN));

  if (_i == 0)
    add (self, "app:other");
  else
    mend (self);
  assert_rest (self, AT_REST);
  any_test_assert_mode (self->directory->fd, "marks", S_IFREG | 0600);
  ck_assert_uint_gt (last_in (self), 0);
  ck_assert (is_marked (self, 0, TOKEN));
  ck_assert (is_marked (self, last_in (self) - 1, TOKEN));
  ck_assert (!is_marked (self, last_in (self), TOKEN));
}
END_TEST

START_TEST (test_adding)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyDirectory) other = any_directory_open (self->folder, TRUE, NULL);
  g_autoptr (AnyMarks) marks = NULL;
  guint64 epoch = any_directory_read_epoch (self->directory);
  guint64 first, second;

  mend (self);
  first = last_in (self);
  add (self, TOKEN);
  second = last_in (self);
  ck_assert_uint_gt (second, first);
  add (self, "/path");
  ck_assert_uint_gt (last_in (self), second);

  ck_assert (is_marked (self, first, TOKEN));
  ck_assert (!is_marked (self, second, TOKEN));
  ck_assert (is_marked (self, second, "/path"));
  ck_assert (!is_marked (self, first, "app:other"));
  ck_assert_uint_gt (any_directory_read_epoch (self->directory), epoch);
  assert_rest (self, AT_REST);

  marks = any_marks_file_read (other);
  ck_assert_uint_eq (any_marks_get_last (marks), last_in (self));
}
END_TEST

/* What is sound is left alone. */
START_TEST (test_mending_what_is_sound)
{
  g_autoptr (Fixture) self = fixture_new ();
  guint64 last;

  mend (self);
  add (self, TOKEN);
  last = last_in (self);
  mend (self);
  ck_assert_uint_eq (last_in (self), last);
  ck_assert (is_marked (self, last - 1, TOKEN));
  ck_assert (!is_marked (self, last - 1, "app:other"));
}
END_TEST

static int
plant_socket (int         folder,
              const char *name)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int                fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int                result;

  g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
  result = bind (fd, (struct sockaddr *) &address, sizeof address);
  close (fd);

  return result;
}

/* With something in it that leads out. */
static int
plant_directory (int         folder,
                 const char *name)
{
  g_autofree char *inner = g_build_filename (name, "inner", NULL);

  g_assert_cmpint (mkdirat (folder, name, 0700), ==, 0);

  return symlinkat ("../../victim", folder, inner);
}

/* The file that is there already, made longer or shorter, or with one bit flipped. */
static int
spoil (int         folder,
       const char *name,
       gsize       length,
       guint8      flipped)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d/%s", folder, name);
  int              fd = open (path, O_RDWR | O_CREAT, 0600);
  guint8           byte = 0;

  g_assert_cmpint (pread (fd, &byte, 1, 30), >=, 0);
  byte ^= flipped;
  g_assert_cmpint (pwrite (fd, &byte, 1, 30), ==, 1);
  g_assert_cmpint (ftruncate (fd, length), ==, 0);

  return close (fd);
}

#define INTACT 56 /* of one mark */

typedef enum
{
  FLIPPED,
  CUT,
  EMPTY,
  LONGER,
  TOO_LONG,
  HARD_LINK,
  SYMBOLIC_LINK,
  DANGLING_LINK,
  PIPE,
  SOCKET,
  DIRECTORY,
  N_INTRUDERS,
} Intruder;

static int
plant (int         folder,
       const char *name,
       Intruder    intruder)
{
  if (intruder >= HARD_LINK)
    unlinkat (folder, name, 0);

  switch (intruder)
    {
    case FLIPPED:
      return spoil (folder, name, INTACT, 0x10);
    case CUT:
      return spoil (folder, name, INTACT - 16, 0);
    case EMPTY:
      return spoil (folder, name, 0, 0);
    case LONGER:
      return spoil (folder, name, INTACT + 16, 0);
    case TOO_LONG:
      return spoil (folder, name, (gsize) 1 << 40, 0);
    case HARD_LINK:
      return linkat (folder, "../victim", folder, name, 0);
    case SYMBOLIC_LINK:
      return symlinkat ("../sound", folder, name);
    case DANGLING_LINK:
      return symlinkat ("missing", folder, name);
    case PIPE:
      return mkfifoat (folder, name, 0600);
    case SOCKET:
      return plant_socket (folder, name);
    case DIRECTORY:
    case N_INTRUDERS:
    default:
      return plant_directory (folder, name);
    }
}

/* No other file is touched, nobody waits, and everything is taken for marked until the next mark. */
START_TEST (test_something_else_in_its_place)
{
  g_autoptr (Fixture) self = fixture_new ();
  Intruder         intruder = _i / 2;
  g_autofree char *marks = g_build_filename (self->directory->path, "marks", NULL);
  g_autofree char *sound = g_build_filename (self->folder, "sound", NULL);
  g_autofree char *bytes = NULL;
  gsize            length;

  mend (self);
  add (self, TOKEN);
  ck_assert (g_file_get_contents (marks, &bytes, &length, NULL) && length <= INTACT);
  ck_assert (g_file_set_contents (sound, bytes, length, NULL));
  ck_assert_int_eq (plant (self->directory->fd, "marks", intruder), 0);
  ck_assert_uint_eq (last_in (self), 0);
  ck_assert (is_marked (self, G_MAXINT64, "app:other"));

  if (_i % 2 == 0)
    add (self, TOKEN);
  else
    mend (self);
  ck_assert_uint_gt (last_in (self), 0);
  ck_assert (is_marked (self, last_in (self) - 1, "app:other"));
  assert_rest (self, AT_REST);
  any_test_assert_mode (self->directory->fd, "marks", S_IFREG | 0600);
}
END_TEST

/* What a dead process, or somebody else, has left in the place of the next marks. */
START_TEST (test_something_in_the_way)
{
  g_autoptr (Fixture) self = fixture_new ();
  guint64 last;

  mend (self);
  last = last_in (self);
  ck_assert_int_eq (plant (self->directory->fd, "marks.new", _i), 0);
  ck_assert_uint_eq (last_in (self), last);

  add (self, TOKEN);
  ck_assert (is_marked (self, last, TOKEN));
  ck_assert (!is_marked (self, last, "app:other"));
  assert_rest (self, AT_REST);
}
END_TEST

/* A second name for the file, as some backups make it, does no harm: it is never written to. */
START_TEST (test_a_second_name)
{
  g_autoptr (Fixture) self = fixture_new ();
  int              folder = self->directory->fd;
  guint64          last;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  mend (self);
  last = last_in (self);
  ck_assert_int_eq (linkat (folder, "marks", folder, "../snapshot", 0), 0);
  ck_assert_uint_eq (last_in (self), last);
  before = any_test_get_text (folder, "../snapshot");
  add (self, TOKEN);
  after = any_test_get_text (folder, "../snapshot");
  ck_assert_str_eq (before, after);
  ck_assert (!is_marked (self, last, "app:other"));
}
END_TEST

/* In a child, which has nothing to do with what its parent has opened. */
static Fixture *
open_anew (gpointer fixture)
{
  Fixture *self = fixture;
  g_autoptr (GError) error = NULL;

  self->directory = any_directory_open (self->folder, TRUE, &error);
  g_assert_no_error (error);

  return self;
}

static void
limit (int    resource,
       rlim_t amount)
{
  struct rlimit rlimit;

  g_assert_cmpint (getrlimit (resource, &rlimit), ==, 0);
  rlimit.rlim_cur = amount;
  g_assert_cmpint (setrlimit (resource, &rlimit), ==, 0);
}

static void
assert_fails (Fixture *self,
              int      code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (any_marks_file_add (self->directory, TOKEN, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_true (strstr (error->message, self->directory->path) != NULL);
}

/* The epoch may grow, and the marks have no room. */
static void
full_part (int      line,
           gpointer data)
{
  Fixture *self = open_anew (data);
  guint64  last = last_in (self);

  signal (SIGXFSZ, SIG_DFL);
  limit (RLIMIT_FSIZE, 20);
  assert_fails (self, G_IO_ERROR_FAILED);
  limit (RLIMIT_FSIZE, RLIM_INFINITY);
  g_assert_cmpuint (last_in (self), ==, last);
  assert_rest (self, AT_REST);
  add (self, TOKEN);
}

static void
without_descriptors_part (int      line,
                          gpointer data)
{
  Fixture *self = open_anew (data);
  guint64  last = last_in (self);
  int      highest = dup (line);

  /* All below are open. */
  while (highest < 64)
    highest = dup (line);
  limit (RLIMIT_NOFILE, highest + 1);
  g_assert_cmpuint (last_in (self), ==, 0);
  g_assert_true (is_marked (self, last, "app:other"));
  assert_fails (self, G_IO_ERROR_TOO_MANY_OPEN_FILES);

  limit (RLIMIT_NOFILE, highest + 20);
  g_assert_cmpuint (last_in (self), ==, last);
  assert_rest (self, AT_REST);
  add (self, TOKEN);
  g_assert_false (is_marked (self, last, "app:other"));
}

/* Whether it will last is not known, so nobody may say that it does. */
static void
dying_disk_part (int      line,
                 gpointer data)
{
  Fixture *self = open_anew (data);

  any_test_forbid_call (SYS_fsync, EIO);
  assert_fails (self, G_IO_ERROR_FAILED);
  assert_rest (self, AT_REST);
  g_assert_cmpuint (last_in (self), >, 0);
}

/* There are file systems on which nothing can be waited for. */
static void
no_disk_part (int      line,
              gpointer data)
{
  Fixture *self = open_anew (data);
  guint64  last = last_in (self);

  any_test_forbid_call (SYS_fsync, EINVAL);
  add (self, TOKEN);
  g_assert_true (is_marked (self, last, TOKEN));
}

static void
read_only_part (int      line,
                gpointer data)
{
  Fixture *self = open_anew (data);
  g_autoptr (GError) error = NULL;
  guint64 last;

  if (geteuid () == 0)
    g_assert_cmpint (fchownat (self->directory->fd, "epoch", ANY_TEST_NOBODY, ANY_TEST_NOBODY, 0), ==, 0);
  if (geteuid () == 0)
    g_assert_cmpint (fchownat (self->directory->fd, "marks", ANY_TEST_NOBODY, ANY_TEST_NOBODY, 0), ==, 0);
  any_test_become_ordinary (self->directory->path);
  g_assert_cmpint (chmod (".", 0500), ==, 0);
  any_directory_unref (self->directory);
  self->directory = any_directory_open ("..", FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (self->directory->writable);

  last = last_in (self);
  g_assert_cmpuint (last, >, 0);
  g_assert_false (any_marks_file_add (self->directory, TOKEN, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (last_in (self), ==, last);
  g_assert_cmpint (chmod (".", 0700), ==, 0);
}

/* Each leaves the old marks, or the new ones. */
START_TEST (test_trouble)
{
  static const AnyTestPart parts[] = { full_part, without_descriptors_part, dying_disk_part, no_disk_part, read_only_part };
  g_autoptr (Fixture) self = fixture_new ();

  g_chmod (self->folder, 0711);
  mend (self);
  any_test_process_run (parts[_i], self);
}
END_TEST

#define N_WRITERS 3
#define N_ROUNDS  10

static void
add_part (int      line,
          gpointer data)
{
  Fixture *self = open_anew (data);

  any_test_gather (line);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *name = g_strdup_printf ("app:%d/%u", getpid (), i);
      guint64          before = last_in (self);

      add (self, name);
      g_assert_true (is_marked (self, before, name));
      g_assert_cmpuint (last_in (self), >, before);
    }
}

/* Marks that were made at once are all there. */
START_TEST (test_many_writers)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyMarks) marks = NULL;
  g_autoptr (GBytes) bytes = NULL;

  mend (self);
  any_test_process_crowd (N_WRITERS, add_part, self);
  marks = any_marks_file_read (self->directory);
  bytes = any_marks_pack (marks);
  ck_assert_uint_eq (g_bytes_get_size (bytes), 24 + 16 + 16 * N_WRITERS * N_ROUNDS);
  assert_rest (self, AT_REST);
}
END_TEST

static void
add_one_part (int      line,
              gpointer data)
{
  add (open_anew (data), TOKEN);
}

static void
mend_part (int      line,
           gpointer data)
{
  mend (open_anew (data));
}

/* Killed before each of its system calls, a process leaves the old marks or the new ones, and what it leaves besides does not last. */
START_TEST (test_death)
{
  guint n = 1;

  for (gboolean killed = any_test_can_step (); killed; n++)
    {
      g_autoptr (Fixture) self = fixture_new ();
      guint64 last;

      if (_i == 0)
        mend (self);
      last = last_in (self);
      killed = any_test_process_kill_at (_i == 0 ? add_one_part : mend_part, self, n);
      any_directory_read_epoch (self->directory);

      ck_assert_uint_ge (last_in (self), last);
      ck_assert (last_in (self) == last || is_marked (self, last, TOKEN));
      ck_assert (killed || last_in (self) > last);
      add (self, TOKEN);
      ck_assert (is_marked (self, last, TOKEN));
      ck_assert (!is_marked (self, last_in (self), TOKEN));
      assert_rest (self, AT_REST);
    }
  ck_assert (!any_test_can_step () || n > 10);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("marks-file");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_none, 0, 2);
  tcase_add_test (all, test_adding);
  tcase_add_test (all, test_mending_what_is_sound);
  tcase_add_loop_test (all, test_something_else_in_its_place, 0, 2 * N_INTRUDERS);
  tcase_add_loop_test (all, test_something_in_the_way, 0, N_INTRUDERS);
  tcase_add_test (all, test_a_second_name);
  tcase_add_loop_test (all, test_trouble, 0, 5);
  tcase_add_test (all, test_many_writers);
  tcase_add_loop_test (all, test_death, 0, 2);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
