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

AnyStats *any_counters_read (AnyCounters *self);

G_END_DECLS
