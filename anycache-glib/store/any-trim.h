/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-key.h"

G_BEGIN_DECLS

/* An entry that may have to go. */
typedef struct
{
  AnyIdent ident;
  guint64  used;    /* ns since the epoch: when it was last used, as far as that is recorded */
  gboolean expired; /* its age has run out */
} AnyCandidate;

/* Who goes first, of entries that were looked at once: those that have expired, then those whose last use is longest ago. It makes no
 * system call and knows no clock. Not thread-safe. */
typedef struct _AnyTrim AnyTrim;

AnyTrim *any_trim_new (void);
void     any_trim_free (AnyTrim *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyTrim, any_trim_free)

void any_trim_reset (AnyTrim *self);

void any_trim_add (AnyTrim            *self,
                   const AnyCandidate *candidate);

guint any_trim_get_length (AnyTrim *self);

void any_trim_sort (AnyTrim *self,
                    guint64  horizon,
                    guint    n_kept);

gboolean any_trim_take (AnyTrim      *self,
                        AnyCandidate *candidate);

void any_trim_defer (AnyTrim            *self,
                     const AnyCandidate *candidate);

G_END_DECLS
