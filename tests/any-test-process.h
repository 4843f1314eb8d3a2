/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

G_BEGIN_DECLS

/* A forked process that plays a part in a test. The two talk over a line, sign by sign, and no wait is endless.
 *
 * The child checks with g_assert_*(): libcheck knows nothing of it.
 */
typedef struct
{
  pid_t pid;
  int   line; /* (owned) */
} AnyTestProcess;

typedef void (*AnyTestPart) (int      line,
                             gpointer data);

/* The timeout of a test that waits for others, who have any_test_patience(). */
#define ANY_TEST_PROCESS_SECONDS 60

/* The user and the group that own nothing, by their numbers on every Linux. */
#define ANY_TEST_NOBODY 65534

/* Ends a child that has played its part to the end; as another program, at which no leak checker looks: for one, all would be
 * lost that only the parent still holds. */
static inline void
any_test_process_end (int line)
{
  fflush (NULL);
  g_assert_cmpint (send (line, ".", 1, MSG_NOSIGNAL), ==, 1);
  execlp ("true", "true", NULL);
  _exit (EXIT_SUCCESS);
}

static inline void
any_test_process_play (int         line,
                       AnyTestPart part,
                       gpointer    data)
{
  /* libcheck's handler would take the whole test with it. */
  signal (SIGALRM, SIG_DFL);
  alarm (any_test_patience ());
  part (line, data);
  any_test_process_end (line);
}

#if defined(__SANITIZE_ADDRESS__)
#define ANY_TEST_HAS_ASAN TRUE
#elif defined(__has_feature)
#define ANY_TEST_HAS_ASAN __has_feature (address_sanitizer)
#else
#define ANY_TEST_HAS_ASAN FALSE
#endif

/* Waits until no other thread of this process works, for a while: what is removed in the background is soon gone. The address sanitizer
 * leaves the locks of its allocator to a child as they are. */
static inline void
any_test_let_threads_rest (void)
{
  gint64   deadline = any_test_deadline ();
  gboolean at_rest = !ANY_TEST_HAS_ASAN;

  while (!at_rest && any_test_wait (deadline))
    {
      g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
      const char *name;

      at_rest = TRUE;
      while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
        {
          g_autofree char *path = g_build_filename ("/proc/self/task", name, "stat", NULL);
          g_autofree char *stat = NULL;

          if (atoi (name) != getpid () && g_file_get_contents (path, &stat, NULL, NULL))
            at_rest = at_rest && strstr (stat, ") S ") != NULL;
        }
    }
}

static inline AnyTestProcess
any_test_process_start (AnyTestPart part,
                        gpointer    data)
{
  AnyTestProcess self;
  int            ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  fflush (NULL);
  any_test_let_threads_rest ();

  self.line = ends[0];
  self.pid = fork ();
  g_assert_cmpint (self.pid, >=, 0);
  if (self.pid == 0)
    {
      close (ends[0]);
      any_test_process_play (ends[1], part, data);
    }
  close (ends[1]);

  return self;
}

static inline void
any_test_sign (int line)
{
  send (line, "!", 1, MSG_NOSIGNAL);
}

/* Waits for what the other end says; 0 where it is dead. */
static inline char
any_test_hear (int line)
{
  struct pollfd look = { line, POLLIN, 0 };
  char          sign = 0;
  int           n_ready;

  do
    n_ready = poll (&look, 1, (int) any_test_patience () * 1000);
  while (n_ready < 0 && errno == EINTR);
  g_assert_cmpint (n_ready, ==, 1);

  return recv (line, &sign, 1, 0) == 1 ? sign : 0;
}

/* Waits for the sign of the other end. */
static inline void
any_test_await (int line)
{
  g_assert_cmpint (any_test_hear (line), ==, '!');
}

/* The child's end of a part that is killed after it has said how far it has come. */
static inline void
any_test_wait_for_death (int line)
{
  any_test_sign (line);
  for (;;)
    pause ();
}

static inline int
any_test_process_reap (AnyTestProcess *self)
{
  gint64 deadline = any_test_deadline ();
  pid_t  reaped;
  int    status;

  while ((reaped = waitpid (self->pid, &status, WNOHANG)) != self->pid)
    {
      g_assert_true (reaped == 0 || errno == EINTR);
      g_assert_true (any_test_wait (deadline));
    }
  close (self->line);

  return status;
}

