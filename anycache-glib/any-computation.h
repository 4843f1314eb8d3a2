/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-disk-tier.h"
#include "any-function.h"

G_BEGIN_DECLS

/* Computations of functions, each in the thread that asks for it, one within another. */

gboolean any_computation_check (AnyFunction  *function,
                                const AnyKey *key,
                                GError      **error);

gboolean any_computation_is_running (void);
gboolean any_computation_insists (void);

void any_computation_note_doubt (void);

void any_computation_note_hit (AnyFunction     *function,
                               const AnyRecord *record);

GVariant *any_computation_run (AnyFunction  *function,
                               const AnyKey *key,
                               GVariant     *args,
                               AnyOrigin     origin,
                               gboolean      insists,
                               AnyRecord    *old,
                               GCancellable *cancellable,
                               GError      **error);

G_END_DECLS
