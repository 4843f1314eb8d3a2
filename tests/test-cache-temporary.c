/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The directory of a cache that was given none: there for as long as somebody uses it, and gone after any end. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache-setup.h"

#define KEY "key"

/* Parts are played by this program in a process of its own, with a temporary folder of its own. libcheck knows nothing of them. */

static AnyFunction *
make_and_store (AnyCache *cache)
{
  AnyFunction *function = any_function_new (cache, "org.example.Other", NULL);

  if (!any_function_store (function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL))
    abort ();
  g_print ("%s\n", any_cache_get_cachedir (cache));
  fflush (stdout);

  return function;
}

/* Ends as a program does that lets nothing go. */
static int
play_exit (void)
{
  make_and_store (any_cache_new (NULL, -1));
  make_and_store (any_cache_new (NULL, -1));

  return EXIT_SUCCESS;
}

static int
play_wait (void)
{
  make_and_store (any_cache_new (NULL, -1));
  pause ();

  return EXIT_SUCCESS;
}

static gboolean
finds_seven (AnyFunction *function)
{
  g_autoptr (GVariant) value = any_function_lookup (function, text_args (KEY), NULL, NULL);

  return value != NULL && g_variant_get_int64 (value) == 7;
}

/* A child that ends takes nothing from its parent. */
static int
play_fork (void)
{
  AnyCache    *cache = any_cache_new (NULL, -1);
  AnyFunction *function = make_and_store (cache);
  pid_t        child = fork ();
  int          status;

  if (child == 0)
    exit (finds_seven (function) ? EXIT_SUCCESS : EXIT_FAILURE);
  if (waitpid (child, &status, 0) != child || status != 0)
    return EXIT_FAILURE;

  any_cache_set_maxmemory (cache, 0);

  return finds_seven (function) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static gboolean
seven_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  any_request_return_value (request, g_variant_new_int64 (7));

  return TRUE;
}

static void
count_cb (AnyCache *cache,
          GError   *error,
          gpointer  n_told)
{
  *(int *) n_told += 1;
}

/* Where there is no room for a directory, results are computed. */
static int
play_without_room (void)
{
  g_autoptr (AnyCache) cache = any_cache_new (NULL, -1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "org.example.Seven", NULL, seven_cb, NULL, NULL);
  int n_told = 0;

  g_signal_connect (cache, "store-failed", G_CALLBACK (count_cb), &n_told);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) value = any_function_call (function, text_args (KEY), NULL, NULL);

      if (value == NULL || g_variant_get_int64 (value) != 7)
        return EXIT_FAILURE;
    }

  return n_told == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct
{
  const char *name;
  int (*play) (void);
} parts[] = {
  { "exit", play_exit },
  { "wait", play_wait },
  { "fork", play_fork },
  { "without-room", play_without_room },
};

/* Starts a part, and gives what it prints. */
static GPid
start (const char *part,
       const char *tmpdir,
       FILE      **output)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char            *argv[] = { program, (char *) part, NULL };
  g_auto (GStrv) envp = g_environ_setenv (g_get_environ (), "TMPDIR", tmpdir, TRUE);
  g_autoptr (GError) error = NULL;
  GPid pid;
  int  fd;

  /* What lives to the end is no leak. */
  envp = g_environ_setenv (envp, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
  ck_assert_msg (g_spawn_async_with_pipes (NULL, argv, envp, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &fd, NULL, &error),
                 "%s", error != NULL ? error->message : "");
  *output = fdopen (fd, "r");

  return pid;
}

static char *
read_line (FILE *output)
{
  char line[4096];

  ck_assert_msg (fgets (line, sizeof line, output) != NULL, "the part says nothing");

  return g_strdup (g_strchomp (line));
}

static int
finish (GPid  pid,
        FILE *output)
{
  int status;

  fclose (output);
  ck_assert_int_eq (waitpid (pid, &status, 0), pid);

  return status;
}

