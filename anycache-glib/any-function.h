/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(ANY_INSIDE) && !defined(ANY_COMPILATION)
#error "Only <anycache-glib/anycache.h> can be included directly."
#endif

#include "any-enums.h"
#include "any-types.h"

G_BEGIN_DECLS

#define ANY_TYPE_FUNCTION (any_function_get_type ())

ANY_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (AnyFunction, any_function, ANY, FUNCTION, GObject)

ANY_AVAILABLE_IN_1_0
AnyFunction *any_function_new (AnyCache   *cache,
                               const char *name,
                               const char *version);

ANY_AVAILABLE_IN_1_0
AnyCache *any_function_get_cache (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
const char *any_function_get_name (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
const char *any_function_get_version (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
const char *any_function_get_args_type (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
gint64 any_function_get_maxage (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
void any_function_set_maxage (AnyFunction *self,
                              gint64       maxage);

ANY_AVAILABLE_IN_1_0
gint64 any_function_get_error_maxage (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
void any_function_set_error_maxage (AnyFunction *self,
                                    gint64       error_maxage);

ANY_AVAILABLE_IN_1_0
gint64 any_function_get_stale_while_revalidate (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
void any_function_set_stale_while_revalidate (AnyFunction *self,
                                              gint64       stale_while_revalidate);

ANY_AVAILABLE_IN_1_0
AnyFunctionFlags any_function_get_flags (AnyFunction *self);

ANY_AVAILABLE_IN_1_0
void any_function_set_flags (AnyFunction     *self,
                             AnyFunctionFlags flags);

ANY_AVAILABLE_IN_1_0
void any_function_set_depfiles_func (AnyFunction    *self,
                                     AnyDepfilesFunc func,
                                     gpointer        user_data,
                                     GDestroyNotify  destroy);

ANY_AVAILABLE_IN_1_0
GVariant *any_function_call (AnyFunction  *self,
                             GVariant     *args,
                             GCancellable *cancellable,
                             GError      **error);

ANY_AVAILABLE_IN_1_0
void any_function_call_async (AnyFunction        *self,
                              GVariant           *args,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);

ANY_AVAILABLE_IN_1_0
GVariant *any_function_call_finish (AnyFunction  *self,
                                    GAsyncResult *result,
                                    GError      **error);

ANY_AVAILABLE_IN_1_0
GVariant *any_function_lookup (AnyFunction  *self,
                               GVariant     *args,
                               GCancellable *cancellable,
                               GError      **error);

ANY_AVAILABLE_IN_1_0
void any_function_lookup_async (AnyFunction        *self,
                                GVariant           *args,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);

ANY_AVAILABLE_IN_1_0
GVariant *any_function_lookup_finish (AnyFunction  *self,
                                      GAsyncResult *result,
                                      GError      **error);

ANY_AVAILABLE_IN_1_0
AnyEntry *any_function_peek (AnyFunction *self,
                             GVariant    *args);

ANY_AVAILABLE_IN_1_0
GVariant *any_function_refresh (AnyFunction  *self,
                                GVariant     *args,
                                GCancellable *cancellable,
                                GError      **error);

ANY_AVAILABLE_IN_1_0
void any_function_refresh_async (AnyFunction        *self,
                                 GVariant           *args,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);

ANY_AVAILABLE_IN_1_0
GVariant *any_function_refresh_finish (AnyFunction  *self,
                                       GAsyncResult *result,
                                       GError      **error);

ANY_AVAILABLE_IN_1_0
gboolean any_function_store (AnyFunction       *self,
                             GVariant          *args,
                             GVariant          *value,
                             gint64             maxage,
                             const char *const *dependencies,
                             GCancellable      *cancellable,
                             GError           **error);

ANY_AVAILABLE_IN_1_0
void any_function_store_async (AnyFunction        *self,
                               GVariant           *args,
                               GVariant           *value,
                               gint64              maxage,
                               const char *const  *dependencies,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_function_store_finish (AnyFunction  *self,
                                    GAsyncResult *result,
                                    GError      **error);

ANY_AVAILABLE_IN_1_0
gboolean any_function_is_outdated (AnyFunction  *self,
                                   GVariant     *args,
                                   GCancellable *cancellable,
                                   GError      **error);

ANY_AVAILABLE_IN_1_0
void any_function_is_outdated_async (AnyFunction        *self,
                                     GVariant           *args,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_function_is_outdated_finish (AnyFunction  *self,
                                          GAsyncResult *result,
                                          GError      **error);

ANY_AVAILABLE_IN_1_0
gboolean any_function_remove (AnyFunction  *self,
                              GVariant     *args,
                              GCancellable *cancellable,
                              GError      **error);

ANY_AVAILABLE_IN_1_0
void any_function_remove_async (AnyFunction        *self,
                                GVariant           *args,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_function_remove_finish (AnyFunction  *self,
                                     GAsyncResult *result,
                                     GError      **error);

ANY_AVAILABLE_IN_1_0
gboolean any_function_clear (AnyFunction  *self,
                             GCancellable *cancellable,
                             GError      **error);

ANY_AVAILABLE_IN_1_0
void any_function_clear_async (AnyFunction        *self,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_function_clear_finish (AnyFunction  *self,
                                    GAsyncResult *result,
                                    GError      **error);

ANY_AVAILABLE_IN_1_0
char *any_function_dup_ident (AnyFunction *self,
                              GVariant    *args,
                              GError     **error);

ANY_AVAILABLE_IN_1_0
void any_function_close (AnyFunction *self);

G_END_DECLS
