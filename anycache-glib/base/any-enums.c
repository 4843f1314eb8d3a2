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

G_DEFINE_ENUM_TYPE (AnyMiss, any_miss,
                    G_DEFINE_ENUM_VALUE (ANY_MISS_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_ABSENT, "absent"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_EXPIRED, "expired"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_OUTDATED, "outdated"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_CORRUPT, "corrupt"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_FOREIGN, "foreign"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_OTHER_KEY, "other-key"),
                    G_DEFINE_ENUM_VALUE (ANY_MISS_IO, "io"))

G_DEFINE_ENUM_TYPE (AnySkip, any_skip,
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_TRANSIENT, "transient"),
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_RACY, "racy"),
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_UNTRACKABLE, "untrackable"),
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_REFUSED, "refused"),
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_SUPERSEDED, "superseded"),
                    G_DEFINE_ENUM_VALUE (ANY_SKIP_FAILED, "failed"))

G_DEFINE_ENUM_TYPE (AnyTier, any_tier,
                    G_DEFINE_ENUM_VALUE (ANY_TIER_MEMORY, "memory"),
                    G_DEFINE_ENUM_VALUE (ANY_TIER_DISK, "disk"))
/* clang-format on */
