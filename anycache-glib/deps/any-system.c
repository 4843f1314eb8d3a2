/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-system.h"

#include <linux/magic.h>

#include "any-trouble.h"

/* Files that the kernel makes up while they are read change without a trace. */
static gboolean
is_made_up (const struct statfs *system)
{
  switch (system->f_type)
    {
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case DEBUGFS_MAGIC:
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case TRACEFS_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
any_system_leaves_traces (const struct statfs *system,
                          const char          *path,
                          GError             **error)
{
  return !is_made_up (system) ||
         any_trouble_set (error, G_IO_ERROR_NOT_SUPPORTED, path, "is made up by the kernel, and changes without a trace");
}
