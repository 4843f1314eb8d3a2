/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-core.h"
#include "any-function.h"
#include "any-hook.h"
#include "any-reply.h"

G_BEGIN_DECLS

/* One attempt to have a result: from noting what the directory is like, over what the user answers, to storing that. */
typedef struct
{
  AnyFunction  *function;
  const AnyKey *key;
  AnyRecord    *old;      /* (owned) (nullable): what is stored, and was right until its age ran out */
  AnyAnswer    *answer;   /* (owned) */
  AnyHook      *depfiles; /* (owned) (nullable): as it was at the beginning */
  AnyCore      *core;     /* (nullable): where the cache is off */
  AnyDraft      draft;
  gboolean      draft_begun;
  gint64        created; /* us since the epoch */
  gint64        started; /* us, monotonic */
  gint64        since;   /* ns, see any_stamp_now() */

  /* Once the user has answered. */
  GStrv   files;       /* (owned) (nullable): that were named by the depfiles function */
  GError *files_error; /* (owned) (nullable): why it could not name them */
} AnyAttempt;

void any_attempt_begin (AnyAttempt   *self,
                        AnyFunction  *function,
                        const AnyKey *key,
                        GVariant     *args,
                        AnyOrigin     origin,
                        AnyRecord    *old,
                        GCancellable *cancellable);

void any_attempt_list_files (AnyAttempt *self,
                             GVariant   *value,
                             gboolean    hands_up);

AnyReply *any_attempt_conclude (AnyAttempt   *self,
                                GVariant     *value,
                                const GError *failure,
                                gboolean      hands_up,
                                gboolean     *suits_late);

void any_attempt_clear (AnyAttempt *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyAttempt, any_attempt_clear)

/* Without asking the user. */
gboolean any_attempt_store (AnyFunction       *function,
                            const AnyKey      *key,
                            GVariant          *args,
                            GVariant          *value,
                            gint64             maxage,
                            const char *const *dependencies,
                            GError           **error);

G_END_DECLS
