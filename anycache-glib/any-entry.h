/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(ANY_INSIDE) && !defined(ANY_COMPILATION)
#error "Only <anycache-glib/anycache.h> can be included directly."
#endif

#include "any-types.h"

G_BEGIN_DECLS

#define ANY_TYPE_ENTRY (any_entry_get_type ())

ANY_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (AnyEntry, any_entry, ANY, ENTRY, GObject)

ANY_AVAILABLE_IN_1_0
GVariant *any_entry_get_value (AnyEntry *self);

ANY_AVAILABLE_IN_1_0
gint64 any_entry_get_created (AnyEntry *self);

ANY_AVAILABLE_IN_1_0
gint64 any_entry_get_expires (AnyEntry *self);

ANY_AVAILABLE_IN_1_0
gint64 any_entry_get_cost (AnyEntry *self);

ANY_AVAILABLE_IN_1_0
char **any_entry_dup_dependencies (AnyEntry *self);

ANY_AVAILABLE_IN_1_0
gboolean any_entry_is_current (AnyEntry *self);

ANY_AVAILABLE_IN_1_0
gboolean any_entry_use (AnyEntry *self);

G_END_DECLS
