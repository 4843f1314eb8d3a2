/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-function.h"

G_BEGIN_DECLS

/* One computation of a function: from noting what the directory is like, by asking the user, to storing the result. */

gboolean any_computation_check (AnyFunction  *function,
                                const AnyKey *key,
                                GError      **error);

void any_computation_note_hit (AnyFunction     *function,
                               const AnyRecord *record);

GVariant *any_computation_run (AnyFunction  *function,
                               const AnyKey *key,
                               GVariant     *args,
                               gboolean      refresh,
                               GCancellable *cancellable,
                               GError      **error);

gboolean any_computation_store (AnyFunction       *function,
                                const AnyKey      *key,
                                GVariant          *value,
                                gint64             maxage,
                                const char *const *dependencies,
                                GError           **error);

G_END_DECLS
