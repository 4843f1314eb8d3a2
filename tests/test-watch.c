/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What can happen to a path, written as a shell would do it, and whether the kernel tells. */

#include "any-watch.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "any-test-watch.h"

typedef struct
{
  const char        *path;
  AnyDependencyFlags flags;
  const char        *prepare;
  const char        *change;
} Change;

#define PLAIN     ANY_DEPENDENCY_FLAGS_NONE
#define RECURSIVE ANY_DEPENDENCY_FLAGS_RECURSIVE

static const Change changes[] = {
  /* A file. */
  { "file", PLAIN, "echo one > file", "echo more >> file" },
  { "file", PLAIN, "echo one > file", "echo two > .new; mv .new file" },
  { "d/file", PLAIN, "mkdir d; echo one > d/file; echo two > new", "mv new d/file" },
  { "file", PLAIN, "echo one > file", "rm file" },
  { "file", PLAIN, "echo one > file", "mv file away" },
  { "file", PLAIN, ":", "echo one > file" },
  { "file", PLAIN, "echo one > elsewhere", "mv elsewhere file" },

  /* What is missing, and comes by and by. */
  { "a/file", PLAIN, ":", "mkdir a; echo one > a/file" },
  { "a/b/c/file", PLAIN, ":", "mkdir a; sleep 0.1; mkdir a/b; sleep 0.1; mkdir a/b/c; sleep 0.1; echo one > a/b/c/file" },
  { "a/b/c/file", PLAIN, ":", "mkdir -p x/b/c; echo one > x/b/c/file; mv x a" },
  { "file/in", PLAIN, "echo one > file", "rm file; mkdir file; echo two > file/in" },

  /* The directories on the way. */
  { "a/file", PLAIN, "mkdir a; echo one > a/file", "rm -r a; mkdir a; echo two > a/file" },
  { "a/file", PLAIN, "mkdir a; echo one > a/file", "rm -r a; sleep 0.1; mkdir a; sleep 0.1; echo two > a/file" },
  { "g/p/file", PLAIN, "mkdir -p g/p new/p; echo one > g/p/file; echo two > new/p/file", "mv g old; mv new g" },
  { "g/p/file", PLAIN, "mkdir -p g/p; echo one > g/p/file", "mv g old" },
  { "g/p/file", PLAIN, "mkdir -p g/p/q; echo one > g/p/file", "mv g old; mkdir -p g/p; echo two > g/p/file" },

  /* Links on the way, and at its end. */
  { "link", PLAIN, "echo one > file; ln -s file link", "echo more >> file" },
  { "link", PLAIN, "mkdir d; echo one > d/file; ln -s d/file link", "echo more >> d/file" },
  { "link", PLAIN, "mkdir d; echo one > d/file; ln -s \"$PWD/d/file\" link", "echo two > d/new; mv d/new d/file" },
  { "link", PLAIN, "echo one > 1; echo two > 2; ln -s 1 link", "ln -s 2 new; mv new link" },
  { "current/file", PLAIN, "mkdir 1 2; echo one > 1/file; echo two > 2/file; ln -s 1 current", "ln -s 2 new; mv -T new current" },
  { "a/current/file", PLAIN, "mkdir -p a 1 2; echo one > 1/file; echo two > 2/file; ln -s ../1 a/current", "ln -s ../2 new; mv -T new a/current" },
  { "to/to", PLAIN, "mkdir -p x/y; ln -s x/y to; ln -s ../../file x/y/to; echo one > file", "rm file" },
  { "to/../file", PLAIN, "mkdir -p x/y z/y; ln -s x/y to; echo one > x/file; echo two > z/file", "ln -s z/y new; mv -T new to" },
  { "dangling", PLAIN, "ln -s d/file dangling", "mkdir d; echo one > d/file" },

  /* Directories. */
  { "d", PLAIN, "mkdir d", "echo one > d/new" },
  { "d", PLAIN, "mkdir d; echo one > d/old", "rm d/old" },
  { "d", PLAIN, "mkdir d; echo one > d/old", "mv d/old d/new" },
  { "link", PLAIN, "mkdir d; ln -s d link", "echo one > d/new" },
  { "d", PLAIN, "mkdir d new; echo one > new/file", "mv d old; mv new d" },
  { "d", RECURSIVE, "mkdir -p d/a/b/c; echo one > d/a/b/c/file", "echo more >> d/a/b/c/file" },
  { "d", RECURSIVE, "mkdir -p d/a/b/c", "echo one > d/a/b/c/file" },
  { "d", RECURSIVE, "mkdir -p d/a/b/c; echo one > d/a/b/c/file", "mv d/a/b d/a/x" },
  { "d", RECURSIVE, "mkdir -p d/a", "mkdir -p d/a/b/c" },
  { "file", RECURSIVE, "echo one > file", "echo more >> file" },
};

