/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The head of the shim: which call is the one, and what befalls it. The calls themselves are in fault-shim-calls.c. */

#include "fault-shim.h"

#include "fault-shim-private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULT_CALLS_ALL (~0u)

typedef enum
{
  FAULT_FAIL,
  FAULT_SHORT,
  FAULT_KILL,
} FaultKind;

typedef struct
{
  const char *name;
  FaultKind   kind;
  int         code;  /* errno, where the call fails */
  unsigned    calls; /* which calls it can befall on a real system */
} FaultAction;

static const FaultAction actions[] = {
  { "eio", FAULT_FAIL, EIO, FAULT_CALLS_ALL },
  { "enospc", FAULT_FAIL, ENOSPC,
    FAULT_CALL_CREATE | FAULT_CALL_WRITE | FAULT_CALL_RENAME | FAULT_CALL_RESIZE | FAULT_CALL_SYNC | FAULT_CALL_CLOSE },
  { "eacces", FAULT_FAIL, EACCES,
    FAULT_CALL_OPEN | FAULT_CALL_CREATE | FAULT_CALL_RENAME | FAULT_CALL_UNLINK |
      FAULT_CALL_STAT | FAULT_CALL_LOCK | FAULT_CALL_CHMOD },
  { "emfile", FAULT_FAIL, EMFILE, FAULT_CALL_OPEN },
  { "enolck", FAULT_FAIL, ENOLCK, FAULT_CALL_LOCK },
  { "enosys-lock", FAULT_FAIL, ENOSYS, FAULT_CALL_LOCK },
  { "enosys", FAULT_FAIL, ENOSYS, FAULT_CALL_NEWER },
  { "einval", FAULT_FAIL, EINVAL, FAULT_CALL_FLAGGED },
  { "eintr", FAULT_FAIL, EINTR,
    FAULT_CALL_OPEN | FAULT_CALL_READ | FAULT_CALL_WRITE | FAULT_CALL_CLOSE |
      FAULT_CALL_LOCK | FAULT_CALL_SYNC | FAULT_CALL_RESIZE },
  { "short", FAULT_SHORT, 0, FAULT_CALL_READ | FAULT_CALL_WRITE },
  { "kill", FAULT_KILL, 0, FAULT_CALLS_ALL },
};

static const FaultAction *action;
static const char        *directory;
static unsigned           at;
static bool               onwards;
static int                trace_fd = -1;
static atomic_bool        armed;
static atomic_uint        seen;
static atomic_uint        injected;
static char               first_call[sizeof ((FaultReport *) 0)->call]; /* written once, by whoever injects first */

static const char *
demand (const char *variable)
{
  const char *value = getenv (variable);

  if (value != NULL)
    return value;
  fprintf (stderr, "fault-shim: %s is not set\n", variable);
  abort ();
}

static const FaultAction *
find_action (const char *name)
{
  for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
    if (strcmp (actions[i].name, name) == 0)
      return &actions[i];
  fprintf (stderr, "fault-shim: there is no action \"%s\"\n", name);
  abort ();
}

void
fault_shim_arm (void)
{
  const char *trace = getenv ("FAULT_SHIM_TRACE");
  char       *end;

  directory = demand ("FAULT_SHIM_DIRECTORY");
  action = find_action (demand ("FAULT_SHIM_ACTION"));
  at = (unsigned) strtoul (demand ("FAULT_SHIM_AT"), &end, 10);
  onwards = *end == '+';
  if (trace != NULL)
    trace_fd = open (trace, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  seen = 0;
  injected = 0;
  armed = true;
}

void
fault_shim_disarm (FaultReport *report)
{
  armed = false;
  if (trace_fd >= 0)
    close (trace_fd);
  trace_fd = -1;
  report->seen = seen;
  report->injected = injected;
  memcpy (report->call, first_call, sizeof report->call);
}

static bool
is_within (const char *path)
{
  size_t length = strlen (directory);

  return strncmp (path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The kernel knows where a descriptor points, whoever opened it and whatever was renamed since. */
static bool
link_is_within (const char *link)
{
  char    target[PATH_MAX];
  int     saved = errno;
  ssize_t length = readlink (link, target, sizeof target - 1);

  errno = saved;
  if (length < 0)
    return false;
  target[length] = '\0';
  return is_within (target);
}

bool
fault_within_fd (int fd)
{
  char link[40];

  if (!armed)
    return false;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  return link_is_within (link);
}

bool
fault_within_path (int         dirfd,
                   const char *path)
{
  if (!armed)
    return false;
  if (path != NULL && path[0] == '/')
    return is_within (path);
  return dirfd == AT_FDCWD ? link_is_within ("/proc/self/cwd") : fault_within_fd (dirfd);
}

/* Whether this very call is the one. */
static bool
is_due (const char *name,
        unsigned    calls)
{
  unsigned n;

  if ((action->calls & calls) == 0)
    return false;
  n = ++seen;
  if (trace_fd >= 0)
    dprintf (trace_fd, "%s\n", name);
  if (at == 0 || (onwards ? n < at : n != at))
    return false;
  if (injected++ == 0)
    strncpy (first_call, name, sizeof first_call - 1);
  return true;
}

/* Whether the call named @name fails; errno is set, then. Where the action is to kill, there is no return. */
bool
fault_befalls (const char *name,
               unsigned    calls,
               bool        within)
{
  if (!armed || !within || action->kind == FAULT_SHORT || !is_due (name, calls))
    return false;
  if (action->kind == FAULT_KILL)
    kill (getpid (), SIGKILL);
  errno = action->code;
  return true;
}

/* Whether a read or a write that is about to happen shall do only a part of its work. */
bool
fault_shortens (const char *name,
                bool        within)
{
  return armed && within && action->kind == FAULT_SHORT && is_due (name, FAULT_CALL_READ | FAULT_CALL_WRITE);
}
