/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-function-private.h"

#include "any-async-call.h"
#include "any-cache-private.h"
#include "any-computation.h"
#include "any-errand.h"
#include "any-policy.h"

static void
tell_result (AnyCall *call,
             GTask   *task)
{
  GError   *error = NULL;
  GVariant *result = any_call_take (call, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, (GDestroyNotify) g_variant_unref);
}

/* A failure that is remembered is no result. */
static void
tell_stored (AnyCall *call,
             GTask   *task)
{
  const AnyReply *reply = call->waiter.reply;

  if (reply->miss != ANY_MISS_NONE || reply->record->facts.failure)
    g_task_return_pointer (task, NULL, NULL);
  else
    tell_result (call, task);
}

static void
tell_outdated (AnyCall *call,
               GTask   *task)
{
  g_task_return_boolean (task, call->waiter.reply->miss != ANY_MISS_NONE);
}

static GTask *
task_new (AnyFunction        *self,
          gpointer            tag,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  /* The macro of that name would call each task “tag”, which takes three copies of a string, a tenth of a hit. */
  (g_task_set_source_tag) (task, tag);

  return task;
}

/* Refuses what no call can do with, in the task. */
static gboolean
begin (AnyUse      *use,
       AnyFunction *self,
       GVariant    *args,
       GTask       *task)
{
  GError *error = NULL;

  if (any_use_init (use, self, args, g_task_get_cancellable (task), &error) &&
      any_computation_check (self, &use->key, &error))
    return TRUE;

  g_task_return_error (task, error);

  return FALSE;
}

/* Gives what is in memory and needs no look at any file. */
static gboolean
glance (AnyFunction  *self,
        const AnyUse *use,
        GTask        *task)
{
  AnyCore  *core = any_cache_get_active_core (self->cache);
  AnyTerms  terms;
  GError   *error = NULL;
  GVariant *result;
  g_autoptr (AnyRecord) record = NULL;

  if (core == NULL)
    return FALSE;

  any_call_get_terms (self, FALSE, &terms);
  record = any_core_glance (core, &use->key, &terms);
  if (record == NULL)
    return FALSE;

  any_call_count (core, ANY_MISS_NONE);
  result = any_call_use (self, use->args, record, NULL, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, (GDestroyNotify) g_variant_unref);

  return TRUE;
}

/**
 * any_function_call_async:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Gives the result for some arguments: the stored one, if it may still be used, or one that is computed and stored.
 *
 * Nothing here waits for a disk. A result that has to be computed is asked for in the thread-default main context of one of those who
 * wait for it, and the computation may answer whenever it likes, from any thread. Everybody who asks for the same result meanwhile,
 * through whichever object and in whichever way, gets that of the one computation. One that began before a call gives that call its
 * result only if nothing that it depends on has changed; otherwise it is computed once more.
 *
 * To cancel concerns this call alone. The computation is told by [method@AnyCache.Request.get_cancellable] when nobody waits for it
 * any more.
 *
 * The result is there before it is stored; see [method@AnyCache.Cache.flush].
 *
 * From within the computation of another function, use [method@AnyCache.Request.call_async]: this here would know nothing of it.
 *
 * Since: 1.0
 */
void
any_function_call_async (AnyFunction        *self,
                         GVariant           *args,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_auto (AnyUse) use = { 0 };

  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (args != NULL);

  task = task_new (self, ANY_TAG (any_function_call_async), cancellable, callback, user_data);
  if (begin (&use, self, args, task) && !glance (self, &use, task))
    any_async_call (self, &use, ANY_WANT_RESULT, FALSE, NULL, tell_result, g_steal_pointer (&task));
}

