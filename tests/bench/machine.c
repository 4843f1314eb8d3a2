/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "machine.h"

#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "peer.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

static const struct
{
  const char *name;
  guint32     magic;
} file_systems[] = {
  { "ext4", EXT4_SUPER_MAGIC },
  { "Btrfs", BTRFS_SUPER_MAGIC },
  { "XFS", XFS_SUPER_MAGIC },
  { "tmpfs", TMPFS_MAGIC },
  { "overlayfs", OVERLAYFS_SUPER_MAGIC },
};

static const char *
file_system_of (const char *folder)
{
  struct statfs status;

  for (guint i = 0; statfs (folder, &status) == 0 && i < G_N_ELEMENTS (file_systems); i++)
    {
      if ((guint32) status.f_type == file_systems[i].magic)
        return file_systems[i].name;
    }

  return "unknown";
}

static char *
dup_processor (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      const char *colon = strchr (lines[i], ':');

      if (colon != NULL && g_str_has_prefix (lines[i], "model name"))
        return g_strstrip (g_strdup (colon + 1));
    }

  return g_strdup ("unknown");
}

/* What follows the numbers is its builder's affair. */
static char *
dup_kernel (void)
{
  struct utsname name;

  uname (&name);

  return g_strdup_printf ("%s %.*s", name.sysname, (int) strspn (name.release, "0123456789."), name.release);
}

/* How many programs wanted a processor before we did. */
static char *
dup_load (void)
{
  double load = 0;

  return getloadavg (&load, 1) == 1 ? g_strdup_printf ("%.1f", load) : g_strdup ("unknown");
}

static char *
dup_date (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, "%Y-%m-%d");
}

static void
tell (const Plan *plan,
      const char *name,
      const char *value)
{
  g_print ("%s: %s\n", name, value);
  report_fact (plan->report, name, value);
}

/* Tells what is measured on, and against what. */
void
machine_describe (const Plan *plan)
{
  g_autofree char *date = dup_date ();
  g_autofree char *processor = dup_processor ();
  g_autofree char *processors = g_strdup_printf ("%u", g_get_num_processors ());
  g_autofree char *load = dup_load ();
  g_autofree char *kernel = dup_kernel ();
  g_autofree char *repetitions = g_strdup_printf ("%u", plan->repetitions);
  g_autofree char *glib = g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);

  tell (plan, "Date", date);
  tell (plan, "Processor", processor);
  tell (plan, "Processors", processors);
  tell (plan, "Load before", load);
  tell (plan, "Kernel", kernel);
  tell (plan, "File system", file_system_of (plan->folder));
  tell (plan, "GLib", glib);
  tell (plan, "SQLite", peer_sqlite_version ());
  tell (plan, "LMDB", peer_lmdb_version ());
  tell (plan, "Repetitions, at most", repetitions);
  g_print ("%s\n", plan->brief ? "short: the figures mean little\n" : "");
}
