/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function-private.h"
#include "any-key.h"

G_BEGIN_DECLS

/* What a function computes anew though no call waits for it, in the main context where the function is at home. Thread-safe. */

AnyRevalidation *any_revalidation_new (void);
void             any_revalidation_free (AnyRevalidation *self);

void any_revalidation_begin (AnyFunction    *function,
                             GVariant       *args,
                             const AnyIdent *ident);

void any_revalidation_begin_anew (AnyFunction    *function,
                                  GVariant       *args,
                                  const AnyIdent *ident);

G_END_DECLS
