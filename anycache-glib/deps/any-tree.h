/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-clock.h"
#include "any-digest.h"

G_BEGIN_DECLS

/* All that is in a directory, at any depth, as it was found on one walk.
 *
 * The first digest is what an entry remembers: names, types, targets of links, and of each file its status or its content. The second
 * one is of all times that there are, and for one process only: it tells of a change that was taken back.
 */
typedef struct
{
  guint8       digest[ANY_DIGEST_SIZE];
  guint8       times[ANY_DIGEST_SIZE];
  AnyFreshness freshness; /* of all that is in it */
  gboolean     settled;   /* the times of the files in it tell of every change from now on */
} AnyTree;

gboolean any_tree_take (AnyTree    *self,
                        const char *path,
                        gboolean    by_content,
                        GError    **error);

G_END_DECLS
