/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* GVariant itself stops at 128 levels, and silently gives () below them; half of that leaves room to wrap a value. */
#define ANY_CANONICAL_MAX_DEPTH 64

/* A type is kept with each entry; a tuple of a million members is legal for GVariant and of no use here. */
#define ANY_CANONICAL_MAX_TYPE_LENGTH 4096

gboolean any_canonical_type_is_plain (const char *type);

gboolean any_canonical_type_is_allowed (const GVariantType *type);

gboolean any_canonical_check (GVariant *value,
                              GError  **error);

GVariant *any_canonical_make_walkable (GVariant *value);

GVariant *any_canonical_form (GVariant *value);

G_END_DECLS
