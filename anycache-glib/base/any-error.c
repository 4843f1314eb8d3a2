/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-error.h"

/* clang-format off */
G_DEFINE_ENUM_TYPE (AnyCacheError, any_cache_error,
                    G_DEFINE_ENUM_VALUE (ANY_CACHE_ERROR_NO_RESULT, "no-result"),
                    G_DEFINE_ENUM_VALUE (ANY_CACHE_ERROR_ABANDONED, "abandoned"),
                    G_DEFINE_ENUM_VALUE (ANY_CACHE_ERROR_RECURSION, "recursion"),
                    G_DEFINE_ENUM_VALUE (ANY_CACHE_ERROR_TIMEOUT, "timeout"),
                    G_DEFINE_ENUM_VALUE (ANY_CACHE_ERROR_CLOSED, "closed"),
                    G_DEFINE_ENUM_VALUE (ANY_CACHE_ERROR_UNSAFE_DIRECTORY, "unsafe-directory"))

/**
 * any_cache_error_quark:
 *
 * Gets the error domain of the library.
 *
 * Returns: the domain
 *
 * Since: 1.0
 */
G_DEFINE_QUARK (any-cache-error-quark, any_cache_error)
/* clang-format on */
