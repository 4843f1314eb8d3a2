/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function-private.h"

G_BEGIN_DECLS

/* The results of one function whose files are watched, so that somebody can be told when one of them has changed. Thread-safe. */

AnyVigil *any_vigil_new (void);
void      any_vigil_free (AnyVigil *self);

void any_vigil_keep (AnyFunction     *function,
                     GVariant        *args,
                     const AnyRecord *record);

void any_vigil_doubt (AnyFunction    *function,
                      GVariant       *args,
                      const AnyIdent *ident,
                      gint64          cost);

void any_vigil_end (AnyVigil *self);

G_END_DECLS
