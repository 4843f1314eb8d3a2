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
#include "any-outcome.h"
#include "any-policy.h"
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

  *self = (AnyAttempt){ .function = function, .key = key };
  self->old = old != NULL ? any_record_ref (old) : NULL;

  if (any_cache_is_on (cache))
    {
      self->core = any_cache_get_core (cache);
      self->draft_begun = any_core_begin (self->core, key, origin, &self->draft, &error);
      if (!self->draft_begun)
        any_cache_note_failure (cache, error);
    }

  self->answer = any_answer_new (any_function_get_name (function), args, get_renewable (self), cancellable);
  self->depfiles = any_function_ref_depfiles_hook (function);
  self->created = g_get_real_time ();
  self->started = g_get_monotonic_time ();
  self->since = any_stamp_now ();
}

/* Why nobody can say what an outcome depends on. */
static AnySkip
skip_of (const GError *error)
{
  if (error == NULL)
    return ANY_SKIP_TRANSIENT;

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY) ? ANY_SKIP_RACY : ANY_SKIP_UNTRACKABLE;
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
  AnyCache *cache = any_function_get_cache (self->function);
  AnyBounds bounds = any_cache_get_bounds (cache);
  g_autoptr (AnyRecord) record = NULL;
  gsize head_length;

  if (!any_canonical_check (value, error))
    {
      g_prefix_error (error, "Result of “%s”: ", any_function_get_name (self->function));
      return ANY_SKIP_REFUSED;
    }

  record = any_codec_seal (self->key, dependencies, value, facts, any_cache_get_compression_threshold (cache), &head_length);
  switch (any_core_publish (self->core, self->key, &self->draft, &bounds, record, head_length, error))
    {
    case ANY_PUBLISHED:
      any_cache_note_stored (cache);
      any_vigil_keep (self->function, args, record);
      return ANY_SKIP_NONE;

    case ANY_PUBLISH_SUPERSEDED:
      return ANY_SKIP_SUPERSEDED;

    case ANY_PUBLISH_FULL:
    case ANY_PUBLISH_FAILED:
    default:
      return ANY_SKIP_FAILED;
    }
}

static AnySkip
publish (AnyAttempt       *self,
         const AnyOutcome *outcome,
         gint64            cost,
         GError          **error)
{
  gboolean failed = outcome->value == NULL;
  AnyFacts facts = {
    .created = self->created,
    .expires = any_outcome_get_expires (outcome),
    .cost = cost,
    .marks = self->draft.marks,
    .failure = failed,
    .validator = failed ? NULL : any_answer_get_new_validator (self->answer),
  };
  g_autoptr (GVariant) value = NULL;

  if (!self->draft_begun)
    return ANY_SKIP_FAILED;

  value = g_variant_ref_sink (failed ? any_failure_new (outcome->failure) : outcome->value);

  return seal_and_publish (self, any_answer_get_args (self->answer), outcome->dependencies, value, &facts, error);
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
    any_vigil_doubt (self->function, any_answer_get_args (self->answer), &self->key->ident,
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
is_remembered (AnyAttempt       *self,
               const AnyOutcome *outcome)
{
  return any_function_get_error_maxage (self->function) > 0 &&
         any_outcome_is_memorable (outcome) &&
         self->draft.origin == ANY_ORIGIN_CALL &&
         !is_old_in_use (self) &&
         !is_old_good_for_others (self);
}

/* What comes after everybody has left may be half of it. */
static gboolean
is_cancelled (AnyAttempt *self)
{
  return g_cancellable_is_cancelled (any_answer_get_cancellable (self->answer));
}

/* Whether it will be asked what the outcome depends on. In a child that was forked from within the computation nothing is stored: the
 * draft is the parent's. */
static gboolean
may_store (AnyAttempt *self)
{
  return self->core != NULL && !any_core_is_inherited (self->core) && !is_cancelled (self);
}

/* Has the user name the files of a value. */
void
any_attempt_list_files (AnyAttempt *self,
                        GVariant   *value,
                        gboolean    hands_up)
{
  if (self->depfiles != NULL && value != NULL && (hands_up || may_store (self)))
    self->files = any_depfiles_list (self->depfiles, self->answer, value, &self->files_error);
}

/* What an outcome depends on. It is unknown where the user names that only afterwards, and has not. */
static void
list_dependencies (AnyAttempt *self,
                   AnyOutcome *outcome,
                   GError    **error)
{
  if (self->files_error != NULL)
    g_propagate_error (error, g_error_copy (self->files_error));
  else if (self->depfiles == NULL || self->files != NULL)
    any_outcome_list_dependencies (outcome, (const char *const *) self->files, self->since, error);
}

/* Who came while it was being computed can do with it where nothing is known to be wrong with it. What is stored speaks for itself,
 * unless one is refreshed: the new one was stored after he came. */
static gboolean
suits_late (AnyAttempt   *self,
            AnySkip       skip,
            const GError *failure)
{
  if (failure != NULL || self->core == NULL)
    return TRUE;
  if (is_cancelled (self))
    return FALSE;
  if (skip == ANY_SKIP_NONE)
    return self->draft.origin == ANY_ORIGIN_REFRESH;

  return skip != ANY_SKIP_RACY && skip != ANY_SKIP_SUPERSEDED &&
         !any_core_has_moved (self->core, &self->draft);
}

/* What a fork has brought along is left as it is. */
static void
clear_draft (AnyAttempt *self)
{
  if (self->core != NULL && !any_core_is_inherited (self->core))
    any_draft_clear (&self->draft);
}

/* Stores an outcome, if it may be stored, and gives what those get who have waited for it. Trouble is noted and does not concern them,
 * who have the value or the failure. Where it goes into something else, it is found out what it depends on in any case. */
AnyReply *
any_attempt_conclude (AnyAttempt   *self,
                      GVariant     *value,
                      const GError *failure,
                      gboolean      hands_up,
                      gboolean     *late)
{
  gint64   cost = g_get_monotonic_time () - self->started;
  gboolean stores;
  AnySkip  skip = ANY_SKIP_TRANSIENT;
  g_auto (AnyOutcome) outcome = {
    .function = self->function,
    .answer = self->answer,
    .value = value,
    .failure = failure,
    .created = self->created,
  };
  g_autoptr (GError) error = NULL;

  any_answer_seal (self->answer);
  stores = may_store (self) && (value != NULL || is_remembered (self, &outcome));
  if (stores || hands_up)
    list_dependencies (self, &outcome, &error);
  if (stores)
    {
      skip = outcome.dependencies != NULL ? publish (self, &outcome, cost, &error) : skip_of (error);
      any_counters_add_store (any_core_get_counters (self->core), skip);
      if (skip != ANY_SKIP_NONE)
        note_skip (self, skip, error);
    }
  *late = suits_late (self, skip, failure);
  clear_draft (self);

  return any_reply_new_computed (value, failure,
                                 any_outcome_is_lasting (&outcome) ? outcome.dependencies : NULL,
                                 any_outcome_get_expires (&outcome));
}

void
any_attempt_clear (AnyAttempt *self)
{
  clear_draft (self);
  g_clear_error (&self->files_error);
  g_clear_pointer (&self->files, g_strfreev);
  g_clear_pointer (&self->depfiles, any_hook_unref);
  g_clear_pointer (&self->old, any_record_unref);
  g_clear_pointer (&self->answer, any_answer_unref);
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
