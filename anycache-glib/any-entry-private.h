/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-entry.h"

G_BEGIN_DECLS

AnyEntry *any_entry_new (AnyFunction *function,
                         GVariant    *args,
                         AnyRecord   *record);

G_END_DECLS
