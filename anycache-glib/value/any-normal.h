/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether bytes are a value in the normal form of GVariant, as fast as can be: each result that is read has to be. */

gboolean any_normal_is_text (const char *bytes,
                             gsize       length);

gboolean any_normal_is_clear (const GVariantType *type,
                              const guint8       *bytes,
                              gsize               length);

GVariant *any_normal_trust (GVariant *value);

GVariant *any_normal_new_container (const GVariantType *type,
                                    GVariant *const    *children,
                                    gsize               n_children);

G_END_DECLS
