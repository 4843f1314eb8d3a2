/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sys/stat.h>

#include "any-digest.h"

G_BEGIN_DECLS

/* One thing in a tree, as the digest of the tree is told of it. */
typedef enum
{
  ANY_ITEM_END = 0,
  ANY_ITEM_FILE = 1,
  ANY_ITEM_DIRECTORY = 2,
  ANY_ITEM_LINK = 3,
  ANY_ITEM_FIFO = 4,
  ANY_ITEM_SOCKET = 5,
  ANY_ITEM_CHARACTER_DEVICE = 6,
  ANY_ITEM_BLOCK_DEVICE = 7,
} AnyItemType;

AnyItemType any_item_get_type (const struct stat *status);

gboolean any_item_is_same (const struct stat *a,
                           const struct stat *b);

void any_item_digest (AnyItemType        type,
                      const struct stat *status,
                      const char        *name,
                      AnyDigest         *digest);

G_END_DECLS
