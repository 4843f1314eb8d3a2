/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-codec.h"
#include "any-dependencies.h"
#include "any-flight.h"

G_BEGIN_DECLS

/* What a computation gives: a value or an error, what that depends on and how long it holds. The user fills it through a request; the
 * request may be gone when it is looked at. Thread-safe. */
typedef struct _AnyAnswer AnyAnswer;

AnyAnswer *any_answer_new (const char   *name,
                           GVariant     *args,
                           AnyRecord    *old,
                           GCancellable *cancellable);

AnyAnswer *any_answer_ref (AnyAnswer *self);
void       any_answer_unref (AnyAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyAnswer, any_answer_unref)

const char   *any_answer_get_name (AnyAnswer *self);
GVariant     *any_answer_get_args (AnyAnswer *self);
GCancellable *any_answer_get_cancellable (AnyAnswer *self);
AnyRecord    *any_answer_get_old (AnyAnswer *self);
const char   *any_answer_get_validator (AnyAnswer *self);

/* The user's side. What comes when the answer is closed is dropped. */

void any_answer_add_dependency (AnyAnswer         *self,
                                const char        *path,
                                AnyDependencyFlags flags);

void any_answer_set_maxage (AnyAnswer *self,
                            gint64     maxage);

void any_answer_set_no_store (AnyAnswer *self);

void any_answer_set_validator (AnyAnswer  *self,
                               const char *validator);

void any_answer_set_progress (AnyAnswer *self,
                              double     fraction);

void any_answer_give (AnyAnswer *self,
                      GVariant  *value,
                      gboolean   renews,
                      GError    *error);

void any_answer_abandon (AnyAnswer *self);

/* The library's side. */

/* Who waits for an answer. It is told in the thread of the user that tells it, without a lock held; its data is kept meanwhile, and
 * let go once there is nothing more to tell. Where several threads tell at once, progress can come in any order, and after the answer. */
typedef struct
{
  void (*answered) (AnyAnswer *answer, gpointer data);                    /* (nullable): once, unless it was closed before */
  void (*progressed) (AnyAnswer *answer, double fraction, gpointer data); /* (nullable) */
  gpointer (*ref) (gpointer data);
  void (*unref) (gpointer data);
} AnyAnswerListener;

void any_answer_set_listener (AnyAnswer               *self,
                              const AnyAnswerListener *listener,
                              gpointer                 data);

/* The flight that it is given for, as long as it is open. */
void any_answer_set_flight (AnyAnswer *self,
                            AnyFlight *flight);

AnyFlight *any_answer_ref_flight (AnyAnswer *self);

gboolean any_answer_close (AnyAnswer *self,
                           GVariant **value,
                           GError   **error);

/* What a result that was used hands up. */
void any_answer_inherit (AnyAnswer    *self,
                         const char   *name,
                         const char   *version,
                         const guint8 *dependencies,
                         gsize         length,
                         gint64        expires);

void any_answer_inherit_doubt (AnyAnswer *self);

void any_answer_seal (AnyAnswer *self);

/* Of an answer that is sealed. */
AnyDependencies *any_answer_get_dependencies (AnyAnswer *self);
gint64           any_answer_get_maxage (AnyAnswer *self);
gint64           any_answer_get_expires (AnyAnswer *self);
const char      *any_answer_get_new_validator (AnyAnswer *self);

G_END_DECLS
