/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"
#include "any-key.h"

G_BEGIN_DECLS

typedef enum
{
  ANY_PROCESS_LOCK_HELD,
  ANY_PROCESS_LOCK_BUSY, /* another process holds it */
  ANY_PROCESS_LOCK_NONE, /* it cannot be had here, so processes are not kept apart */
} AnyProcessLockState;

/* Keeps other processes from what this one does for a key: computing its result. The kernel frees it when the process dies.
 *
 * Several of one process may hold that of one key at a time, each with a value of its own. A forked child holds none of its parent's.
 * Zeroes are one that is not held. Not thread-safe in itself.
 */
typedef struct
{
  AnyCore      *core;      /* (owned) (nullable): whose fork count tells whether this is the process that took it */
  AnyDirectory *directory; /* (owned) (nullable): the one it was taken in, which may have been replaced since */
  guint64       offset;
} AnyProcessLock;

AnyProcessLockState any_process_lock_try (AnyProcessLock *self,
                                          AnyCore        *core,
                                          const AnyIdent *ident);

void any_process_lock_release (AnyProcessLock *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyProcessLock, any_process_lock_release)

G_END_DECLS
