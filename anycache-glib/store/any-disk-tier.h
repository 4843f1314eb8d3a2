/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-miss.h"
#include "any-shard.h"

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

/* Where a result comes from says what it yields to. */
typedef enum
{
  ANY_ORIGIN_CALL,    /* to a removal since its computation began, and to any other result that was stored since */
  ANY_ORIGIN_REFRESH, /* to the same; but what is stored then may be older, and goes */
  ANY_ORIGIN_GIVEN,   /* to nothing: it is true at the instant of storing it */
} AnyOrigin;

/* What the directory was like when a computation began. Publishing compares. */
typedef struct
{
  AnyOrigin      origin;
  AnyDirectory  *directory;  /* (owned) (nullable) */
  AnyGeneration *generation; /* (owned) (nullable) */
  guint64        sequence;
  guint64        epoch;

  AnyEntryIdentity entry; /* what stood in its place */
} AnyDraft;

gboolean any_disk_tier_begin (AnyDiskTier  *self,
                              const AnyKey *key,
                              AnyOrigin     origin,
                              AnyDraft     *draft,
                              GError      **error);

void any_draft_clear (AnyDraft *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyDraft, any_draft_clear)

typedef enum
{
  ANY_PUBLISHED,
  ANY_PUBLISH_SUPERSEDED, /* it had to yield: not stored, and nothing is wrong */
  ANY_PUBLISH_FAILED,     /* the error says why */
} AnyPublish;

AnyPublish any_disk_tier_publish (AnyDiskTier     *self,
                                  const AnyKey    *key,
                                  const AnyDraft  *draft,
                                  const AnyRecord *record,
                                  gsize            head_length,
                                  GError         **error);

gboolean any_disk_tier_remove (AnyDiskTier  *self,
                               const AnyKey *key,
                               GError      **error);

gboolean any_disk_tier_remove_name (AnyDiskTier *self,
                                    const char  *name,
                                    GError     **error);

gboolean any_disk_tier_clear (AnyDiskTier *self,
                              GError     **error);

guint64 any_disk_tier_get_size (AnyDiskTier *self);

G_END_DECLS