static void
check_part (const char *part,
            const char *tmpdir)
{
  FILE *output;
  GPid  pid = start (part, tmpdir, &output);

  /* What it prints is not asked for, but it must be able to. */
  while (fgetc (output) != EOF)
    ;
  ck_assert_int_eq (finish (pid, output), 0);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

START_TEST (test_goes_with_the_last_user)
{
  AnyCache        *cache = any_cache_new (NULL, -1);
  AnyFunction     *function = any_function_new (cache, "org.example.Other", NULL);
  g_autofree char *path = g_strdup (any_cache_get_cachedir (cache));
  struct stat      status;

  ck_assert_int_eq (stat (path, &status), 0);
  ck_assert_int_eq (status.st_mode & 07777, 0700);
  ck_assert (any_function_store (function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));

  g_object_unref (cache);
  ck_assert_int_eq (lookup (function, KEY), 7);
  ck_assert (exists (path));
  g_object_unref (function);
  ck_assert (!exists (path));
}
END_TEST

/* The same mode whatever the mask. */
START_TEST (test_mode)
{
  static const mode_t masks[] = { 0, 022, 077, 0777 };

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      mode_t old = umask (masks[i]);
      g_autoptr (AnyCache) cache = any_cache_new (NULL, -1);
      struct stat status;

      umask (old);
      ck_assert_int_eq (stat (any_cache_get_cachedir (cache), &status), 0);
      ck_assert_int_eq (status.st_mode & 07777, 0700);
    }
}
END_TEST

START_TEST (test_goes_at_exit)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  FILE            *output;
  GPid             pid = start ("exit", folder, &output);
  g_autofree char *first = read_line (output);
  g_autofree char *second = read_line (output);

  ck_assert_int_eq (finish (pid, output), 0);
  ck_assert_msg (g_str_has_prefix (first, folder), "%s", first);
  ck_assert_str_ne (first, second);
  ck_assert (!exists (first));
  ck_assert (!exists (second));
}
END_TEST

/* What a killed process has left is removed by the next one, and what a living one uses is not. */
START_TEST (test_goes_after_a_kill)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  FILE            *killed_output, *living_output;
  GPid             killed = start ("wait", folder, &killed_output);
  GPid             living = start ("wait", folder, &living_output);
  g_autofree char *killed_path = read_line (killed_output);
  g_autofree char *living_path = read_line (living_output);

  ck_assert_int_eq (kill (killed, SIGKILL), 0);
  finish (killed, killed_output);
  ck_assert (exists (killed_path));

  check_part ("exit", folder);
  ck_assert (!exists (killed_path));
  ck_assert (exists (living_path));

  ck_assert_int_eq (kill (living, SIGKILL), 0);
  finish (living, living_output);
}
END_TEST

/* A directory of a like name that is somebody's cache, or anything else. */
START_TEST (test_spares_what_is_not_ours)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *named = g_build_filename (folder, "anycache-abcdef", NULL);
  g_autofree char *empty = g_build_filename (folder, "anycache-empty", NULL);
  g_autofree char *file = g_build_filename (folder, "anycache-file", NULL);
  g_autoptr (AnyCache) cache = any_cache_new (named, -1);
  g_autoptr (AnyFunction) function = any_function_new (cache, "org.example.Other", NULL);

  ck_assert (any_function_store (function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
  ck_assert_int_eq (mkdir (empty, 0700), 0);
  ck_assert (g_file_set_contents (file, "", 0, NULL));
  g_clear_object (&function);
  g_clear_object (&cache);

  check_part ("exit", folder);
  ck_assert (exists (empty));
  ck_assert (exists (file));

  cache = any_cache_new (named, -1);
  function = any_function_new (cache, "org.example.Other", NULL);
  ck_assert_int_eq (lookup (function, KEY), 7);
}
END_TEST

START_TEST (test_child_ends_first)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  FILE            *output;
  GPid             pid = start ("fork", folder, &output);
  g_autofree char *path = read_line (output);

  ck_assert_int_eq (finish (pid, output), 0);
  ck_assert (!exists (path));
}
END_TEST

START_TEST (test_no_room)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *nowhere = g_build_filename (folder, "nowhere", NULL);

  check_part ("without-room", nowhere);
  ck_assert (!exists (nowhere));
}
END_TEST

int
main (int   argc,
      char *argv[])
{
  Suite *suite;
  TCase *all;

  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (parts); i++)
    {
      if (g_str_equal (argv[1], parts[i].name))
        return parts[i].play ();
    }

  suite = suite_create ("cache-temporary");
  all = tcase_create ("all");
  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_goes_with_the_last_user);
  tcase_add_test (all, test_mode);
  tcase_add_test (all, test_goes_at_exit);
  tcase_add_test (all, test_goes_after_a_kill);
  tcase_add_test (all, test_spares_what_is_not_ours);
  tcase_add_test (all, test_child_ends_first);
  tcase_add_test (all, test_no_room);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
