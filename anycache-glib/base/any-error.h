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
 * ANY_CACHE_ERROR:
 *
 * The error domain of the library.
 *
 * Since: 1.0
 */
#define ANY_CACHE_ERROR (any_cache_error_quark ())

/**
 * AnyCacheError:
 * @ANY_CACHE_ERROR_NO_RESULT: the computation ended without a result and without an error
 * @ANY_CACHE_ERROR_ABANDONED: the request was dropped without an answer
 * @ANY_CACHE_ERROR_RECURSION: a computation asked for its own result
 * @ANY_CACHE_ERROR_TIMEOUT: a bounded wait has ended without what was waited for
 * @ANY_CACHE_ERROR_CLOSED: the function was closed, and the result is not in the cache
 * @ANY_CACHE_ERROR_UNSAFE_DIRECTORY: the cache's directory belongs to somebody else, others may write to it, or something else
 *   stands in its place (a file, a symbolic link)
 *
 * What can go wrong in the cache itself.
 *
 * Trouble of the file system is reported as [error@Gio.IOErrorEnum], and arguments that the cache refuses as
 * %G_IO_ERROR_INVALID_ARGUMENT.
 *
 * Since: 1.0
 */
typedef enum
{
  ANY_CACHE_ERROR_NO_RESULT,
  ANY_CACHE_ERROR_ABANDONED,
  ANY_CACHE_ERROR_RECURSION,
  ANY_CACHE_ERROR_TIMEOUT,
  ANY_CACHE_ERROR_CLOSED,
  ANY_CACHE_ERROR_UNSAFE_DIRECTORY,
} AnyCacheError;

#define ANY_TYPE_CACHE_ERROR (any_cache_error_get_type ())

ANY_AVAILABLE_IN_1_0
GType any_cache_error_get_type (void);

ANY_AVAILABLE_IN_1_0
GQuark any_cache_error_quark (void);

G_END_DECLS
