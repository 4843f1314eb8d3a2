/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-shard.h"

G_BEGIN_DECLS

/* One entry as one file of a shard: written once, never changed, replaced as a whole. */

AnyMiss any_entry_file_read (AnyDirectory       *directory,
                             const AnyShardPath *path,
                             const AnyKey       *key,
                             AnyRecord         **record);

gboolean any_entry_file_holds (AnyDirectory       *directory,
                               const AnyShardPath *path,
                               const AnyRecord    *record);

gboolean any_entry_file_is_sound (AnyShard   *shard,
                                  const char *file,
                                  guint64     size);

gboolean any_entry_file_identify (AnyGeneration      *generation,
                                  const AnyShardPath *path,
                                  AnyEntryIdentity   *identity,
                                  GError            **error);

gboolean any_entry_file_exists (AnyGeneration      *generation,
                                const AnyShardPath *path);

G_END_DECLS
