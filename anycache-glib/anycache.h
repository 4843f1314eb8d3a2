/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define ANY_INSIDE

#include "any-cache.h"
#include "any-entry.h"
#include "any-enums.h"
#include "any-error.h"
#include "any-function.h"
#include "any-request.h"
#include "any-stats.h"
#include "any-types.h"
#include "any-version.h"

#undef ANY_INSIDE
