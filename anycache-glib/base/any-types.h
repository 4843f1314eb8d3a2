/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(ANY_INSIDE) && !defined(ANY_COMPILATION)
#error "Only <anycache-glib/anycache.h> can be included directly."
#endif

#include <gio/gio.h>

#include "any-version.h"

G_BEGIN_DECLS

typedef struct _AnyCache    AnyCache;
typedef struct _AnyEntry    AnyEntry;
typedef struct _AnyFunction AnyFunction;
typedef struct _AnyRequest  AnyRequest;

/**
 * AnyComputeFunc:
 * @request: what is asked, and where the answer goes
 * @user_data: the data given with the callback
 * @error: return location for an error
 *
 * Computes the result of a function for the arguments of a request.
 *
 * The callback reads the arguments with [method@AnyCache.Request.get_args], names each file before reading it with
 * [method@AnyCache.Request.add_dependency], and answers with [method@AnyCache.Request.return_value] or one of its
 * siblings.
 *
 * It runs in the thread of the caller.
 *
 * Returns: %TRUE when the request is answered; %FALSE with @error set when the computation failed
 *
 * Since: 1.0
 */
typedef gboolean (*AnyComputeFunc) (AnyRequest *request,
                                    gpointer    user_data,
                                    GError    **error);

/**
 * AnyDepfilesFunc:
 * @result: what the computation gave
 * @args: the arguments it was called with
 * @user_data: the data given with the callback
 * @error: return location for an error
 *
 * Lists the files that a computation has read, once its result is known.
 *
 * Each file is stamped after the computation, so a result is stored only if every file on the list was last changed before the
 * computation began. Where the files are known in advance, [method@AnyCache.Request.add_dependency] is exact and preferable.
 *
 * An empty list says that the result depends on no file. %NULL, with or without an error, says that the list could not be made:
 * the result is returned to the caller and not stored.
 *
 * It runs in the thread of the caller.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1) (element-type filename): the paths of the files
 *
 * Since: 1.0
 */
typedef char **(*AnyDepfilesFunc) (GVariant *result,
                                   GVariant *args,
                                   gpointer  user_data,
                                   GError  **error);

G_END_DECLS
