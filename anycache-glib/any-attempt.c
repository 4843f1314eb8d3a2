/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-attempt.h"

#include "any-cache-private.h"
#include "any-canonical.h"
#include "any-dependency-list.h"
#include "any-depfiles.h"
#include "any-error.h"
#include "any-failure.h"
#include "any-function-private.h"
#include "any-policy.h"
#include "any-request-private.h"
#include "any-vigil.h"

/* What the computation may give once more if it finds that it has not changed. The files that it was made from must not have, and it must
 * still be there: what was removed or marked before the draft was begun would not keep that from being stored. What was made from the
 * results of functions may be too old because one of them is. */
static AnyRecord *
get_renewable (AnyAttempt *self)
{
  AnyRecord *old = self->old;

  if (old == NULL || old->facts.validator == NULL || old->facts.failure || self->core == NULL)
    return NULL;

  return any_core_holds (self->core, old) &&
             !any_dependency_list_has_functions (old->dependencies, old->dependencies_length) &&
             any_dependency_list_hold (old->dependencies, old->dependencies_length)
           ? old
           : NULL;
}

/* Notes what there is before the user is asked. Of an old record, nothing may be known to be wrong but its age. */
void
any_attempt_begin (AnyAttempt   *self,
                   AnyFunction  *function,
                   const AnyKey *key,
                   GVariant     *args,
                   AnyOrigin     origin,
                   AnyRecord    *old,
                   GCancellable *cancellable)
{
  AnyCache *cache = any_function_get_cache (function);
  g_autoptr (GError) error = NULL;

  *self = (AnyAttempt){ .function = function, .key = key, .old = old };

  if (any_cache_is_on (cache))
    {
      self->core = any_cache_get_core (cache);
      self->draft_begun = any_core_begin (self->core, key, origin, &self->draft, &error);
      if (!self->draft_begun)
        any_cache_note_failure (cache, error);
    }

  self->request = any_request_new (any_function_get_name (function), args, get_renewable (self), cancellable);
  self->depfiles = any_function_ref_depfiles_hook (function);
  self->created = g_get_real_time ();
  self->started = g_get_monotonic_time ();
  self->since = any_stamp_now ();
}

/* Seals what came of it and puts that into the directory. */
static AnySkip
seal_and_publish (AnyAttempt     *self,
                  GVariant       *args,
                  GBytes         *dependencies,
                  GVariant       *value,
                  const AnyFacts *facts,
                  GError        **error)
{
  g_autoptr (AnyRecord) record = NULL;
  gsize head_length;

  if (!any_canonical_check (value, error))
    {
      g_prefix_error (error, "Result of “%s”: ", any_function_get_name (self->function));
      return ANY_SKIP_REFUSED;
    }

  record = any_codec_seal (self->key, dependencies, value, facts, &head_length);
  switch (any_core_publish (self->core, self->key, &self->draft, record, head_length, error))
    {
    case ANY_PUBLISHED:
      any_cache_note_stored (any_function_get_cache (self->function));
      any_vigil_keep (self->function, args, record);
      return ANY_SKIP_NONE;

    case ANY_PUBLISH_SUPERSEDED:
      return ANY_SKIP_SUPERSEDED;

    case ANY_PUBLISH_FAILED:
    default:
      return ANY_SKIP_FAILED;
    }
}

/* How old the outcome may become. */
static gint64
get_maxage (AnyAttempt *self,
            gboolean    failed)
{
  gint64 maxage = any_policy_shorter (any_function_get_limit (self->function), any_request_get_maxage (self->request));
  gint64 error_maxage = any_function_get_error_maxage (self->function);

  return failed && error_maxage > 0 ? any_policy_shorter (maxage, error_maxage) : maxage;
}

static gint64
get_expires (AnyAttempt *self,
             gboolean    failed)
{
  return any_policy_earlier (any_policy_expires (self->created, get_maxage (self, failed)), any_request_get_expires (self->request));
}

/* What an outcome depends on, as an entry has it. NULL where it may not outlive this call; with an error if that was not asked for.
 * The files of a failure are known only if they were named before. */
