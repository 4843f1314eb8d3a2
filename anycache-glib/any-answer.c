/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-answer.h"

#include "any-error.h"
#include "any-policy.h"

/* It outlives the request, so that somebody can be told that this was dropped. */
struct _AnyAnswer
{
  char         *name;        /* (owned), set once */
  GVariant     *args;        /* (owned), set once */
  GCancellable *cancellable; /* (owned), set once */
  AnyRecord    *old;         /* (owned) (nullable), set once: what may be given once more */

  GMutex                   lock;
  gboolean                 answered;     /* protected by lock, as all below */
  gboolean                 closed;       /* nobody waits for the answer any more */
  gboolean                 sealed;       /* nor does what others were made from go into it */
  AnyFlight               *flight;       /* (owned) (nullable): that it is for */
  GVariant                *value;        /* (owned) (nullable) */
  GError                  *error;        /* (owned) (nullable) */
  AnyDependencies         *dependencies; /* (owned) */
  gint64                   maxage;       /* us, -1 for no limit */
  gint64                   expires;      /* us since the epoch, -1 for never: of what was used */
  gboolean                 no_store;
  char                    *validator; /* (owned) (nullable) */
  const AnyAnswerListener *listener;  /* (nullable): until there is nothing more to tell */
  gpointer                 audience;  /* (owned) (nullable): the listener's data */
};

/* The old record is what may be given once more. Without a cancellable there is one that nobody cancels. */
AnyAnswer *
any_answer_new (const char   *name,
                GVariant     *args,
                AnyRecord    *old,
                GCancellable *cancellable)
{
  AnyAnswer *self = g_atomic_rc_box_new0 (AnyAnswer);

  self->name = g_strdup (name);
  self->args = g_variant_ref (args);
  self->old = old != NULL ? any_record_ref (old) : NULL;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();

  g_mutex_init (&self->lock);
  self->dependencies = any_dependencies_new ();
  self->maxage = ANY_POLICY_NO_LIMIT;
  self->expires = ANY_POLICY_NO_LIMIT;

  return self;
}

AnyAnswer *
any_answer_ref (AnyAnswer *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
answer_clear (AnyAnswer *self)
{
  if (self->listener != NULL)
    self->listener->unref (self->audience);
  g_clear_pointer (&self->flight, any_flight_unref);
  g_free (self->validator);
  g_clear_pointer (&self->dependencies, any_dependencies_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->value, g_variant_unref);
  g_mutex_clear (&self->lock);

  g_clear_pointer (&self->old, any_record_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->args, g_variant_unref);
  g_free (self->name);
}

void
any_answer_unref (AnyAnswer *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) answer_clear);
}

const char *
any_answer_get_name (AnyAnswer *self)
{
  return self->name;
}

GVariant *
any_answer_get_args (AnyAnswer *self)
{
  return self->args;
}

GCancellable *
any_answer_get_cancellable (AnyAnswer *self)
{
  return self->cancellable;
}

AnyRecord *
any_answer_get_old (AnyAnswer *self)
{
  return self->old;
}

const char *
any_answer_get_validator (AnyAnswer *self)
{
  return self->old != NULL ? self->old->facts.validator : NULL;
}

void
any_answer_add_dependency (AnyAnswer         *self,
                           const char        *path,
                           AnyDependencyFlags flags)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    any_dependencies_add_full (self->dependencies, path, flags);
  g_mutex_unlock (&self->lock);
}

void
any_answer_set_maxage (AnyAnswer *self,
                       gint64     maxage)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    self->maxage = maxage;
  g_mutex_unlock (&self->lock);
}

void
any_answer_set_no_store (AnyAnswer *self)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    self->no_store = TRUE;
  g_mutex_unlock (&self->lock);
}

void
any_answer_set_validator (AnyAnswer  *self,
                          const char *validator)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    {
      g_free (self->validator);
      self->validator = g_strdup (validator);
    }
  g_mutex_unlock (&self->lock);
}

/* Of an answer that is there already, nobody needs to know how far it is. */
void
any_answer_set_progress (AnyAnswer *self,
                         double     fraction)
{
  const AnyAnswerListener *listener;
  gpointer                 audience = NULL;

  g_mutex_lock (&self->lock);
  listener = self->listener;
  if (listener != NULL)
    audience = listener->ref (self->audience);
  g_mutex_unlock (&self->lock);

  if (listener == NULL)
    return;

  if (listener->progressed != NULL)
    listener->progressed (self, fraction, audience);
  listener->unref (audience);
}

/* Nothing more is to be told. To let the audience go, or to tell it the last, is for after the lock. */
static const AnyAnswerListener *
steal_listener_locked (AnyAnswer *self,
                       gpointer  *audience)
{
  *audience = g_steal_pointer (&self->audience);

  return g_steal_pointer (&self->listener);
}

static void
tell_answered (AnyAnswer               *self,
               const AnyAnswerListener *listener,
               gpointer                 audience)
{
  if (listener == NULL)
    return;

  if (listener->answered != NULL)
    listener->answered (self, audience);
  listener->unref (audience);
}

