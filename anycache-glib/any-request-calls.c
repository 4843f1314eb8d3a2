/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-computation.h"
#include "any-driving.h"
#include "any-errand.h"
#include "any-function-private.h"
#include "any-request-private.h"

/**
 * any_request_call:
 * @self: a request
 * @function: another function, or the same one with other arguments
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a function from within a computation, whose result is made from what that gives, and waits for it.
 *
 * This is [method@AnyCache.Function.call] for a computation that goes on after its callback has returned, or in another thread; within
 * the callback itself, the two are the same. Where the thread must not wait, [method@AnyCache.Request.call_async] does not.
 *
 * Fails as [method@AnyCache.Function.call] does.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
any_request_call (AnyRequest   *self,
                  AnyFunction  *function,
                  GVariant     *args,
                  GCancellable *cancellable,
                  GError      **error)
{
  g_autoptr (AnyFlight) flight = NULL;
  AnyComputation computation;
  AnyAnswer     *answer;
  GVariant      *result;

  g_return_val_if_fail (ANY_IS_REQUEST (self), NULL);
  g_return_val_if_fail (ANY_IS_FUNCTION (function), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  answer = any_request_get_answer (self);
  flight = answer != NULL ? any_answer_ref_flight (answer) : NULL;

  /* What nobody waits for any more depends on nothing. */
  if (flight == NULL)
    return any_function_call (function, args, cancellable, error);

  any_computation_enter (&computation, flight, answer, any_flight_insists (flight));
  result = any_function_call (function, args, cancellable, error);
  any_computation_leave (&computation);

  return result;
}

/**
 * any_request_call_async:
 * @self: a request
 * @function: another function, or the same one with other arguments
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Calls a function from within a computation, whose result is made from what that gives.
 *
 * Whatever the result of @function depends on, and when it expires, holds for the result of this computation too: it is outdated as soon
 * as that is. Within the callback itself the synchronous [method@AnyCache.Function.call] knows of the computation by itself; what goes
 * on after the callback has returned must say so by calling this, or [method@AnyCache.Request.call].
 *
 * Since: 1.0
 */
void
any_request_call_async (AnyRequest         *self,
                        AnyFunction        *function,
                        GVariant           *args,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (ANY_IS_REQUEST (self));
  g_return_if_fail (ANY_IS_FUNCTION (function));
  g_return_if_fail (args != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_request_call_async));
  any_function_call_for (function, args, any_request_get_answer (self), task);
}

/**
 * any_request_call_finish:
 * @self: a request
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Request.call_async].
 *
 * Fails as [method@AnyCache.Function.call_finish] does, and with [error@AnyCache.CacheError.RECURSION] where the result would be made
 * from itself.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
any_request_call_finish (AnyRequest   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_request_call_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
