/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-cache.h"
#include "any-core.h"

G_BEGIN_DECLS

AnyCore *any_cache_get_core (AnyCache *self);

gboolean any_cache_is_on (AnyCache *self);

AnyCore *any_cache_get_active_core (AnyCache *self);

AnyCore *any_cache_peek_core (AnyCache *self);

AnyBounds any_cache_get_bounds (AnyCache *self);

void any_cache_note_stored (AnyCache *self);

void any_cache_note_failure (AnyCache     *self,
                             const GError *error);

void any_cache_emit_invalidated (AnyCache   *self,
                                 const char *name,
                                 GVariant   *args);

G_END_DECLS