/* What was not made anew depends on what it was made from, and holds for as long as it did, unless something else was said. */
static void
renew_old_locked (AnyAnswer *self)
{
  const AnyFacts *old = &self->old->facts;

  any_dependencies_add_entry (self->dependencies, self->old->dependencies, self->old->dependencies_length);
  if (self->validator == NULL)
    self->validator = g_strdup (old->validator);
  if (self->maxage < 0 && old->expires >= 0)
    self->maxage = MAX (old->expires - old->created, 0);
}

/* Takes the one answer: a value, perhaps that of the old record, or an error. Both are taken over. */
void
any_answer_give (AnyAnswer *self,
                 GVariant  *value,
                 gboolean   renews,
                 GError    *error)
{
  g_autoptr (GVariant) late_value = value;
  g_autoptr (GError) late_error = error;
  const AnyAnswerListener *listener = NULL;
  gpointer                 audience = NULL;
  gboolean                 again;

  g_mutex_lock (&self->lock);

  again = self->answered;
  self->answered = TRUE;
  if (!again && !self->closed)
    {
      self->value = g_steal_pointer (&late_value);
      self->error = g_steal_pointer (&late_error);
      if (renews)
        renew_old_locked (self);
      listener = steal_listener_locked (self, &audience);
    }

  g_mutex_unlock (&self->lock);

  tell_answered (self, listener, audience);
  if (again)
    g_critical ("The request for “%s” was answered twice", self->name);
}

/* Nobody can answer any more. Where nobody did, that is the answer. */
void
any_answer_abandon (AnyAnswer *self)
{
  const AnyAnswerListener *listener = NULL;
  gpointer                 audience = NULL;

  g_mutex_lock (&self->lock);

  if (!self->answered && !self->closed)
    {
      self->answered = TRUE;
      self->error = g_error_new (ANY_CACHE_ERROR, ANY_CACHE_ERROR_ABANDONED,
                                 "The request for “%s” was dropped without an answer", self->name);
      listener = steal_listener_locked (self, &audience);
    }

  g_mutex_unlock (&self->lock);

  tell_answered (self, listener, audience);
}

/* To be set once, before the user is asked. */
void
any_answer_set_listener (AnyAnswer               *self,
                         const AnyAnswerListener *listener,
                         gpointer                 data)
{
  gpointer audience = listener->ref (data);

  g_mutex_lock (&self->lock);
  self->listener = listener;
  self->audience = audience;
  g_mutex_unlock (&self->lock);
}

/* To be set once, before the user is asked. */
void
any_answer_set_flight (AnyAnswer *self,
                       AnyFlight *flight)
{
  g_mutex_lock (&self->lock);
  self->flight = any_flight_ref (flight);
  g_mutex_unlock (&self->lock);
}

/* NULL where the answer was given, so that nothing goes into it any more. */
AnyFlight *
any_answer_ref_flight (AnyAnswer *self)
{
  AnyFlight *flight = NULL;

  g_mutex_lock (&self->lock);
  if (!self->closed && !self->answered && self->flight != NULL)
    flight = any_flight_ref (self->flight);
  g_mutex_unlock (&self->lock);

  return flight;
}

/* Ends the wait for an answer. Gives the answer, if there was one; what comes later is dropped. */
gboolean
any_answer_close (AnyAnswer *self,
                  GVariant **value,
                  GError   **error)
{
  const AnyAnswerListener *listener;
  gpointer                 audience;
  gboolean                 answered;

  g_mutex_lock (&self->lock);

  answered = self->answered;
  self->closed = TRUE;
  *value = g_steal_pointer (&self->value);
  *error = g_steal_pointer (&self->error);
  listener = steal_listener_locked (self, &audience);

  g_mutex_unlock (&self->lock);

  if (listener != NULL)
    listener->unref (audience);

  return answered;
}

/* Takes over what the result of another function depends on, and when it expires: a result that was made from it holds no longer. */
void
any_answer_inherit (AnyAnswer    *self,
                    const char   *name,
                    const char   *version,
                    const guint8 *dependencies,
                    gsize         length,
                    gint64        expires)
{
  g_mutex_lock (&self->lock);
  if (!self->sealed)
    {
      any_dependencies_add_function (self->dependencies, name, version);
      any_dependencies_add_entry (self->dependencies, dependencies, length);
      self->expires = any_policy_earlier (self->expires, expires);
    }
  g_mutex_unlock (&self->lock);
}

/* A result was used of which nobody knows how long it holds. */
void
any_answer_inherit_doubt (AnyAnswer *self)
{
  g_mutex_lock (&self->lock);
  if (!self->sealed)
    self->no_store = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Nothing goes into it any more. */
void
any_answer_seal (AnyAnswer *self)
{
  g_mutex_lock (&self->lock);
  self->sealed = TRUE;
  g_mutex_unlock (&self->lock);
}

AnyDependencies *
any_answer_get_dependencies (AnyAnswer *self)
{
  return self->dependencies;
}

gint64
any_answer_get_maxage (AnyAnswer *self)
{
  return self->no_store ? 0 : self->maxage;
}

gint64
any_answer_get_expires (AnyAnswer *self)
{
  return self->expires;
}

const char *
any_answer_get_new_validator (AnyAnswer *self)
{
  return self->validator;
}
