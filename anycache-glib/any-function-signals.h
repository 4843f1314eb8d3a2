/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function.h"

G_BEGIN_DECLS

/* What a function asks and tells. The first is emitted in the thread that asks; the others reach the function where it is at home. */

void any_function_signals_install (void);

gboolean any_function_emit_compute (AnyFunction *self,
                                    AnyRequest  *request);

void any_function_emit_invalidated (AnyFunction *self,
                                    GVariant    *args);

void any_function_emit_updated (AnyFunction *self,
                                GVariant    *args,
                                GVariant    *result);

void any_function_emit_progress (AnyFunction *self,
                                 GVariant    *args,
                                 double       fraction);

G_END_DECLS
