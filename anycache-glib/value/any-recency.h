/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-key.h"

G_BEGIN_DECLS

/* When an entry was last used, as long as that is not recorded. Shared between the record, which is used, and who records it. */
typedef struct
{
  int      n_refs;  /* atomic; no box of GLib's, which would take half as much again of every entry in memory */
  gboolean pending; /* atomic: it will be recorded */
  guint64  used;    /* atomic: ns since the epoch */
  AnyIdent ident;
} AnyRecency;

AnyRecency *any_recency_new (const AnyIdent *ident);

AnyRecency *any_recency_ref (AnyRecency *self);
void        any_recency_unref (AnyRecency *self);

G_END_DECLS
