/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-recency.h"

AnyRecency *
any_recency_new (const AnyIdent *ident)
{
  AnyRecency *self = g_atomic_rc_box_new0 (AnyRecency);

  self->ident = *ident;

  return self;
}

AnyRecency *
any_recency_ref (AnyRecency *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
any_recency_unref (AnyRecency *self)
{
  g_atomic_rc_box_release (self);
}
