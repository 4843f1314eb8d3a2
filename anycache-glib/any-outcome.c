/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-outcome.h"

#include "any-failure.h"
#include "any-function-private.h"
#include "any-policy.h"

void
any_outcome_clear (AnyOutcome *self)
{
  g_clear_pointer (&self->dependencies, g_bytes_unref);
}

/* How old it may become. */
static gint64
get_maxage (const AnyOutcome *self)
{
  gint64 maxage = any_policy_shorter (any_function_get_limit (self->function), any_answer_get_maxage (self->answer));
  gint64 error_maxage = any_function_get_error_maxage (self->function);

  return self->value == NULL && error_maxage > 0 ? any_policy_shorter (maxage, error_maxage) : maxage;
}

gint64
any_outcome_get_expires (const AnyOutcome *self)
{
  return any_policy_earlier (any_policy_expires (self->created, get_maxage (self)), any_answer_get_expires (self->answer));
}

/* Finds out what it depends on. It stays unknown where it may not outlive this call; with an error if that was not asked for. The files
 * that were named once it was known may have been read at any time since an instant of any_stamp_now(). */
void
any_outcome_list_dependencies (AnyOutcome        *self,
                               const char *const *files,
                               gint64             since,
                               GError           **error)
{
  AnyDependencies *dependencies = any_answer_get_dependencies (self->answer);

  for (; files != NULL && *files != NULL; files++)
    any_dependencies_add_read (dependencies, *files, since);

  if (get_maxage (self) == 0 || !any_dependencies_settle (dependencies, error))
    return;

  self->dependencies = any_dependencies_pack (dependencies);
}

/* Whether it is a failure, and the next attempt would fail alike. */
gboolean
any_outcome_is_memorable (const AnyOutcome *self)
{
  return self->failure != NULL && any_failure_is_memorable (self->failure) &&
         !g_cancellable_is_cancelled (any_answer_get_cancellable (self->answer));
}

/* Whether something can be made of it that lasts: of a failure as long as it is remembered, or until what it depends on has changed. */
gboolean
any_outcome_is_lasting (const AnyOutcome *self)
{
  if (self->dependencies == NULL || self->failure == NULL)
    return self->dependencies != NULL;

  return any_outcome_is_memorable (self) &&
         (any_function_get_error_maxage (self->function) > 0 || g_bytes_get_size (self->dependencies) > 0);
}
