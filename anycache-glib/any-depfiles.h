/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-hook.h"

G_BEGIN_DECLS

/* The files that the user names once a result is known. */

char **any_depfiles_list (AnyHook   *hook,
                          AnyAnswer *answer,
                          GVariant  *result,
                          GError   **error);

G_END_DECLS
