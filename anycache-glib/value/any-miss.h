/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-enums.h"

G_BEGIN_DECLS

/* The word for logs. */
const char *any_miss_to_string (AnyMiss self);

G_END_DECLS