static inline void
any_test_process_join (AnyTestProcess *self)
{
  char last = 0;
  int  status;

  for (char sign = any_test_hear (self->line); sign != 0; sign = any_test_hear (self->line))
    last = sign;
  status = any_test_process_reap (self);

  if (last != '.')
    g_error ("The other process ended with %s %d",
             WIFSIGNALED (status) ? "signal" : "status",
             WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status));
}

static inline void
any_test_process_kill (AnyTestProcess *self)
{
  int status;

  kill (self->pid, SIGKILL);
  status = any_test_process_reap (self);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

/* Does in another process what would spoil this one. */
static inline void
any_test_process_run (AnyTestPart part,
                      gpointer    data)
{
  AnyTestProcess self = any_test_process_start (part, data);

  any_test_process_join (&self);
}

/* Starts several at once, and waits until all have ended. */
static inline void
any_test_process_crowd (guint       n_processes,
                        AnyTestPart part,
                        gpointer    data)
{
  g_autofree AnyTestProcess *crowd = g_new (AnyTestProcess, n_processes);

  for (guint i = 0; i < n_processes; i++)
    crowd[i] = any_test_process_start (part, data);
  for (guint i = 0; i < n_processes; i++)
    any_test_await (crowd[i].line);
  for (guint i = 0; i < n_processes; i++)
    any_test_sign (crowd[i].line);
  for (guint i = 0; i < n_processes; i++)
    any_test_process_join (&crowd[i]);
}

/* The beginning of a part in a crowd: all go on together. */
static inline void
any_test_gather (int line)
{
  any_test_sign (line);
  any_test_await (line);
}

/* In a child: the rules of the file system hold for it from now on. Root, for whom they do not, becomes a user who owns nothing
 * but @folder, which is the current directory then. */
static inline void
any_test_become_ordinary (const char *folder)
{
  g_assert_cmpint (chdir (folder), ==, 0);
  if (geteuid () != 0)
    return;

  g_assert_cmpint (chown (".", ANY_TEST_NOBODY, ANY_TEST_NOBODY), ==, 0);
  g_assert_cmpint (setgroups (0, NULL), ==, 0);
  g_assert_cmpint (setresgid (ANY_TEST_NOBODY, ANY_TEST_NOBODY, ANY_TEST_NOBODY), ==, 0);
  g_assert_cmpint (setresuid (ANY_TEST_NOBODY, ANY_TEST_NOBODY, ANY_TEST_NOBODY), ==, 0);
  /* /proc/self belongs to root otherwise, and the C library looks there. */
  g_assert_cmpint (prctl (PR_SET_DUMPABLE, 1), ==, 0);
}

/* In place, without making the file. */
static inline gboolean
any_test_write (const char *path,
                const char *text)
{
  int      fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);

  return done;
}

/* In a child that has no threads: makes a user whose limits are its own. Says so where there can be none. */
static inline gboolean
any_test_enter_namespace (const char *limit,
                          const char *value)
{
  g_autofree char *path = g_strconcat ("/proc/sys/user/", limit, NULL);
  g_autofree char *uid = g_strdup_printf ("0 %u 1", geteuid ());
  g_autofree char *gid = g_strdup_printf ("0 %u 1", getegid ());

  if (unshare (CLONE_NEWUSER) == 0 && any_test_write ("/proc/self/setgroups", "deny") && any_test_write ("/proc/self/uid_map", uid) &&
      any_test_write ("/proc/self/gid_map", gid) && any_test_write (path, value))
    return TRUE;

  printf ("Skipped: no limits of one's own can be had here: %s\n", g_strerror (errno));

  return FALSE;
}

/* In a child: a system call fails from now on, as it does on an older kernel or in a sandbox. */
static inline void
any_test_forbid_call (long number,
                      int  failure)
{
  struct sock_filter filter[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, G_STRUCT_OFFSET (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (guint32) number, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (guint32) failure),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { G_N_ELEMENTS (filter), filter };

  g_assert_cmpint (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), ==, 0);
  g_assert_cmpint (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), ==, 0);
}

