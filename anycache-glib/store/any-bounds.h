/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-ledger.h"

G_BEGIN_DECLS

/* How much a directory may hold, all entries of all processes together; -1 for no limit. Whoever stores brings his own. */
typedef struct
{
  gint64 max_bytes;
  gint64 max_entries;
} AnyBounds;

#define ANY_BOUNDS_NONE ((AnyBounds){ .max_bytes = -1, .max_entries = -1 })

gboolean any_bounds_are_set (const AnyBounds *self);

gboolean any_bounds_allow (const AnyBounds      *self,
                           const AnyLedgerTotal *total,
                           guint64               largest);

G_END_DECLS
