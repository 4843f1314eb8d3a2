/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-enums.h"

/* clang-format off */
G_DEFINE_FLAGS_TYPE (AnyDependencyFlags, any_dependency_flags,
                     G_DEFINE_ENUM_VALUE (ANY_DEPENDENCY_FLAGS_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (ANY_DEPENDENCY_FLAGS_CONTENT, "content"),
                     G_DEFINE_ENUM_VALUE (ANY_DEPENDENCY_FLAGS_RECURSIVE, "recursive"))

G_DEFINE_FLAGS_TYPE (AnyFunctionFlags, any_function_flags,
                     G_DEFINE_ENUM_VALUE (ANY_FUNCTION_FLAGS_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (ANY_FUNCTION_FLAGS_WATCH, "watch"),
                     G_DEFINE_ENUM_VALUE (ANY_FUNCTION_FLAGS_REFRESH, "refresh"))
/* clang-format on */
