/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-marks.h"

G_BEGIN_DECLS

/* What a result depends on, as the bytes that an entry has of it. */

gboolean any_dependency_list_hold (const guint8 *bytes,
                                   gsize         length);

gboolean any_dependency_list_is_marked (const guint8   *bytes,
                                        gsize           length,
                                        const AnyMarks *marks,
                                        guint64         since);

gboolean any_dependency_list_has_functions (const guint8 *bytes,
                                            gsize         length);

char **any_dependency_list_dup_names (const guint8 *bytes,
                                      gsize         length);

G_END_DECLS
