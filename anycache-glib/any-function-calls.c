/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-function-private.h"

#include "any-attempt.h"
#include "any-cache-private.h"
#include "any-computation.h"
#include "any-entry-private.h"
#include "any-failure.h"
#include "any-policy.h"
#include "any-revalidation.h"
#include "any-vigil.h"

/* One use of a function: the arguments, and the key that they make. */
typedef struct
{
  GVariant *args; /* (owned) */
  AnyKey    key;
} Use;

static void
use_clear (Use *self)
{
  g_clear_pointer (&self->args, g_variant_unref);
  any_key_clear (&self->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Use, use_clear)

/* What every operation does first: take floating arguments, and refuse what has no key. */
static gboolean
use_init (Use          *self,
          AnyFunction  *function,
          GVariant     *args,
          GCancellable *cancellable,
          GError      **error)
{
  const char *name = any_function_get_name (function);
  const char *type = any_function_get_args_type (function);

  self->args = g_variant_ref_sink (args);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      any_computation_note_doubt ();
      return FALSE;
    }

  if (type != NULL && !g_variant_is_of_type (args, G_VARIANT_TYPE (type)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Arguments of “%s”: the type is “%s”, but “%s” was declared",
                   name, g_variant_get_type_string (args), type);
      return FALSE;
    }

  return any_key_init (&self->key, name, any_function_get_version (function), args, error);
}

static gboolean
is_on (AnyFunction *self)
{
  return any_cache_is_on (any_function_get_cache (self));
}

static AnyCore *
core_of (AnyFunction *self)
{
  return any_cache_get_core (any_function_get_cache (self));
}

/* On which terms a call is answered. What goes into another result is looked at now, as that may be kept for longer than any interval. */
static void
get_terms (AnyFunction *self,
           AnyTerms    *terms)
{
  any_function_get_terms (self, terms);
  if (terms->check_interval > 0 && any_computation_is_running ())
    terms->check_interval = 0;
}

/* Finds what is stored: the record is one that may be returned only where nothing is missing. */
static AnyMiss
find (AnyFunction    *self,
      const AnyKey   *key,
      const AnyTerms *terms,
      AnyRecord     **record)
{
  AnyMiss miss;

  *record = NULL;
  if (!is_on (self))
    return ANY_MISS_ABSENT;

  miss = any_core_lookup (core_of (self), key, terms, record);
  any_counters_add_lookup (any_core_get_counters (core_of (self)), miss);
  if (miss != ANY_MISS_NONE)
    g_debug ("No result of “%s”: %s", any_function_get_name (self), any_miss_to_string (miss));

  return miss;
}

/* Gives what is stored: a result, or the error that its computation failed with. */
static GVariant *
use_record (AnyFunction     *self,
            GVariant        *args,
            const AnyRecord *record,
            GError         **error)
{
  any_computation_note_hit (self, record);
  any_vigil_keep (self, args, record);

  if (!record->facts.failure)
    return g_variant_ref (record->value);

  any_failure_propagate (record->value, error);

  return NULL;
}

/* Gives what is stored, or has it computed. Who does not insist on what is fresh may be given what was so a moment ago, unless it is
 * for somebody who does. */
static GVariant *
find_or_compute (AnyFunction  *self,
                 const Use    *use,
                 gboolean      insists,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_autoptr (AnyRecord) record = NULL;
  AnyTerms terms;
  AnyMiss  miss;

  get_terms (self, &terms);
  insists = insists || any_computation_insists ();
  if (insists)
    terms.check_interval = 0;

  miss = find (self, &use->key, &terms, &record);
  if (miss == ANY_MISS_NONE)
    return use_record (self, use->args, record, error);

  if (!insists && miss == ANY_MISS_EXPIRED && any_terms_allow_stale (&terms, record))
    {
      any_revalidation_begin (self, use->args, &use->key.ident);
      return use_record (self, use->args, record, error);
    }

  return any_computation_run (self, &use->key, use->args, ANY_ORIGIN_CALL, insists,
                              miss == ANY_MISS_EXPIRED ? record : NULL, cancellable, error);
}

/* As a call by somebody who can wait. */
GVariant *
any_function_call_fresh (AnyFunction *self,
                         GVariant    *args,
                         GError     **error)
{
  g_auto (Use) use = { 0 };

  if (!use_init (&use, self, args, NULL, error) ||
      !any_computation_check (self, &use.key, error))
    return NULL;

  return find_or_compute (self, &use, TRUE, NULL, error);
}

