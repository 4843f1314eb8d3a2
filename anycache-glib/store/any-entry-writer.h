/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-bounds.h"
#include "any-codec.h"
#include "any-shard.h"

G_BEGIN_DECLS

/* An entry that is to be put into its shard. */
typedef struct
{
  const AnyRecord *record;
  gsize            head_length;
  AnyBounds        bounds;
  guint64          used;       /* ns since the epoch: as what its last use counts; 0 for the time of writing it */
  gboolean         supersedes; /* whatever was known of the key before must not be returned any more */
} AnyEntryWriter;

typedef enum
{
  ANY_WRITTEN,
  ANY_WRITE_FULL,   /* others have to go first: nothing was written */
  ANY_WRITE_FAILED, /* the error says why */
} AnyWrite;

AnyWrite any_entry_writer_write (const AnyEntryWriter *self,
                                 AnyShard             *shard,
                                 const AnyShardPath   *path,
                                 AnyEpoch             *epoch,
                                 GError              **error);

G_END_DECLS
