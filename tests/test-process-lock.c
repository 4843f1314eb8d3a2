/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-process-lock.h"

#include "any-test-core.h"
#include "any-test-folder.h"
#include "any-test-process.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define N_MANY 4096

static AnyIdent
ident_of (guint number)
{
  return any_ident_of (&number, sizeof number);
}

static AnyProcessLockState
try_key (AnyProcessLock *lock,
         AnyCore        *core,
         guint           number)
{
  AnyIdent ident = ident_of (number);

  return any_process_lock_try (lock, core, &ident);
}

static char *
locks_path (Fixture *self)
{
  return g_build_filename (self->cachedir, "anycache-1", "locks", NULL);
}

typedef struct
{
  Fixture *fixture;
  guint    first;
  guint    n_keys;
} Keys;

/* Says of each key what it could be had as, and holds what it has until it is told. */
static void
hold_part (int      line,
           gpointer data)
{
  Keys *keys = data;
  g_autoptr (AnyCore) core = any_core_acquire (keys->fixture->cachedir);
  g_autofree AnyProcessLock *locks = g_new0 (AnyProcessLock, keys->n_keys);

  for (guint i = 0; i < keys->n_keys; i++)
    {
      char state = '0' + try_key (&locks[i], core, keys->first + i);

      g_assert_cmpint (send (line, &state, 1, MSG_NOSIGNAL), ==, 1);
    }
  any_test_await (line);
  for (guint i = 0; i < keys->n_keys; i++)
    any_process_lock_release (&locks[i]);
  any_test_sign (line);
}

static AnyTestProcess
start_holder (Fixture            *self,
              guint               number,
              AnyProcessLockState expected)
{
  Keys           keys = { self, number, 1 };
  AnyTestProcess holder = any_test_process_start (hold_part, &keys);

  g_assert_cmpint (any_test_hear (holder.line) - '0', ==, expected);

  return holder;
}

static void
end_holder (AnyTestProcess *holder)
{
  any_test_sign (holder->line);
  any_test_await (holder->line);
  any_test_process_join (holder);
}

/* What another process, which begins now, finds. */
static void
assert_elsewhere (Fixture            *self,
                  guint               number,
                  AnyProcessLockState expected)
{
  AnyTestProcess holder = start_holder (self, number, expected);

  end_holder (&holder);
}

START_TEST (test_one_process_at_a_time)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyProcessLock) lock = { 0 };
  g_auto (AnyProcessLock) other = { 0 };
  AnyTestProcess holder = start_holder (self, 1, ANY_PROCESS_LOCK_HELD);

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_BUSY);
  ck_assert_int_eq (try_key (&other, self->core, 2), ANY_PROCESS_LOCK_HELD);
  any_process_lock_release (&lock);
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_BUSY);

  end_holder (&holder);
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_BUSY);
  assert_elsewhere (self, 2, ANY_PROCESS_LOCK_BUSY);

  any_process_lock_release (&lock);
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_HELD);
  assert_elsewhere (self, 2, ANY_PROCESS_LOCK_BUSY);

  /* Again is nothing. */
  any_process_lock_release (&lock);
}
END_TEST

START_TEST (test_dead_hold_nothing)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyProcessLock) lock = { 0 };
  AnyTestProcess holder = start_holder (self, 1, ANY_PROCESS_LOCK_HELD);

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_BUSY);
  any_test_process_kill (&holder);
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);
}
END_TEST

START_TEST (test_counted_in_a_process)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyProcessLock locks[3];

  for (guint i = 0; i < G_N_ELEMENTS (locks); i++)
    ck_assert_int_eq (try_key (&locks[i], self->core, 1), ANY_PROCESS_LOCK_HELD);
  for (guint i = 0; i < G_N_ELEMENTS (locks); i++)
    {
      assert_elsewhere (self, 1, ANY_PROCESS_LOCK_BUSY);
      any_process_lock_release (&locks[i]);
    }
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_HELD);
}
END_TEST

START_TEST (test_many_keys)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree AnyProcessLock *locks = g_new0 (AnyProcessLock, N_MANY);
  Keys                       keys = { self, 0, N_MANY + 1 };
  AnyTestProcess             other;

  for (guint i = 0; i < N_MANY; i++)
    ck_assert_int_eq (try_key (&locks[i], self->core, i), ANY_PROCESS_LOCK_HELD);
  for (guint i = 0; i < N_MANY; i += 2)
    any_process_lock_release (&locks[i]);

  other = any_test_process_start (hold_part, &keys);
  for (guint i = 0; i <= N_MANY; i++)
    ck_assert_int_eq (any_test_hear (other.line) - '0', i % 2 == 0 ? ANY_PROCESS_LOCK_HELD : ANY_PROCESS_LOCK_BUSY);
  end_holder (&other);

  for (guint i = 1; i < N_MANY; i += 2)
    any_process_lock_release (&locks[i]);
}
END_TEST

