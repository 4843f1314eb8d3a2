/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "race.h"
#include "workload.h"

G_BEGIN_DECLS

/* Another store, which holds the results of a workload under the same idents. */
typedef struct
{
  RaceFunc       read;
  RaceFunc       write;
  gpointer       data; /* (owned) */
  GDestroyNotify destroy;
} Peer;

void peer_free (Peer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

/* NULL where the benchmark was built without it. */
Peer *peer_new_sqlite (const char *folder,
                       Workload   *workload,
                       gboolean    filled);

Peer *peer_new_lmdb (const char *folder,
                     Workload   *workload,
                     gboolean    filled);

/* "none" where the benchmark was built without it. */
const char *peer_sqlite_version (void);
const char *peer_lmdb_version (void);

void peer_add_read (Peer       *self,
                    Race       *race,
                    const char *name);

void peer_add_write (Peer       *self,
                     Race       *race,
                     const char *name);

G_END_DECLS
