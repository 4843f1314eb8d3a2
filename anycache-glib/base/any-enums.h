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

/**
 * AnyMiss:
 * @ANY_MISS_NONE: nothing is missing: a hit
 * @ANY_MISS_ABSENT: nothing is stored
 * @ANY_MISS_EXPIRED: what is stored is too old
 * @ANY_MISS_OUTDATED: something that it depends on has changed
 * @ANY_MISS_CORRUPT: it is damaged, cut, or no entry at all
 * @ANY_MISS_FOREIGN: it is of another version of the format, or of another byte order
 * @ANY_MISS_OTHER_KEY: it is the result of something else: a file that was moved, or two keys of one ident
 * @ANY_MISS_IO: it could not be read
 *
 * Why a look-up found nothing to return.
 *
 * Since: 1.0
 */
typedef enum
{
  ANY_MISS_NONE,
  ANY_MISS_ABSENT,
  ANY_MISS_EXPIRED,
  ANY_MISS_OUTDATED,
  ANY_MISS_CORRUPT,
  ANY_MISS_FOREIGN,
  ANY_MISS_OTHER_KEY,
  ANY_MISS_IO,
} AnyMiss;

#define ANY_TYPE_MISS (any_miss_get_type ())

ANY_AVAILABLE_IN_1_0
GType any_miss_get_type (void);

/**
 * AnySkip:
 * @ANY_SKIP_NONE: nothing speaks against it: it was stored
 * @ANY_SKIP_TRANSIENT: it may have no age, or was made from a result that could not be stored
 * @ANY_SKIP_RACY: something that it depends on has changed while it was computed
 * @ANY_SKIP_UNTRACKABLE: nothing can vouch for something that it depends on, such as a device, or nobody could say what that is
 * @ANY_SKIP_REFUSED: a value of this kind cannot be stored
 * @ANY_SKIP_SUPERSEDED: it was removed, cleared, refreshed or stored by somebody else meanwhile
 * @ANY_SKIP_FAILED: it could not be written
 *
 * Why a result was returned and not stored.
 *
 * Since: 1.0
 */
typedef enum
{
  ANY_SKIP_NONE,
  ANY_SKIP_TRANSIENT,
  ANY_SKIP_RACY,
  ANY_SKIP_UNTRACKABLE,
  ANY_SKIP_REFUSED,
  ANY_SKIP_SUPERSEDED,
  ANY_SKIP_FAILED,
} AnySkip;

#define ANY_TYPE_SKIP (any_skip_get_type ())

ANY_AVAILABLE_IN_1_0
GType any_skip_get_type (void);

/**
 * AnyTier:
 * @ANY_TIER_MEMORY: the memory of this process
 * @ANY_TIER_DISK: the directory
 *
 * Where a result was found.
 *
 * Since: 1.0
 */
typedef enum
{
  ANY_TIER_MEMORY,
  ANY_TIER_DISK,
} AnyTier;

#define ANY_TYPE_TIER (any_tier_get_type ())

ANY_AVAILABLE_IN_1_0
GType any_tier_get_type (void);

G_END_DECLS