/* Who takes a lock makes the directory, for the user alone; who only looks makes nothing. */
static void
make_part (int      line,
           gpointer data)
{
  Fixture *self = data;
  g_autoptr (AnyCore) core = any_core_acquire (self->cachedir);
  g_autofree char *path = locks_path (self);
  g_auto (AnyProcessLock) lock = { 0 };
  g_autoptr (AnyRecord) record = NULL;
  struct stat status;

  g_assert_cmpint (any_core_lookup (core, &self->key, &any_test_terms, &record), ==, ANY_MISS_ABSENT);
  g_assert_cmpint (stat (self->cachedir, &status), !=, 0);

  umask (0777);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_HELD);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode, ==, S_IFREG | 0600);
  g_assert_cmpint (status.st_size, ==, 0);
}

START_TEST (test_made_when_needed)
{
  g_autoptr (Fixture) self = fixture_new ();

  any_test_process_run (make_part, self);
}
END_TEST

static void
read_only_part (int      line,
                gpointer data)
{
  g_autoptr (AnyCore) core = NULL;
  g_auto (AnyProcessLock) lock = { 0 };

  any_test_become_ordinary (data);
  core = any_core_acquire (data);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_HELD);
  any_process_lock_release (&lock);
  g_assert_cmpint (unlink ("anycache-1/locks"), ==, 0);

  g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_NONE);
  any_process_lock_release (&lock);

  g_assert_cmpint (chmod ("anycache-1", 0700), ==, 0);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_HELD);
}

START_TEST (test_read_only)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (read_only_part, folder);
}
END_TEST

START_TEST (test_no_directory)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyProcessLock lock;

  ck_assert (g_file_set_contents (self->cachedir, "a file", -1, NULL));
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_NONE);
  any_process_lock_release (&lock);
}
END_TEST

static int
intrude (int         place,
         const char *path,
         const char *victim)
{
  switch (place)
    {
    case 0:
      return symlink (victim, path);
    case 1:
      return symlink ("missing", path);
    case 2:
      return mkfifo (path, 0600);
    case 3:
      return mkdir (path, 0700);
    case 4:
    default:
      return link (victim, path);
    }
}

#define N_INTRUDERS 5

START_TEST (test_in_its_place)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *directory = g_build_filename (self->cachedir, "anycache-1", NULL);
  g_autofree char *path = locks_path (self);
  g_autofree char *victim = g_build_filename (self->folder, "victim", NULL);
  AnyProcessLock   lock;
  struct stat      status;

  ck_assert_int_eq (g_mkdir_with_parents (directory, 0700), 0);
  ck_assert (g_file_set_contents (victim, "text", -1, NULL));
  ck_assert_int_eq (chmod (victim, 0644), 0);
  ck_assert_int_eq (intrude (_i, path, victim), 0);

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_NONE);
  any_process_lock_release (&lock);
  ck_assert_int_eq (stat (victim, &status), 0);
  ck_assert_uint_eq (status.st_mode, S_IFREG | 0644);

  ck_assert_int_eq (remove (path), 0);
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);
  any_process_lock_release (&lock);
}
END_TEST

static void
no_descriptors_part (int      line,
                     gpointer data)
{
  const struct rlimit none = { 0, 1024 };
  const struct rlimit some = { 1024, 1024 };
  Fixture            *self = data;
  g_autoptr (AnyCore) core = any_core_acquire (self->cachedir);
  g_autoptr (AnyDirectory) directory = any_core_make_directory (core, NULL);
  g_auto (AnyProcessLock) lock = { 0 };

  g_assert_nonnull (directory);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_NONE);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &some), ==, 0);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_HELD);
}

START_TEST (test_no_descriptors)
{
  g_autoptr (Fixture) self = fixture_new ();

  any_test_process_run (no_descriptors_part, self);
}
END_TEST

static const int failures[] = { ENOLCK, ENOSYS, EINVAL, EIO };

typedef struct
{
  Fixture *fixture;
  int      failure;
} Refusal;

static void
no_locks_part (int      line,
               gpointer data)
{
  Refusal *refusal = data;
  g_autoptr (AnyCore) core = any_core_acquire (refusal->fixture->cachedir);
  g_auto (AnyProcessLock) lock = { 0 };

  any_test_forbid_call (SYS_fcntl, refusal->failure);
  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_NONE);
}

START_TEST (test_no_locks)
{
  g_autoptr (Fixture) self = fixture_new ();
  Refusal refusal = { self, failures[_i] };

  if (!any_test_is_in_valgrind ())
    any_test_process_run (no_locks_part, &refusal);
}
END_TEST

