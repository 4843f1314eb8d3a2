/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-cache-settings.h"

#include "any-cache-private.h"
#include "any-policy.h"
#include "any-pool.h"

static AnyBounds
get_bounds (AnyCacheSettings *settings)
{
  return (AnyBounds){
    .max_bytes = __atomic_load_n (&settings->maxsize, __ATOMIC_RELAXED),
    .max_entries = __atomic_load_n (&settings->maxentries, __ATOMIC_RELAXED),
  };
}

/* What may be in the directory after something was stored through this object. */
AnyBounds
any_cache_get_bounds (AnyCache *self)
{
  return get_bounds (any_cache_get_settings (self));
}

typedef struct
{
  AnyCore          *core;     /* (owned) */
  AnyCacheSettings *settings; /* (owned) */
} Trim;

/* By the time that somebody comes to it, the bounds may be others. */
static void
trim_cb (gpointer data)
{
  Trim     *trim = data;
  AnyBounds bounds;

  g_atomic_int_set (&trim->settings->trimming, FALSE);
  bounds = get_bounds (trim->settings);
  if (any_bounds_are_set (&bounds) && bounds.max_bytes != 0 && bounds.max_entries != 0)
    any_core_trim (trim->core, &bounds);

  g_atomic_rc_box_release (trim->settings);
  any_core_release (trim->core);
  g_free (trim);
}

/* Takes away what is too much under new bounds. A cache that is off leaves what is stored as it is; one that was not used yet has no
 * say before it stores something. */
static void
trim_later (AnyCache *self)
{
  AnyCacheSettings *settings = any_cache_get_settings (self);
  AnyCore          *core = any_cache_is_on (self) ? any_cache_peek_core (self) : NULL;
  Trim             *trim;

  if (core == NULL || !g_atomic_int_compare_and_exchange (&settings->trimming, FALSE, TRUE))
    return;

  trim = g_new (Trim, 1);
  *trim = (Trim){ any_core_ref (core), g_atomic_rc_box_acquire (settings) };
  any_pool_push (trim_cb, trim);
}

/**
 * any_cache_get_maxsize: (get-property maxsize)
 * @self: a cache
 *
 * Gets the number of bytes that the entries may take.
 *
 * Returns: bytes; 0 for a cache that is off, -1 for no limit
 *
 * Since: 1.0
 */
gint64
any_cache_get_maxsize (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return __atomic_load_n (&any_cache_get_settings (self)->maxsize, __ATOMIC_RELAXED);
}

/**
 * any_cache_set_maxsize: (set-property maxsize)
 * @self: a cache
 * @maxsize: bytes; 0 to switch the cache off, -1 for no limit
 *
 * Sets the number of bytes that the entries may take.
 *
 * Where there is more than that in the directory, what was used longest ago goes: in the background if this object was used already, else
 * with the next result that is stored through it.
 *
 * Since: 1.0
 */
void
any_cache_set_maxsize (AnyCache *self,
                       gint64    maxsize)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (maxsize >= -1);

  if (__atomic_exchange_n (&any_cache_get_settings (self)->maxsize, maxsize, __ATOMIC_RELAXED) == maxsize)
    return;

  trim_later (self);
  g_object_notify (G_OBJECT (self), "maxsize");
}

/**
 * any_cache_get_maxentries: (get-property maxentries)
 * @self: a cache
 *
 * Gets the number of entries that there may be.
 *
 * Returns: a number; 0 for a cache that is off, -1 for no limit
 *
 * Since: 1.0
 */
gint64
any_cache_get_maxentries (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return __atomic_load_n (&any_cache_get_settings (self)->maxentries, __ATOMIC_RELAXED);
}

/**
 * any_cache_set_maxentries: (set-property maxentries)
 * @self: a cache
 * @maxentries: a number; 0 to switch the cache off, -1 for no limit
 *
 * Sets the number of entries that there may be.
 *
 * What is too much goes in the background, as with [method@AnyCache.Cache.set_maxsize].
 *
 * Since: 1.0
 */
void
any_cache_set_maxentries (AnyCache *self,
                          gint64    maxentries)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (maxentries >= -1);

  if (__atomic_exchange_n (&any_cache_get_settings (self)->maxentries, maxentries, __ATOMIC_RELAXED) == maxentries)
    return;

  trim_later (self);
  g_object_notify (G_OBJECT (self), "maxentries");
}

/**
 * any_cache_get_maxage: (get-property maxage)
 * @self: a cache
 *
 * Gets how long results may be returned.
 *
 * Returns: microseconds, -1 for no limit
 *
 * Since: 1.0
 */
gint64
any_cache_get_maxage (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return __atomic_load_n (&any_cache_get_settings (self)->maxage, __ATOMIC_RELAXED);
}

/**
 * any_cache_set_maxage: (set-property maxage)
 * @self: a cache
 * @maxage: microseconds, -1 for no limit
 *
 * Sets how long results may be returned, counted from the beginning of their computation.
 *
 * Since: 1.0
 */
