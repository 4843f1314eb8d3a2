/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-computation.h"

#include "any-cache-private.h"
#include "any-canonical.h"
#include "any-error.h"
#include "any-function-private.h"
#include "any-policy.h"
#include "any-request-private.h"

/* A computation lives on the stack of the thread that runs it, linked to the one around it. */
typedef struct _AnyComputation AnyComputation;

struct _AnyComputation
{
  AnyComputation *outer;
  AnyFunction    *function;
  AnyRequest     *request;  /* (owned) */
  AnyHook        *depfiles; /* (owned) (nullable): as it was when the computation began */
  const AnyKey   *key;
  AnyCore        *core; /* (nullable): where the cache is off */
  AnyDraft        draft;
  gboolean        draft_begun;
  gint64          created; /* us since the epoch */
  gint64          started; /* us, monotonic */
  gint64          since;   /* ns, see any_stamp_now() */
};

static GPrivate innermost = G_PRIVATE_INIT (NULL);

/* Refuses a result that this thread is computing already. */
gboolean
any_computation_check (AnyFunction  *function,
                       const AnyKey *key,
                       GError      **error)
{
  AnyCache *cache = any_function_get_cache (function);

  for (AnyComputation *item = g_private_get (&innermost); item != NULL; item = item->outer)
    {
      if (any_cache_get_core (any_function_get_cache (item->function)) == any_cache_get_core (cache) &&
          any_key_equal (item->key, key->bytes, key->length))
        {
          g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION,
                       "The computation of “%s” asks for its own result", any_function_get_name (function));
          return FALSE;
        }
    }

  return TRUE;
}

/* Hands up to the computation of this thread, if there is one, what a stored result depends on that it is given. */
void
any_computation_note_hit (AnyFunction     *function,
                          const AnyRecord *record)
{
  AnyComputation *outer = g_private_get (&innermost);
  gint64          limit;

  if (outer == NULL)
    return;

  limit = any_policy_expires (record->created, any_function_get_limit (function));
  any_request_inherit (outer->request, any_function_get_name (function), any_function_get_version (function),
                       record->dependencies, record->dependencies_length, any_policy_earlier (record->expires, limit));
}

static void
begin (AnyComputation *self,
       AnyOrigin       origin)
{
  AnyCache *cache = any_function_get_cache (self->function);
  g_autoptr (GError) error = NULL;

  if (any_cache_is_on (cache))
    {
      self->core = any_cache_get_core (cache);
      self->draft_begun = any_core_begin (self->core, self->key, origin, &self->draft, &error);
      if (!self->draft_begun)
        any_cache_note_failure (cache, error);
    }

  self->depfiles = any_function_ref_depfiles_hook (self->function);
  self->created = g_get_real_time ();
  self->started = g_get_monotonic_time ();
  self->since = any_stamp_now ();
}

/* Seals a result and puts it into the directory. */
static gboolean
publish (AnyComputation *self,
         GBytes         *dependencies,
         GVariant       *value,
         gint64          expires,
         gint64          cost,
         GError        **error)
{
  AnyCache *cache = any_function_get_cache (self->function);
  g_autoptr (AnyRecord) record = NULL;
  gsize head_length;

  if (!any_canonical_check (value, error))
    {
      g_prefix_error (error, "Result of “%s”: ", any_function_get_name (self->function));
      return FALSE;
    }

  record = any_codec_seal (self->key, dependencies, value, self->created, expires, cost, &head_length);
  if (!any_core_publish (self->core, self->key, &self->draft, record, head_length, error))
    return FALSE;

  any_cache_note_stored (cache);

  return TRUE;
}

/* Adds what the depfiles function names. FALSE where it could not say. */
static gboolean
add_depfiles (AnyComputation *self,
              GVariant       *value,
              GError        **error)
{
  AnyDependencies *dependencies = any_request_get_dependencies (self->request);
  g_auto (GStrv) paths = NULL;

  if (self->depfiles == NULL)
    return TRUE;

  paths = any_function_list_depfiles (self->function, self->depfiles, value, any_request_get_args (self->request), error);
  if (paths == NULL)
    return FALSE;

  for (char **path = paths; *path != NULL; path++)
    any_dependencies_add_read (dependencies, *path, self->since);

  return TRUE;
}

static gint64
get_maxage (AnyComputation *self)
{
  return any_policy_shorter (any_function_get_limit (self->function), any_request_get_maxage (self->request));
}

static gint64
get_expires (AnyComputation *self)
{
  return any_policy_earlier (any_policy_expires (self->created, get_maxage (self)), any_request_get_expires (self->request));
}

/* What an outcome depends on, as an entry has it. NULL where it may not outlive this call; with an error if that was not asked for.
 * The files of a failure are known only if they were named before. */
static GBytes *
list_dependencies (AnyComputation *self,
                   GVariant       *value,
                   GError        **error)
{
  AnyDependencies *dependencies = any_request_get_dependencies (self->request);

  if (value == NULL && self->depfiles != NULL)
    return NULL;
  if (value != NULL && !add_depfiles (self, value, error))
    return NULL;

  return get_maxage (self) != 0 && any_dependencies_settle (dependencies, error) ? any_dependencies_pack (dependencies) : NULL;
}