/**
 * any_function_call:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Gives the result for some arguments: the stored one, if it may still be used, or one that is computed now and stored.
 *
 * The computation must answer before its callback returns; %G_IO_ERROR_WOULD_BLOCK otherwise. If this is called from within the
 * computation of another function, what this result depends on is a dependency of that one too.
 *
 * Where [property@AnyCache.Function:stale-while-revalidate] is set, it may be a result whose age has run out lately.
 *
 * Fails with what the computation fails with, or has failed with ([property@AnyCache.Function:error-maxage]); with
 * %G_IO_ERROR_INVALID_ARGUMENT for arguments that hold file handles, nest deeper
 * than 64 levels, have a type of more than 4096 characters, are not in normal form or not of the declared type; with
 * %G_IO_ERROR_CANCELLED, [error@AnyCache.CacheError.NO_RESULT], [error@AnyCache.CacheError.RECURSION] or
 * [error@AnyCache.CacheError.CLOSED]. Trouble of the cache itself is no error.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
GVariant *
any_function_call (AnyFunction  *self,
                   GVariant     *args,
                   GCancellable *cancellable,
                   GError      **error)
{
  g_auto (Use) use = { 0 };

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!use_init (&use, self, args, cancellable, error) ||
      !any_computation_check (self, &use.key, error))
    return NULL;

  return find_or_compute (self, &use, FALSE, cancellable, error);
}

/**
 * any_function_lookup:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Gives the stored result for some arguments, if there is one that may still be used. Never computes.
 *
 * A failure that is remembered is no result.
 *
 * Fails only where the arguments are refused or the call is cancelled.
 *
 * Returns: (transfer full) (nullable): the result, or %NULL where there is none
 *
 * Since: 1.0
 */
GVariant *
any_function_lookup (AnyFunction  *self,
                     GVariant     *args,
                     GCancellable *cancellable,
                     GError      **error)
{
  g_autoptr (AnyRecord) record = NULL;
  g_auto (Use) use = { 0 };
  AnyTerms terms;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!use_init (&use, self, args, cancellable, error))
    return NULL;

  get_terms (self, &terms);
  if (find (self, &use.key, &terms, &record) != ANY_MISS_NONE || record->facts.failure)
    return NULL;

  return use_record (self, use.args, record, error);
}

/**
 * any_function_peek:
 * @self: a function
 * @args: the arguments; a floating value is taken
 *
 * Gives what this process holds in memory for some arguments, whether it may still be used or not.
 *
 * [method@AnyCache.Entry.is_current] says whether it may.
 *
 * Returns: (transfer full) (nullable): an entry, or %NULL where nothing is in memory, the arguments are refused or the cache is off
 *
 * Since: 1.0
 */
AnyEntry *
any_function_peek (AnyFunction *self,
                   GVariant    *args)
{
  g_auto (Use) use = { 0 };
  AnyRecord *record;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!use_init (&use, self, args, NULL, NULL) || !is_on (self))
    return NULL;

  record = any_core_peek (core_of (self), &use.key);
  if (record != NULL && record->facts.failure)
    g_clear_pointer (&record, any_record_unref);

  return record != NULL ? any_entry_new (self, record) : NULL;
}

/**
 * any_function_refresh:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Computes the result for some arguments anew, whatever is stored, and stores it.
 *
 * After it returns, no process gets a result that was stored before it began, even if the new one may not be stored; and no
 * computation that began before it ended is stored over it. If the same result is computed elsewhere at the same time, none may be
 * left. Where the directory cannot be written, the old one stays, and [signal@AnyCache.Cache::store-failed] tells.
 *
 * Fails as [method@AnyCache.Function.call] does; what was stored then stays.
 *
 * Returns: (transfer full): the new result
 *
 * Since: 1.0
 */
GVariant *
any_function_refresh (AnyFunction  *self,
                      GVariant     *args,
                      GCancellable *cancellable,
                      GError      **error)
{
  g_autoptr (AnyRecord) record = NULL;
  g_auto (Use) use = { 0 };

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!use_init (&use, self, args, cancellable, error) ||
      !any_computation_check (self, &use.key, error))
    return NULL;

  if (is_on (self))
    record = any_core_read (core_of (self), &use.key);

  return any_computation_run (self, &use.key, use.args, ANY_ORIGIN_REFRESH, TRUE, record, cancellable, error);
}

