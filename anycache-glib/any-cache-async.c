/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-cache-private.h"
#include "any-delivery.h"
#include "any-errand.h"
#include "any-flush.h"
#include "any-pool.h"

static gboolean
clear (gpointer      source,
       gpointer data G_GNUC_UNUSED,
       GCancellable *cancellable,
       GError      **error)
{
  return any_cache_clear (source, cancellable, error);
}

/**
 * any_cache_clear_async:
 * @self: a cache
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Removes all entries of the directory, of every function.
 *
 * Once it has begun it is not cancelled any more. See [method@AnyCache.Cache.clear].
 *
 * Since: 1.0
 */
void
any_cache_clear_async (AnyCache           *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ANY_IS_CACHE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_cache_clear_async));
  any_errand_run (task, clear);
}

/**
 * any_cache_clear_finish:
 * @self: a cache
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Cache.clear_async].
 *
 * Fails as [method@AnyCache.Cache.clear] does.
 *
 * Returns: whether the entries were removed
 *
 * Since: 1.0
 */
gboolean
any_cache_clear_finish (AnyCache     *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_cache_clear_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
invalidate (gpointer      source,
            gpointer      data,
            GCancellable *cancellable,
            GError      **error)
{
  return any_cache_invalidate (source, data, cancellable, error);
}

/**
 * any_cache_invalidate_async:
 * @self: a cache
 * @dependency: (type filename): a path, or a token of the application's own such as `app:account/42`
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Says that something has changed that results depend on.
 *
 * Once it has begun it is not cancelled any more. See [method@AnyCache.Cache.invalidate].
 *
 * Since: 1.0
 */
void
any_cache_invalidate_async (AnyCache           *self,
                            const char         *dependency,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (dependency != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_cache_invalidate_async));
  g_task_set_task_data (task, g_strdup (dependency), g_free);
  any_errand_run (task, invalidate);
}

/**
 * any_cache_invalidate_finish:
 * @self: a cache
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Cache.invalidate_async].
 *
 * Fails as [method@AnyCache.Cache.invalidate] does.
 *
 * Returns: whether all processes know
 *
 * Since: 1.0
 */
gboolean
any_cache_invalidate_finish (AnyCache     *self,
                             GAsyncResult *result,
                             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_cache_invalidate_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* In the caller's main context. */
static void
return_cb (gpointer data)
{
  g_autoptr (GTask) task = data;

  g_task_return_boolean (task, TRUE);
}

static void
settle_cb (gpointer task)
{
  any_core_flush (any_cache_get_core (g_task_get_source_object (task)));
  any_delivery_push (g_task_get_context (task), return_cb, task);
}

/* May be told at once, in a thread that must not wait for a disk. */
static void
flushed_cb (gpointer task)
{
  any_pool_push (settle_cb, task);
}

/**
 * any_cache_flush_async:
 * @self: a cache
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called in the thread-default main context of this call
 * @user_data: data for @callback
 *
 * Waits until what asynchronous calls have computed so far has reached the directory.
 *
 * See [method@AnyCache.Cache.flush].
 *
 * Since: 1.0
 */
void
any_cache_flush_async (AnyCache           *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ANY_IS_CACHE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ANY_TAG (any_cache_flush_async));
  if (!g_task_return_error_if_cancelled (task))
    any_flush (any_cache_get_core (self), flushed_cb, g_steal_pointer (&task));
}

/**
 * any_cache_flush_finish:
 * @self: a cache
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@AnyCache.Cache.flush_async].
 *
 * Fails with %G_IO_ERROR_CANCELLED only.
 *
 * Returns: whether it was waited for
 *
 * Since: 1.0
 */
gboolean
any_cache_flush_finish (AnyCache     *self,
                        GAsyncResult *result,
                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, ANY_TAG (any_cache_flush_async)), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
