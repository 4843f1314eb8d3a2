/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "world.h"

G_BEGIN_DECLS

/* Edits places at random, each in every way that there is, until the world stops. */
void editor_run (World  *world,
                 guint32 seed);

G_END_DECLS
