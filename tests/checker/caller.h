/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "world.h"

G_BEGIN_DECLS

typedef struct
{
  const char *cachedir;
  gint64      n_calls;    /* after so many, by all callers, the world stops, */
  gint64      not_before; /* ns, monotonic: and not before this instant */
  gboolean    undeclared; /* computations keep to themselves what they read: the results must turn out to be wrong */
} CallerOptions;

/* Calls functions of places at random and judges each result, until the world stops. */
void caller_run (World               *world,
                 const CallerOptions *options,
                 guint32              seed);

G_END_DECLS
