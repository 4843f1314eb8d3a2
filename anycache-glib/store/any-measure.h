/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-generation.h"

G_BEGIN_DECLS

gboolean any_measure (AnyGeneration  *generation,
                      AnyLedgerTotal *total);

G_END_DECLS