/* Valgrind makes system calls of its own, in the name of the program. */
static inline gboolean
any_test_is_in_valgrind (void)
{
  const char *preload = g_getenv ("LD_PRELOAD");

  return preload != NULL && strstr (preload, "vgpreload") != NULL;
}

/* Whether a process can be followed from system call to system call: not inside valgrind, nor in some
 * sandboxes. Says so where it cannot. */
static inline gboolean
any_test_can_step (void)
{
  static int can = -1;
  pid_t      pid;
  int        status;

  if (can >= 0)
    return can;

  can = FALSE;
  if (!any_test_is_in_valgrind ())
    {
      fflush (NULL);
      pid = fork ();
      g_assert_cmpint (pid, >=, 0);
      if (pid == 0)
        _exit (ptrace (PTRACE_TRACEME, 0, NULL, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      can = status == 0;
    }
  if (!can)
    printf ("Skipped: no process can be stopped at its system calls here\n");

  return can;
}

/* Whether a process may fork at any instant of its threads: the address sanitizer leaves the locks of its allocator to the child
 * as they are. Says so where it may not. */
static inline gboolean
any_test_can_fork_from_threads (void)
{
  if (ANY_TEST_HAS_ASAN)
    printf ("Skipped: no thread may fork in the address sanitizer\n");

  return !ANY_TEST_HAS_ASAN;
}

/* Plays a part in another process up to its n-th system call, which is not made yet. 0 where it has ended before. */
static inline pid_t
any_test_process_step_to (AnyTestPart part,
                          gpointer    data,
                          guint       n)
{
  pid_t pid;
  int   status;

  fflush (NULL);
  any_test_let_threads_rest ();
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      g_assert_cmpint (ptrace (PTRACE_TRACEME, 0, NULL, NULL), ==, 0);
      raise (SIGSTOP);
      signal (SIGALRM, SIG_DFL);
      alarm (any_test_patience ());
      part (-1, data);
      _exit (EXIT_SUCCESS);
    }

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  /* It stops before each call and after it. */
  for (guint i = 0; i < 2 * n - 1; i++)
    {
      g_assert_true (WIFSTOPPED (status) && (i == 0 || WSTOPSIG (status) == SIGTRAP));
      g_assert_cmpint (ptrace (PTRACE_SYSCALL, pid, NULL, NULL), ==, 0);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      if (WIFEXITED (status))
        {
          g_assert_cmpint (WEXITSTATUS (status), ==, EXIT_SUCCESS);
          return 0;
        }
    }

  return pid;
}

/* Plays a part and kills it before its n-th system call. FALSE where it has ended before. */
static inline gboolean
any_test_process_kill_at (AnyTestPart part,
                          gpointer    data,
                          guint       n)
{
  pid_t pid = any_test_process_step_to (part, data, n);
  int   status;

  if (pid == 0)
    return FALSE;

  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);

  return TRUE;
}

/* How long a part at rest is waited for, in case the other does not need what it holds. */
#define ANY_TEST_REST_MS 3

/* Plays a part, and before its n-th system call lets another process play the other part, which goes on to its end unless it must
 * wait for the first. Both must come to their ends. FALSE where the first has ended before. */
static inline gboolean
any_test_process_race_at (AnyTestPart part,
                          gpointer    data,
                          guint       n,
                          AnyTestPart other_part,
                          gpointer    other_data)
{
  pid_t          pid = any_test_process_step_to (part, data, n);
  AnyTestProcess other;
  struct pollfd  look;
  int            status;

  if (pid == 0)
    return FALSE;

  other = any_test_process_start (other_part, other_data);
  look = (struct pollfd){ other.line, POLLIN, 0 };
  poll (&look, 1, ANY_TEST_REST_MS);
  g_assert_cmpint (ptrace (PTRACE_DETACH, pid, NULL, NULL), ==, 0);
  any_test_process_join (&other);

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != EXIT_SUCCESS)
    g_error ("Stopped before its system call %u, the process ended with %x", n, status);

  return TRUE;
}

G_END_DECLS
