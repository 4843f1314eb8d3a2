/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-function-private.h"

#include "any-attempt.h"
#include "any-cache-private.h"
#include "any-call.h"
#include "any-computation.h"
#include "any-entry-private.h"
#include "any-flight.h"
#include "any-policy.h"
#include "any-revalidation.h"
#include "any-sync-call.h"

/* As any_use_init(), for somebody who may be computing something from what he asks for. */
static gboolean
begin (AnyUse       *use,
       AnyFunction  *self,
       GVariant     *args,
       GCancellable *cancellable,
       GError      **error)
{
  gboolean begun = any_use_init (use, self, args, cancellable, error);

  if (!begun && g_cancellable_is_cancelled (cancellable))
    any_computation_note_doubt ();

  return begun;
}

static AnyCore *
core_of (AnyFunction *self)
{
  return any_cache_get_core (any_function_get_cache (self));
}

/* Gives what is stored, or has it computed. Who does not insist on what is fresh may be given what was so a moment ago, unless it is
 * for somebody who does. */
static GVariant *
find_or_compute (AnyFunction  *self,
                 const AnyUse *use,
                 GCancellable *cancellable,
                 GError      **error)
{
  const AnyComputation *outer = any_computation_get ();
  gboolean              insists = outer != NULL && outer->insists;
  AnyCore              *core = any_cache_get_active_core (self->cache);
  g_autoptr (AnyRecord) record = NULL;
  AnyTerms terms;
  AnyMiss  miss;

  any_call_get_terms (self, outer != NULL, &terms);
  miss = any_call_find (self, core, &use->key, &terms, &record);
  any_call_count (core, miss);

  if (!insists && miss == ANY_MISS_EXPIRED && any_terms_allow_stale (&terms, record))
    any_revalidation_begin (self, use->args, &use->key.ident);
  else if (miss != ANY_MISS_NONE)
    return any_sync_call (self, use, ANY_WANT_RESULT, insists, cancellable, error);

  return any_call_use (self, use->args, record, outer != NULL ? outer->answer : NULL, error);
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
 * It waits: for the disk, and for others who compute the same result. If it has to be computed here, the computation must answer before
 * its callback returns; %G_IO_ERROR_WOULD_BLOCK otherwise, and also where the result is being computed by what this very thread's main
 * loop would have to go on with. [method@AnyCache.Function.call_async] waits for nothing. If this is called from within the
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
  AnyUse    use; /* not zeroed, which would take as long as to make a key */
  GVariant *result = NULL;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (begin (&use, self, args, cancellable, error) && any_computation_check (self, &use.key, error))
    result = find_or_compute (self, &use, cancellable, error);
  any_use_clear (&use);

  return result;
}

/* Finds what is stored, or was being stored when this began: who asks may have had it already. */
static AnyMiss
find_stored (AnyFunction    *self,
             const AnyUse   *use,
             const AnyTerms *terms,
             GCancellable   *cancellable,
             AnyRecord     **record)
{
  AnyCore *core = any_cache_get_active_core (self->cache);
  gboolean is_storing = any_flight_is_storing (core_of (self), &use->key);
  AnyMiss  miss = any_call_find (self, core, &use->key, terms, record);

  if (miss != ANY_MISS_NONE && is_storing)
    {
      any_sync_call_await_stored (self, use, cancellable);
      g_clear_pointer (record, any_record_unref);
      miss = any_call_find (self, core, &use->key, terms, record);
    }
  any_call_count (core, miss);

  return miss;
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
  const AnyComputation *outer = any_computation_get ();
  g_autoptr (AnyRecord) record = NULL;
  g_auto (AnyUse) use = { 0 };
  AnyTerms terms;
  AnyMiss  miss;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!begin (&use, self, args, cancellable, error))
    return NULL;

  any_call_get_terms (self, outer != NULL, &terms);
  miss = find_stored (self, &use, &terms, cancellable, &record);
  if (miss != ANY_MISS_NONE || record->facts.failure)
    {
      g_cancellable_set_error_if_cancelled (cancellable, error);
      return NULL;
    }

  return any_call_use (self, use.args, record, outer != NULL ? outer->answer : NULL, error);
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
  g_auto (AnyUse) use = { 0 };
  AnyRecord *record;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!begin (&use, self, args, NULL, NULL) || !any_cache_is_on (any_function_get_cache (self)))
    return NULL;

  record = any_core_peek (core_of (self), &use.key);
  if (record != NULL && record->facts.failure)
    g_clear_pointer (&record, any_record_unref);

  return record != NULL ? any_entry_new (self, use.args, record) : NULL;
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
 * computation that began before it ended is stored over it. Who refreshes the same result in this process at the same time shares the
 * computation; if another process computes it, none may be left. Where the directory cannot be written, the old one stays, and
 * [signal@AnyCache.Cache::store-failed] tells.
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
  g_auto (AnyUse) use = { 0 };

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!begin (&use, self, args, cancellable, error) ||
      !any_computation_check (self, &use.key, error))
    return NULL;

  return any_sync_call (self, &use, ANY_WANT_NEW, TRUE, cancellable, error);
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
  g_auto (AnyUse) use = { 0 };
  gboolean stored;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (maxage >= ANY_POLICY_NO_LIMIT, FALSE);

  sunk_value = g_variant_ref_sink (value);
  if (!begin (&use, self, args, cancellable, error))
    return FALSE;

  if (!any_cache_is_on (any_function_get_cache (self)))
    return TRUE;

  if (any_policy_shorter (any_function_get_limit (self), maxage) == 0)
    stored = any_core_remove (core_of (self), &use.key, error);
  else
    stored = any_attempt_store (self, &use.key, use.args, sunk_value, maxage, dependencies, error);
  any_flight_part (core_of (self), &use.key);

  return stored;
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
  g_auto (AnyUse) use = { 0 };
  AnyTerms terms;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);

  if (!begin (&use, self, args, cancellable, error))
    return FALSE;

  any_call_get_terms (self, any_computation_get () != NULL, &terms);

  return find_stored (self, &use, &terms, cancellable, &record) != ANY_MISS_NONE;
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
  g_auto (AnyUse) use = { 0 };
  gboolean removed;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);

  if (!begin (&use, self, args, cancellable, error))
    return FALSE;

  removed = any_core_remove (core_of (self), &use.key, error);
  any_flight_part (core_of (self), &use.key);

  return removed;
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
  gboolean removed;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  removed = any_core_remove_name (core_of (self), any_function_get_name (self), error);
  any_flight_part (core_of (self), NULL);

  return removed;
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
  g_auto (AnyUse) use = { 0 };
  char *digits;

  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);
  g_return_val_if_fail (args != NULL, NULL);

  if (!begin (&use, self, args, NULL, error))
    return NULL;

  digits = g_malloc (ANY_IDENT_LENGTH + 1);
  any_ident_write (&use.key.ident, digits);

  return digits;
}