static GBytes *
list_dependencies (AnyAttempt *self,
                   GVariant   *value,
                   GError    **error)
{
  AnyDependencies *dependencies = any_request_get_dependencies (self->request);

  if (value == NULL && self->depfiles != NULL)
    return NULL;
  if (value != NULL && self->depfiles != NULL && !any_depfiles_add (self->depfiles, self->request, value, self->since, error))
    return NULL;

  if (get_maxage (self, value == NULL) == 0 || !any_dependencies_settle (dependencies, error))
    return NULL;

  return any_dependencies_pack (dependencies);
}

/* Why nobody can say what an outcome depends on. */
static AnySkip
skip_of (const GError *error)
{
  if (error == NULL)
    return ANY_SKIP_TRANSIENT;

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY) ? ANY_SKIP_RACY : ANY_SKIP_UNTRACKABLE;
}

static AnySkip
publish (AnyAttempt *self,
         GBytes     *dependencies,
         GVariant   *outcome,
         gboolean    failed,
         gint64      cost,
         GError    **error)
{
  AnyFacts facts = {
    .created = self->created,
    .expires = get_expires (self, failed),
    .cost = cost,
    .marks = self->draft.marks,
    .failure = failed,
    .validator = failed ? NULL : any_request_get_new_validator (self->request),
  };

  if (!self->draft_begun)
    return ANY_SKIP_FAILED;

  return seal_and_publish (self, any_request_get_args (self->request), dependencies, outcome, &facts, error);
}

/* Whether the next attempt would fail alike. */
static gboolean
is_memorable (AnyAttempt   *self,
              const GError *failure)
{
  return any_failure_is_memorable (failure) && !g_cancellable_is_cancelled (any_request_get_cancellable (self->request));
}

/* Whether something can be made of a failure that lasts: as long as it is remembered, or until what it depends on has changed. */
static gboolean
is_lasting (AnyAttempt   *self,
            const GError *failure,
            GBytes       *dependencies)
{
  return is_memorable (self, failure) &&
         (any_function_get_error_maxage (self->function) > 0 || g_bytes_get_size (dependencies) > 0);
}

/* The outcome goes into a computation around this one, which holds no longer than it. */
static void
hand_up (AnyAttempt   *self,
         AnyRequest   *outer,
         GBytes       *dependencies,
         const GError *failure)
{
  const guint8 *bytes;
  gsize         length;

  if (outer == NULL)
    return;

  if (dependencies == NULL || (failure != NULL && !is_lasting (self, failure, dependencies)))
    {
      any_request_inherit_doubt (outer);
      return;
    }

  bytes = g_bytes_get_data (dependencies, &length);
  any_request_inherit (outer, any_function_get_name (self->function), any_function_get_version (self->function),
                       bytes, length, get_expires (self, failure != NULL));
}

/* Nobody wants the old result any more once a newer one was returned that cannot be stored. After a refresh, nobody wants what others
 * have stored meanwhile either. */
static void
discard_old (AnyAttempt *self)
{
  g_autoptr (GError) error = NULL;
  gboolean discarded;

  if (self->draft.origin == ANY_ORIGIN_REFRESH)
    discarded = any_core_remove (self->core, self->key, &error);
  else
    discarded = !self->draft_begun || any_core_discard (self->core, self->key, &self->draft, &error);

  if (!discarded)
    any_cache_note_failure (any_function_get_cache (self->function), error);
}

/* Whether calls go on to give the old result unless another takes its place. */
static gboolean
is_old_in_use (AnyAttempt *self)
{
  AnyTerms terms;

  any_function_get_terms (self->function, &terms);

  return self->old != NULL && any_terms_allow_stale (&terms, self->old);
}

/* That files change is their right. Where nobody can vouch for one, results will never be stored, and somebody should know. */
static void
note_skip (AnyAttempt   *self,
           AnySkip       skip,
           const GError *error)
{
  g_debug ("The result of “%s” is not stored (%d): %s", any_function_get_name (self->function), (int) skip,
           error != NULL ? error->message : "it may not outlive the call, or had to yield");

  if (skip == ANY_SKIP_RACY)
    any_vigil_doubt (self->function, any_request_get_args (self->request), &self->key->ident,
                     g_get_monotonic_time () - self->started);
  else if (error != NULL)
    any_cache_note_failure (any_function_get_cache (self->function), error);

  if (skip != ANY_SKIP_SUPERSEDED && !g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT) &&
      (self->draft.origin == ANY_ORIGIN_REFRESH || is_old_in_use (self)))
    discard_old (self);
}

