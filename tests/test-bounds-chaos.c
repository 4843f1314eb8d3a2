/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many processes store at the bound, and are killed while they do so. Now and then all are stopped and what is there is counted: it is never
 * more than it may be, and the ledger never says less. */

#include "any-disk-tier.h"

#include "any-test-chaos.h"

#define N_WRITERS 16
#define N_KEYS    400
#define N_AUDITS  60
#define MAX_BYTES (128 * 1024)

/* Below the bound, and small enough for some dozens of them. */
#define MAX_LENGTH 8000

typedef struct
{
  const char *cachedir;
  guint32     seed;
  guint64    *n_stored; /* atomic, shared between the processes */
} Writing;

static void
write_one (AnyDiskTier *tier,
           GRand       *random,
           guint64     *n_stored)
{
  g_auto (AnyKey) key = { 0 };
  g_auto (AnyDraft) draft = { 0 };
  g_autoptr (AnyRecord) record = NULL;
  g_autoptr (GError) error = NULL;
  AnyBounds bounds = { .max_bytes = MAX_BYTES, .max_entries = -1 };
  AnyOrigin origin = g_rand_boolean (random) ? ANY_ORIGIN_CALL : ANY_ORIGIN_REFRESH;
  gsize     head_length;

  any_test_key_init (&key, ANY_TEST_NAME, g_rand_int_range (random, 0, N_KEYS));
  record = any_test_record_new_sized (&key, g_rand_int_range (random, 400, MAX_LENGTH), 'x', &head_length);
  if (!any_disk_tier_begin (tier, &key, origin, &draft, NULL))
    return;
  if (any_disk_tier_publish (tier, &key, &draft, &bounds, record, head_length, &error) == ANY_PUBLISHED)
    __atomic_add_fetch (n_stored, 1, __ATOMIC_RELAXED);
}

static void
write_part (int      line,
            gpointer data)
{
  Writing *self = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (self->seed);
  AnyDiskTier *tier = any_disk_tier_new (self->cachedir);

  for (;;)
    write_one (tier, random, self->n_stored);
}

/* All that is there, also what is not an entry yet. */
static guint64
measure (const char *generation)
{
  g_autoptr (GDir) reader = g_dir_open (generation, 0, NULL);
  const char *shard;
  guint64     bytes = 0;

  while (reader != NULL && (shard = g_dir_read_name (reader)) != NULL)
    {
      g_autofree char *folder = g_build_filename (generation, shard, NULL);
      g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
      const char *file;

      while (files != NULL && (file = g_dir_read_name (files)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, file, NULL);
          struct stat      status;

          g_assert_cmpint (stat (path, &status), ==, 0);
          bytes += status.st_size;
        }
    }

  return bytes;
}

static void
stop_all (AnyTestProcess *writers)
{
  for (guint i = 0; i < N_WRITERS; i++)
    kill (writers[i].pid, SIGSTOP);
  for (guint i = 0; i < N_WRITERS; i++)
    {
      int status;

      g_assert_cmpint (waitpid (writers[i].pid, &status, WUNTRACED), ==, writers[i].pid);
      if (!WIFSTOPPED (status))
        g_error ("A writer ended by itself, with status %x", status);
    }
}

/* What the ledger says, whoever is in the middle of something. */
static guint64
read_ledger (const char *generation)
{
  g_autofree char *path = g_build_filename (generation, "state", NULL);
  AnyLedgerTotal   total = { 0 };
  int              fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_true (fd >= 0 && any_ledger_sum (fd, &total));
  close (fd);

  return total.bytes;
}

static void
audit (AnyTestProcess *writers,
       const char     *generation,
       guint64        *largest)
{
  guint64 bytes;

  stop_all (writers);
  if (g_file_test (generation, G_FILE_TEST_IS_DIR))
    {
      bytes = measure (generation);
      *largest = MAX (*largest, bytes);
      g_assert_cmpuint (bytes, <=, MAX_BYTES);
      g_assert_cmpuint (bytes, <=, read_ledger (generation));
    }
  for (guint i = 0; i < N_WRITERS; i++)
    kill (writers[i].pid, SIGCONT);
}

static void
rage (Writing        *self,
      const char     *generation,
      AnyTestProcess *writers)
{
  g_autoptr (GRand) random = g_rand_new ();
  guint64 largest = 0;

  for (guint i = 0; i < N_WRITERS; i++)
    {
      self->seed = g_rand_int (random);
      writers[i] = any_test_process_start (write_part, self);
    }

  for (guint i = 0; i < N_AUDITS; i++)
    {
      guint victim = g_rand_int_range (random, 0, N_WRITERS);

      g_usleep (g_rand_int_range (random, 1000, 50000));
      audit (writers, generation, &largest);
      any_test_chaos_let_die (&writers[victim]);
      self->seed = g_rand_int (random);
      writers[victim] = any_test_process_start (write_part, self);
    }

  for (guint i = 0; i < N_WRITERS; i++)
    any_test_chaos_let_die (&writers[i]);

  /* The bound is made use of, too. */
  g_assert_cmpuint (largest, >, MAX_BYTES * 3 / 4);
}

START_TEST (test_never_above)
{
  g_autoptr (AnyTestFolder) cachedir = any_test_make_folder ();
  g_autofree char *generation = g_build_filename (cachedir, "anycache-1", "gen", NULL);
  AnyTestProcess   writers[N_WRITERS];
  AnyDiskTier     *tier;
  Writing          self = { .cachedir = cachedir };

  self.n_stored = mmap (NULL, sizeof *self.n_stored, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (self.n_stored != MAP_FAILED);
  rage (&self, generation, writers);
  ck_assert_uint_gt (*self.n_stored, N_AUDITS);

  tier = any_disk_tier_new (cachedir);
  ck_assert_uint_eq (any_disk_tier_get_size (tier), any_test_chaos_measure (generation));
  any_disk_tier_free (tier);
  munmap (self.n_stored, sizeof *self.n_stored);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("bounds-chaos");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 2 * ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_never_above);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
