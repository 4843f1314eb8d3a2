/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(ANY_INSIDE) && !defined(ANY_COMPILATION)
#error "Only <anycache-glib/anycache.h> can be included directly."
#endif

#include <glib-object.h>

#include "any-version.h"

G_BEGIN_DECLS

/**
 * AnyDependencyFlags:
 * @ANY_DEPENDENCY_FLAGS_NONE: the times of a file decide, and the listing of a directory
 * @ANY_DEPENDENCY_FLAGS_CONTENT: a hash of the content decides, and never the times
 * @ANY_DEPENDENCY_FLAGS_RECURSIVE: of a directory, all that is in it counts, at any depth
 *
 * How a dependency is looked at.
 *
 * Since: 1.0
 */
typedef enum
{
  ANY_DEPENDENCY_FLAGS_NONE = 0,
  ANY_DEPENDENCY_FLAGS_CONTENT = 1 << 0,
  ANY_DEPENDENCY_FLAGS_RECURSIVE = 1 << 1,
} AnyDependencyFlags;

#define ANY_TYPE_DEPENDENCY_FLAGS (any_dependency_flags_get_type ())

ANY_AVAILABLE_IN_1_0
GType any_dependency_flags_get_type (void);

/**
 * AnyFunctionFlags:
 * @ANY_FUNCTION_FLAGS_NONE: results are looked at when they are asked for, and only then
 * @ANY_FUNCTION_FLAGS_WATCH: what the results depend on that this process was given is watched, and
 *   [signal@AnyCache.Function::invalidated] tells of a change
 * @ANY_FUNCTION_FLAGS_REFRESH: the same, and what was invalidated is computed anew at once; then
 *   [signal@AnyCache.Function::updated] brings it
 *
 * What a function does beyond answering calls.
 *
 * Since: 1.0
 */
typedef enum
{
  ANY_FUNCTION_FLAGS_NONE = 0,
  ANY_FUNCTION_FLAGS_WATCH = 1 << 0,
  ANY_FUNCTION_FLAGS_REFRESH = 1 << 1,
} AnyFunctionFlags;

#define ANY_TYPE_FUNCTION_FLAGS (any_function_flags_get_type ())

ANY_AVAILABLE_IN_1_0
GType any_function_flags_get_type (void);

G_END_DECLS