/**
 * any_function_call_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.call_async].
 *
 * Fails as [method@AnyCache.Function.call] does, and with [error@AnyCache.CacheError.ABANDONED] where the request was dropped without
 * an answer.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
any_function_call_finish (AnyFunction  *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_call_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* As a call by somebody who insists on what is fresh, as a rule because what he had is not. */
void
any_function_call_fresh_async (AnyFunction        *self,
                               GVariant           *args,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = task_new (self, ANY_TAG (any_function_call_async), NULL, callback, user_data);
  g_auto (AnyUse) use = { 0 };

  if (begin (&use, self, args, task))
    any_async_call (self, &use, ANY_WANT_RESULT, TRUE, NULL, tell_result, g_steal_pointer (&task));
}

/* As a call for another computation, of which it is made. Takes the task. */
void
any_function_call_for (AnyFunction *self,
                       GVariant    *args,
                       AnyAnswer   *outer,
                       GTask       *task)
{
  g_autoptr (GTask) owned_task = task;
  g_auto (AnyUse) use = { 0 };

  if (begin (&use, self, args, task))
    any_async_call (self, &use, ANY_WANT_RESULT, FALSE, outer, tell_result, g_steal_pointer (&owned_task));
  else if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    any_answer_inherit_doubt (outer);
}

/**
 * any_function_lookup_async:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Gives the stored result for some arguments, if there is one that may still be used. Never computes.
 *
 * Since: 1.0
 */
void
any_function_lookup_async (AnyFunction        *self,
                           GVariant           *args,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_auto (AnyUse) use = { 0 };

  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (args != NULL);

  task = task_new (self, ANY_TAG (any_function_lookup_async), cancellable, callback, user_data);
  if (begin (&use, self, args, task))
    any_async_call (self, &use, ANY_WANT_STORED, FALSE, NULL, tell_stored, g_steal_pointer (&task));
}

/**
 * any_function_lookup_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.lookup_async].
 *
 * Fails only where the arguments are refused or the call is cancelled.
 *
 * Returns: (transfer full) (nullable): the result, or %NULL where there is none
 *
 * Since: 1.0
 */
GVariant *
any_function_lookup_finish (AnyFunction  *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_lookup_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * any_function_refresh_async:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Computes the result for some arguments anew, whatever is stored, and stores it.
 *
 * Unlike a call it waits until the new one is stored: what [method@AnyCache.Function.refresh] promises holds when @callback is called.
 *
 * Since: 1.0
 */
void
any_function_refresh_async (AnyFunction        *self,
                            GVariant           *args,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_auto (AnyUse) use = { 0 };

  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (args != NULL);

  task = task_new (self, ANY_TAG (any_function_refresh_async), cancellable, callback, user_data);
  if (begin (&use, self, args, task))
    any_async_call (self, &use, ANY_WANT_NEW, TRUE, NULL, tell_result, g_steal_pointer (&task));
}

/**
 * any_function_refresh_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.refresh_async].
 *
 * Fails as [method@AnyCache.Function.call_finish] does; what was stored then stays.
 *
 * Returns: (transfer full): the new result
 *
 * Since: 1.0
 */
GVariant *
any_function_refresh_finish (AnyFunction  *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_refresh_async)), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * any_function_is_outdated_async:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Whether a call would have to compute the result for some arguments.
 *
 * Since: 1.0
 */
void
any_function_is_outdated_async (AnyFunction        *self,
                                GVariant           *args,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_auto (AnyUse) use = { 0 };

  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (args != NULL);

  task = task_new (self, ANY_TAG (any_function_is_outdated_async), cancellable, callback, user_data);
  if (begin (&use, self, args, task))
    any_async_call (self, &use, ANY_WANT_STORED, FALSE, NULL, tell_outdated, g_steal_pointer (&task));
}

/**
 * any_function_is_outdated_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.is_outdated_async].
 *
 * Fails only where the arguments are refused or the call is cancelled.
 *
 * Returns: %TRUE where there is no stored result that may still be used, or if in doubt; %FALSE with @error set on failure
 *
 * Since: 1.0
 */
gboolean
any_function_is_outdated_finish (AnyFunction  *self,
                                 GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_is_outdated_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
