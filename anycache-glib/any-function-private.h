/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function.h"

G_BEGIN_DECLS

gint64 any_function_get_limit (AnyFunction *self);

gboolean any_function_compute (AnyFunction *self,
                               AnyRequest  *request,
                               GError     **error);

char **any_function_list_depfiles (AnyFunction *self,
                                   GVariant    *result,
                                   GVariant    *args,
                                   gboolean    *asked,
                                   GError     **error);

G_END_DECLS
