/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <sys/stat.h>

#include "any-generation.h"
#include "any-header.h"
#include "any-key.h"

G_BEGIN_DECLS

/* Two digits of an ident name the shard, the others the file in it. */
#define ANY_SHARD_NAME_LENGTH 2
#define ANY_SHARD_FILE_LENGTH (ANY_IDENT_LENGTH - ANY_SHARD_NAME_LENGTH)

/* Where an entry is written before it gets its name. One a shard is enough, since whoever holds the shard is the only writer. */
#define ANY_SHARD_TEMPORARY ".t"

/* The right to change one shard: every change of its directory and of its record in the ledger happens while this is held.
 *
 * The record on disk is unsettled while files change, so that a death in between is seen by whoever comes next.
 */
typedef struct
{
  AnyGeneration  *generation; /* (owned) */
  guint           index;
  char            name[ANY_SHARD_NAME_LENGTH + 1];
  AnyLedgerRecord record;
  gboolean        suspect; /* something was found that the record cannot have counted right */
} AnyShard;

gboolean any_shard_enter (AnyShard      *self,
                          AnyGeneration *generation,
                          guint          index,
                          gint64         wait_us,
                          GError       **error);

gboolean any_shard_begin (AnyShard *self,
                          GError  **error);

void any_shard_end (AnyShard *self);

void any_shard_leave (AnyShard *self);

int any_shard_open (AnyShard *self);

gboolean any_shard_count (AnyGeneration   *generation,
                          guint            index,
                          AnyLedgerRecord *record);

/* Called for each entry of a shard with its file. FALSE, with errno set, ends the visit as failed. */
typedef gboolean (*AnyShardFunc) (AnyShard          *self,
                                  int                directory,
                                  const char        *file,
                                  const struct stat *status,
                                  gpointer           user_data);

/* Visits the entries. FALSE, with errno set, where not all of them could be seen. */
gboolean any_shard_foreach (AnyShard    *self,
                            AnyShardFunc func,
                            gpointer     user_data);

/* The same without the right to change it. */
gboolean any_shard_scan (AnyGeneration *generation,
                         guint          index,
                         AnyShardFunc   func,
                         gpointer       user_data);

/* Names what stands in the place of an entry, by the last of its bytes, which name all of them: times of a file change when its use is
 * recorded, and its number may be given to the next. All zero where there is nothing. */
typedef struct
{
  guint64 size;
  guint8  trailer[ANY_HEADER_TRAILER_SIZE];
} AnyEntryIdentity;

/* Where a key's entry is, in the forms that it is asked for. */
typedef struct
{
  guint       index;
  char        shard[ANY_SHARD_NAME_LENGTH + 1];
  char        temporary[ANY_SHARD_NAME_LENGTH + 1 + sizeof ANY_SHARD_TEMPORARY];                            /* below the generation */
  char        entry[sizeof ANY_GENERATION_CURRENT + ANY_SHARD_NAME_LENGTH + 1 + ANY_SHARD_FILE_LENGTH + 1]; /* below the directory */
  const char *in_generation;                                                                                /* the end of it, below the generation */
  const char *file;                                                                                         /* the end of it, below the shard */
} AnyShardPath;

AnyIdent any_shard_ident_of (guint       index,
                             const char *file);

void any_shard_path_init (AnyShardPath   *self,
                          const AnyIdent *ident);

G_END_DECLS
