/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-monitor.h"

G_BEGIN_DECLS

/* The posts of one who watches some paths, on all the ways to them. For the watching thread alone. */
typedef struct
{
  AnyPost *posts; /* (owned) (nullable) */
  guint    n_posts;
  gboolean is_deaf; /* something that may happen is not heard of at some of them */
} AnyLookout;

gboolean any_lookout_take (AnyLookout     *self,
                           AnyMonitors    *monitors,
                           const AnyRoute *route,
                           gpointer        data);

void any_lookout_leave (AnyLookout *self);

G_END_DECLS
