/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "plan.h"

G_BEGIN_DECLS

/* Without it, figures say nothing. */
void machine_describe (const Plan *plan);

G_END_DECLS
