/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-function-signals.h"

#include "any-cache-private.h"
#include "any-function-private.h"
#include "any-request.h"

typedef enum
{
  SIGNAL_COMPUTE,
  SIGNAL_INVALIDATED,
  SIGNAL_UPDATED,
  SIGNAL_PROGRESS,
} AnyFunctionSignal;

static guint signals[SIGNAL_PROGRESS + 1];

void
any_function_signals_install (void)
{
  /**
   * AnyFunction::compute:
   * @self: the function
   * @request: what is asked, and where the answer goes
   *
   * Asks for a computation, where the function was defined without a callback.
   *
   * The first handler that returns %TRUE has accepted the request; the others are not asked. A handler says that the computation
   * failed with [method@AnyCache.Request.return_error].
   *
   * It is emitted in the thread of the call.
   *
   * Returns: %TRUE when the request is answered
   *
   * Since: 1.0
   */
  signals[SIGNAL_COMPUTE] = g_signal_new ("compute", ANY_TYPE_FUNCTION, G_SIGNAL_RUN_LAST,
                                          0, g_signal_accumulator_true_handled, NULL, NULL,
                                          G_TYPE_BOOLEAN, 1, ANY_TYPE_REQUEST);

  /**
   * AnyFunction::invalidated:
   * @self: the function
   * @args: the arguments of the result
   *
   * Says that something which a result depends on has changed, so that a call would compute it anew.
   *
   * It is told once for a result that this object has returned or stored since its flags have %ANY_FUNCTION_FLAGS_WATCH, and again
   * after the next call. It comes from the main context that was the thread-default one where the object was made, some tens of
   * milliseconds after the change where the system tells of it, but not within the first tenth of a second of a result; and never
   * where the system does not: what is written through a map, through another name of the file, or on another machine. Calls are right
   * all the same: they look themselves.
   *
   * Since: 1.0
   */
  signals[SIGNAL_INVALIDATED] = g_signal_new ("invalidated", ANY_TYPE_FUNCTION, G_SIGNAL_RUN_LAST,
                                              0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 1, G_TYPE_VARIANT);

  /**
   * AnyFunction::updated:
   * @self: the function
   * @args: the arguments
   * @result: the new result
   *
   * Brings a result that was computed anew without a call that waits for it: behind an old one that was returned
   * ([property@AnyCache.Function:stale-while-revalidate]), or behind an invalidation (%ANY_FUNCTION_FLAGS_REFRESH).
   *
   * It comes from the main context that was the thread-default one where the object was made.
   *
   * Since: 1.0
   */
  signals[SIGNAL_UPDATED] = g_signal_new ("updated", ANY_TYPE_FUNCTION, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_VARIANT, G_TYPE_VARIANT);

  /**
   * AnyFunction::progress:
   * @self: the function
   * @args: the arguments
   * @fraction: from 0 to 1
   *
   * Tells how far the computation of a result is that this function waits for, as often as the computation says so with
   * [method@AnyCache.Request.set_progress].
   *
   * It comes from the main context that was the thread-default one where the object was made; at once where the computation says it
   * in the thread that made the object. In another thread, a call can have returned by then.
   *
   * Since: 1.0
   */
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", ANY_TYPE_FUNCTION, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_VARIANT, G_TYPE_DOUBLE);
}

gboolean
any_function_emit_compute (AnyFunction *self,
                           AnyRequest  *request)
{
  gboolean accepted = FALSE;

  g_signal_emit (self, signals[SIGNAL_COMPUTE], 0, request, &accepted);

  return accepted;
}

void
any_function_emit_invalidated (AnyFunction *self,
                               GVariant    *args)
{
  any_owner_emit (&self->owner, G_OBJECT (self), signals[SIGNAL_INVALIDATED], args);
  any_cache_emit_invalidated (any_function_get_cache (self), any_function_get_name (self), args);
}

void
any_function_emit_updated (AnyFunction *self,
                           GVariant    *args,
                           GVariant    *result)
{
  any_owner_emit (&self->owner, G_OBJECT (self), signals[SIGNAL_UPDATED], args, result);
}

void
any_function_emit_progress (AnyFunction *self,
                            GVariant    *args,
                            double       fraction)
{
  any_owner_emit (&self->owner, G_OBJECT (self), signals[SIGNAL_PROGRESS], args, fraction);
}
