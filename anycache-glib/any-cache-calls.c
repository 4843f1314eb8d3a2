/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-cache-private.h"

#include "any-dependency.h"
#include "any-flight.h"
#include "any-flush.h"
#include "any-watch.h"

/**
 * any_cache_get_stats:
 * @self: a cache
 *
 * Gets what this process has done with the directory.
 *
 * All objects on one directory are counted together, from when the first of them came to be.
 *
 * Returns: (transfer full): the counters of this instant
 *
 * Since: 1.0
 */
AnyStats *
any_cache_get_stats (AnyCache *self)
{
  AnyStats *stats;

  g_return_val_if_fail (ANY_IS_CACHE (self), NULL);

  stats = any_core_get_stats (any_cache_get_core (self));
  stats->polled = any_watch_count_polled ();

  return stats;
}

/**
 * any_cache_read_total_stats:
 * @self: a cache
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads what all processes have done with the directory, ever since it was made.
 *
 * What this process has done is in it. Others add what they have done with [method@AnyCache.Cache.flush], and when their last object on
 * the directory goes or they end; a process that was killed has added less than it did. A removal of all entries removes no counter.
 *
 * Fails with %G_IO_ERROR_NOT_FOUND where there is no directory yet, with [error@AnyCache.CacheError.UNSAFE_DIRECTORY],
 * %G_IO_ERROR_CANCELLED, or an error of the file system.
 *
 * Returns: (transfer full): the sums of all counters
 *
 * Since: 1.0
 */
AnyStats *
any_cache_read_total_stats (AnyCache     *self,
                            GCancellable *cancellable,
                            GError      **error)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return any_core_read_total_stats (any_cache_get_core (self), error);
}

/**
 * any_cache_get_size: (get-property size)
 * @self: a cache
 *
 * Gets the number of bytes that all entries in the directory take, whichever process has stored them.
 *
 * The cost does not depend on the number of entries, except once after a crash of the machine, when they are counted.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
any_cache_get_size (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return any_core_get_size (any_cache_get_core (self));
}

/**
 * any_cache_clear:
 * @self: a cache
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Removes all entries of the directory, of every function.
 *
 * After it returns, no process gets a result that was stored before, nor one whose computation began before.
 *
 * Fails with [error@AnyCache.CacheError.UNSAFE_DIRECTORY], [error@AnyCache.CacheError.TIMEOUT], %G_IO_ERROR_CANCELLED, or an
 * error of the file system.
 *
 * Returns: whether the entries were removed
 *
 * Since: 1.0
 */
gboolean
any_cache_clear (AnyCache     *self,
                 GCancellable *cancellable,
                 GError      **error)
{
  gboolean cleared;

  g_return_val_if_fail (ANY_IS_CACHE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  cleared = any_core_clear (any_cache_get_core (self), error);
  any_flight_part (any_cache_get_core (self), NULL);

  return cleared;
}

/**
 * any_cache_invalidate:
 * @self: a cache
 * @dependency: (type filename): a path, or a token of the application's own such as `app:account/42`
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Says that something has changed that results depend on.
 *
 * What has a scheme and a colon in front, like a URI, is a token: a name for something that is no file. A computation names it with
 * [method@AnyCache.Request.add_dependency]; whoever changes what it stands for calls this afterwards. It works on paths
 * too, where a change leaves no trace in the file system; the path must be the one that the computation has named, or lie in a tree
 * that it has named.
 *
 * After it returns, no process gets a result of this directory that depends on it and whose computation began before; other processes
 * that have a [property@AnyCache.Cache:check-interval] do so after that at the latest. Results that were made from such a result are
 * outdated as well, if they are in the same directory.
 *
 * It writes to the disk and waits until that is done, some milliseconds. Hits cost nothing more because of it, but for the first look at
 * each entry that follows. Of more than some thousand different dependencies, the oldest are forgotten, and what was stored before
 * they were named is outdated altogether; so is everything that depends on something where the file with the marks is lost.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT for an empty name or a URI of a file that is none of this machine,
 * [error@AnyCache.CacheError.UNSAFE_DIRECTORY], [error@AnyCache.CacheError.TIMEOUT], %G_IO_ERROR_CANCELLED, or an error of the file
 * system.
 *
 * Returns: whether all processes know
 *
 * Since: 1.0
 */
gboolean
any_cache_invalidate (AnyCache     *self,
                      const char   *dependency,
                      GCancellable *cancellable,
                      GError      **error)
{
  AnyDependencyKind kind;
  g_autofree char  *name = NULL;
  gboolean          invalidated;

  g_return_val_if_fail (ANY_IS_CACHE (self), FALSE);
  g_return_val_if_fail (dependency != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  name = any_dependency_name (dependency, &kind, error);

  if (name == NULL)
    return FALSE;

  invalidated = any_core_invalidate (any_cache_get_core (self), name, error);
  any_flight_part (any_cache_get_core (self), NULL);

  return invalidated;
}

/**
 * any_cache_flush:
 * @self: a cache
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Waits until what asynchronous calls have computed so far has reached the directory.
 *
 * Such a call gives its result before that is stored. A program that ends without this may have to compute the last results again;
 * in some languages nothing runs at exit that could wait for it. What cannot be stored is not waited for, and
 * [signal@AnyCache.Cache::store-failed] tells of it. Nothing is forced out to the device. What this process has used lately is recorded
 * too, so that other processes do not evict it, and the files of what was cleared are deleted.
 *
 * Fails with %G_IO_ERROR_CANCELLED only.
 *
 * Returns: whether it was waited for
 *
 * Since: 1.0
 */
gboolean
any_cache_flush (AnyCache     *self,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  any_flush_wait (any_cache_get_core (self));
  any_core_flush (any_cache_get_core (self));

  return TRUE;
}
