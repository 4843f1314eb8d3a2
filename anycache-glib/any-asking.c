/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-asking.h"

#include "any-driving.h"
#include "any-error.h"
#include "any-function-private.h"
#include "any-function-signals.h"
#include "any-request-private.h"

/* Calls the user. The request is to be dropped when nothing more can come of that. */
AnyRequest *
any_asking_call (AnyAttempt              *attempt,
                 AnyFlight               *flight,
                 const AnyAnswerListener *listener,
                 gpointer                 audience,
                 gboolean                *accepted,
                 GError                 **error)
{
  AnyRequest *request = any_request_new (attempt->answer);

  any_answer_set_flight (attempt->answer, flight);
  any_answer_set_listener (attempt->answer, listener, audience);
  *accepted = any_function_compute (attempt->function, request, error);

  return request;
}

/* Ends the wait for an answer, and makes sense of what a callback has returned, answered and set. */
GVariant *
any_asking_take (AnyAttempt *attempt,
                 gboolean    accepted,
                 GError     *callback_error,
                 GError    **error)
{
  AnyAnswer *answer = attempt->answer;
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

/* Everybody who waits for it learns how far it is, once a function. */
void
any_asking_tell_progress (AnyFlight *flight,
                          AnyAnswer *answer,
                          double     fraction)
{
  g_autoptr (GPtrArray) functions = any_flight_list_groups (flight);

  for (guint i = 0; i < functions->len; i++)
    {
      AnyFunction *function = functions->pdata[i];

      any_function_emit_progress (function, any_answer_get_args (answer), fraction);
      any_owner_visit (&function->owner, g_object_unref, function);
    }
}

/* Whether a failure says nothing to others who wait: it comes from how this one has asked. */
gboolean
any_asking_concerns_one (const GError *failure)
{
  return g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ||
         g_error_matches (failure, ANY_CACHE_ERROR, ANY_CACHE_ERROR_CLOSED);
}