void
any_cache_set_maxage (AnyCache *self,
                      gint64    maxage)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (maxage >= ANY_POLICY_NO_LIMIT);

  if (__atomic_exchange_n (&any_cache_get_settings (self)->maxage, maxage, __ATOMIC_RELAXED) != maxage)
    g_object_notify (G_OBJECT (self), "maxage");
}

/**
 * any_cache_get_maxmemory: (get-property maxmemory)
 * @self: a cache
 *
 * Gets the number of bytes of entries that are kept in memory.
 *
 * Returns: bytes; 0 for none, -1 for no limit
 *
 * Since: 1.0
 */
gint64
any_cache_get_maxmemory (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return any_core_get_max_memory (any_cache_get_core (self));
}

/**
 * any_cache_set_maxmemory: (set-property maxmemory)
 * @self: a cache
 * @maxmemory: bytes; 0 for none, -1 for no limit
 *
 * Sets the number of bytes of entries that are kept in memory, for all caches of this process on this directory.
 *
 * Since: 1.0
 */
void
any_cache_set_maxmemory (AnyCache *self,
                         gint64    maxmemory)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (maxmemory >= -1);

  if (any_cache_get_maxmemory (self) == maxmemory)
    return;

  any_core_set_max_memory (any_cache_get_core (self), maxmemory);
  g_object_notify (G_OBJECT (self), "maxmemory");
}

/**
 * any_cache_get_check_interval: (get-property check-interval)
 * @self: a cache
 *
 * Gets for how long a result in memory may be returned without another look.
 *
 * Returns: microseconds; 0 where each call looks
 *
 * Since: 1.0
 */
gint64
any_cache_get_check_interval (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return __atomic_load_n (&any_cache_get_settings (self)->check_interval, __ATOMIC_RELAXED);
}

/**
 * any_cache_set_check_interval: (set-property check-interval)
 * @self: a cache
 * @check_interval: microseconds; 0 to look each time
 *
 * Sets for how long a result in memory may be returned without another look at its files and at what other processes have done.
 *
 * Since: 1.0
 */
void
any_cache_set_check_interval (AnyCache *self,
                              gint64    check_interval)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (check_interval >= 0);

  if (__atomic_exchange_n (&any_cache_get_settings (self)->check_interval, check_interval, __ATOMIC_RELAXED) != check_interval)
    g_object_notify (G_OBJECT (self), "check-interval");
}

/**
 * any_cache_get_wait_timeout: (get-property wait-timeout)
 * @self: a cache
 *
 * Gets for how long a call waits for another process that computes the same result.
 *
 * Returns: microseconds; 0 where no call waits
 *
 * Since: 1.0
 */
gint64
any_cache_get_wait_timeout (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), 0);

  return __atomic_load_n (&any_cache_get_settings (self)->wait_timeout, __ATOMIC_RELAXED);
}

/**
 * any_cache_set_wait_timeout: (set-property wait-timeout)
 * @self: a cache
 * @wait_timeout: microseconds; 0 not to wait
 *
 * Sets for how long a call waits for another process that computes the same result, before it computes the result itself.
 *
 * Since: 1.0
 */
void
any_cache_set_wait_timeout (AnyCache *self,
                            gint64    wait_timeout)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (wait_timeout >= 0);

  if (__atomic_exchange_n (&any_cache_get_settings (self)->wait_timeout, wait_timeout, __ATOMIC_RELAXED) != wait_timeout)
    g_object_notify (G_OBJECT (self), "wait-timeout");
}

/**
 * any_cache_get_compression_threshold: (get-property compression-threshold)
 * @self: a cache
 *
 * Gets how large a result must be to be compressed.
 *
 * Returns: bytes; 0 where all are, -1 where none is
 *
 * Since: 1.0
 */
gint64
any_cache_get_compression_threshold (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), -1);

  return __atomic_load_n (&any_cache_get_settings (self)->compression_threshold, __ATOMIC_RELAXED);
}

/**
 * any_cache_set_compression_threshold: (set-property compression-threshold)
 * @self: a cache
 * @compression_threshold: bytes; 0 to compress all, -1 to compress nothing
 *
 * Sets how large a result must be to be compressed when it is stored through this object.
 *
 * What is stored already stays as it is, and is read in any case.
 *
 * Since: 1.0
 */
void
any_cache_set_compression_threshold (AnyCache *self,
                                     gint64    compression_threshold)
{
  g_return_if_fail (ANY_IS_CACHE (self));
  g_return_if_fail (compression_threshold >= -1);

  if (__atomic_exchange_n (&any_cache_get_settings (self)->compression_threshold, compression_threshold, __ATOMIC_RELAXED) !=
      compression_threshold)
    g_object_notify (G_OBJECT (self), "compression-threshold");
}
