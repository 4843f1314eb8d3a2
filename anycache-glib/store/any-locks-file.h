/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file of a directory whose bytes keep processes apart, one for each thing that one of them may do at a time. It stays empty.
 *
 * A byte belongs to the process: whoever of it takes the same one again holds it as well, and the last to give it back frees it. Must
 * not be used in a child that was forked since. Thread-safe.
 */
typedef struct _AnyLocksFile AnyLocksFile;

typedef enum
{
  ANY_LOCKS_TAKEN,
  ANY_LOCKS_BUSY,     /* another process has it */
  ANY_LOCKS_UNUSABLE, /* there is no such file, or it cannot be locked */
} AnyLocksTaking;

AnyLocksFile *any_locks_file_new (void);
void          any_locks_file_free (AnyLocksFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyLocksFile, any_locks_file_free)

AnyLocksTaking any_locks_file_take (AnyLocksFile *self,
                                    int           directory,
                                    guint64       offset);

void any_locks_file_give_back (AnyLocksFile *self,
                               guint64       offset);

G_END_DECLS
