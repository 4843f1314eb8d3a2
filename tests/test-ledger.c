/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-ledger.h"

#include "any-test-folder.h"
#include "any-test-process.h"

#include <sys/resource.h>
#include <xxhash.h>

static int
open_ledger (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "ledger", NULL);
  int              fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  ck_assert_int_ge (fd, 0);

  return fd;
}

/* No byte of it is zero, so none can be lost unseen. */
static AnyLedgerRecord
full_record (guint shard)
{
  return (AnyLedgerRecord){
    .settled = TRUE,
    .bytes = G_GUINT64_CONSTANT (0x0102030405060708) + shard,
    .entries = 0x11121314 + shard,
    .evictions = 0x21222324 + shard,
    .sequence = 0x31323334 + shard,
    .supersessions = 0x41424344 + shard,
  };
}

static AnyLedgerRecord
read_record (int   fd,
             guint shard)
{
  AnyLedgerRecord record;

  g_assert_true (any_ledger_read (fd, shard, &record));

  return record;
}

static void
assert_equal (const AnyLedgerRecord *a,
              const AnyLedgerRecord *b)
{
  ck_assert_int_eq (a->settled, b->settled);
  ck_assert_uint_eq (a->bytes, b->bytes);
  ck_assert_uint_eq (a->entries, b->entries);
  ck_assert_uint_eq (a->evictions, b->evictions);
  ck_assert_uint_eq (a->sequence, b->sequence);
  ck_assert_uint_eq (a->supersessions, b->supersessions);
}

START_TEST (test_empty)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord records[ANY_LEDGER_SHARDS];
  AnyLedgerRecord nothing = { .settled = TRUE };
  int             fd = open_ledger (folder);

  /* A file without a word is no ledger that says there is nothing. */
  ck_assert (!read_record (fd, 0).settled);
  ck_assert (any_ledger_read_all (fd, records));
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    ck_assert (!records[i].settled);

  ck_assert (any_ledger_write_empty (fd));
  ck_assert_int_eq (lseek (fd, 0, SEEK_END), ANY_LEDGER_FILE_SIZE);
  ck_assert (any_ledger_read_all (fd, records));
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    {
      AnyLedgerRecord record = read_record (fd, i);

      assert_equal (&record, &nothing);
      assert_equal (&records[i], &nothing);
    }
  close (fd);
}
END_TEST

START_TEST (test_round_trip)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord written[ANY_LEDGER_SHARDS];
  AnyLedgerRecord read[ANY_LEDGER_SHARDS];
  int             fd = open_ledger (folder);

  /* In an order in which neighbours are written before and after. */
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    {
      guint shard = i * 77 % ANY_LEDGER_SHARDS;

      written[shard] = full_record (shard);
      written[shard].settled = shard % 3 != 0;
      ck_assert (any_ledger_write (fd, shard, &written[shard]));
    }
  ck_assert_int_eq (lseek (fd, 0, SEEK_END), ANY_LEDGER_FILE_SIZE);

  ck_assert (any_ledger_read_all (fd, read));
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    {
      AnyLedgerRecord record = read_record (fd, i);

      assert_equal (&record, &written[i]);
      assert_equal (&read[i], &written[i]);
    }
  close (fd);
}
END_TEST

/* A ledger on which somebody died says so, and says otherwise when it is written again. */
START_TEST (test_settling)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord record = { 0 };
  int             fd = open_ledger (folder);

  ck_assert (any_ledger_write_empty (fd));
  for (guint i = 0; i < 4; i++)
    {
      record.settled = i % 2 == 1;
      ck_assert (any_ledger_write (fd, 9, &record));
      ck_assert_int_eq (read_record (fd, 9).settled, record.settled);
      ck_assert (read_record (fd, 8).settled && read_record (fd, 10).settled);
    }
  close (fd);
}
END_TEST

START_TEST (test_every_flip_is_seen)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord records[] = { full_record (0), { .settled = TRUE }, { .settled = TRUE, .bytes = 5000, .entries = 3 } };
  int             fd = open_ledger (folder);

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    for (guint bit = 0; bit < 8 * ANY_LEDGER_RECORD_SIZE; bit++)
      {
        off_t  at = i * ANY_LEDGER_RECORD_SIZE + bit / 8;
        guint8 byte;

        ck_assert (any_ledger_write (fd, i, &records[i]));
        ck_assert_int_eq (pread (fd, &byte, 1, at), 1);
        byte ^= 1 << bit % 8;
        ck_assert_int_eq (pwrite (fd, &byte, 1, at), 1);
        ck_assert_msg (!read_record (fd, i).settled, "record %u, bit %u", i, bit);
      }
  close (fd);
}
END_TEST

START_TEST (test_every_cut_is_seen)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord records[ANY_LEDGER_SHARDS];
  int             fd = open_ledger (folder);

  for (gsize length = 0; length < ANY_LEDGER_FILE_SIZE; length += length < 200 ? 1 : 61)
    {
      for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
        {
          AnyLedgerRecord record = full_record (i);

          ck_assert (any_ledger_write (fd, i, &record));
        }
      ck_assert_int_eq (ftruncate (fd, length), 0);
      ck_assert (any_ledger_read_all (fd, records));
      for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
        {
          gboolean whole = (i + 1) * ANY_LEDGER_RECORD_SIZE <= length;

          ck_assert_int_eq (read_record (fd, i).settled, whole);
          ck_assert_int_eq (records[i].settled, whole);
        }
    }
  close (fd);
}
END_TEST

