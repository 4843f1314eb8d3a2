/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-computation.h"

#include "any-cache-private.h"
#include "any-error.h"

static GPrivate innermost = G_PRIVATE_INIT (NULL);

/* What this thread computes. What it is given may live on in that for longer than the one who asks would go by it. */
const AnyComputation *
any_computation_get (void)
{
  return g_private_get (&innermost);
}

/* Notes that the computation of this thread, if there is one, was refused something for a reason that says nothing of what it asked. */
void
any_computation_note_doubt (void)
{
  const AnyComputation *self = any_computation_get ();

  if (self != NULL)
    any_answer_inherit_doubt (self->answer);
}

/* Refuses a result that this thread is computing already. */
gboolean
any_computation_check (AnyFunction  *function,
                       const AnyKey *key,
                       GError      **error)
{
  for (const AnyComputation *item = any_computation_get (); item != NULL; item = item->outer)
    {
      if (any_flight_get_core (item->flight) != any_cache_get_core (any_function_get_cache (function)) ||
          !any_key_equal (any_flight_get_key (item->flight), key->bytes, key->length))
        continue;

      /* Asked from elsewhere, those in between would have got it. */
      if (item != any_computation_get ())
        any_computation_note_doubt ();
      g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION,
                   "The computation of “%s” asks for its own result", any_function_get_name (function));
      return FALSE;
    }

  return TRUE;
}

void
any_computation_enter (AnyComputation *self,
                       AnyFlight      *flight,
                       AnyAnswer      *answer,
                       gboolean        insists)
{
  *self = (AnyComputation){ g_private_get (&innermost), flight, answer, insists };
  g_private_set (&innermost, self);
}

void
any_computation_leave (AnyComputation *self)
{
  g_private_set (&innermost, self->outer);
}
