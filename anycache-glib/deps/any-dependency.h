/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-stamp.h"

G_BEGIN_DECLS

typedef enum
{
  ANY_DEPENDENCY_PATH,
  ANY_DEPENDENCY_FUNCTION,
  ANY_DEPENDENCY_TOKEN, /* a name of the application's own, which says itself when that has changed */
} AnyDependencyKind;

/* One thing that a result depends on, as an entry holds it; the pointers are the owner's of the bytes. */
typedef struct
{
  AnyDependencyKind kind;
  const char       *name;  /* an absolute path, the name of a function, or a token */
  AnyStamp          stamp; /* of a function, only the digest, which is that of its version; of a token nothing */
} AnyDependency;

char *any_dependency_name (const char        *given,
                           AnyDependencyKind *kind,
                           GError           **error);

void any_dependency_init_function (AnyDependency *self,
                                   const char    *name,
                                   const char    *version);

void any_dependency_init_token (AnyDependency *self,
                                const char    *token);

void any_dependency_pack (const AnyDependency *self,
                          GByteArray          *bytes);

gboolean any_dependency_unpack (AnyDependency *self,
                                const guint8 **bytes,
                                gsize         *length);

gboolean any_dependency_holds (const AnyDependency *self);

G_END_DECLS
