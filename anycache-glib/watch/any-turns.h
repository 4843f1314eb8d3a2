/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who has to be visited when, in the order of time. No thread of its own, no clock, no lock. */
typedef struct _AnyTurns AnyTurns;

/* A part of what is visited. */
typedef struct
{
  GSequenceIter *place; /* (nullable) NULL while there is none */
  gint64         due;   /* us, of the monotonic clock */
  gpointer       data;  /* whose turn it is */
} AnyTurn;

AnyTurns *any_turns_new (void);
void      any_turns_free (AnyTurns *self);

void any_turns_set (AnyTurns *self,
                    AnyTurn  *turn,
                    gint64    due);

void any_turns_drop (AnyTurn *turn);

gpointer any_turns_take (AnyTurns *self,
                         gint64    now);

gint64 any_turns_get_next (AnyTurns *self);

G_END_DECLS
