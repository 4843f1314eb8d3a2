/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-turns.h"

struct _AnyTurns
{
  GSequence *turns; /* (owned) (element-type AnyTurn), the next one first */
};

AnyTurns *
any_turns_new (void)
{
  AnyTurns *self = g_new (AnyTurns, 1);

  self->turns = g_sequence_new (NULL);

  return self;
}

/* Nobody may have a turn any more. */
void
any_turns_free (AnyTurns *self)
{
  g_sequence_free (self->turns);
  g_free (self);
}

static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      data)
{
  const AnyTurn *one = a;
  const AnyTurn *other = b;

  return (one->due > other->due) - (one->due < other->due);
}

/* A later time takes the place of an earlier one, and the other way round. */
void
any_turns_set (AnyTurns *self,
               AnyTurn  *turn,
               gint64    due)
{
  any_turns_drop (turn);
  turn->due = due;
  turn->place = g_sequence_insert_sorted (self->turns, turn, compare_cb, NULL);
}

void
any_turns_drop (AnyTurn *turn)
{
  if (turn->place != NULL)
    g_sequence_remove (turn->place);
  turn->place = NULL;
}

/* Whose turn has come; it has none from now on. NULL where nobody's has. */
gpointer
any_turns_take (AnyTurns *self,
                gint64    now)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->turns);
  AnyTurn       *turn;

  if (g_sequence_iter_is_end (first))
    return NULL;

  turn = g_sequence_get (first);
  if (turn->due > now)
    return NULL;
  any_turns_drop (turn);

  return turn->data;
}

/* When the next turn comes, or -1. */
gint64
any_turns_get_next (AnyTurns *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->turns);

  return g_sequence_iter_is_end (first) ? -1 : ((AnyTurn *) g_sequence_get (first))->due;
}
