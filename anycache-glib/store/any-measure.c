/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-measure.h"

#include "any-shard.h"

/* What a shard holds. One that nobody vouches for is counted: its writer died, or the machine did. */
static AnyLedgerRecord
measure_shard (AnyGeneration         *generation,
               guint                  index,
               const AnyLedgerRecord *known,
               AnyLedgerTotal        *total)
{
  AnyLedgerRecord counted = *known;
  AnyShard        shard;

  if (known->settled)
    return *known;

  if (!generation->writable)
    {
      if (!any_shard_count (generation, index, &counted))
        counted = (AnyLedgerRecord){ 0 };
      return counted;
    }

  /* Of a shard that somebody is at, the numbers are not too low; unless he is about to count it. */
  if (!any_shard_enter (&shard, generation, index, known->doubtful ? ANY_GATE_WAIT_US : 0, NULL))
    {
      total->busy = TRUE;
      total->doubtful |= known->doubtful;
      return *known;
    }

  any_shard_end (&shard);
  counted = shard.record;
  any_shard_leave (&shard);

  return counted;
}

/* Adds up all that a generation holds. Takes one read, whatever the number of entries; after a start of the machine, the first time
 * counts them. */
gboolean
any_measure (AnyGeneration  *generation,
             AnyLedgerTotal *total)
{
  AnyLedgerRecord records[ANY_LEDGER_SHARDS];

  *total = (AnyLedgerTotal){ 0 };
  if (!any_ledger_read_all (generation->state_fd, records))
    return FALSE;

  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    {
      AnyLedgerRecord record = measure_shard (generation, i, &records[i], total);

      total->bytes += record.bytes;
      total->entries += record.entries;
    }

  return TRUE;
}
