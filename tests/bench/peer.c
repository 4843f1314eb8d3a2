/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "peer.h"

void
peer_free (Peer *self)
{
  self->destroy (self->data);
  g_free (self);
}

/* Enters a race, unless there is no such peer. */
void
peer_add_read (Peer       *self,
               Race       *race,
               const char *name)
{
  if (self != NULL)
    race_add (race, name, self->read, self->data);
}

void
peer_add_write (Peer       *self,
                Race       *race,
                const char *name)
{
  if (self != NULL)
    race_add (race, name, self->write, self->data);
}

#ifndef HAVE_SQLITE
Peer *
peer_new_sqlite (const char *folder,
                 Workload   *workload,
                 gboolean    filled)
{
  return NULL;
}

const char *
peer_sqlite_version (void)
{
  return "none";
}
#endif

#ifndef HAVE_LMDB
Peer *
peer_new_lmdb (const char *folder,
               Workload   *workload,
               gboolean    filled)
{
  return NULL;
}

const char *
peer_lmdb_version (void)
{
  return "none";
}
#endif
