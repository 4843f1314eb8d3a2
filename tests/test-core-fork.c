/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A process forks while its cache is in use: the child goes on with a core of its own, whatever its parent's threads held. */

#include "any-core.h"

#include "any-test-store.h"

#include <sys/mman.h>
#include <sys/resource.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyCore, any_core_release)

#define N_KEYS 8

typedef struct
{
  AnyTestFolder *folder; /* (owned) */
  AnyCore       *core;   /* (owned) */
  AnyKey         keys[N_KEYS];
  AnyRecord     *records[N_KEYS]; /* (owned) */
  gsize          head_lengths[N_KEYS];
} Fixture;

static void
store (AnyCore *core,
       Fixture *self,
       guint    i)
{
  g_auto (AnyDraft) draft = { 0 };

  g_assert_true (any_core_begin (core, &self->keys[i], ANY_ORIGIN_CALL, &draft, NULL));
  g_assert_cmpint (any_core_publish (core, &self->keys[i], &draft, NULL, self->records[i], self->head_lengths[i], NULL), !=, ANY_PUBLISH_FAILED);
}

static void
assert_hit (AnyCore *core,
            Fixture *self,
            guint    i)
{
  g_autoptr (AnyRecord) record = NULL;

  g_assert_cmpint (any_core_lookup (core, &self->keys[i], &any_test_terms, &record), ==, ANY_MISS_NONE);
  g_assert_cmpstr (any_test_record_text (record), ==, any_test_record_text (self->records[i]));
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->core = any_core_acquire (self->folder);
  for (guint i = 0; i < N_KEYS; i++)
    {
      any_test_key_init (&self->keys[i], ANY_TEST_NAME, i);
      self->records[i] = any_test_record_new (&self->keys[i], "text", &self->head_lengths[i]);
      store (self->core, self, i);
      assert_hit (self->core, self, i);
    }

  return self;
}

static void
fixture_free (Fixture *self)
{
  for (guint i = 0; i < N_KEYS; i++)
    {
      any_record_unref (self->records[i]);
      any_key_clear (&self->keys[i]);
    }
  any_core_release (self->core);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

/* All that a child may do with a cache. Key 0 may be held by a thread of the parent. */
static void
use_part (int      line,
          gpointer data)
{
  Fixture *self = data;
  g_autoptr (AnyCore) core = any_core_acquire (self->folder);

  g_assert_true (core != self->core);
  g_assert_false (any_core_is_inherited (core));
  g_assert_true (any_core_is_inherited (self->core));
  any_core_release (self->core);
  any_core_release (self->core);

  for (guint i = 1; i < N_KEYS; i++)
    {
      store (core, self, i);
      assert_hit (core, self, i);
    }
  any_core_set_max_memory (core, 0);
  any_core_set_max_memory (core, 1 << 20);
  g_assert_true (any_core_remove (core, &self->keys[1], NULL));
  g_assert_cmpuint (any_core_get_size (core), >, 0);
}

START_TEST (test_child_has_its_own)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyRecord) record = NULL;

  for (guint i = 0; i < 3; i++)
    any_test_process_run (use_part, self);

  /* What the child has done is another process' doing; what it did not do has not happened. */
  ck_assert (!any_core_is_inherited (self->core));
  ck_assert_int_eq (any_core_lookup (self->core, &self->keys[1], &any_test_terms, &record), ANY_MISS_ABSENT);
  for (guint i = 2; i < N_KEYS; i++)
    assert_hit (self->core, self, i);
}
END_TEST

static void
grandchild_part (int      line,
                 gpointer data)
{
  Fixture *self = data;
  g_autoptr (AnyCore) core = any_core_acquire (self->folder);
  Fixture own = *self;

  own.core = core;
  any_test_process_run (use_part, &own);
  assert_hit (core, self, 2);
}

START_TEST (test_child_of_a_child)
{
  g_autoptr (Fixture) self = fixture_new ();

  any_test_process_run (grandchild_part, self);
}
END_TEST

static void
hold_part (int      line,
           gpointer data)
{
  Fixture      *self = data;
  AnyTestStore *held = any_test_store_open (self->folder);
  AnyShard      shard;

  any_test_store_enter (held, any_test_key_shard (&self->keys[0]), &shard);
  any_test_wait_for_death (line);
}

static gpointer
remove_thread (gpointer data)
{
  Fixture *self = data;

  any_core_remove (self->core, &self->keys[0], NULL);

  return NULL;
}