START_TEST (test_directory_goes)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *moved = g_build_filename (self->folder, "moved", NULL);
  AnyProcessLock   old;
  AnyProcessLock new;

  ck_assert_int_eq (try_key (&old, self->core, 1), ANY_PROCESS_LOCK_HELD);
  ck_assert_int_eq (rename (self->cachedir, moved), 0);
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_HELD);
  ck_assert_int_eq (try_key (&new, self->core, 1), ANY_PROCESS_LOCK_HELD);

  any_process_lock_release (&old);
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_BUSY);
  any_process_lock_release (&new);
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_HELD);
}
END_TEST

/* Whoever has it open finds the others again. */
START_TEST (test_file_goes)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *path = locks_path (self);
  AnyProcessLock   lock;
  AnyTestProcess   holder;

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);
  ck_assert_int_eq (unlink (path), 0);
  any_process_lock_release (&lock);

  holder = start_holder (self, 1, ANY_PROCESS_LOCK_HELD);
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_BUSY);
  end_holder (&holder);
}
END_TEST

typedef struct
{
  Fixture        *fixture;
  AnyProcessLock *lock;
} Legacy;

/* All that a child may do with what its parent holds. */
static void
child_part (int      line,
            gpointer data)
{
  Legacy *legacy = data;
  g_autoptr (AnyCore) core = any_core_acquire (legacy->fixture->cachedir);
  AnyProcessLock own;

  g_assert_cmpint (try_key (&own, legacy->fixture->core, 3), ==, ANY_PROCESS_LOCK_NONE);
  g_assert_cmpint (try_key (&own, core, 1), ==, ANY_PROCESS_LOCK_BUSY);
  g_assert_cmpint (try_key (&own, core, 2), ==, ANY_PROCESS_LOCK_HELD);
  any_process_lock_release (legacy->lock);
  any_process_lock_release (legacy->lock);
  g_assert_cmpint (try_key (legacy->lock, core, 1), ==, ANY_PROCESS_LOCK_BUSY);
  any_test_sign (line);
  any_test_await (line);
  any_process_lock_release (&own);
  any_core_release (legacy->fixture->core);
}

START_TEST (test_child_takes_its_own)
{
  g_autoptr (Fixture) self = fixture_new ();
  AnyProcessLock lock;
  AnyProcessLock other;
  Legacy         legacy = { self, &lock };

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);
  for (guint i = 0; i < 3; i++)
    {
      AnyTestProcess child = any_test_process_start (child_part, &legacy);

      any_test_await (child.line);
      ck_assert_int_eq (try_key (&other, self->core, 2), ANY_PROCESS_LOCK_BUSY);
      assert_elsewhere (self, 1, ANY_PROCESS_LOCK_BUSY);
      if (i == 2)
        {
          any_test_process_kill (&child);
        }
      else
        {
          any_test_sign (child.line);
          any_test_process_join (&child);
        }
      assert_elsewhere (self, 1, ANY_PROCESS_LOCK_BUSY);
      assert_elsewhere (self, 2, ANY_PROCESS_LOCK_HELD);
    }

  any_process_lock_release (&lock);
  assert_elsewhere (self, 1, ANY_PROCESS_LOCK_HELD);
}
END_TEST

typedef struct
{
  Fixture *fixture;
  pid_t    child; /* atomic, in memory that all share */
} Heritage;

static void
die_with_child_part (int      line,
                     gpointer data)
{
  Heritage      *heritage = data;
  AnyCore       *core = any_core_acquire (heritage->fixture->cachedir);
  AnyProcessLock lock;

  g_assert_cmpint (try_key (&lock, core, 1), ==, ANY_PROCESS_LOCK_HELD);
  if (fork () == 0)
    {
      /* By now it has let go of what it has inherited. */
      __atomic_store_n (&heritage->child, getpid (), __ATOMIC_RELEASE);
      for (;;)
        pause ();
    }
  while (__atomic_load_n (&heritage->child, __ATOMIC_ACQUIRE) == 0)
    g_usleep (1000);
  any_test_wait_for_death (line);
}

START_TEST (test_child_of_the_dead)
{
  g_autoptr (Fixture) self = fixture_new ();
  Heritage      *heritage = mmap (NULL, sizeof *heritage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  AnyProcessLock lock;
  AnyTestProcess dead;

  ck_assert (heritage != MAP_FAILED);
  heritage->fixture = self;
  dead = any_test_process_start (die_with_child_part, heritage);
  any_test_await (dead.line);
  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_BUSY);
  any_test_process_kill (&dead);

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);
  any_process_lock_release (&lock);
  ck_assert_int_eq (kill (heritage->child, SIGKILL), 0);
  munmap (heritage, sizeof *heritage);
}
END_TEST

