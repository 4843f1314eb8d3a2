/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"

G_BEGIN_DECLS

struct _AnyCore
{
  char          *cachedir; /* (owned), set once */
  guint          n_users;  /* the registry's, which protects it */
  int            n_forks;  /* the registry's, set once: how often this process had been forked when the core was made */
  AnyDiskTier   *disk;     /* (owned), set once */
  AnyMemoryTier *memory;   /* (owned), set once */
  gint64         floor;    /* atomic: what was validated until then counts no more; us, monotonic */
  AnyCounters    counters;

  GMutex   recorder; /* held while they are recorded */
  AnyStats recorded; /* protected by recorder: what other processes know of them */
};

AnyCore *any_core_new (const char *cachedir);
void     any_core_free (AnyCore *self);

G_END_DECLS
