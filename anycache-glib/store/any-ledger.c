/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-ledger.h"

#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "any-posix.h"

/* The bytes of the ledger, in native byte order:
 *
 *   ledger = record:256
 *   record = mark:u64 bytes:u64 entries:u32 evictions:u32 sequence:u32 supersessions:u32
 *   mark   = XXH3-64 of the other numbers, seeded with this boot of the machine and the shard; its complement while the shard is
 *            being changed
 *
 * So one number tells all that could be wrong with a record: that it is damaged, that its writer died, that it comes from
 * another shard or byte order, or that it is from before a crash that may have lost what was written last. The shard is then
 * counted again by whoever locks it next. Nothing is ever synchronised to the disk.
 */
typedef struct
{
  guint64 mark;
  guint64 bytes;
  guint32 entries;
  guint32 evictions;
  guint32 sequence;
  guint32 supersessions;
} RawRecord;

G_STATIC_ASSERT (sizeof (RawRecord) == ANY_LEDGER_RECORD_SIZE);

/* Where the kernel does not say which boot this is, every boot looks the same: a crash of the machine then goes unnoticed here. */
guint64
any_ledger_boot_tag (void)
{
  static gsize   once = 0;
  static guint64 tag; /* all 64 bits of it, also where a gsize has fewer: processes of both kinds share a ledger */

  if (g_once_init_enter (&once))
    {
      g_autofree char *boot = NULL;
      gsize            length = 0;

      g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot, &length, NULL);
      tag = XXH3_64bits (boot != NULL ? boot : "", length);
      g_once_init_leave (&once, 1);
    }

  return tag;
}

static guint64
mark_of (const RawRecord *raw,
         guint            shard)
{
  guint64 mark = XXH3_64bits_withSeed (&raw->bytes, sizeof *raw - sizeof raw->mark, any_ledger_boot_tag () + shard);

  /* Neither it nor its complement may be what a file that was cut reads as. */
  return mark != 0 && mark != G_MAXUINT64 ? mark : 1;
}

/* Whether nobody of this boot vouches for the numbers. While somebody changes a shard they are not too low. */
static gboolean
is_doubtful (const RawRecord *raw,
             guint            shard)
{
  guint64 mark = mark_of (raw, shard);

  return raw->mark != mark && raw->mark != ~mark;
}

static void
unpack (const RawRecord *raw,
        guint            shard,
        AnyLedgerRecord *record)
{
  *record = (AnyLedgerRecord){
    .settled = raw->mark == mark_of (raw, shard),
    .doubtful = is_doubtful (raw, shard),
    .bytes = raw->bytes,
    .entries = raw->entries,
    .evictions = raw->evictions,
    .sequence = raw->sequence,
    .supersessions = raw->supersessions,
  };
}

static void
pack (const AnyLedgerRecord *record,
      guint                  shard,
      RawRecord             *raw)
{
  *raw = (RawRecord){
    .bytes = record->bytes,
    .entries = record->entries,
    .evictions = record->evictions,
    .sequence = record->sequence,
    .supersessions = record->supersessions,
  };
  raw->mark = record->settled ? mark_of (raw, shard) : ~mark_of (raw, shard);
}

/* A file that was cut reads as zeros, which are not settled. */
static gboolean
read_at (int      fd,
         gpointer buffer,
         gsize    length,
         guint64  offset)
{
  gssize n_read = any_posix_read_at (fd, buffer, length, offset);

  if (n_read >= 0)
    memset ((guint8 *) buffer + n_read, 0, length - n_read);

  return n_read >= 0;
}

static gboolean
write_at (int           fd,
          gconstpointer buffer,
          gsize         length,
          guint64       offset)
{
  gssize n_written;

  if (!any_posix_may_reach (offset + length))
    return FALSE;

  for (gsize total = 0; total < length; total += n_written)
    {
      n_written = TEMP_FAILURE_RETRY (pwrite (fd, (const guint8 *) buffer + total, length - total, offset + total));
      if (n_written <= 0)
        return FALSE;
    }

  return TRUE;
}

gboolean
any_ledger_read (int              fd,
                 guint            shard,
                 AnyLedgerRecord *record)
{
  RawRecord raw;

  if (!read_at (fd, &raw, sizeof raw, shard * sizeof raw))
    return FALSE;
  unpack (&raw, shard, record);

  return TRUE;
}

gboolean
any_ledger_read_all (int             fd,
                     AnyLedgerRecord records[ANY_LEDGER_SHARDS])
{
  RawRecord raws[ANY_LEDGER_SHARDS];

  if (!read_at (fd, raws, sizeof raws, 0))
    return FALSE;

  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    unpack (&raws[i], i, &records[i]);

  return TRUE;
}

/* Adds up all shards as they are now, including what is being written. */
gboolean
any_ledger_sum (int             fd,
                AnyLedgerTotal *total)
{
  RawRecord raws[ANY_LEDGER_SHARDS];

  *total = (AnyLedgerTotal){ 0 };
  if (!read_at (fd, raws, sizeof raws, 0))
    return FALSE;

  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    {
      total->bytes += raws[i].bytes;
      total->entries += raws[i].entries;
      total->doubtful |= is_doubtful (&raws[i], i);
    }

  return TRUE;
}

gboolean
any_ledger_write (int                    fd,
                  guint                  shard,
                  const AnyLedgerRecord *record)
{
  RawRecord raw;

  pack (record, shard, &raw);

  return write_at (fd, &raw, sizeof raw, shard * sizeof raw);
}

/* Starts a ledger that says truly that there is nothing. */
gboolean
any_ledger_write_empty (int fd)
{
  RawRecord       raws[ANY_LEDGER_SHARDS];
  AnyLedgerRecord record = { .settled = TRUE };

  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    pack (&record, i, &raws[i]);

  return write_at (fd, raws, sizeof raws, 0);
}
