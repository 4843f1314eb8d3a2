/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-process-lock.h"

/* A file ends at 63 bits, and the byte must lie before the end. With one in 2^62 keys another would wait for nothing. All processes must
 * use the same ones. */
static guint64
offset_of (const AnyIdent *ident)
{
  return ident->high >> 2;
}

/* Takes the lock of a key, and makes the directory where there is none: call it when something is to be computed, and not only looked
 * up. Never waits for others. */
AnyProcessLockState
any_process_lock_try (AnyProcessLock *self,
                      AnyCore        *core,
                      const AnyIdent *ident)
{
  g_autoptr (AnyDirectory) directory = NULL;
  guint64 offset = offset_of (ident);

  *self = (AnyProcessLock){ 0 };
  if (any_core_is_inherited (core))
    return ANY_PROCESS_LOCK_NONE;

  directory = any_core_make_directory (core, NULL);
  if (directory == NULL)
    return ANY_PROCESS_LOCK_NONE;

  switch (any_locks_file_take (directory->locks, directory->fd, offset))
    {
    case ANY_LOCKS_TAKEN:
      break;
    case ANY_LOCKS_BUSY:
      return ANY_PROCESS_LOCK_BUSY;
    case ANY_LOCKS_UNUSABLE:
    default:
      return ANY_PROCESS_LOCK_NONE;
    }

  self->core = any_core_ref (core);
  self->directory = g_steal_pointer (&directory);
  self->offset = offset;

  return ANY_PROCESS_LOCK_HELD;
}

/* Does nothing where it is not held. In a child, the descriptor's number may belong to another file by now, and the parent still holds
 * what it took: all of it is left alone. */
void
any_process_lock_release (AnyProcessLock *self)
{
  if (self->core != NULL && !any_core_is_inherited (self->core))
    {
      any_locks_file_give_back (self->directory->locks, self->offset);
      any_directory_unref (self->directory);
      any_core_release (self->core);
    }

  *self = (AnyProcessLock){ 0 };
}
