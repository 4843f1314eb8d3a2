/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-temporary.h"

#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/file.h>

/* Each part is played by this program anew, in the folder of its test: a process looks only once for what others have left, and
 * its exit is of interest. */
#define PREFIX "anycache-"

static void
say (const char *text)
{
  fputs (text, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

static void
hear (void)
{
  char line[16];

  g_assert_nonnull (fgets (line, sizeof line, stdin));
}

/* Puts into a directory what makes it one that is in use. */
static void
put_cache (const char *path)
{
  int folder = any_test_open_folder (path);

  g_assert_true (mkdirat (folder, "anycache-1", 0700) == 0 || errno == EEXIST);
  any_test_put_text (folder, "anycache-1/file", "text");
  close (folder);
}

static void
play_modes (void)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  struct stat      status;

  umask (0777);
  one = any_temporary_make ();
  two = any_temporary_make ();
  g_assert_cmpstr (one, !=, two);
  g_assert_true (g_str_has_prefix (one, g_get_tmp_dir ()));
  g_assert_cmpint (lstat (one, &status), ==, 0);
  g_assert_cmphex (status.st_mode, ==, S_IFDIR | 0700);
  g_assert_cmpint (status.st_uid, ==, geteuid ());
}

static void
play_remove (void)
{
  g_autofree char *one = any_temporary_make ();
  g_autofree char *two = any_temporary_make ();

  put_cache (one);
  put_cache (two);
  any_temporary_remove ("/none");
  g_assert_true (any_test_is_there (AT_FDCWD, one) && any_test_is_there (AT_FDCWD, two));
  any_temporary_remove (one);
  g_assert_true (!any_test_is_there (AT_FDCWD, one) && any_test_is_there (AT_FDCWD, two));

  /* What was given back is no longer ours, though it be made again. */
  g_assert_cmpint (mkdir (one, 0700), ==, 0);
  any_temporary_remove (one);
  g_assert_true (any_test_is_there (AT_FDCWD, one));
  g_assert_cmpint (rmdir (one), ==, 0);
}

/* Leaves by exit, with directories full and empty. */
static void
play_exit (void)
{
  g_autofree char *one = any_temporary_make ();
  g_autofree char *two = any_temporary_make ();

  put_cache (one);
  g_assert_true (any_test_is_there (AT_FDCWD, two));
}

/* Makes, says where, and waits to be told to end. */
static void
play_live (void)
{
  g_autofree char *path = any_temporary_make ();

  if (g_getenv ("TEST_EMPTY") == NULL)
    put_cache (path);
  say (path);
  hear ();
  g_assert_true (any_test_is_there (AT_FDCWD, path));
}

/* What belongs to the parent stays; what the child makes is the child's. */
static void
child_part (int      line,
            gpointer data)
{
  const char      *path = data;
  g_autofree char *own = NULL;

  /* A lock of a thread that is not here would never be freed. */
  alarm (10);
  any_temporary_remove (path);
  g_assert_true (any_test_is_there (AT_FDCWD, path));

  own = any_temporary_make ();
  put_cache (own);
  g_assert_cmpstr (own, !=, path);
  any_temporary_remove (own);
  g_assert_false (any_test_is_there (AT_FDCWD, own));
}

/* As a language does that ends a child like a program: with all that happens at exit. */
static void
exiting_part (int      line,
              gpointer data)
{
  child_part (line, data);
  g_free (any_temporary_make ());
  any_test_sign (line);
  exit (EXIT_SUCCESS);
}

static void
play_forks (void)
{
  g_autofree char *path = any_temporary_make ();
  AnyTestProcess   child;

  put_cache (path);
  any_test_process_run (child_part, path);
  g_assert_true (any_test_is_there (AT_FDCWD, path));

  child = any_test_process_start (exiting_part, path);
  any_test_await (child.line);
  g_assert_cmpint (any_test_process_reap (&child), ==, 0);
  g_assert_true (any_test_is_there (AT_FDCWD, path));
}

static gpointer
make_thread (gpointer data)
{
  int *done = data;

  while (!g_atomic_int_get (done))
    {
      g_autofree char *path = any_temporary_make ();

      any_temporary_remove (path);
    }

  return NULL;
}

/* Forks again and again while a thread makes and removes. */
static void
play_forks_and_threads (void)
{
  g_autofree char *path = any_temporary_make ();
  int              done = FALSE;
  GThread         *thread = g_thread_new ("maker", make_thread, &done);

  for (guint i = 0; i < 50 && any_test_can_fork_from_threads (); i++)
    any_test_process_run (child_part, path);
  g_atomic_int_set (&done, TRUE);
  g_thread_join (thread);
}

static void
play_unavailable (void)
{
  g_autofree char *path = NULL;
  struct stat      status;

  any_test_become_ordinary (".");
  g_assert_cmpint (chmod (".", 0500), ==, 0);
  path = any_temporary_make ();
  g_assert_cmpint (lstat (path, &status), !=, 0);
  g_assert_true (g_path_is_absolute (path));
  any_temporary_remove (path);
  g_assert_cmpint (chmod (".", 0700), ==, 0);
}

static const struct
{
  const char *name;
  void (*play) (void);
} parts[] = {
  { "modes", play_modes },
  { "remove", play_remove },
  { "exit", play_exit },
  { "live", play_live },
  { "forks", play_forks },
  { "forks-and-threads", play_forks_and_threads },
  { "unavailable", play_unavailable },
};

/* A part that runs, with its ends of two pipes. */
typedef struct
{
  pid_t pid;
  int   in;  /* (owned) */
  int   out; /* (owned) */
} Player;

static Player
player_start (const char *folder,
              const char *part)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char      *arguments[] = { program, part, NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "TMPDIR", folder, TRUE);
  g_autoptr (GError) error = NULL;
  Player self;

  /* GLib's own allocator has locks, too, which nobody makes safe for a child that does not call exec at once: without it. */
  environment = g_environ_setenv (environment, "G_SLICE", "always-malloc", TRUE);
  g_spawn_async_with_pipes (folder, (char **) arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD,
                            NULL, NULL, &self.pid, &self.in, &self.out, NULL, &error);
  g_assert_no_error (error);

  return self;
}

