/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "world.h"

G_BEGIN_DECLS

/* What edits places, one edit at a time and with the lock of the place held. */
typedef struct
{
  GRand *random;
  char  *spare; /* (owned): a name for files before they get into a place, or behind */
} Hand;

void hand_edit (Hand  *self,
                Place *place);
void hand_set_content (Hand  *self,
                       Place *place,
                       guint  content);
void hand_retarget (Hand  *self,
                    Place *place);

G_END_DECLS
