/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-recency.h"

AnyRecency *
any_recency_new (const AnyIdent *ident)
{
  AnyRecency *self = g_new (AnyRecency, 1);

  *self = (AnyRecency){ .n_refs = 1, .ident = *ident };

  return self;
}

AnyRecency *
any_recency_ref (AnyRecency *self)
{
  __atomic_fetch_add (&self->n_refs, 1, __ATOMIC_RELAXED);

  return self;
}

void
any_recency_unref (AnyRecency *self)
{
  if (__atomic_sub_fetch (&self->n_refs, 1, __ATOMIC_ACQ_REL) == 0)
    g_free (self);
}
