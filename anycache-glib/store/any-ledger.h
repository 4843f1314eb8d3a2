/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ANY_LEDGER_SHARDS      256
#define ANY_LEDGER_RECORD_SIZE 32
#define ANY_LEDGER_FILE_SIZE   (ANY_LEDGER_SHARDS * ANY_LEDGER_RECORD_SIZE)

/* What is known of one shard, the directory of 1/256 of the entries. */
typedef struct
{
  gboolean settled;  /* the numbers are right: nobody died while changing the shard, and the machine did not crash since */
  gboolean doubtful; /* nobody vouches for them at all; else they are at least not too low */
  guint64  bytes;
  guint32  entries;
  guint32  evictions;     /* 0: whatever was stored here is here, or was removed */
  guint32  sequence;      /* counts removals */
  guint32  supersessions; /* counts what was stored in spite of anything that was there */
} AnyLedgerRecord;

typedef struct
{
  guint64  bytes;
  guint64  entries;
  gboolean doubtful; /* it may be too low: a shard was damaged, or not counted since the machine started */
  gboolean busy;     /* it may be too high: somebody is changing a shard */
} AnyLedgerTotal;

guint64 any_ledger_boot_tag (void);

gboolean any_ledger_read (int              fd,
                          guint            shard,
                          AnyLedgerRecord *record);

gboolean any_ledger_read_all (int             fd,
                              AnyLedgerRecord records[ANY_LEDGER_SHARDS]);

gboolean any_ledger_sum (int             fd,
                         AnyLedgerTotal *total);

gboolean any_ledger_write (int                    fd,
                           guint                  shard,
                           const AnyLedgerRecord *record);

gboolean any_ledger_write_empty (int fd);

G_END_DECLS
