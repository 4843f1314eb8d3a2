/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-disk-tier.h"
#include "any-test-store.h"

#include <sys/mman.h>

G_BEGIN_DECLS

/* Processes that store, look up, remove and clear at random in one directory, and are killed at random while they do so; and an
 * oracle that knows of each value that was found whether it may be there.
 *
 * One clock counts for all. A value carries its key and the time at which its computation had begun. A removal takes its time
 * before it begins, and tells it when it has ended: from then on, no value that had begun before may be found.
 */
#define ANY_TEST_CHAOS_KEYS      24
#define ANY_TEST_CHAOS_PROCESSES 4
#define ANY_TEST_CHAOS_SECONDS   3

typedef struct
{
  guint64 clock;                       /* atomic */
  guint64 floors[ANY_TEST_CHAOS_KEYS]; /* atomic: values begun before are gone */
  guint64 n_hits;                      /* atomic */
  guint64 n_changes;                   /* atomic */
} AnyTestOracle;

/* What is tried out, and how it is spoken to. */
typedef struct
{
  gpointer (*open) (const char *cachedir);
  void (*close) (gpointer tier);
  AnyRecord *(*lookup) (gpointer tier, const AnyKey *key);
  gboolean (*begin) (gpointer tier, const AnyKey *key, AnyDraft *draft);
  void (*publish) (gpointer tier, const AnyKey *key, const AnyDraft *draft, AnyRecord *record, gsize head_length);
  gboolean (*remove) (gpointer tier, const AnyKey *key);
  gboolean (*remove_name) (gpointer tier, const char *name);
  gboolean (*clear) (gpointer tier);
  guint64 (*get_size) (gpointer tier);
} AnyTestSubject;

typedef struct
{
  const AnyTestSubject *subject;
  const char           *cachedir;
  AnyTestOracle        *oracle; /* shared between the processes */
  guint32               seed;
} AnyTestChaos;

/* Half of the keys are of one function, half of another. */
static inline const char *
any_test_chaos_name (int number)
{
  return number % 2 == 0 ? "org.example.Even" : "org.example.Odd";
}

static inline guint64
any_test_chaos_tick (AnyTestOracle *oracle)
{
  return __atomic_add_fetch (&oracle->clock, 1, __ATOMIC_SEQ_CST);
}

