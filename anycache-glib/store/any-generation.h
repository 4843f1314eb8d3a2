/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-directory.h"
#include "any-gate.h"
#include "any-ledger.h"

G_BEGIN_DECLS

/* The name of the generation that is current. */
#define ANY_GENERATION_CURRENT "gen"

/* The entries from one clear to the next: a directory of shards and their ledger.
 *
 * Who holds on to a generation while it computes publishes into that one, wherever a clear has moved it meanwhile. So a result
 * whose computation began before a clear is never seen after it.
 */
typedef struct
{
  int      fd;       /* (owned) */
  int      state_fd; /* (owned): the ledger */
  char    *path;     /* (owned) for messages */
  dev_t    device;
  ino_t    inode;
  gboolean writable;
  guint64  epoch; /* atomic: when this was last seen to be the current one */
  AnyGate  gates[ANY_LEDGER_SHARDS];
} AnyGeneration;

AnyGeneration *any_generation_open (AnyDirectory *directory,
                                    gboolean      create,
                                    GError      **error);

AnyGeneration *any_generation_ref (AnyGeneration *self);
void           any_generation_unref (AnyGeneration *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyGeneration, any_generation_unref)

gboolean any_generation_is_current (AnyGeneration *self,
                                    AnyDirectory  *directory);

gboolean any_generation_replace (AnyDirectory *directory,
                                 GError      **error);

void any_generation_sweep (AnyDirectory *directory);
void any_generation_sweep_later (AnyDirectory *directory);

G_END_DECLS
