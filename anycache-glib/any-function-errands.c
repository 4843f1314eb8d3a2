/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-errand.h"
#include "any-function.h"
#include "any-policy.h"

/* What a caller wants to be stored or removed. */
typedef struct
{
  GVariant *args;  /* (owned) */
  GVariant *value; /* (owned) (nullable) */
  gint64    maxage;
  GStrv     dependencies; /* (owned) (nullable) */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_clear_pointer (&self->args, g_variant_unref);
  g_clear_pointer (&self->value, g_variant_unref);
  g_strfreev (self->dependencies);
  g_free (self);
}

static gboolean
store (gpointer      source,
       gpointer      data,
       GCancellable *cancellable,
       GError      **error)
{
  const Wish *wish = data;

  return any_function_store (source, wish->args, wish->value, wish->maxage, (const char *const *) wish->dependencies,
                             cancellable, error);
}

/**
 * any_function_store_async:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @value: the result; a floating value is taken
 * @maxage: how long it may be returned, in microseconds from now; 0 only to remove what is stored, -1 for no limit
 * @dependencies: (nullable) (array zero-terminated=1) (element-type filename): paths and tokens that the result depends on
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Stores a result that was not computed by a call.
 *
 * Once it has begun it is not cancelled any more. See [method@AnyCache.Function.store].
 *
 * Since: 1.0
 */
void
any_function_store_async (AnyFunction        *self,
                          GVariant           *args,
                          GVariant           *value,
                          gint64              maxage,
                          const char *const  *dependencies,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Wish *wish;

  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (args != NULL);
  g_return_if_fail (value != NULL);
  g_return_if_fail (maxage >= ANY_POLICY_NO_LIMIT);

  wish = g_new0 (Wish, 1);
  wish->args = g_variant_ref_sink (args);
  wish->value = g_variant_ref_sink (value);
  wish->maxage = maxage;
  wish->dependencies = g_strdupv ((char **) dependencies);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_function_store_async));
  g_task_set_task_data (task, wish, wish_free);
  any_errand_run (task, store);
}

/**
 * any_function_store_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.store_async].
 *
 * Fails as [method@AnyCache.Function.store] does.
 *
 * Returns: whether the result was stored, or need not be
 *
 * Since: 1.0
 */
gboolean
any_function_store_finish (AnyFunction  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_store_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
remove_one (gpointer      source,
            gpointer      data,
            GCancellable *cancellable,
            GError      **error)
{
  return any_function_remove (source, data, cancellable, error);
}

/**
 * any_function_remove_async:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Removes the stored result for some arguments. It is no error if there is none.
 *
 * Once it has begun it is not cancelled any more. See [method@AnyCache.Function.remove].
 *
 * Since: 1.0
 */
void
any_function_remove_async (AnyFunction        *self,
                           GVariant           *args,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (args != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_function_remove_async));
  g_task_set_task_data (task, g_variant_ref_sink (args), (GDestroyNotify) g_variant_unref);
  any_errand_run (task, remove_one);
}

/**
 * any_function_remove_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.remove_async].
 *
 * Fails as [method@AnyCache.Function.remove] does.
 *
 * Returns: whether there is no such result any more
 *
 * Since: 1.0
 */
gboolean
any_function_remove_finish (AnyFunction  *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_remove_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
clear (gpointer      source,
       gpointer data G_GNUC_UNUSED,
       GCancellable *cancellable,
       GError      **error)
{
  return any_function_clear (source, cancellable, error);
}

/**
 * any_function_clear_async:
 * @self: a function
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Removes all stored results of functions of this name, whatever their version.
 *
 * Once it has begun it is not cancelled any more. See [method@AnyCache.Function.clear].
 *
 * Since: 1.0
 */
void
any_function_clear_async (AnyFunction        *self,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ANY_IS_FUNCTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_function_clear_async));
  any_errand_run (task, clear);
}

/**
 * any_function_clear_finish:
 * @self: a function
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Function.clear_async].
 *
 * Fails as [method@AnyCache.Function.clear] does.
 *
 * Returns: whether there are no such results any more
 *
 * Since: 1.0
 */
gboolean
any_function_clear_finish (AnyFunction  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_function_clear_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
