/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function.h"
#include "any-key.h"

G_BEGIN_DECLS

/* One use of a function: the arguments, and the key that they make. Must not be copied, see AnyKey. */
typedef struct
{
  GVariant *args; /* the caller's, who keeps them as long */
  GVariant *sunk; /* (owned) (nullable): the same where they floated, and so are nobody else's */
  AnyKey    key;
} AnyUse;

gboolean any_use_init (AnyUse       *self,
                       AnyFunction  *function,
                       GVariant     *args,
                       GCancellable *cancellable,
                       GError      **error);

void any_use_clear (AnyUse *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyUse, any_use_clear)

G_END_DECLS
