/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-function.h"

G_BEGIN_DECLS

/* What an attempt came to: a value or a failure, judged by what its function and its answer say. */
typedef struct
{
  AnyFunction  *function;
  AnyAnswer    *answer;       /* closed */
  GVariant     *value;        /* (nullable): where there is a failure */
  const GError *failure;      /* (nullable): where there is a value */
  gint64        created;      /* us since the epoch */
  GBytes       *dependencies; /* (owned) (nullable): as an entry has them; where they are unknown, it may not outlive the call */
} AnyOutcome;

void any_outcome_clear (AnyOutcome *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyOutcome, any_outcome_clear)

void any_outcome_list_dependencies (AnyOutcome        *self,
                                    const char *const *files,
                                    gint64             since,
                                    GError           **error);

gint64 any_outcome_get_expires (const AnyOutcome *self);

gboolean any_outcome_is_memorable (const AnyOutcome *self);

gboolean any_outcome_is_lasting (const AnyOutcome *self);

G_END_DECLS
