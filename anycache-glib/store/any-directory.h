/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/types.h>

#include "any-epoch.h"
#include "any-locks-file.h"

G_BEGIN_DECLS

/* The opened sub-directory that holds all of ours, checked to be safe. Immutable and shared between threads. */
typedef struct
{
  char         *path; /* (owned) */
  int           fd;   /* (owned) */
  dev_t         device;
  ino_t         inode;
  gboolean      writable;
  int           refusal; /* the errno that says why it is not writable */
  AnyEpoch     *epoch;   /* (owned) (nullable): a directory that cannot be written may have none */
  AnyLocksFile *locks;   /* (owned): its file is opened where it is needed */
  guint64       serial;  /* tells this opening from others of this process */
  gint64        looked;  /* atomic: when it was last seen in its place; us, monotonic */
} AnyDirectory;

AnyDirectory *any_directory_open (const char *cachedir,
                                  gboolean    create,
                                  GError    **error);

char *any_directory_dup_path (const char *cachedir,
                              const char *name);

AnyDirectory *any_directory_ref (AnyDirectory *self);
void          any_directory_unref (AnyDirectory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyDirectory, any_directory_unref)

guint64 any_directory_read_epoch (AnyDirectory *self);

gboolean any_directory_is_in_place (AnyDirectory *self);

gboolean any_directory_is_gone (AnyDirectory *self);

gboolean any_directory_require_writable (AnyDirectory *self,
                                         GError      **error);

gboolean any_directory_make_child (int         directory,
                                   const char *name);

G_END_DECLS
