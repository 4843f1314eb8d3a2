/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-entry-writer.h"
#include "any-location.h"

G_BEGIN_DECLS

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
  guint32        sequence;   /* the shard's, as the two below */
  guint32        supersessions;
  guint32        evictions;
  guint64        epoch; /* in which the generation was last seen to be current */
  guint64        begun; /* the epoch in which the draft was begun */
  guint64        marks; /* the number of the last one */

  AnyEntryIdentity entry; /* what stood in its place */
} AnyDraft;

gboolean any_draft_begin (AnyDraft     *self,
                          AnyLocation  *location,
                          const AnyKey *key,
                          AnyOrigin     origin,
                          GError      **error);

gboolean any_draft_was_cleared (const AnyDraft *self);

void any_draft_clear (AnyDraft *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyDraft, any_draft_clear)

typedef enum
{
  ANY_PUBLISHED,
  ANY_PUBLISH_SUPERSEDED, /* it had to yield: not stored, and nothing is wrong */
  ANY_PUBLISH_FULL,       /* others have to go first */
  ANY_PUBLISH_FAILED,     /* the error says why */
} AnyPublish;

AnyPublish any_draft_publish (const AnyDraft *self,
                              AnyLocation    *location,
                              const AnyKey   *key,
                              AnyEntryWriter *writer,
                              GError        **error);

gboolean any_draft_discard (const AnyDraft *self,
                            const AnyKey   *key,
                            GError        **error);

G_END_DECLS