/* Another program inherits nothing. */
START_TEST (test_spawned_child)
{
  const char *command[] = { "sh", "-c", "! readlink /proc/self/fd/* /proc/$$/fd/* | grep anycache-1", NULL };
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyProcessLock) lock = { 0 };
  GDir       *descriptors;
  const char *name;
  guint       n_found = 0;
  pid_t       pid;
  int         status;

  ck_assert_int_eq (try_key (&lock, self->core, 1), ANY_PROCESS_LOCK_HELD);

  descriptors = g_dir_open ("/proc/self/fd", 0, NULL);
  while ((name = g_dir_read_name (descriptors)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (target != NULL && g_str_has_suffix (target, "anycache-1/locks"))
        n_found++;
    }
  g_dir_close (descriptors);
  ck_assert_uint_eq (n_found, 1);

  ck_assert_int_eq (posix_spawnp (&pid, "sh", NULL, NULL, (char **) command, environ), 0);
  ck_assert_int_eq (waitpid (pid, &status, 0), pid);
  ck_assert_int_eq (status, 0);
}
END_TEST

#define N_SHARED 3

/* Who is at each key: of two processes, only one may be. */
typedef struct
{
  Fixture *fixture;
  int      n_inside[2][N_SHARED]; /* atomic, in memory that all share */
} Crowd;

typedef struct
{
  Crowd   *crowd;
  AnyCore *core;
  int      side;
  guint    seed;
  guint    n_held;
} Visitor;

static gpointer
visit_thread (gpointer data)
{
  Visitor *visitor = data;
  Crowd   *crowd = visitor->crowd;
  g_autoptr (GRand) random = g_rand_new_with_seed (visitor->seed);

  for (guint i = 0; i < 3000; i++)
    {
      guint          number = g_rand_int_range (random, 0, N_SHARED);
      AnyProcessLock lock;

      if (try_key (&lock, visitor->core, number) != ANY_PROCESS_LOCK_HELD)
        continue;

      g_atomic_int_inc (&crowd->n_inside[visitor->side][number]);
      visitor->n_held++;
      g_assert_cmpint (g_atomic_int_get (&crowd->n_inside[1 - visitor->side][number]), ==, 0);
      if (i % 16 == 0)
        g_usleep (50);
      g_assert_cmpint (g_atomic_int_get (&crowd->n_inside[1 - visitor->side][number]), ==, 0);
      g_atomic_int_add (&crowd->n_inside[visitor->side][number], -1);
      any_process_lock_release (&lock);
    }

  return NULL;
}

static void
visit (Crowd *crowd,
       int    side)
{
  g_autoptr (AnyCore) core = any_core_acquire (crowd->fixture->cachedir);
  Visitor  visitors[3];
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (visitors); i++)
    {
      visitors[i] = (Visitor){ crowd, core, side, 3 * side + i, 0 };
      threads[i] = g_thread_new ("visitor", visit_thread, &visitors[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (visitors); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (visitors[i].n_held, >, 0);
    }
}

static void
visit_part (int      line,
            gpointer data)
{
  any_test_gather (line);
  visit (data, 1);
}

START_TEST (test_crowd)
{
  g_autoptr (Fixture) self = fixture_new ();
  Crowd         *crowd = mmap (NULL, sizeof *crowd, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  AnyTestProcess other;

  ck_assert (crowd != MAP_FAILED);
  crowd->fixture = self;
  other = any_test_process_start (visit_part, crowd);
  any_test_await (other.line);
  any_test_sign (other.line);
  visit (crowd, 0);
  any_test_process_join (&other);

  for (guint i = 0; i < N_SHARED; i++)
    ck_assert_int_eq (crowd->n_inside[0][i] + crowd->n_inside[1][i], 0);
  munmap (crowd, sizeof *crowd);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("process-lock");
  TCase *held = tcase_create ("held");
  TCase *places = tcase_create ("places");
  TCase *forks = tcase_create ("forks");

  tcase_set_timeout (held, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (held, test_one_process_at_a_time);
  tcase_add_test (held, test_dead_hold_nothing);
  tcase_add_test (held, test_counted_in_a_process);
  tcase_add_test (held, test_many_keys);
  tcase_add_test (held, test_crowd);
  suite_add_tcase (suite, held);

  tcase_set_timeout (places, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (places, test_made_when_needed);
  tcase_add_test (places, test_read_only);
  tcase_add_test (places, test_no_directory);
  tcase_add_loop_test (places, test_in_its_place, 0, N_INTRUDERS);
  tcase_add_test (places, test_no_descriptors);
  tcase_add_loop_test (places, test_no_locks, 0, G_N_ELEMENTS (failures));
  tcase_add_test (places, test_directory_goes);
  tcase_add_test (places, test_file_goes);
  suite_add_tcase (suite, places);

  tcase_set_timeout (forks, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (forks, test_child_takes_its_own);
  tcase_add_test (forks, test_child_of_the_dead);
  tcase_add_test (forks, test_spawned_child);
  suite_add_tcase (suite, forks);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
