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

#define ANY_TYPE_REQUEST (any_request_get_type ())

ANY_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (AnyRequest, any_request, ANY, REQUEST, GObject)

ANY_AVAILABLE_IN_1_0
GVariant *any_request_get_args (AnyRequest *self);

ANY_AVAILABLE_IN_1_0
const char *any_request_get_name (AnyRequest *self);

ANY_AVAILABLE_IN_1_0
GCancellable *any_request_get_cancellable (AnyRequest *self);

ANY_AVAILABLE_IN_1_0
void any_request_add_dependency (AnyRequest *self,
                                 const char *path);

ANY_AVAILABLE_IN_1_0
void any_request_add_dependency_full (AnyRequest        *self,
                                      const char        *path,
                                      AnyDependencyFlags flags);

ANY_AVAILABLE_IN_1_0
GVariant *any_request_call (AnyRequest   *self,
                            AnyFunction  *function,
                            GVariant     *args,
                            GCancellable *cancellable,
                            GError      **error);

ANY_AVAILABLE_IN_1_0
void any_request_call_async (AnyRequest         *self,
                             AnyFunction        *function,
                             GVariant           *args,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);

ANY_AVAILABLE_IN_1_0
GVariant *any_request_call_finish (AnyRequest   *self,
                                   GAsyncResult *result,
                                   GError      **error);

ANY_AVAILABLE_IN_1_0
void any_request_set_maxage (AnyRequest *self,
                             gint64      maxage);

ANY_AVAILABLE_IN_1_0
void any_request_set_no_store (AnyRequest *self);

ANY_AVAILABLE_IN_1_0
void any_request_set_validator (AnyRequest *self,
                                const char *validator);

ANY_AVAILABLE_IN_1_0
const char *any_request_get_validator (AnyRequest *self);

ANY_AVAILABLE_IN_1_0
void any_request_set_progress (AnyRequest *self,
                               double      fraction);

ANY_AVAILABLE_IN_1_0
void any_request_return_value (AnyRequest *self,
                               GVariant   *value);

ANY_AVAILABLE_IN_1_0
void any_request_return_bytes (AnyRequest *self,
                               GBytes     *bytes);

ANY_AVAILABLE_IN_1_0
void any_request_return_not_modified (AnyRequest *self);

ANY_AVAILABLE_IN_1_0
void any_request_return_error (AnyRequest   *self,
                               const GError *error);

ANY_AVAILABLE_IN_1_0
void any_request_return_error_literal (AnyRequest *self,
                                       GQuark      domain,
                                       int         code,
                                       const char *message);

G_END_DECLS
