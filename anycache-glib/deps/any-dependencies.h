/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "any-stamp.h"

G_BEGIN_DECLS

/* The paths that entered one result, each with its stamp; grows while the result is computed. Not thread-safe. */
typedef struct _AnyDependencies AnyDependencies;

AnyDependencies *any_dependencies_new (void);
void             any_dependencies_free (AnyDependencies *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyDependencies, any_dependencies_free)

void any_dependencies_add (AnyDependencies *self,
                           const char      *path);

void any_dependencies_add_full (AnyDependencies   *self,
                                const char        *path,
                                AnyDependencyFlags flags);

void any_dependencies_add_read (AnyDependencies *self,
                                const char      *path,
                                gint64           since);

void any_dependencies_add_function (AnyDependencies *self,
                                    const char      *name,
                                    const char      *version);

void any_dependencies_add_entry (AnyDependencies *self,
                                 const guint8    *bytes,
                                 gsize            length);

gboolean any_dependencies_settle (AnyDependencies *self,
                                  GError         **error);

GBytes *any_dependencies_pack (AnyDependencies *self);

G_END_DECLS