START_TEST (test_changes)
{
  const Change *change = &changes[_i];
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch watch;

  any_test_shell (folder, change->prepare);
  any_test_watch_start (&watch, folder, change->path, change->flags);
  ck_assert_int_eq (g_atomic_int_get (&watch.n_lapsed), 0);
  ck_assert_uint_eq (any_watch_count_polled (), 0);

  any_test_shell (folder, change->change);
  any_test_wait_for (&watch.n_destroyed, 1);
  ck_assert_int_eq (watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}
END_TEST

/* What happened before the first look. */
START_TEST (test_changes_before)
{
  const Change *change = &changes[_i];
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch watch;

  any_test_shell (folder, change->prepare);
  any_test_watch_begin (&watch, folder, change->path, change->flags);
  any_test_shell (folder, change->change);
  any_test_wait_for (&watch.n_destroyed, 1);
  ck_assert_int_eq (watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}
END_TEST

typedef struct
{
  char     *path;
  AnyWatch *watch;
  int       n_asked;  /* atomic */
  int       n_lapsed; /* atomic */
} Reader;

static gboolean
is_not_final_cb (gpointer data)
{
  Reader          *self = data;
  g_autofree char *text = NULL;

  g_atomic_int_inc (&self->n_asked);

  return g_file_get_contents (self->path, &text, NULL, NULL) && !g_str_has_prefix (text, "29");
}

static void
read_lapsed_cb (gpointer data)
{
  Reader *self = data;

  g_atomic_int_inc (&self->n_lapsed);
}

/* Nobody closes the file, and yet the last of many writes is told soon. */
START_TEST (test_writes_without_end)
{
  static const AnyWatchCalls calls = { is_not_final_cb, read_lapsed_cb, NULL };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  Reader           reader = { .path = path };
  AnyWatchTarget   target = { path, PLAIN };
  int              fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  reader.watch = any_watch_begin (&target, 1, &calls, &reader);
  any_test_wait_for (&reader.n_asked, 1);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *text = g_strdup_printf ("%02u", i);

      ck_assert_int_eq (pwrite (fd, text, 2, 0), 2);
      g_usleep (1000);
    }
  any_test_wait_for (&reader.n_lapsed, 1);

  any_watch_end (reader.watch);
  any_test_wait_for_rest ();
  close (fd);
}
END_TEST

static void
write_through_map (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  int              fd = open (path, O_RDWR | O_CLOEXEC);
  char            *map = mmap (NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  ck_assert (map != MAP_FAILED);
  memcpy (map, "MAP", 3);
  ck_assert_int_eq (msync (map, 4, MS_SYNC), 0);
  munmap (map, 4);
  close (fd);
}

/* What the kernel does not tell: nothing comes of it, and what it tells next is heard. */
START_TEST (test_silence)
{
  static const char *const silent[] = { "echo more >> ../other", "echo more >> other", "map", ":" };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *inner = g_build_filename (folder, "d", NULL);
  AnyTestWatch     watch;

  any_test_shell (folder, "mkdir d; echo one > d/file; ln d/file other; ln d/file d/other");
  any_test_watch_start (&watch, inner, "file", PLAIN);

  if (g_str_equal (silent[_i], "map"))
    write_through_map (inner);
  else
    any_test_shell (inner, silent[_i]);
  g_usleep (50000);
  ck_assert_int_eq (g_atomic_int_get (&watch.n_lapsed), 0);

  any_test_shell (inner, "echo again >> file");
  any_test_wait_for (&watch.n_lapsed, 1);
  any_test_watch_end (&watch);
}
END_TEST

/* The same directory, whichever way leads to it. */
START_TEST (test_sharing)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch one;
  AnyTestWatch other;
  guint        n_directories;

  any_test_shell (folder, "mkdir -p a/d; echo one > a/d/file; echo two > a/d/other");
  any_test_watch_start (&one, folder, "a/d/file", PLAIN);
  n_directories = any_monitors_count ();
  any_test_shell (folder, "ln -s a/d link");
  any_test_watch_start (&other, folder, "link/other", PLAIN);
  ck_assert_uint_eq (any_monitors_count (), n_directories);

  any_watch_end (one.watch);
  any_test_wait_for (&one.n_destroyed, 1);
  any_test_shell (folder, "echo more >> a/d/other");
  any_test_wait_for (&other.n_lapsed, 1);
  any_test_watch_end (&other);
  g_free (one.path);
}
END_TEST

/* Directories whose names go round. When GLib drops one of two monitors of a directory, the other falls silent. */
START_TEST (test_names_that_move_on)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyTestWatch             watches[3];
  static const char *const names[] = { "a/b/file", "c/b/file", "e/b/file" };

  any_test_shell (folder, "for i in a c e; do mkdir -p $i/b; echo $i > $i/b/file; done");
  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    {
      any_test_watch_start (&watches[i], folder, names[i], PLAIN);
      g_atomic_int_set (&watches[i].insists, TRUE);
    }
  for (guint i = 0; i < 10; i++)
    any_test_shell (folder, "mv a x; mv c a; mv e c; mv x e");

  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    {
      g_autofree char *script = g_strdup_printf ("echo more >> %s", names[i]);
      gint64           deadline = any_test_deadline ();
      int              n_asked;

      /* Until the last move is past, and what is left is heard of once more. */
      do
        {
          n_asked = g_atomic_int_get (&watches[i].n_asked);
          g_usleep (600000);
        }
      while (g_atomic_int_get (&watches[i].n_asked) != n_asked && any_test_wait (deadline));
      any_test_shell (folder, script);
      any_test_wait_for (&watches[i].n_asked, n_asked + 1);
    }

  for (guint i = 0; i < G_N_ELEMENTS (watches); i++)
    {
      any_watch_end (watches[i].watch);
      any_test_wait_for (&watches[i].n_destroyed, 1);
      g_free (watches[i].path);
    }
  any_test_wait_for_rest ();
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("watch");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_loop_test (all, test_changes, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (all, test_changes_before, 0, G_N_ELEMENTS (changes));
  tcase_add_test (all, test_writes_without_end);
  tcase_add_loop_test (all, test_silence, 0, 4);
  tcase_add_test (all, test_sharing);
  tcase_add_test (all, test_names_that_move_on);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