START_TEST (test_zeros_are_seen)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord    records[ANY_LEDGER_SHARDS];
  g_autofree guint8 *zeros = g_malloc0 (ANY_LEDGER_FILE_SIZE);
  int                fd = open_ledger (folder);

  ck_assert (any_ledger_write_empty (fd));
  ck_assert_int_eq (pwrite (fd, zeros, ANY_LEDGER_FILE_SIZE / 2, 0), ANY_LEDGER_FILE_SIZE / 2);
  ck_assert (any_ledger_read_all (fd, records));
  for (guint i = 0; i < ANY_LEDGER_SHARDS; i++)
    ck_assert_int_eq (records[i].settled, i >= ANY_LEDGER_SHARDS / 2);
  close (fd);
}
END_TEST

START_TEST (test_another_shard_is_seen)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  guint8 bytes[ANY_LEDGER_RECORD_SIZE];
  int    fd = open_ledger (folder);

  ck_assert (any_ledger_write_empty (fd));
  for (guint i = 1; i < ANY_LEDGER_SHARDS; i++)
    {
      ck_assert_int_eq (pread (fd, bytes, sizeof bytes, (i - 1) * sizeof bytes), sizeof bytes);
      ck_assert_int_eq (pwrite (fd, bytes, sizeof bytes, i * sizeof bytes), sizeof bytes);
      ck_assert (!read_record (fd, i).settled);
    }
  close (fd);
}
END_TEST

/* Writes a record as another boot of the machine would have. */
static void
write_as (int     fd,
          guint   shard,
          guint64 boot)
{
  AnyLedgerRecord record = full_record (shard);
  struct
  {
    guint64 mark;
    guint64 bytes;
    guint32 counts[4];
  } raw = { 0, record.bytes, { record.entries, record.evictions, record.sequence, record.supersessions } };

  raw.mark = XXH3_64bits_withSeed (&raw.bytes, sizeof raw - sizeof raw.mark, boot + shard);
  ck_assert_int_eq (pwrite (fd, &raw, sizeof raw, shard * sizeof raw), sizeof raw);
}

static void
boot_part (int      line,
           gpointer data)
{
  const guint64 *tag = data;

  g_assert_cmpuint (any_ledger_boot_tag (), ==, *tag);
}

START_TEST (test_another_boot_is_seen)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *boot_id = NULL;
  gsize            length = 0;
  AnyLedgerRecord  expected = full_record (3);
  AnyLedgerRecord  record;
  guint64          tag = any_ledger_boot_tag ();
  int              fd = open_ledger (folder);

  write_as (fd, 3, tag);
  record = read_record (fd, 3);
  assert_equal (&record, &expected);
  write_as (fd, 3, tag + 1);
  ck_assert (!read_record (fd, 3).settled && read_record (fd, 3).doubtful);
  write_as (fd, 3, 0);
  ck_assert (!read_record (fd, 3).settled);
  close (fd);

  /* One boot has one tag, in every process, and it comes from the kernel. */
  ck_assert_uint_ne (tag, 0);
  ck_assert_uint_eq (any_ledger_boot_tag (), tag);
  any_test_process_run (boot_part, &tag);
  if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot_id, &length, NULL))
    ck_assert_uint_eq (tag, XXH3_64bits (boot_id, length));
}
END_TEST

START_TEST (test_failures)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  AnyLedgerRecord records[ANY_LEDGER_SHARDS];
  AnyLedgerRecord record = full_record (0);
  int             fd = any_test_open_folder (folder);

  ck_assert (!any_ledger_read (fd, 0, &record));
  ck_assert_int_eq (errno, EISDIR);
  ck_assert (!any_ledger_read_all (fd, records));
  ck_assert (!any_ledger_write (fd, 0, &record));
  ck_assert_int_eq (errno, EBADF);
  ck_assert (!any_ledger_write_empty (fd));
  close (fd);
}
END_TEST

/* Where files may not become so long, a record is not written, and the process lives on: no signal says so. */
static void
short_files_part (int      line,
                  gpointer data)
{
  struct rlimit   limit = { 9 * ANY_LEDGER_RECORD_SIZE + 1, RLIM_INFINITY };
  AnyLedgerRecord record = full_record (0);
  int             fd = GPOINTER_TO_INT (data);

  signal (SIGXFSZ, SIG_DFL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (any_ledger_write (fd, 9, &record));
  g_assert_cmpint (errno, ==, EFBIG);
  g_assert_false (any_ledger_write_empty (fd));
  g_assert_cmpint (errno, ==, EFBIG);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, 0);

  g_assert_true (any_ledger_write (fd, 8, &record));
  g_assert_true (read_record (fd, 8).settled);
}

START_TEST (test_short_files)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  int fd = open_ledger (folder);

  any_test_process_run (short_files_part, GINT_TO_POINTER (fd));
  close (fd);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("ledger");
  TCase *records = tcase_create ("records");

  tcase_set_timeout (records, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (records, test_empty);
  tcase_add_test (records, test_round_trip);
  tcase_add_test (records, test_settling);
  tcase_add_test (records, test_every_flip_is_seen);
  tcase_add_test (records, test_every_cut_is_seen);
  tcase_add_test (records, test_zeros_are_seen);
  tcase_add_test (records, test_another_shard_is_seen);
  tcase_add_test (records, test_another_boot_is_seen);
  tcase_add_test (records, test_failures);
  tcase_add_test (records, test_short_files);
  suite_add_tcase (suite, records);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
