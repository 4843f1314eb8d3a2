/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-function-settings.h"

#include "any-cache-settings.h"
#include "any-function-private.h"
#include "any-policy.h"
#include "any-vigil.h"

/* The shortest age that holds for every result of the function. */
gint64
any_function_get_limit (AnyFunction *self)
{
  return any_policy_shorter (__atomic_load_n (&any_cache_get_settings (self->cache)->maxage, __ATOMIC_RELAXED),
                             __atomic_load_n (&self->settings.maxage, __ATOMIC_RELAXED));
}

/* On which terms the function takes what is stored. */
void
any_function_get_terms (AnyFunction *self,
                        AnyTerms    *terms)
{
  *terms = (AnyTerms){
    .maxage = any_function_get_limit (self),
    .error_maxage = __atomic_load_n (&self->settings.error_maxage, __ATOMIC_RELAXED),
    .check_interval = __atomic_load_n (&any_cache_get_settings (self->cache)->check_interval, __ATOMIC_RELAXED),
    .stale_window = __atomic_load_n (&self->settings.stale_while_revalidate, __ATOMIC_RELAXED),
  };
}

void
any_function_settings_install (GObjectClass *object_class,
                               guint         first_id)
{
  GParamFlags writable = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * AnyFunction:maxage: (getter get_maxage) (setter set_maxage)
   *
   * How long results may be returned, in microseconds from the beginning of their computation; -1 for no limit.
   *
   * The limits of the cache and of the single result hold too; the shortest wins. With 0, nothing is stored.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, first_id + ANY_FUNCTION_SETTING_MAXAGE,
                                   g_param_spec_int64 ("maxage", NULL, NULL, -1, G_MAXINT64, -1, writable));

  /**
   * AnyFunction:error-maxage: (getter get_error_maxage) (setter set_error_maxage)
   *
   * For how long a failure is remembered, in microseconds from the beginning of the computation; 0 to remember none.
   *
   * A call then fails at once, with the domain, code and message of the error that the computation failed with, as long as nothing
   * that the computation has named has changed. The limits on results hold too; the shortest wins.
   *
   * Remembered is what a computation fails with, but neither cancellation (%G_IO_ERROR_CANCELLED) nor the errors of the cache
   * ([error@AnyCache.CacheError], and %G_IO_ERROR_WOULD_BLOCK of a computation that has not answered). With a depfiles function,
   * no failure is remembered: it is asked about results only.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, first_id + ANY_FUNCTION_SETTING_ERROR_MAXAGE,
                                   g_param_spec_int64 ("error-maxage", NULL, NULL, 0, G_MAXINT64, 0, writable));

  /**
   * AnyFunction:stale-while-revalidate: (getter get_stale_while_revalidate) (setter set_stale_while_revalidate)
   *
   * For how long after its age has run out a result is still returned while it is computed anew, in microseconds; 0 for not at all.
   *
   * A call within that time returns the old result at once. The computation is done later, in the main context that was the
   * thread-default one where the function was made, and [signal@AnyCache.Function::updated] brings its result. If it fails, the
   * old result goes on being returned until the time is over; for [property@AnyCache.Function:error-maxage], nobody tries again.
   *
   * What is outdated because something that it depends on has changed is never returned. To what is computed anew, as to what is
   * refreshed, other functions give nothing old either; what any other computation makes from an old result is as old.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, first_id + ANY_FUNCTION_SETTING_STALE_WHILE_REVALIDATE,
                                   g_param_spec_int64 ("stale-while-revalidate", NULL, NULL, 0, G_MAXINT64, 0, writable));

  /**
   * AnyFunction:flags: (getter get_flags) (setter set_flags)
   *
   * What the function does beyond answering calls.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, first_id + ANY_FUNCTION_SETTING_FLAGS,
                                   g_param_spec_flags ("flags", NULL, NULL, ANY_TYPE_FUNCTION_FLAGS, ANY_FUNCTION_FLAGS_NONE, writable));
}

void
any_function_settings_get (AnyFunction       *self,
                           AnyFunctionSetting setting,
                           GValue            *value,
                           GParamSpec        *pspec)
{
  switch (setting)
    {
    case ANY_FUNCTION_SETTING_MAXAGE:
      g_value_set_int64 (value, any_function_get_maxage (self));
      break;

    case ANY_FUNCTION_SETTING_ERROR_MAXAGE:
      g_value_set_int64 (value, any_function_get_error_maxage (self));
      break;

    case ANY_FUNCTION_SETTING_STALE_WHILE_REVALIDATE:
      g_value_set_int64 (value, any_function_get_stale_while_revalidate (self));
      break;

    case ANY_FUNCTION_SETTING_FLAGS:
      g_value_set_flags (value, any_function_get_flags (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (self, setting, pspec);
    }
}

void
any_function_settings_set (AnyFunction       *self,
                           AnyFunctionSetting setting,
                           const GValue      *value,
                           GParamSpec        *pspec)
{
  switch (setting)
    {
    case ANY_FUNCTION_SETTING_MAXAGE:
      any_function_set_maxage (self, g_value_get_int64 (value));
      break;

    case ANY_FUNCTION_SETTING_ERROR_MAXAGE:
      any_function_set_error_maxage (self, g_value_get_int64 (value));
      break;

    case ANY_FUNCTION_SETTING_STALE_WHILE_REVALIDATE:
      any_function_set_stale_while_revalidate (self, g_value_get_int64 (value));
      break;

    case ANY_FUNCTION_SETTING_FLAGS:
      any_function_set_flags (self, g_value_get_flags (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (self, setting, pspec);
    }
}

static void
set_age (AnyFunction *self,
         gint64      *age,
         gint64       us,
         const char  *property)
{
  if (__atomic_exchange_n (age, us, __ATOMIC_RELAXED) != us)
    g_object_notify (G_OBJECT (self), property);
}

/**
 * any_function_get_maxage: (get-property maxage)
 * @self: a function
 *
 * Gets how long results may be returned.
 *
 * Returns: microseconds, -1 for no limit
 *
 * Since: 1.0
 */
