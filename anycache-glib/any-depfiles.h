/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-hook.h"

G_BEGIN_DECLS

/* The files that the user names once a result is known. */

gboolean any_depfiles_add (AnyHook   *hook,
                           AnyAnswer *answer,
                           GVariant  *result,
                           gint64     since,
                           GError   **error);

G_END_DECLS