/* What the player says next; NULL where it has ended. */
static char *
player_hear (Player *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  struct pollfd look = { self->out, POLLIN, 0 };
  char          character;

  do
    {
      g_assert_cmpint (poll (&look, 1, (int) any_test_patience () * 1000), ==, 1);
      if (read (self->out, &character, 1) != 1)
        return NULL;
      g_string_append_c (text, character);
    }
  while (character != '\n');
  g_string_truncate (text, text->len - 1);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
player_reap (Player *self)
{
  AnyTestProcess process = { self->pid, self->in };
  int            status = any_test_process_reap (&process);

  close (self->out);

  return status;
}

static void
player_let_end (Player *self)
{
  ck_assert_int_eq (write (self->in, "go\n", 3), 3);
  ck_assert_int_eq (player_reap (self), 0);
}

static void
player_kill (Player *self)
{
  kill (self->pid, SIGKILL);
  ck_assert (WIFSIGNALED (player_reap (self)));
}

/* Lets one play from beginning to end. */
static void
perform (const char *folder,
         const char *part)
{
  Player           player = player_start (folder, part);
  g_autofree char *said = player_hear (&player);

  ck_assert_msg (player_reap (&player) == 0, "the part “%s” failed", part);
}

/* Those that need nothing from outside, and leave nothing behind. */
START_TEST (test_parts)
{
  static const char *const names[] = { "modes", "remove", "exit", "forks", "forks-and-threads", "unavailable" };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  perform (folder, names[_i]);
  any_test_assert_list (folder, "");
}
END_TEST

START_TEST (test_a_living_one_is_never_reclaimed)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  Player           living = player_start (folder, "live");
  g_autofree char *path = player_hear (&living);
  g_autofree char *name = g_path_get_basename (path);

  for (guint i = 0; i < 3; i++)
    {
      perform (folder, "exit");
      any_test_assert_list (folder, name);
    }
  player_let_end (&living);
  any_test_assert_list (folder, "");
}
END_TEST

/* With something in it and without. */
START_TEST (test_a_dead_one_is_reclaimed)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  if (_i == 1)
    g_setenv ("TEST_EMPTY", "1", TRUE);
  for (guint i = 0; i < 3; i++)
    {
      Player           player = player_start (folder, "live");
      g_autofree char *path = player_hear (&player);
      g_autofree char *name = g_path_get_basename (path);

      player_kill (&player);
      any_test_assert_list (folder, name);
    }
  g_unsetenv ("TEST_EMPTY");

  perform (folder, "exit");
  any_test_assert_list (folder, "");
}
END_TEST

/* Several look for it at once, while others come and go. */
START_TEST (test_many_reclaim_at_once)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  Player players[8];

  for (guint round = 0; round < 5; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (players); i++)
        players[i] = player_start (folder, "live");
      for (guint i = 0; i < G_N_ELEMENTS (players); i++)
        {
          g_autofree char *path = player_hear (&players[i]);

          ck_assert_ptr_nonnull (path);
          if (i % 2 == 0)
            player_kill (&players[i]);
        }
      for (guint i = 1; i < G_N_ELEMENTS (players); i += 2)
        player_let_end (&players[i]);
    }

  perform (folder, "exit");
  any_test_assert_list (folder, "");
}
END_TEST

/* What only looks like one: of somebody who named a cache of his own like that, or a file, or a link to a victim. */
START_TEST (test_others_are_left_alone)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *list = NULL;
  int              fd = any_test_open_folder (folder);

  ck_assert_int_eq (mkdirat (fd, PREFIX "mine", 0700), 0);
  ck_assert_int_eq (mkdirat (fd, PREFIX "mine/anycache-1", 0700), 0);
  ck_assert_int_eq (mkdirat (fd, PREFIX "empty", 0700), 0);
  any_test_put_text (fd, PREFIX "file", "");
  ck_assert_int_eq (mkdirat (fd, "victim", 0700), 0);
  any_test_put_text (fd, "victim/file", "");
  ck_assert_int_eq (symlinkat ("victim", fd, PREFIX "link"), 0);
  ck_assert_int_eq (mkfifoat (fd, PREFIX "fifo", 0600), 0);

  list = any_test_list (folder);
  perform (folder, "exit");
  any_test_assert_list (folder, list);
  ck_assert (any_test_is_there (fd, "victim/file"));
  ck_assert (any_test_is_there (fd, PREFIX "mine/anycache-1"));
  close (fd);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("temporary");
  TCase *life = tcase_create ("life");

  tcase_set_timeout (life, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (life, test_parts, 0, 6);
  tcase_add_test (life, test_a_living_one_is_never_reclaimed);
  tcase_add_loop_test (life, test_a_dead_one_is_reclaimed, 0, 2);
  tcase_add_test (life, test_many_reclaim_at_once);
  tcase_add_test (life, test_others_are_left_alone);
  suite_add_tcase (suite, life);

  return suite;
}

int
main (int    argc,
      char **argv)
{
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (argv[1], parts[i].name))
      {
        signal (SIGALRM, SIG_DFL);
        alarm (any_test_patience () / 2);
        parts[i].play ();
        return EXIT_SUCCESS;
      }

  return any_test_run (make_suite ());
}
