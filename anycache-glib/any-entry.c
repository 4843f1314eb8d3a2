/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-entry-private.h"

#include "any-cache-private.h"
#include "any-call.h"
#include "any-computation.h"
#include "any-dependency-list.h"
#include "any-function-private.h"

/**
 * AnyEntry:
 *
 * A result as the cache holds it: the value, its times, and what it depends on.
 *
 * An entry does not change. Whether it may still be used is asked with [method@AnyCache.Entry.is_current], and it is used with
 * [method@AnyCache.Entry.use]. Both are much cheaper than a call where a language would have to build the arguments anew: a program
 * may keep a decoded result beside its entry.
 *
 * All methods may be called from any thread.
 *
 * Since: 1.0
 */
struct _AnyEntry
{
  GObject parent_instance;

  AnyFunction *function; /* (owned), set once */
  GVariant    *args;     /* (owned), set once */
  AnyRecord   *record;   /* (owned), set once */
};

G_DEFINE_FINAL_TYPE (AnyEntry, any_entry, G_TYPE_OBJECT)

static void
any_entry_finalize (GObject *object)
{
  AnyEntry *self = ANY_ENTRY (object);

  g_clear_pointer (&self->record, any_record_unref);
  g_clear_pointer (&self->args, g_variant_unref);
  g_clear_object (&self->function);

  G_OBJECT_CLASS (any_entry_parent_class)->finalize (object);
}

static void
any_entry_class_init (AnyEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = any_entry_finalize;
}

static void
any_entry_init (AnyEntry *self)
{
}

/* A binding may construct an object of any class, which is no entry of any cache then. */
static gboolean
is_filled (AnyEntry *self)
{
  return ANY_IS_ENTRY (self) && self->record != NULL;
}

/* Takes the record. */
AnyEntry *
any_entry_new (AnyFunction *function,
               GVariant    *args,
               AnyRecord   *record)
{
  AnyEntry *self = g_object_new (ANY_TYPE_ENTRY, NULL);

  self->function = g_object_ref (function);
  self->args = g_variant_ref (args);
  self->record = record;

  return self;
}

/**
 * any_entry_get_value:
 * @self: an entry
 *
 * Gets the result.
 *
 * Returns: (transfer none): the value
 *
 * Since: 1.0
 */
GVariant *
any_entry_get_value (AnyEntry *self)
{
  g_return_val_if_fail (is_filled (self), NULL);

  return self->record->value;
}

/**
 * any_entry_get_created:
 * @self: an entry
 *
 * Gets when the computation of the result began.
 *
 * Returns: microseconds since the Unix epoch, UTC
 *
 * Since: 1.0
 */
gint64
any_entry_get_created (AnyEntry *self)
{
  g_return_val_if_fail (is_filled (self), 0);

  return self->record->facts.created;
}

/**
 * any_entry_get_expires:
 * @self: an entry
 *
 * Gets from when on the result is too old, by the limits that it was stored with.
 *
 * Returns: microseconds since the Unix epoch, UTC; -1 for never
 *
 * Since: 1.0
 */
gint64
any_entry_get_expires (AnyEntry *self)
{
  g_return_val_if_fail (is_filled (self), 0);

  return self->record->facts.expires;
}

/**
 * any_entry_get_cost:
 * @self: an entry
 *
 * Gets how long the computation of the result took.
 *
 * Returns: microseconds; 0 for a result that was stored without a computation
 *
 * Since: 1.0
 */
gint64
any_entry_get_cost (AnyEntry *self)
{
  g_return_val_if_fail (is_filled (self), 0);

  return self->record->facts.cost;
}

/**
 * any_entry_dup_dependencies:
 * @self: an entry
 *
 * Lists the files that the result depends on, and the tokens of the application.
 *
 * Returns: (transfer full) (array zero-terminated=1) (element-type filename): absolute paths, and tokens such as `app:account/42`
 *
 * Since: 1.0
 */
char **
any_entry_dup_dependencies (AnyEntry *self)
{
  g_return_val_if_fail (is_filled (self), NULL);

  return any_dependency_list_dup_names (self->record->dependencies, self->record->dependencies_length);
}

/**
 * any_entry_is_current:
 * @self: an entry
 *
 * Whether a call would find this very result fresh.
 *
 * It is current if no process has removed or replaced it, it is not too old, and every file that it depends on looks as it did. Within
 * a [property@AnyCache.Cache:check-interval], an earlier look counts. A result that a call would return though its age has run out
 * ([property@AnyCache.Function:stale-while-revalidate]) is not current.
 *
 * Returns: whether the result may be used; %FALSE if in doubt
 *
 * Since: 1.0
 */
gboolean
any_entry_is_current (AnyEntry *self)
{
  AnyCache *cache;
  AnyTerms  terms;

  g_return_val_if_fail (is_filled (self), FALSE);

  cache = any_function_get_cache (self->function);
  any_function_get_terms (self->function, &terms);

  return any_cache_is_on (cache) && any_core_is_current (any_cache_get_core (cache), self->record, &terms);
}

/**
 * any_entry_use:
 * @self: an entry
 *
 * Takes this result as a call would, if a call would find it fresh.
 *
 * A program that keeps what it has decoded asks this before it returns that. Unlike [method@AnyCache.Entry.is_current], it counts as a
 * hit, so that what is in use is not evicted. Within the callback of a computation it does nothing: what that is made from, it has to
 * call.
 *
 * Returns: whether the result may be returned; %FALSE where [method@AnyCache.Function.call] is to be asked
 *
 * Since: 1.0
 */
gboolean
any_entry_use (AnyEntry *self)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (is_filled (self), FALSE);

  if (any_computation_get () != NULL || !any_entry_is_current (self))
    return FALSE;

  any_call_count (any_cache_get_core (any_function_get_cache (self->function)), ANY_MISS_NONE);
  value = any_call_use (self->function, self->args, self->record, NULL, NULL);

  return TRUE;
}