/**
 * any_function_store:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @value: the result; a floating value is taken
 * @maxage: how long it may be returned, in microseconds from now; 0 only to remove what is stored, -1 for no limit
 * @dependencies: (nullable) (array zero-terminated=1) (element-type filename): paths and tokens that the result depends on
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Stores a result that was not computed by a call.
 *
 * The dependencies are looked at now: a change that happened between the making of the result and this call goes unnoticed. A
 * computation of this result that began before is not stored over it.
 *
 * Where the cache is off, nothing is stored, and that is no error. Fails with %G_IO_ERROR_INVALID_ARGUMENT for arguments, a result
 * or an empty path that cannot be stored; with %G_IO_ERROR_BUSY for a dependency that changes right now, or has changed within the
 * last seconds where times have whole seconds only or come from another machine; with %G_IO_ERROR_NOT_SUPPORTED for one that
 * nothing can vouch for, such as a device; with %G_IO_ERROR_CANCELLED, [error@AnyCache.CacheError.UNSAFE_DIRECTORY],
 * [error@AnyCache.CacheError.TIMEOUT], or an error of the file system.
 *
 * Returns: whether the result was stored, or need not be
 *
 * Since: 1.0
 */
gboolean
any_function_store (AnyFunction       *self,
                    GVariant          *args,
                    GVariant          *value,
                    gint64             maxage,
                    const char *const *dependencies,
                    GCancellable      *cancellable,
                    GError           **error)
{
  g_autoptr (GVariant) sunk_value = NULL;
  g_auto (Use) use = { 0 };

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (maxage >= ANY_POLICY_NO_LIMIT, FALSE);

  sunk_value = g_variant_ref_sink (value);
  if (!use_init (&use, self, args, cancellable, error))
    return FALSE;

  if (!is_on (self))
    return TRUE;
  if (any_policy_shorter (any_function_get_limit (self), maxage) == 0)
    return any_core_remove (core_of (self), &use.key, error);

  return any_attempt_store (self, &use.key, use.args, sunk_value, maxage, dependencies, error);
}

/**
 * any_function_is_outdated:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Whether a call would have to compute the result for some arguments.
 *
 * What a call would return though its age has run out ([property@AnyCache.Function:stale-while-revalidate]) is outdated.
 *
 * Fails only where the arguments are refused or the call is cancelled.
 *
 * Returns: %TRUE where there is no stored result that may still be used, or if in doubt; %FALSE with @error set on failure
 *
 * Since: 1.0
 */
gboolean
any_function_is_outdated (AnyFunction  *self,
                          GVariant     *args,
                          GCancellable *cancellable,
                          GError      **error)
{
  g_autoptr (AnyRecord) record = NULL;
  g_auto (Use) use = { 0 };
  AnyTerms terms;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);

  if (!use_init (&use, self, args, cancellable, error))
    return FALSE;

  get_terms (self, &terms);

  return find (self, &use.key, &terms, &record) != ANY_MISS_NONE;
}

/**
 * any_function_remove:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Removes the stored result for some arguments. It is no error if there is none.
 *
 * After it returns, no process gets the result that was stored before, nor one whose computation began before.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT for refused arguments, %G_IO_ERROR_CANCELLED,
 * [error@AnyCache.CacheError.UNSAFE_DIRECTORY], [error@AnyCache.CacheError.TIMEOUT], or an error of the file system.
 *
 * Returns: whether there is no such result any more
 *
 * Since: 1.0
 */
gboolean
any_function_remove (AnyFunction  *self,
                     GVariant     *args,
                     GCancellable *cancellable,
                     GError      **error)
{
  g_auto (Use) use = { 0 };

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);

  if (!use_init (&use, self, args, cancellable, error))
    return FALSE;

  return any_core_remove (core_of (self), &use.key, error);
}

/**
 * any_function_clear:
 * @self: a function
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Removes all stored results of functions of this name, whatever their version.
 *
 * Every entry of the directory is looked at, so the cost grows with their number.
 *
 * Fails with %G_IO_ERROR_CANCELLED, [error@AnyCache.CacheError.UNSAFE_DIRECTORY], [error@AnyCache.CacheError.TIMEOUT], or an
 * error of the file system.
 *
 * Returns: whether there are no such results any more
 *
 * Since: 1.0
 */
gboolean
any_function_clear (AnyFunction  *self,
                    GCancellable *cancellable,
                    GError      **error)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  return any_core_remove_name (core_of (self), any_function_get_name (self), error);
}

/**
 * any_function_dup_ident:
 * @self: a function
 * @args: the arguments; a floating value is taken
 * @error: return location for an error
 *
 * Gives the name that the result for some arguments has in the directory.
 *
 * It is the same in every language, process, byte order and release of the same format.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT for refused arguments.
 *
 * Returns: (transfer full): 32 lower-case hexadecimal digits
 *
 * Since: 1.0
 */
char *
any_function_dup_ident (AnyFunction *self,
                        GVariant    *args,
                        GError     **error)
{
  g_auto (Use) use = { 0 };
  char *digits;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!use_init (&use, self, args, NULL, error))
    return NULL;

  digits = g_malloc (ANY_IDENT_LENGTH + 1);
  any_ident_write (&use.key.ident, digits);

  return digits;
}
