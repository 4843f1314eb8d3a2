/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tracer.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a stop at a system call looks like, with PTRACE_O_TRACESYSGOOD. */
#define SYSTEM_CALL (SIGTRAP | 0x80)

/* How a process ends that may not be traced. */
#define FORBIDDEN 77

/* From here on, the parent sees each system call of this thread. */
void
tracer_begin (void)
{
  if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0)
    _exit (FORBIDDEN);
  raise (SIGSTOP);
}

void
tracer_end (gboolean success)
{
  if (success)
    raise (SIGSTOP);
  _exit (EXIT_FAILURE);
}

/* Each system call stops its thread twice. */
static int
count_until_end (pid_t child)
{
  int n_stops = 0;
  int status;

  ptrace (PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  do
    {
      if (ptrace (PTRACE_SYSCALL, child, NULL, NULL) != 0 || waitpid (child, &status, 0) != child || !WIFSTOPPED (status))
        g_error ("The traced process has ended");
      n_stops += WSTOPSIG (status) == SYSTEM_CALL;
    }
  while (WSTOPSIG (status) != SIGSTOP);

  kill (child, SIGKILL);
  waitpid (child, &status, 0);

  return n_stops / 2;
}

/* Gives how many system calls the thread made that did it, and those of the tracer; -1 where nobody may know. */
int
tracer_count_calls (TracedFunc func,
                    gpointer   data,
                    guint      count)
{
  pid_t child = fork ();
  int   status;

  if (child == 0)
    {
      func (data, count);
      _exit (EXIT_FAILURE);
    }

  if (child < 0 || waitpid (child, &status, WUNTRACED) != child)
    g_error ("There is no process to trace");
  if (WIFEXITED (status) && WEXITSTATUS (status) == FORBIDDEN)
    return -1;
  if (!WIFSTOPPED (status))
    g_error ("The process to be traced has ended");

  return count_until_end (child);
}