gint64
any_function_get_maxage (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), 0);

  return __atomic_load_n (&self->settings.maxage, __ATOMIC_RELAXED);
}

/**
 * any_function_set_maxage: (set-property maxage)
 * @self: a function
 * @maxage: microseconds, -1 for no limit
 *
 * Sets how long results may be returned, counted from the beginning of their computation.
 *
 * Since: 1.0
 */
void
any_function_set_maxage (AnyFunction *self,
                         gint64       maxage)
{
  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (maxage >= ANY_POLICY_NO_LIMIT);

  set_age (self, &self->settings.maxage, maxage, "maxage");
}

/**
 * any_function_get_error_maxage: (get-property error-maxage)
 * @self: a function
 *
 * Gets for how long a failure is remembered.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
any_function_get_error_maxage (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), 0);

  return __atomic_load_n (&self->settings.error_maxage, __ATOMIC_RELAXED);
}

/**
 * any_function_set_error_maxage: (set-property error-maxage)
 * @self: a function
 * @error_maxage: microseconds
 *
 * Sets for how long a failure is remembered; 0 to remember none.
 *
 * Since: 1.0
 */
void
any_function_set_error_maxage (AnyFunction *self,
                               gint64       error_maxage)
{
  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (error_maxage >= 0);

  set_age (self, &self->settings.error_maxage, error_maxage, "error-maxage");
}

/**
 * any_function_get_stale_while_revalidate: (get-property stale-while-revalidate)
 * @self: a function
 *
 * Gets for how long an old result is returned while it is computed anew.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
any_function_get_stale_while_revalidate (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), 0);

  return __atomic_load_n (&self->settings.stale_while_revalidate, __ATOMIC_RELAXED);
}

/**
 * any_function_set_stale_while_revalidate: (set-property stale-while-revalidate)
 * @self: a function
 * @stale_while_revalidate: microseconds
 *
 * Sets for how long after its age has run out a result is still returned while it is computed anew; 0 for not at all.
 *
 * Since: 1.0
 */
void
any_function_set_stale_while_revalidate (AnyFunction *self,
                                         gint64       stale_while_revalidate)
{
  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail (stale_while_revalidate >= 0);

  set_age (self, &self->settings.stale_while_revalidate, stale_while_revalidate, "stale-while-revalidate");
}

/**
 * any_function_get_flags: (get-property flags)
 * @self: a function
 *
 * Gets what the function does beyond answering calls.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
AnyFunctionFlags
any_function_get_flags (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), ANY_FUNCTION_FLAGS_NONE);

  return __atomic_load_n (&self->settings.flags, __ATOMIC_RELAXED);
}

/**
 * any_function_set_flags: (set-property flags)
 * @self: a function
 * @flags: the flags
 *
 * Sets what the function does beyond answering calls.
 *
 * Since: 1.0
 */
void
any_function_set_flags (AnyFunction     *self,
                        AnyFunctionFlags flags)
{
  g_return_if_fail (ANY_IS_FUNCTION (self));
  g_return_if_fail ((flags & ~(ANY_FUNCTION_FLAGS_WATCH | ANY_FUNCTION_FLAGS_REFRESH)) == 0);

  if (__atomic_exchange_n (&self->settings.flags, flags, __ATOMIC_RELAXED) != flags)
    g_object_notify (G_OBJECT (self), "flags");
  if (flags == ANY_FUNCTION_FLAGS_NONE)
    any_vigil_end (self->vigil);
}
