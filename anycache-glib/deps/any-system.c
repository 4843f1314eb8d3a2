/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-system.h"

#include <linux/magic.h>

#include "any-trouble.h"

/* Those that <linux/magic.h> does not know. */
#define GFS2_MAGIC   0x01161970
#define GPFS_MAGIC   0x47504653
#define LUSTRE_MAGIC 0x0bd00bd0
#define VBOXSF_MAGIC 0x786f4256
#define VMHGFS_MAGIC 0xbacbacbc

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

/* What other machines and virtual ones serve, what several machines write to, and what programs make up. */
gboolean
any_system_has_foreign_clock (const struct statfs *system)
{
  /* Some systems have signed types, and sign extension with them. */
  switch ((guint32) system->f_type)
    {
    case AFS_FS_MAGIC:
    case AFS_SUPER_MAGIC:
    case CEPH_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case FUSE_SUPER_MAGIC:
    case GFS2_MAGIC:
    case GPFS_MAGIC:
    case LUSTRE_MAGIC:
    case NCP_SUPER_MAGIC:
    case NFS_SUPER_MAGIC:
    case OCFS2_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case V9FS_MAGIC:
    case VBOXSF_MAGIC:
    case VMHGFS_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}