/* The outcome goes into a computation around this one, which holds no longer than it. */
static void
hand_up (AnyComputation *self,
         GBytes         *dependencies)
{
  const guint8 *bytes;
  gsize         length;

  if (self->outer == NULL)
    return;

  if (dependencies == NULL)
    {
      any_request_inherit_doubt (self->outer->request);
      return;
    }

  bytes = g_bytes_get_data (dependencies, &length);
  any_request_inherit (self->outer->request, any_function_get_name (self->function), any_function_get_version (self->function),
                       bytes, length, get_expires (self));
}

/* That files change is their right. Where nobody can vouch for one, results will never be stored, and somebody should know. */
static void
note (AnyComputation *self,
      const GError   *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
    g_debug ("The result of “%s” is not stored: %s", any_function_get_name (self->function), error->message);
  else
    any_cache_note_failure (any_function_get_cache (self->function), error);
}

/* Nobody wants the old result any more once a newer one was returned that cannot be stored. */
static void
discard_old (AnyComputation *self)
{
  g_autoptr (GError) error = NULL;

  if (!any_core_remove (self->core, self->key, &error))
    any_cache_note_failure (any_function_get_cache (self->function), error);
}

/* Stores an outcome, if it is a result and may be stored, and tells whoever else has to know. Trouble is noted and does not concern
 * the caller, who has the value. In a child that was forked from within the computation nothing is stored: the draft is the
 * parent's. */
static void
conclude (AnyComputation *self,
          GVariant       *value)
{
  gint64   cost = g_get_monotonic_time () - self->started;
  gboolean stores = value != NULL && self->core != NULL && !any_core_is_inherited (self->core);
  gboolean stored;
  g_autoptr (GBytes) dependencies = NULL;
  g_autoptr (GError) error = NULL;

  if (!stores && self->outer == NULL)
    return;

  dependencies = list_dependencies (self, value, &error);
  hand_up (self, dependencies);
  if (!stores)
    return;

  stored = self->draft_begun && dependencies != NULL && publish (self, dependencies, value, get_expires (self), cost, &error);
  if (error != NULL)
    note (self, error);
  if (!stored && self->draft.origin == ANY_ORIGIN_REFRESH && !g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT))
    discard_old (self);
}

/* Makes sense of what a callback has returned, answered and set. */
static GVariant *
take_answer (AnyRequest *request,
             gboolean    accepted,
             GError     *callback_error,
             GError    **error)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) answered_error = NULL;
  gboolean answered = any_request_close (request, &value, &answered_error);

  if (callback_error != NULL)
    g_propagate_error (error, g_error_copy (callback_error));
  else if (value != NULL)
    return g_steal_pointer (&value);
  else if (answered)
    g_propagate_error (error, g_steal_pointer (&answered_error));
  else if (accepted)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                 "The computation of “%s” has not answered when its callback returned, and a synchronous call cannot wait for it",
                 any_request_get_name (request));
  else
    g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT,
                 "The computation of “%s” gave neither a result nor an error", any_request_get_name (request));

  return NULL;
}

static GVariant *
compute (AnyComputation *self,
         GVariant       *args,
         AnyOrigin       origin,
         GCancellable   *cancellable,
         GError        **error)
{
  g_autoptr (GError) callback_error = NULL;
  GVariant *value;
  gboolean  accepted;

  self->request = any_request_new (any_function_get_name (self->function), args, cancellable);
  begin (self, origin);

  accepted = any_function_compute (self->function, self->request, &callback_error);
  value = take_answer (self->request, accepted, callback_error, error);
  conclude (self, value);

  return value;
}

/* What a fork has brought along is left as it is. */
static void
computation_clear (AnyComputation *self)
{
  if (self->core != NULL && !any_core_is_inherited (self->core))
    any_draft_clear (&self->draft);
  g_clear_pointer (&self->depfiles, any_hook_unref);
  g_clear_object (&self->request);
}

/* Computes a result in this thread, and stores it if it may be stored. It must have passed any_computation_check(). */
GVariant *
any_computation_run (AnyFunction  *function,
                     const AnyKey *key,
                     GVariant     *args,
                     gboolean      refresh,
                     GCancellable *cancellable,
                     GError      **error)
{
  AnyComputation self = { .function = function, .key = key };
  GVariant      *value;

  /* All callbacks of the user run inside this bracket. */
  self.outer = g_private_get (&innermost);
  g_private_set (&innermost, &self);
  g_object_ref (function);

  value = compute (&self, args, refresh ? ANY_ORIGIN_REFRESH : ANY_ORIGIN_CALL, cancellable, error);

  g_private_set (&innermost, self.outer);
  computation_clear (&self);
  g_object_unref (function);

  return value;
}

/* Stores a result that the caller brings along. Stamps its files now. */
gboolean
any_computation_store (AnyFunction       *function,
                       const AnyKey      *key,
                       GVariant          *value,
                       gint64             maxage,
                       const char *const *dependencies,
                       GError           **error)
{
  AnyComputation self = { .function = function, .key = key, .created = g_get_real_time () };
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  gboolean stored;
  gint64   expires;

  for (; dependencies != NULL && *dependencies != NULL; dependencies++)
    any_dependencies_add (list, *dependencies);

  if (!any_dependencies_settle (list, error))
    return FALSE;
  packed = any_dependencies_pack (list);

  expires = any_policy_expires (self.created, any_policy_shorter (any_function_get_limit (function), maxage));
  self.core = any_cache_get_core (any_function_get_cache (function));

  stored = any_core_begin (self.core, key, ANY_ORIGIN_GIVEN, &self.draft, error) &&
           publish (&self, packed, value, expires, 0, error);
  any_draft_clear (&self.draft);

  return stored;
}
