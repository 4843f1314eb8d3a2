/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "child.h"

#include "tree.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child does little, so what lasts longer than this hangs, also under valgrind on a busy machine. */
#define DEADLINE_SECONDS 120

#define SKIPPED 77

/* The user and the group that own nothing, by their numbers on every Linux. */
#define NOBODY 65534

/* Runs a function in a forked process. Returns: FALSE if it could not do its work on this machine, which it has said */
gboolean
child_run (ChildFunc     func,
           gconstpointer data)
{
  pid_t pid;
  int   status;

  fflush (NULL);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      alarm (DEADLINE_SECONDS);
      func (data);
      exit (EXIT_SUCCESS);
    }

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  if (WIFSIGNALED (status))
    g_error ("The child died of signal %d", WTERMSIG (status));
  if (WEXITSTATUS (status) != EXIT_SUCCESS && WEXITSTATUS (status) != SKIPPED)
    g_error ("The child ended with status %d", WEXITSTATUS (status));
  return WEXITSTATUS (status) == EXIT_SUCCESS;
}

/* Ends the child, where the machine does not allow what it is about. */
void
child_skip (const char *reason)
{
  printf ("Skipped: %s\n", reason);
  exit (SKIPPED);
}

/* Lets the rules of the file system hold for the child: root, for whom they do not, becomes a user without rights, and is
 * given @path to work in. Nothing changes for another user. */
void
child_become_ordinary (const char *path)
{
  if (geteuid () != 0)
    return;

  g_assert_cmpint (chown (path, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (setgroups (0, NULL), ==, 0);
  g_assert_cmpint (setresgid (NOBODY, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (setresuid (NOBODY, NOBODY, NOBODY), ==, 0);
  /* /proc/self belongs to root otherwise, and the leak checker and the C library look there. */
  g_assert_cmpint (prctl (PR_SET_DUMPABLE, 1), ==, 0);
}

static void
write_map (const char *file,
           guint       id)
{
  g_autofree char *map = g_strdup_printf ("%u %u 1", id, id);
  FILE            *stream = fopen (file, "w");

  if (stream == NULL || fputs (map, stream) < 0 || fclose (stream) != 0)
    child_skip ("user namespaces are restricted here");
}

/* Gives the child a view of the file system of its own, so that it may mount; without root, as the same user in a namespace. */
void
child_own_mounts (void)
{
  guint uid = geteuid ();
  guint gid = getegid ();

  if (unshare (CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) != 0)
    child_skip ("mounting needs root or user namespaces");
  if (uid != 0)
    {
      FILE *stream = fopen ("/proc/self/setgroups", "w");

      if (stream == NULL || fputs ("deny", stream) < 0 || fclose (stream) != 0)
        child_skip ("user namespaces are restricted here");
      write_map ("/proc/self/uid_map", uid);
      write_map ("/proc/self/gid_map", gid);
    }
  if (mount ("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0)
    child_skip ("mounting is forbidden here");
}
