/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-trim.h"

struct _AnyTrim
{
  GArray *candidates; /* (owned) (element-type AnyCandidate): once sorted, who goes first is last */
  guint64 horizon;    /* whoever was used later is not known here */
};

AnyTrim *
any_trim_new (void)
{
  AnyTrim *self = g_new0 (AnyTrim, 1);

  self->candidates = g_array_new (FALSE, FALSE, sizeof (AnyCandidate));

  return self;
}

void
any_trim_free (AnyTrim *self)
{
  g_array_unref (self->candidates);
  g_free (self);
}

void
any_trim_reset (AnyTrim *self)
{
  g_array_set_size (self->candidates, 0);
}

void
any_trim_add (AnyTrim            *self,
              const AnyCandidate *candidate)
{
  g_array_append_vals (self->candidates, candidate, 1);
}

guint
any_trim_get_length (AnyTrim *self)
{
  return self->candidates->len;
}

/* Later comes who stays longer. Of two that are alike otherwise the order is the same in every process. */
static int
compare (const AnyCandidate *a,
         const AnyCandidate *b)
{
  if (a->expired != b->expired)
    return a->expired ? -1 : 1;
  if (a->used != b->used)
    return a->used < b->used ? -1 : 1;
  if (a->ident.high != b->ident.high)
    return a->ident.high < b->ident.high ? -1 : 1;

  return a->ident.low < b->ident.low ? -1 : a->ident.low > b->ident.low;
}

static int
compare_backwards (gconstpointer a,
                   gconstpointer b)
{
  return compare (b, a);
}

/* Puts in order what was added, and forgets all but those that go first. What is not among them was used after the horizon, or stays
 * longer than they do. */
void
any_trim_sort (AnyTrim *self,
               guint64  horizon,
               guint    n_kept)
{
  guint n_dropped = self->candidates->len - MIN (n_kept, self->candidates->len);

  g_array_sort (self->candidates, compare_backwards);
  if (n_dropped > 0)
    {
      horizon = MIN (horizon, g_array_index (self->candidates, AnyCandidate, n_dropped - 1).used);
      g_array_remove_range (self->candidates, 0, n_dropped);
    }
  self->horizon = horizon;
}

/* Gives who goes first. */
gboolean
any_trim_take (AnyTrim      *self,
               AnyCandidate *candidate)
{
  guint length = self->candidates->len;

  if (length == 0)
    return FALSE;

  *candidate = g_array_index (self->candidates, AnyCandidate, length - 1);
  g_array_set_size (self->candidates, length - 1);

  return TRUE;
}

/* Takes back one that was used meanwhile, in its new place. */
void
any_trim_defer (AnyTrim            *self,
                const AnyCandidate *candidate)
{
  guint low = 0;
  guint high = self->candidates->len;

  if (!candidate->expired && candidate->used > self->horizon)
    return;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare (candidate, &g_array_index (self->candidates, AnyCandidate, middle)) > 0)
        high = middle;
      else
        low = middle + 1;
    }

  g_array_insert_vals (self->candidates, low, candidate, 1);
}
