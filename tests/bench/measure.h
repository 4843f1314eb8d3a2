/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "plan.h"

G_BEGIN_DECLS

/* Each prints its part of the table and gives how many operations failed or gave something wrong. */
guint measure_async_calls (const Plan *plan);
guint measure_bound (const Plan *plan);
guint measure_disk_hits (const Plan *plan);
guint measure_large_hits (const Plan *plan);
guint measure_memory_hits (const Plan *plan);
guint measure_size (const Plan *plan);
guint measure_stores (const Plan *plan);

G_END_DECLS
