/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function.h"
#include "any-hook.h"

G_BEGIN_DECLS

gint64 any_function_get_limit (AnyFunction *self);

gboolean any_function_compute (AnyFunction *self,
                               AnyRequest  *request,
                               GError     **error);

AnyHook *any_function_ref_depfiles_hook (AnyFunction *self);

char **any_function_list_depfiles (AnyFunction *self,
                                   AnyHook     *hook,
                                   GVariant    *result,
                                   GVariant    *args,
                                   GError     **error);

G_END_DECLS
