/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "world.h"

G_BEGIN_DECLS

/* Edits places in every way that there is. */
typedef struct _Editor Editor;

Editor *editor_new (World *world,
                    GRand *random);
void    editor_free (Editor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Editor, editor_free)

void editor_run (Editor *self);

/* For use in the middle of a computation. */
void editor_edit (Editor *self,
                  Place  *place);
void editor_go (Editor *self,
                Place  *place);
void editor_return (Editor *self);

G_END_DECLS