/* Whether it is too old for this function only, and others may return it. */
static gboolean
is_old_good_for_others (AnyAttempt *self)
{
  const AnyTerms others = { .maxage = ANY_POLICY_NO_LIMIT };

  return self->old != NULL && !self->old->facts.failure && !any_terms_are_over (&others, self->old) &&
         any_dependency_list_hold (self->old->dependencies, self->old->dependencies_length);
}

/* A failure takes the place of nothing that could still be returned: not behind a call that got an old result, and not where
 * somebody wanted another one. */
static gboolean
is_remembered (AnyAttempt   *self,
               const GError *failure)
{
  return any_function_get_error_maxage (self->function) > 0 &&
         is_memorable (self, failure) &&
         self->draft.origin == ANY_ORIGIN_CALL &&
         !is_old_in_use (self) &&
         !is_old_good_for_others (self);
}

/* Stores an outcome, if it may be stored, and tells a request around this one, if there is one, what it has to know. Trouble is noted
 * and does not concern the caller, who has the value or the failure. In a child that was forked from within the computation nothing
 * is stored: the draft is the parent's. */
void
any_attempt_conclude (AnyAttempt   *self,
                      GVariant     *value,
                      const GError *failure,
                      AnyRequest   *outer)
{
  gint64   cost = g_get_monotonic_time () - self->started;
  gboolean failed = value == NULL;
  gboolean stores = self->core != NULL && !any_core_is_inherited (self->core) && (!failed || is_remembered (self, failure));
  AnySkip  skip;
  g_autoptr (GVariant) outcome = NULL;
  g_autoptr (GBytes) dependencies = NULL;
  g_autoptr (GError) error = NULL;

  if (!stores && outer == NULL)
    return;

  dependencies = list_dependencies (self, value, &error);
  hand_up (self, outer, dependencies, failure);
  if (!stores)
    return;

  outcome = g_variant_ref_sink (failed ? any_failure_new (failure) : value);
  skip = dependencies != NULL ? publish (self, dependencies, outcome, failed, cost, &error) : skip_of (error);
  any_counters_add_store (any_core_get_counters (self->core), skip);
  if (skip != ANY_SKIP_NONE)
    note_skip (self, skip, error);
}

/* What a fork has brought along is left as it is. */
void
any_attempt_clear (AnyAttempt *self)
{
  if (self->core != NULL && !any_core_is_inherited (self->core))
    any_draft_clear (&self->draft);
  g_clear_pointer (&self->depfiles, any_hook_unref);
  g_clear_object (&self->request);
}

/* Stores a result that the caller brings along. Stamps its files now. */
gboolean
any_attempt_store (AnyFunction       *function,
                   const AnyKey      *key,
                   GVariant          *args,
                   GVariant          *value,
                   gint64             maxage,
                   const char *const *dependencies,
                   GError           **error)
{
  AnyAttempt self = { .function = function, .key = key };
  AnyFacts   facts = { .created = g_get_real_time () };
  AnySkip    skip;
  g_autoptr (AnyDependencies) list = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GError) local_error = NULL;

  self.core = any_cache_get_core (any_function_get_cache (function));
  if (!any_core_begin (self.core, key, ANY_ORIGIN_GIVEN, &self.draft, error))
    {
      any_counters_add_store (any_core_get_counters (self.core), ANY_SKIP_FAILED);
      return FALSE;
    }

  facts.marks = self.draft.marks;
  facts.expires = any_policy_expires (facts.created, any_policy_shorter (any_function_get_limit (function), maxage));
  for (; dependencies != NULL && *dependencies != NULL; dependencies++)
    any_dependencies_add (list, *dependencies);
  if (any_dependencies_settle (list, &local_error))
    packed = any_dependencies_pack (list);

  skip = packed != NULL ? seal_and_publish (&self, args, packed, value, &facts, &local_error) : skip_of (local_error);
  any_counters_add_store (any_core_get_counters (self.core), skip);
  any_draft_clear (&self.draft);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return skip == ANY_SKIP_NONE || skip == ANY_SKIP_SUPERSEDED;
}