static inline void
any_test_chaos_raise (guint64 *floor,
                      guint64  time)
{
  guint64 known = __atomic_load_n (floor, __ATOMIC_SEQ_CST);

  while (known < time && !__atomic_compare_exchange_n (floor, &known, time, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    continue;
}

/* "key time length xxx": of any length, in which each byte counts. */
static inline char *
any_test_chaos_text (int     number,
                     guint64 time,
                     GRand  *random)
{
  guint            length = g_rand_int_range (random, 0, 8) == 0 ? g_rand_int_range (random, 0, 60000) : g_rand_int_range (random, 0, 300);
  g_autofree char *filler = g_strnfill (length, 'a' + time % 26);

  return g_strdup_printf ("%d %" G_GUINT64_FORMAT " %u %s", number, time, length, filler);
}

static inline void
any_test_chaos_judge (AnyTestOracle   *oracle,
                      int              number,
                      guint64          floor,
                      const AnyRecord *record)
{
  const char *text = any_test_record_text (record);
  int         found_number;
  guint64     time;
  guint       length;
  int         offset;

  if (sscanf (text, "%d %" G_GUINT64_FORMAT " %u %n", &found_number, &time, &length, &offset) != 3 ||
      strlen (text + offset) != length || strspn (text + offset, (char[]){ 'a' + time % 26, 0 }) != length)
    g_error ("A damaged value: %.100s", text);
  if (found_number != number)
    g_error ("The value of key %d under key %d", found_number, number);
  if (time < floor)
    g_error ("Key %d: a value begun at %" G_GUINT64_FORMAT " was found after it was removed at %" G_GUINT64_FORMAT,
             number, time, floor);

  __atomic_add_fetch (&oracle->n_hits, 1, __ATOMIC_RELAXED);
}

static inline void
any_test_chaos_look (AnyTestChaos *self,
                     gpointer      tier,
                     const AnyKey *key,
                     int           number)
{
  guint64 floor = __atomic_load_n (&self->oracle->floors[number], __ATOMIC_SEQ_CST);
  g_autoptr (AnyRecord) record = self->subject->lookup (tier, key);

  if (record != NULL)
    any_test_chaos_judge (self->oracle, number, floor, record);
}

static inline void
any_test_chaos_store (AnyTestChaos *self,
                      gpointer      tier,
                      const AnyKey *key,
                      int           number,
                      GRand        *random)
{
  g_auto (AnyDraft) draft = { 0 };
  g_autofree char *text = NULL;
  g_autoptr (AnyRecord) record = NULL;
  gsize head_length;

  if (!self->subject->begin (tier, key, &draft))
    return;

  text = any_test_chaos_text (number, any_test_chaos_tick (self->oracle), random);
  record = any_test_record_new (key, text, &head_length);
  if (g_rand_int_range (random, 0, 4) == 0)
    g_usleep (g_rand_int_range (random, 0, 2000));
  self->subject->publish (tier, key, &draft, record, head_length);
  __atomic_add_fetch (&self->oracle->n_changes, 1, __ATOMIC_RELAXED);
}

/* Removes one entry, those of one name, or all. */
static inline void
any_test_chaos_remove (AnyTestChaos *self,
                       gpointer      tier,
                       const AnyKey *key,
                       int           number,
                       guint         kind)
{
  guint64  time = any_test_chaos_tick (self->oracle);
  gboolean removed;

  if (kind == 0)
    removed = self->subject->clear (tier);
  else if (kind == 1)
    removed = self->subject->remove_name (tier, any_test_chaos_name (number));
  else
    removed = self->subject->remove (tier, key);
  if (!removed)
    return;

  for (int i = 0; i < ANY_TEST_CHAOS_KEYS; i++)
    if (kind == 0 || i == number || (kind == 1 && i % 2 == number % 2))
      any_test_chaos_raise (&self->oracle->floors[i], time);
  __atomic_add_fetch (&self->oracle->n_changes, 1, __ATOMIC_RELAXED);
}

static inline void
any_test_chaos_step (AnyTestChaos *self,
                     gpointer      tier,
                     GRand        *random)
{
  g_auto (AnyKey) key = { 0 };
  int number = g_rand_int_range (random, 0, ANY_TEST_CHAOS_KEYS);
  int dice = g_rand_int_range (random, 0, 100);

  any_test_key_init (&key, any_test_chaos_name (number), number);
  if (dice < 30)
    any_test_chaos_store (self, tier, &key, number, random);
  else if (dice < 33)
    any_test_chaos_remove (self, tier, &key, number, dice - 30 == 2 ? 1 : 0);
  else if (dice < 43)
    any_test_chaos_remove (self, tier, &key, number, 2);
  else if (dice < 45)
    self->subject->get_size (tier);
  else
    any_test_chaos_look (self, tier, &key, number);
}

/* Works until it is killed. */
static inline void
any_test_chaos_part (int      line,
                     gpointer data)
{
  AnyTestChaos *self = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (self->seed);
  gpointer tier = self->subject->open (self->cachedir);

  for (;;)
    any_test_chaos_step (self, tier, random);
}

/* One that died by itself has found something wrong. */
static inline void
any_test_chaos_let_die (AnyTestProcess *process)
{
  int status;

  kill (process->pid, SIGKILL);
  status = any_test_process_reap (process);
  if (!WIFSIGNALED (status) || WTERMSIG (status) != SIGKILL)
    g_error ("A worker ended by itself, with status %x", status);
}

static inline gboolean
any_test_chaos_has_happened (AnyTestOracle *oracle)
{
  return __atomic_load_n (&oracle->n_hits, __ATOMIC_RELAXED) > 20 && __atomic_load_n (&oracle->n_changes, __ATOMIC_RELAXED) > 20;
}

static inline void
any_test_chaos_rage (AnyTestChaos *self)
{
  g_autoptr (GRand) random = g_rand_new ();
  AnyTestProcess workers[ANY_TEST_CHAOS_PROCESSES];
  gint64         end = g_get_monotonic_time () + ANY_TEST_CHAOS_SECONDS * G_USEC_PER_SEC;
  gint64         deadline = any_test_deadline ();

  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      self->seed = g_rand_int (random);
      workers[i] = any_test_process_start (any_test_chaos_part, self);
    }

  while (g_get_monotonic_time () < end || (!any_test_chaos_has_happened (self->oracle) && g_get_monotonic_time () < deadline))
    {
      guint victim = g_rand_int_range (random, 0, G_N_ELEMENTS (workers));

      g_usleep (g_rand_int_range (random, 1000, 30000));
      any_test_chaos_let_die (&workers[victim]);
      self->seed = g_rand_int (random);
      workers[victim] = any_test_process_start (any_test_chaos_part, self);
    }

  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    any_test_chaos_let_die (&workers[i]);
}

/* The sum of the entries' files; anything else among them is an error. */
static inline guint64
any_test_chaos_measure (const char *generation)
{
  g_autoptr (GDir) reader = g_dir_open (generation, 0, NULL);
  const char *shard;
  guint64     bytes = 0;

  while ((shard = g_dir_read_name (reader)) != NULL)
    {
      g_autofree char *folder = g_build_filename (generation, shard, NULL);
      g_autoptr (GDir) files = NULL;
      const char *file;

      if (g_str_equal (shard, "state"))
        continue;

      files = g_dir_open (folder, 0, NULL);
      while ((file = g_dir_read_name (files)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, file, NULL);
          struct stat      status;

          if (strlen (file) != ANY_SHARD_FILE_LENGTH)
            g_error ("Left over: %s/%s", shard, file);
          g_assert_cmpint (stat (path, &status), ==, 0);
          bytes += status.st_size;
        }
    }

  return bytes;
}

/* Afterwards, with nobody at work: every value may be there, the size is the sum, and nothing is left over. */
static inline void
any_test_chaos_check (AnyTestChaos *self)
{
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", NULL);
  g_autofree char *generation = g_build_filename (path, "gen", NULL);
  gpointer         tier = self->subject->open (self->cachedir);
  guint64          size = self->subject->get_size (tier);

  g_assert_cmpuint (size, ==, any_test_chaos_measure (generation));
  for (int i = 0; i < ANY_TEST_CHAOS_KEYS; i++)
    {
      g_auto (AnyKey) key = { 0 };

      any_test_key_init (&key, any_test_chaos_name (i), i);
      any_test_chaos_look (self, tier, &key, i);
    }

  g_assert_true (self->subject->clear (tier));
  g_assert_cmpuint (self->subject->get_size (tier), ==, 0);
  any_test_assert_list (path, "CACHEDIR.TAG epoch gen marks");
  any_test_assert_list (generation, "state");
  self->subject->close (tier);
}

static inline void
any_test_chaos_run (const AnyTestSubject *subject)
{
  g_autoptr (AnyTestFolder) cachedir = any_test_make_folder ();
  AnyTestOracle *oracle = mmap (NULL, sizeof *oracle, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  AnyTestChaos   self = { subject, cachedir, oracle, 0 };

  g_assert_true (oracle != MAP_FAILED);
  any_test_chaos_rage (&self);
  any_test_chaos_check (&self);

  g_assert_true (any_test_chaos_has_happened (oracle));
  munmap (oracle, sizeof *oracle);
}

G_END_DECLS
