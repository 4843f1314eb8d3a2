/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-stats.h"

G_BEGIN_DECLS

#define ANY_STATS_LOOKUPS (ANY_MISS_IO + 1)
#define ANY_STATS_STORES  (ANY_SKIP_FAILED + 1)

struct _AnyStats
{
  guint64 lookups[ANY_STATS_LOOKUPS];
  guint64 stores[ANY_STATS_STORES];
  guint64 polled;
};

G_END_DECLS
