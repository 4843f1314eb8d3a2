/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-call.h"

#include "any-cache-private.h"
#include "any-driving.h"
#include "any-failure.h"
#include "any-flight.h"
#include "any-function-private.h"
#include "any-revalidation.h"
#include "any-vigil.h"

/* On which terms a call is answered. Who looks now goes by no interval: what goes into another result may be kept for longer than any
 * of these. */
void
any_call_get_terms (AnyFunction *function,
                    gboolean     looks_now,
                    AnyTerms    *terms)
{
  any_function_get_terms (function, terms);
  if (looks_now)
    terms->check_interval = 0;
}

/* Finds what is stored, in a core unless the cache is off: the record is one that may be returned only where nothing is missing. */
AnyMiss
any_call_find (AnyFunction    *function,
               AnyCore        *core,
               const AnyKey   *key,
               const AnyTerms *terms,
               AnyRecord     **record)
{
  AnyMiss miss;

  *record = NULL;
  if (core == NULL)
    return ANY_MISS_ABSENT;

  miss = any_core_lookup (core, key, terms, record);
  if (miss != ANY_MISS_NONE)
    g_debug ("No result of “%s”: %s", any_function_get_name (function), any_miss_to_string (miss));

  return miss;
}

/* Each call counts once, however many looks it takes, and whoever has looked for it. */
void
any_call_count (AnyCore *core,
                AnyMiss  miss)
{
  if (core != NULL)
    any_counters_add_lookup (any_core_get_counters (core), miss);
}

/* What a stored result depends on is what the one depends on that is made from it. */
static void
hand_up_record (AnyFunction     *function,
                const AnyRecord *record,
                AnyAnswer       *outer)
{
  AnyTerms terms;

  any_function_get_terms (function, &terms);
  any_answer_inherit (outer, any_function_get_name (function), any_function_get_version (function),
                      record->dependencies, record->dependencies_length, any_terms_get_end (&terms, record));
}

/* Gives what is stored: a result, or the error that its computation failed with. */
GVariant *
any_call_use (AnyFunction *function,
              GVariant    *args,
              AnyRecord   *record,
              AnyAnswer   *outer,
              GError     **error)
{
  any_core_note_use (any_cache_get_core (any_function_get_cache (function)), record);
  if (outer != NULL)
    hand_up_record (function, record, outer);
  any_vigil_keep (function, args, record);

  if (!record->facts.failure)
    return g_variant_ref (record->value);

  any_failure_propagate (record->value, error);

  return NULL;
}

static void
call_clear (gpointer data)
{
  AnyCall *self = data;

  g_clear_object (&self->task);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->outer, any_answer_unref);
  g_clear_pointer (&self->args, g_variant_unref);
  if (self->function != NULL)
    any_owner_visit (&self->function->owner, g_object_unref, self->function);
}

AnyCall *
any_call_new (AnyFunction          *function,
              const AnyUse         *use,
              AnyWant               want,
              gboolean              insists,
              const AnyWaiterFuncs *funcs,
              GCancellable         *cancellable)
{
  AnyCall *self = g_atomic_rc_box_new0 (AnyCall);

  any_waiter_init (&self->waiter, want, funcs, call_clear);
  self->waiter.insists = insists;
  self->waiter.group = function;
  self->function = g_object_ref (function);
  self->args = g_variant_ref (use->args);
  self->ident = use->key.ident;
  any_call_get_terms (function, insists, &self->terms);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;

  return self;
}

/* Says for whose computation it asks, before it joins. */
void
any_call_set_outer (AnyCall   *self,
                    AnyFlight *flight,
                    AnyAnswer *answer)
{
  self->waiter.outer = any_flight_ref (flight);
  self->outer = any_answer_ref (answer);
  self->terms.check_interval = 0;
}

static void
unref_cb (gpointer          data,
          GClosure *closure G_GNUC_UNUSED)
{
  any_waiter_unref (data);
}

/* Has it wait. Where the cache is off, it has nothing in common with others. Whoever cancels it while it joins does so before it has
 * anything to leave, so that is asked once more. */
gboolean
any_call_join (AnyCall      *self,
               const AnyKey *key,
               GCallback     cancelled_cb,
               GError      **error)
{
  AnyCache *cache = any_function_get_cache (self->function);

  if (self->cancellable != NULL)
    self->cancelled_id = g_signal_connect_data (self->cancellable, "cancelled", cancelled_cb,
                                                any_waiter_ref (&self->waiter), unref_cb, 0);

  if (!any_flight_join (&self->waiter, any_cache_get_core (cache), key, any_cache_is_on (cache), error))
    {
      any_call_disconnect (self);
      return FALSE;
    }

  if (g_cancellable_is_cancelled (self->cancellable))
    ((void (*) (GCancellable *, gpointer)) cancelled_cb) (self->cancellable, self);

  return TRUE;
}

/* Not by g_cancellable_disconnect (), which waits for ever where the cancelling thread is the one that disconnects. */
void
any_call_disconnect (AnyCall *self)
{
  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (self->cancellable, self->cancelled_id);
  self->cancelled_id = 0;
}

/* Who does not insist on what is fresh may be given what was so a moment ago. */
static gboolean
suits (AnyCall   *self,
       AnyMiss    miss,
       AnyRecord *record)
{
  return miss == ANY_MISS_NONE ||
         (miss == ANY_MISS_EXPIRED && !self->waiter.insists && any_terms_allow_stale (&self->terms, record));
}

/* Looks for what is stored, and serves those whom it suits. Otherwise may give what is only too old. */
gboolean
any_call_look (AnyCall    *self,
               AnyFlight  *flight,
               AnyRecord **old)
{
  g_autoptr (AnyRecord) record = NULL;
  g_autoptr (AnyReply) reply = NULL;
  AnyMiss  miss = any_call_find (self->function, any_cache_get_active_core (self->function->cache),
                                 any_flight_get_key (flight), &self->terms, &record);
  gboolean found = suits (self, miss, record);

  reply = any_reply_new_looked (miss, record);
  any_flight_end_look (flight, &self->waiter, reply, found);

  g_clear_pointer (old, any_record_unref);
  if (!found && miss == ANY_MISS_EXPIRED)
    *old = g_steal_pointer (&record);

  return found;
}

/* What was computed goes into a computation around this one, which holds no longer than it. */
static void
hand_up_computed (AnyCall        *self,
                  const AnyReply *reply)
{
  const guint8 *bytes;
  gsize         length;

  if (reply->dependencies == NULL)
    {
      any_answer_inherit_doubt (self->outer);
      return;
    }

  bytes = g_bytes_get_data (reply->dependencies, &length);
  any_answer_inherit (self->outer, any_function_get_name (self->function), any_function_get_version (self->function),
                      bytes, length, reply->expires);
}

/* Gives what a call got that was served. */
GVariant *
any_call_take (AnyCall *self,
               GError **error)
{
  const AnyReply *reply = self->waiter.reply;

  if (reply->record != NULL)
    {
      if (reply->miss == ANY_MISS_EXPIRED)
        any_revalidation_begin (self->function, self->args, &self->ident);
      return any_call_use (self->function, self->args, reply->record, self->outer, error);
    }

  if (self->outer != NULL)
    hand_up_computed (self, reply);
  if (reply->value != NULL)
    return g_variant_ref (reply->value);

  g_propagate_error (error, g_error_copy (reply->error));

  return NULL;
}
