/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-shard.h"

G_BEGIN_DECLS

/* The end of entries: taken out of a shard that is held, and out of every memory at one instant. */

gboolean any_entry_remove (AnyShard   *shard,
                           const char *file,
                           AnyEpoch   *epoch,
                           GError    **error);

gboolean any_entry_remove_name (AnyShard   *shard,
                                const char *name,
                                AnyEpoch   *epoch,
                                GError    **error);

gboolean any_entry_evict (AnyShard           *shard,
                          const AnyShardPath *path,
                          const struct stat  *status,
                          GError            **error);

G_END_DECLS
