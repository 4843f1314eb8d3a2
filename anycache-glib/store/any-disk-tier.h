/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-bounds.h"
#include "any-draft.h"
#include "any-miss.h"
#include "any-stats-private.h"

G_BEGIN_DECLS

/* The entries of one cache directory on disk. Speaks of keys and records; how they are kept in files is known here and below. */
typedef struct _AnyDiskTier AnyDiskTier;

AnyDiskTier *any_disk_tier_new (const char *cachedir);
void         any_disk_tier_free (AnyDiskTier *self);

guint64 any_disk_tier_get_epoch (AnyDiskTier *self);

AnyMiss any_disk_tier_read (AnyDiskTier  *self,
                            const AnyKey *key,
                            AnyRecord   **record);

gboolean any_disk_tier_holds (AnyDiskTier     *self,
                              const AnyRecord *record);

AnyDirectory *any_disk_tier_make_directory (AnyDiskTier *self,
                                            GError     **error);

gboolean any_disk_tier_begin (AnyDiskTier  *self,
                              const AnyKey *key,
                              AnyOrigin     origin,
                              AnyDraft     *draft,
                              GError      **error);

AnyPublish any_disk_tier_publish (AnyDiskTier     *self,
                                  const AnyKey    *key,
                                  const AnyDraft  *draft,
                                  const AnyBounds *bounds,
                                  const AnyRecord *record,
                                  gsize            head_length,
                                  GError         **error);

void any_disk_tier_note_use (AnyDiskTier *self,
                             AnyRecord   *record);

void any_disk_tier_record_uses (AnyDiskTier *self);

void any_disk_tier_trim (AnyDiskTier     *self,
                         const AnyBounds *bounds);

guint64 any_disk_tier_get_evictions (AnyDiskTier *self);

gboolean any_disk_tier_add_stats (AnyDiskTier    *self,
                                  const AnyStats *stats);

AnyStats *any_disk_tier_read_stats (AnyDiskTier *self,
                                    GError     **error);

gboolean any_disk_tier_is_marked (AnyDiskTier     *self,
                                  const AnyRecord *record,
                                  guint64          epoch);

gboolean any_disk_tier_mark (AnyDiskTier *self,
                             const char  *dependency,
                             GError     **error);

gboolean any_disk_tier_remove (AnyDiskTier  *self,
                               const AnyKey *key,
                               GError      **error);

gboolean any_disk_tier_remove_name (AnyDiskTier *self,
                                    const char  *name,
                                    GError     **error);

gboolean any_disk_tier_clear (AnyDiskTier *self,
                              GError     **error);

void any_disk_tier_sweep (AnyDiskTier *self);

guint64 any_disk_tier_get_size (AnyDiskTier *self);

G_END_DECLS
