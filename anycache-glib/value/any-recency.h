/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-key.h"

G_BEGIN_DECLS

/* When an entry was last used, as long as that is not recorded. Shared between the record, which is used, and who records it. */
typedef struct
{
  AnyIdent ident;
  guint64  used;    /* atomic: ns since the epoch */
  gboolean pending; /* atomic: it will be recorded */
} AnyRecency;

AnyRecency *any_recency_new (const AnyIdent *ident);

AnyRecency *any_recency_ref (AnyRecency *self);
void        any_recency_unref (AnyRecency *self);

G_END_DECLS
