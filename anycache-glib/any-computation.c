/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-computation.h"

#include "any-attempt.h"
#include "any-cache-private.h"
#include "any-error.h"
#include "any-function-private.h"
#include "any-function-signals.h"
#include "any-request-private.h"

/* A computation lives on the stack of the thread that runs it, linked to the one around it. */
typedef struct _AnyComputation AnyComputation;

struct _AnyComputation
{
  AnyComputation *outer;
  gboolean        insists; /* on what is fresh, also of others */
  AnyAttempt      attempt;
};

static GPrivate innermost = G_PRIVATE_INIT (NULL);

/* Whether this thread computes something. What it is given may live on in that for longer than the one who asks would go by it. */
gboolean
any_computation_is_running (void)
{
  return g_private_get (&innermost) != NULL;
}

/* Whether that shall be fresh, so that what goes into it must be. */
gboolean
any_computation_insists (void)
{
  AnyComputation *self = g_private_get (&innermost);

  return self != NULL && self->insists;
}

/* Notes that the computation of this thread, if there is one, was refused something for a reason that says nothing of what it asked. */
void
any_computation_note_doubt (void)
{
  AnyComputation *self = g_private_get (&innermost);

  if (self != NULL)
    any_answer_inherit_doubt (self->attempt.answer);
}

/* Refuses a result that this thread is computing already. */
gboolean
any_computation_check (AnyFunction  *function,
                       const AnyKey *key,
                       GError      **error)
{
  AnyCache *cache = any_function_get_cache (function);

  for (AnyComputation *item = g_private_get (&innermost); item != NULL; item = item->outer)
    {
      AnyCache *other = any_function_get_cache (item->attempt.function);

      if (any_cache_get_core (other) == any_cache_get_core (cache) &&
          any_key_equal (item->attempt.key, key->bytes, key->length))
        {
          /* Asked from elsewhere, those in between would have got it. */
          if (item != g_private_get (&innermost))
            any_computation_note_doubt ();
          g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION,
                       "The computation of “%s” asks for its own result", any_function_get_name (function));
          return FALSE;
        }
    }

  return TRUE;
}

/* Hands up to the computation of this thread, if there is one, what a stored result depends on that it is given. */
void
any_computation_note_hit (AnyFunction     *function,
                          const AnyRecord *record)
{
  AnyComputation *outer = g_private_get (&innermost);
  AnyTerms        terms;

  if (outer == NULL)
    return;

  any_function_get_terms (function, &terms);
  any_answer_inherit (outer->attempt.answer, any_function_get_name (function), any_function_get_version (function),
                      record->dependencies, record->dependencies_length, any_terms_get_end (&terms, record));
}

/* Makes sense of what a callback has returned, answered and set. */
static GVariant *
take_answer (AnyAnswer *answer,
             gboolean   accepted,
             GError    *callback_error,
             GError   **error)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) answered_error = NULL;
  gboolean answered = any_answer_close (answer, &value, &answered_error);

  if (callback_error != NULL)
    g_propagate_error (error, g_error_copy (callback_error));
  else if (value != NULL)
    return g_steal_pointer (&value);
  else if (answered)
    g_propagate_error (error, g_steal_pointer (&answered_error));
  else if (accepted)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                 "The computation of “%s” has not answered when its callback returned, and a synchronous call cannot wait for it",
                 any_answer_get_name (answer));
  else
    g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT,
                 "The computation of “%s” gave neither a result nor an error", any_answer_get_name (answer));

  return NULL;
}

static void
progressed_cb (AnyAnswer *answer,
               double     fraction,
               gpointer   function)
{
  any_function_emit_progress (function, any_answer_get_args (answer), fraction);
}

static const AnyAnswerListener listener = {
  .progressed = progressed_cb,
  .ref = g_object_ref,
  .unref = g_object_unref,
};

/* Asks the user. The answer is closed before the request is dropped, so that this is not taken for an answer. */
static GVariant *
ask (AnyAttempt *attempt,
     GError    **error)
{
  g_autoptr (AnyRequest) request = any_request_new (attempt->answer);
  g_autoptr (GError) callback_error = NULL;
  gboolean accepted;

  any_answer_set_listener (attempt->answer, &listener, attempt->function);
  accepted = any_function_compute (attempt->function, request, &callback_error);

  return take_answer (attempt->answer, accepted, callback_error, error);
}

static GVariant *
compute (AnyComputation *self,
         GError        **error)
{
  AnyAnswer *outer = self->outer != NULL ? self->outer->attempt.answer : NULL;
  g_autoptr (GError) failure = NULL;
  GVariant *value = ask (&self->attempt, &failure);

  any_attempt_conclude (&self->attempt, value, failure, outer);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));

  return value;
}

/* Computes a result in this thread, and stores it if it may be stored. It must have passed any_computation_check(). Who insists wants
 * it made from what is fresh. Of an old one, nothing may be known to be wrong but its age. */
GVariant *
any_computation_run (AnyFunction  *function,
                     const AnyKey *key,
                     GVariant     *args,
                     AnyOrigin     origin,
                     gboolean      insists,
                     AnyRecord    *old,
                     GCancellable *cancellable,
                     GError      **error)
{
  AnyComputation self = { .outer = g_private_get (&innermost), .insists = insists };
  GVariant      *value;

  g_object_ref (function);
  any_attempt_begin (&self.attempt, function, key, args, origin, old, cancellable);

  /* All callbacks of the user run inside this bracket. */
  g_private_set (&innermost, &self);
  value = compute (&self, error);
  g_private_set (&innermost, self.outer);

  any_attempt_clear (&self.attempt);
  g_object_unref (function);

  return value;
}
