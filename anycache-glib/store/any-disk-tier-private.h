/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-disk-tier.h"
#include "any-eviction.h"
#include "any-location.h"
#include "any-usage.h"

G_BEGIN_DECLS

struct _AnyDiskTier
{
  AnyLocation *location; /* (owned), set once, as all below */
  AnyUsage    *usage;    /* (owned) */
  AnyEviction *eviction; /* (owned) */
};

G_END_DECLS
