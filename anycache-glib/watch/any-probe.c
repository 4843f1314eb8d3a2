/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-probe.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

/* A main context takes one, GLib's worker another, inotify a third; GIO opens a folder and the modules in it, one after another. The
 * rest is for what other threads open meanwhile. */
#define N_DESCRIPTORS 16

static int probe = -1; /* (owned) the watching thread's alone */

/* Where there is none, GLib ends the process rather than report an error. */
gboolean
any_probe_has_descriptors (void)
{
  int   descriptors[N_DESCRIPTORS];
  guint n = 0;

  while (n < N_DESCRIPTORS && (descriptors[n] = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) >= 0)
    n++;
  for (guint i = 0; i < n; i++)
    close (descriptors[i]);

  return n == N_DESCRIPTORS;
}

/* Whether the kernel would watch one more directory for us. GLib does not tell when it would not: it takes the directory for one
 * that is missing. What is asked for here counts against the same limits and needs the same rights, so what is refused here may
 * just so have been granted to GLib, but hardly the other way round. */
gboolean
any_probe_reaches (const char *directory)
{
  int watch;

  if (probe < 0)
    probe = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (probe < 0)
    return FALSE;

  watch = inotify_add_watch (probe, directory, IN_DELETE_SELF | IN_ONLYDIR);
  if (watch >= 0)
    inotify_rm_watch (probe, watch);

  return watch >= 0;
}

/* To be called when nothing more is to be asked soon. Not after each question: to close it may take some milliseconds. */
void
any_probe_rest (void)
{
  if (probe >= 0)
    close (probe);
  probe = -1;
}
