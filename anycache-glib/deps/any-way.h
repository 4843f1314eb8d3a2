/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-clock.h"
#include "any-digest.h"

G_BEGIN_DECLS

/* The directories and symbolic links that lead to an absolute path, or to where it ends in nothing.
 *
 * A stamp knows what stands at the end of a path. Only the way tells that the path has led elsewhere for a time: to files that may
 * be as old as can be.
 */
typedef struct
{
  guint8       digest[ANY_DIGEST_SIZE];
  AnyFreshness freshness; /* of what would be seen by its times alone */
} AnyWay;

gboolean any_way_take (AnyWay     *self,
                       const char *path,
                       GError    **error);

gboolean any_way_holds (const AnyWay *self,
                        const char   *path,
                        GError      **error);

gboolean any_way_is_older (const char *path,
                           gboolean    absent,
                           gint64      instant,
                           GError    **error);

G_END_DECLS