/* A thread waits for another process with a gate of its own process closed behind it. */
START_TEST (test_a_gate_is_held)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyTestProcess holder;
  GThread       *thread;

  if (!any_test_can_fork_from_threads ())
    return;

  holder = any_test_process_start (hold_part, self);
  any_test_await (holder.line);
  thread = g_thread_new ("remover", remove_thread, self);
  for (guint i = 0; i < 10; i++)
    {
      g_usleep (1000);
      any_test_process_run (use_part, self);
    }
  any_test_process_kill (&holder);
  g_thread_join (thread);
}
END_TEST

typedef struct
{
  Fixture *fixture;
  gboolean few_descriptors;
  pid_t    child; /* in memory that all share */
} Legacy;

/* Dies with the locks of a shard and of the epoch in its hand, and leaves a child. */
static void
die_with_child_part (int      line,
                     gpointer data)
{
  Legacy       *self = data;
  AnyTestStore *held = any_test_store_open (self->fixture->folder);
  AnyShard      shard;
  pid_t         child;

  any_test_store_enter (held, any_test_key_shard (&self->fixture->keys[0]), &shard);
  g_assert_true (any_epoch_begin (held->directory->epoch, NULL));
  if (self->few_descriptors)
    {
      const struct rlimit none = { 0, 0 };

      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
    }
  child = fork ();
  if (child == 0)
    for (;;)
      pause ();
  self->child = child;
  any_test_wait_for_death (line);
}

/* The kernel frees the locks of a dead process, unless a child of it shares them. */
START_TEST (test_child_of_the_dead)
{
  g_autoptr (Fixture) self = fixture_new ();
  Legacy        *legacy = mmap (NULL, sizeof *legacy, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  AnyTestProcess dead;

  ck_assert (legacy != MAP_FAILED);
  legacy->fixture = self;
  legacy->few_descriptors = _i;
  dead = any_test_process_start (die_with_child_part, legacy);
  any_test_await (dead.line);
  any_test_process_kill (&dead);

  ck_assert (any_core_remove (self->core, &self->keys[0], NULL));
  ck_assert (any_core_clear (self->core, NULL));
  ck_assert_int_eq (kill (legacy->child, SIGKILL), 0);
  munmap (legacy, sizeof *legacy);
}
END_TEST

typedef struct
{
  Fixture *fixture;
  int      done; /* atomic */
} Hammer;

/* Takes and frees every lock there is, all the time; the values are such that GLib takes none of its own. */
static gpointer
hammer_thread (gpointer data)
{
  Hammer *hammer = data;

  while (!g_atomic_int_get (&hammer->done))
    {
      g_autoptr (AnyCore) core = any_core_acquire (hammer->fixture->folder);

      for (guint i = 0; i < 50; i++)
        {
          g_autoptr (AnyRecord) record = any_core_peek (core, &hammer->fixture->keys[i % N_KEYS]);
        }
      store (core, hammer->fixture, 0);
    }

  return NULL;
}

/* Holds the lock of the list of cores most of the time. */
static gpointer
acquire_thread (gpointer data)
{
  Hammer *hammer = data;

  while (!g_atomic_int_get (&hammer->done))
    any_core_release (any_core_acquire ("/none"));

  return NULL;
}

START_TEST (test_locks_are_held)
{
  g_autoptr (Fixture) self = fixture_new ();
  Hammer   hammer = { .fixture = self };
  GThread *threads[3];

  if (!any_test_can_fork_from_threads ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", i == 0 ? acquire_thread : hammer_thread, &hammer);
  for (guint i = 0; i < 100; i++)
    any_test_process_run (use_part, self);
  g_atomic_int_set (&hammer.done, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("core-fork");
  TCase *forks = tcase_create ("forks");

  tcase_set_timeout (forks, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (forks, test_child_has_its_own);
  tcase_add_test (forks, test_child_of_a_child);
  tcase_add_test (forks, test_a_gate_is_held);
  tcase_add_loop_test (forks, test_child_of_the_dead, 0, 2);
  tcase_add_test (forks, test_locks_are_held);
  suite_add_tcase (suite, forks);

  return suite;
}

/* GLib's own allocator has locks, too, which nobody makes safe for a child that does not call exec at once: without it. */
int
main (int    argc,
      char **argv)
{
  if (g_getenv ("G_SLICE") == NULL && g_setenv ("G_SLICE", "always-malloc", TRUE))
    execv ("/proc/self/exe", argv);

  return any_test_run (make_suite ());
}
