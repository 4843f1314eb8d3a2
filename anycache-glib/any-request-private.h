/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-dependencies.h"
#include "any-request.h"

G_BEGIN_DECLS

AnyRequest *any_request_new (const char   *name,
                             GVariant     *args,
                             AnyRecord    *old,
                             GCancellable *cancellable);

gboolean any_request_close (AnyRequest *self,
                            GVariant  **value,
                            GError    **error);

/* What a result that was used hands up. */
void any_request_inherit (AnyRequest   *self,
                          const char   *name,
                          const char   *version,
                          const guint8 *dependencies,
                          gsize         length,
                          gint64        expires);

void any_request_inherit_doubt (AnyRequest *self);

/* Of a request that is closed. */
AnyDependencies *any_request_get_dependencies (AnyRequest *self);
gint64           any_request_get_maxage (AnyRequest *self);
gint64           any_request_get_expires (AnyRequest *self);
const char      *any_request_get_new_validator (AnyRequest *self);

G_END_DECLS
