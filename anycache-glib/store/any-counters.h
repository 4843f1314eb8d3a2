/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-stats-private.h"

G_BEGIN_DECLS

/* What is counted while it goes on. Thread-safe: each number is atomic. */
typedef struct
{
  AnyStats stats;
} AnyCounters;

void any_counters_add_lookup (AnyCounters *self,
                              AnyMiss      outcome);

void any_counters_add_store (AnyCounters *self,
                             AnySkip      outcome);

void any_counters_add_stored_bytes (AnyCounters *self,
                                    guint64      bytes);

void any_counters_add_use (AnyCounters *self,
                           AnyTier      tier,
                           gint64       saved_us);

AnyStats *any_counters_read (AnyCounters *self);

G_END_DECLS
