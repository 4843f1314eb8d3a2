/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a cache may hold: never more than it may, and who was used longest ago goes, as in a list that is kept beside it. */

#include "cache-setup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test-process.h"

/* More than a few hundred bytes that every entry has beside its value. */
#define ENTRY 1000

static GVariant *
value_of (gsize length)
{
  g_autofree guint8 *bytes = g_malloc0 (length);

  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1);
}

static GVariant *
number_args (guint number)
{
  return g_variant_new ("(u)", number);
}

static void
store (AnyFunction *function,
       guint        number,
       gsize        length)
{
  g_autoptr (GError) error = NULL;

  ck_assert (any_function_store (function, number_args (number), value_of (length), -1, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* Uses it, if it is there. */
static gboolean
look (AnyFunction *function,
      guint        number)
{
  g_autoptr (GVariant) value = any_function_lookup (function, number_args (number), NULL, NULL);

  return value != NULL;
}

static char *
dup_path (Setup *setup,
          guint  number)
{
  g_autofree char *ident = any_function_dup_ident (setup->function, number_args (number), NULL);
  g_autofree char *shard = g_strndup (ident, 2);

  return g_build_filename (setup->cachedir, "anycache-1", "gen", shard, ident + 2, NULL);
}

/* The size of an entry's file; 0 where there is none. Does not use it. */
static guint64
measure (Setup *setup,
         guint  number)
{
  g_autofree char *path = dup_path (setup, number);
  struct stat      status;

  return stat (path, &status) == 0 ? status.st_size : 0;
}

/* Which of the first numbers are there. */
static char *
list (Setup *setup)
{
  GString *numbers = g_string_new (NULL);

  for (guint i = 0; i < 10; i++)
    if (measure (setup, i) > 0)
      g_string_append_printf (numbers, "%u", i);

  return g_string_free (numbers, FALSE);
}

static void
assert_list (Setup      *setup,
             const char *expected)
{
  g_autofree char *numbers = list (setup);

  ck_assert_str_eq (numbers, expected);
}

static void
init (Setup *setup,
      guint  n_entries)
{
  setup_init (setup);
  any_cache_set_maxmemory (setup->cache, 0);
  store (setup->function, 0, ENTRY);
  any_cache_set_maxsize (setup->cache, n_entries * measure (setup, 0));
}

START_TEST (test_longest_unused_goes)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 3);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);
  assert_list (&setup, "012");

  ck_assert (look (setup.function, 0));
  store (setup.function, 3, ENTRY);
  assert_list (&setup, "023");
  store (setup.function, 4, ENTRY);
  assert_list (&setup, "034");
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 3 * measure (&setup, 0));

  /* What was used at one time goes for what was stored at another. */
  store (setup.function, 5, 3 * ENTRY / 2);
  assert_list (&setup, "45");
}
END_TEST

/* Other objects, of the same directory, know it too. */
START_TEST (test_use_from_memory)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) other = NULL;
  g_autoptr (AnyFunction) function = NULL;

  init (&setup, 3);
  any_cache_set_maxmemory (setup.cache, -1);
  other = any_cache_new (setup.cachedir, any_cache_get_maxsize (setup.cache));
  function = any_cache_define (other, any_function_get_name (setup.function), any_function_get_version (setup.function), NULL, NULL, NULL);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);
  for (guint i = 0; i < 3; i++)
    ck_assert (look (i % 2 == 0 ? function : setup.function, 0));
  store (function, 3, ENTRY);
  assert_list (&setup, "023");
}
END_TEST

static void
use_part (int      line,
          gpointer data)
{
  Setup *setup = data;

  g_assert_true (look (setup->function, 0));
  g_assert_true (any_cache_flush (setup->cache, NULL, NULL));
}

/* What another process has used is known once it has recorded that. */
START_TEST (test_use_by_another_process)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 3);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);
  if (_i == 0)
    any_test_process_run (use_part, &setup);
  store (setup.function, 3, ENTRY);
  assert_list (&setup, _i == 0 ? "023" : "123");
}
END_TEST

/* Uses outlive the objects that have made them. */
START_TEST (test_use_in_an_earlier_life)
{
  g_auto (Setup) setup = { 0 };
  gint64 maxsize;

  init (&setup, 3);
  maxsize = any_cache_get_maxsize (setup.cache);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);
  ck_assert (look (setup.function, 0));

  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  setup.cache = any_cache_new (setup.cachedir, maxsize);
  setup.function = any_cache_define (setup.cache, "org.example.Number", "1", setup_compute_cb, &setup, NULL);
  store (setup.function, 3, ENTRY);
  assert_list (&setup, "023");
}
END_TEST

START_TEST (test_last_one_stays)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 3);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, 10 * ENTRY);
  assert_list (&setup, "2");
  ck_assert (look (setup.function, 2));

  /* In its own place, and in that of others. */
  store (setup.function, 2, 11 * ENTRY);
  assert_list (&setup, "2");
  store (setup.function, 3, 12 * ENTRY);
  assert_list (&setup, "3");
  store (setup.function, 4, ENTRY);
  assert_list (&setup, "4");
}
END_TEST

START_TEST (test_number_of_entries)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 100);
  any_cache_set_maxentries (setup.cache, 3);
  ck_assert_int_eq (any_cache_get_maxentries (setup.cache), 3);
  for (guint i = 1; i < 4; i++)
    store (setup.function, i, i * 100);
  assert_list (&setup, "123");
  store (setup.function, 2, 0);
  store (setup.function, 4, 0);
  assert_list (&setup, "234");
  any_cache_set_maxentries (setup.cache, -1);
  store (setup.function, 5, 0);
  assert_list (&setup, "2345");
}
END_TEST

static void
await_list (Setup      *setup,
            const char *expected)
{
  gint64 deadline = any_test_deadline ();

  for (;;)
    {
      g_autofree char *numbers = list (setup);

      if (g_str_equal (numbers, expected))
        return;
      ck_assert_msg (any_test_wait (deadline), "%s instead of %s", numbers, expected);
    }
}

START_TEST (test_other_bounds)
{
  g_auto (Setup) setup = { 0 };
  gint64 maxsize;

  init (&setup, 6);
  maxsize = any_cache_get_maxsize (setup.cache);
  for (guint i = 1; i < 6; i++)
    store (setup.function, i, ENTRY);
  ck_assert (look (setup.function, 1));

  any_cache_set_maxsize (setup.cache, maxsize / 2);
  await_list (&setup, "145");
  any_cache_set_maxentries (setup.cache, 2);
  await_list (&setup, "15");
  any_cache_set_maxsize (setup.cache, 1);
  await_list (&setup, "1");

  any_cache_set_maxsize (setup.cache, 0);
  any_cache_set_maxsize (setup.cache, -1);
  any_cache_set_maxentries (setup.cache, -1);
  store (setup.function, 7, ENTRY);
  assert_list (&setup, "17");
}
END_TEST

/* To look whether there is too much keeps nobody alive, also where no main loop runs. */
START_TEST (test_bounds_and_last_reference)
{
  g_auto (Setup) setup = { 0 };
  AnyCache *cache;

  init (&setup, 2);
  any_cache_set_maxentries (setup.cache, 1);
  g_clear_object (&setup.function);
  cache = setup.cache;
  g_object_add_weak_pointer (G_OBJECT (cache), (gpointer *) &cache);
  g_clear_object (&setup.cache);
  ck_assert_ptr_null (cache);
}
END_TEST

START_TEST (test_off)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 3);
  any_cache_set_maxentries (setup.cache, 0);
  ck_assert (!look (setup.function, 0));
  ck_assert_int_eq (call (setup.function, "x"), 1);
  ck_assert_int_eq (call (setup.function, "x"), 2);
  assert_list (&setup, "0");
}
END_TEST

/* What nobody may use any more goes before what was used long ago. */
START_TEST (test_expired_goes_first)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 4);
  for (guint i = 1; i < 4; i++)
    ck_assert (any_function_store (setup.function, number_args (i), value_of (ENTRY), i == 2 ? 1000 : G_USEC_PER_SEC * 1000,
                                   NULL, NULL, NULL));
  g_usleep (2000);
  store (setup.function, 4, ENTRY);
  assert_list (&setup, "0134");
  store (setup.function, 5, ENTRY);
  assert_list (&setup, "1345");
}
END_TEST

static void
set_mtime (Setup *setup,
           guint  number,
           time_t seconds)
{
  g_autofree char *path = dup_path (setup, number);

  ck_assert_int_eq (utimensat (AT_FDCWD, path, (struct timespec[]){ { .tv_nsec = UTIME_OMIT }, { .tv_sec = seconds } }, 0), 0);
}

/* A clock that was ahead makes nobody stay for ever. */
START_TEST (test_times_to_come)
{
  g_auto (Setup) setup = { 0 };
  time_t now = time (NULL);

  init (&setup, 4);
  for (guint i = 1; i < 4; i++)
    store (setup.function, i, ENTRY);
  set_mtime (&setup, 0, now + 1000000);
  set_mtime (&setup, 1, now - 30);
  set_mtime (&setup, 2, now - 20);
  set_mtime (&setup, 3, now - 10);

  store (setup.function, 4, ENTRY);
  assert_list (&setup, "0234");
  ck_assert (look (setup.function, 2));
  for (guint i = 5; i < 8; i++)
    store (setup.function, i, ENTRY);
  ck_assert_uint_eq (measure (&setup, 0), 0);
}
END_TEST

/* What was evicted can be used, refreshed and removed while it is in memory. */
START_TEST (test_evicted_and_in_memory)
{
  g_auto (Setup) setup = { 0 };
  gint64 maxsize;

  init (&setup, 100);
  any_cache_set_maxmemory (setup.cache, -1);
  ck_assert_int_eq (call (setup.function, "x"), 1);
  ck_assert_int_eq (refresh (setup.function, "x"), 2);
  ck_assert_int_eq (lookup (setup.function, "x"), 2);
  maxsize = any_cache_get_maxsize (setup.cache);
  any_cache_set_maxsize (setup.cache, maxsize / 100);
  store (setup.function, 1, ENTRY);

  ck_assert_int_eq (lookup (setup.function, "x"), 2);
  ck_assert_int_eq (refresh (setup.function, "x"), 3);
  ck_assert_int_eq (lookup (setup.function, "x"), 3);
  store (setup.function, 1, ENTRY);
  ck_assert (any_function_remove (setup.function, text_args ("x"), NULL, NULL));
  ck_assert_int_eq (lookup (setup.function, "x"), MISS);
}
END_TEST

static void
clear_during (Setup      *setup,
              AnyRequest *request)
{
  g_assert_true (any_cache_clear (setup->cache, NULL, NULL));
}

/* What was full when it was cleared has no room, and nobody waits for it. */
START_TEST (test_cleared_when_full)
{
  g_auto (Setup) setup = { 0 };
  g_auto (Failures) failures = { 0 };
  g_autoptr (AnyStats) stats = NULL;

  init (&setup, 100);
  any_cache_set_maxentries (setup.cache, 1);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);
  failures_watch (&failures, setup.cache);
  setup.during = clear_during;
  ck_assert_int_eq (call (setup.function, "x"), 1);
  run_to_rest ();

  stats = any_cache_get_stats (setup.cache);
  ck_assert_uint_eq (any_stats_get_stores (stats, ANY_SKIP_SUPERSEDED), 1);
  ck_assert_uint_eq (any_stats_get_stores (stats, ANY_SKIP_FAILED), 0);
  ck_assert_int_eq (failures.n_told, 0);
}
END_TEST

static void
supersede_during (Setup      *setup,
                  AnyRequest *request)
{
  if (setup->data == NULL)
    g_assert_true (any_function_store (setup->function, text_args ("x"), g_variant_new_int64 (99), -1, NULL, NULL, NULL));
  store (setup->function, 1, ENTRY);
}

/* Nobody knows any more what was stored meanwhile, but that there was something. */
START_TEST (test_superseded_and_evicted)
{
  g_auto (Setup) setup = { 0 };

  init (&setup, 100);
  any_cache_set_maxentries (setup.cache, 1);
  setup.during = supersede_during;
  setup.data = _i == 0 ? NULL : &setup;
  ck_assert_int_eq (call (setup.function, "x"), 1);
  ck_assert_int_eq (lookup (setup.function, "x"), _i == 0 ? MISS : 1);
}
END_TEST

typedef struct
{
  Setup *setup;
  int    kind;
} Elsewhere;

static void
supersede_part (int      line,
                gpointer data)
{
  Elsewhere *self = data;
  g_autoptr (AnyCache) cache = any_cache_new (self->setup->cachedir, 1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "org.example.Number", "1", setup_compute_cb, self->setup, NULL);
  g_autoptr (AnyFunction) filler = any_cache_define (cache, "org.example.Filler", NULL, NULL, NULL, NULL);

  /* Out with it: a result of another function takes all the room. */
  store (filler, 1, ENTRY);
  switch (self->kind)
    {
    case 0:
      g_assert_cmpint (refresh (function, "x"), ==, 2);
      break;

    case 1:
      g_assert_true (any_function_store (function, text_args ("x"), g_variant_new_int64 (2), -1, NULL, NULL, NULL));
      break;

    case 2:
      g_assert_true (any_function_remove (function, text_args ("x"), NULL, NULL));
      break;

    default:
      g_assert_true (any_function_clear (function, NULL, NULL));
    }
}

/* What another process has evicted, and then done anew or removed, is not given from memory. */
START_TEST (test_evicted_elsewhere)
{
  g_auto (Setup) setup = { 0 };
  Elsewhere self = { &setup, _i };

  setup_init (&setup);
  ck_assert_int_eq (call (setup.function, "x"), 1);
  ck_assert_int_eq (lookup (setup.function, "x"), 1);
  any_test_process_run (supersede_part, &self);
  ck_assert_int_eq (lookup (setup.function, "x"), _i < 2 ? 2 : MISS);
}
END_TEST

/* What is written over the ledger. */
START_TEST (test_damaged_ledger)
{
  static const guint8 fillers[] = { 0x00, 0x01, 0x55, 0xff };
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = NULL;
  guint8           garbage[8192];
  int              fd;

  init (&setup, 3);
  path = g_build_filename (setup.cachedir, "anycache-1", "gen", "state", NULL);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);

  memset (garbage, fillers[_i], sizeof garbage);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  ck_assert_int_eq (write (fd, garbage, sizeof garbage), sizeof garbage);
  close (fd);

  store (setup.function, 3, ENTRY);
  assert_list (&setup, "123");
  ck_assert_uint_eq (any_cache_get_size (setup.cache), 3 * measure (&setup, 1));
}
END_TEST

/* Each enforces its own limit with what it stores. */
START_TEST (test_two_limits)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) small = NULL;
  g_autoptr (AnyFunction) function = NULL;

  init (&setup, 6);
  small = any_cache_new (setup.cachedir, 2 * measure (&setup, 0));
  function = any_cache_define (small, "org.example.Number", "1", NULL, NULL, NULL);
  for (guint i = 1; i < 6; i++)
    store (setup.function, i, ENTRY);
  assert_list (&setup, "012345");
  store (function, 6, ENTRY);
  assert_list (&setup, "56");
  store (setup.function, 7, ENTRY);
  assert_list (&setup, "567");
}
END_TEST

static gboolean
set_immutable (Setup   *setup,
               guint    number,
               gboolean immutable)
{
  g_autofree char *path = dup_path (setup, number);
  int              flags = immutable ? FS_IMMUTABLE_FL : 0;
  int              fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean         set = ioctl (fd, FS_IOC_SETFLAGS, &flags) == 0;

  close (fd);

  return set;
}

/* What cannot go is passed over, and where nothing can go nothing is stored. */
START_TEST (test_immutable)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (GError) error = NULL;

  init (&setup, 3);
  store (setup.function, 1, ENTRY);
  store (setup.function, 2, ENTRY);
  if (!set_immutable (&setup, 0, TRUE))
    {
      printf ("Skipped: no file can be made immutable here\n");
      return;
    }
  store (setup.function, 3, ENTRY);
  assert_list (&setup, "023");

  ck_assert (set_immutable (&setup, 2, TRUE) && set_immutable (&setup, 3, TRUE));
  ck_assert (!any_function_store (setup.function, number_args (4), value_of (ENTRY), -1, NULL, NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  assert_list (&setup, "023");

  for (guint i = 0; i < 4; i++)
    ck_assert (i == 1 || set_immutable (&setup, i, FALSE));
  store (setup.function, 4, ENTRY);
  assert_list (&setup, "234");
}
END_TEST

/* What is known without asking the cache: who is there, in the order of their last uses. */
typedef struct
{
  guint   number;
  guint64 size;
} Known;

typedef struct
{
  Setup   setup;
  GArray *list; /* (owned) (element-type Known): used longest ago first */
  guint64 maxsize;
  guint   maxentries;
  GRand  *random; /* (owned) */
} Model;

#define N_NUMBERS 60

static int
find (Model *self,
      guint  number)
{
  for (guint i = 0; i < self->list->len; i++)
    if (g_array_index (self->list, Known, i).number == number)
      return i;

  return -1;
}

static void
model_use (Model *self,
           guint  number)
{
  int   at = find (self, number);
  Known known;

  ck_assert_int_eq (look (self->setup.function, number), at >= 0);
  if (at < 0)
    return;

  known = g_array_index (self->list, Known, at);
  g_array_remove_index (self->list, at);
  g_array_append_val (self->list, known);
}

static void
model_store (Model *self,
             guint  number)
{
  gsize   length = g_rand_int_range (self->random, 0, g_rand_int_range (self->random, 0, 40) == 0 ? 100000 : 4000);
  Known   known = { .number = number };
  guint64 size;
  int     at = find (self, number);

  if (at >= 0)
    g_array_remove_index (self->list, at);

  store (self->setup.function, number, length);
  known.size = measure (&self->setup, number);
  ck_assert_uint_gt (known.size, length);

  size = known.size;
  for (guint i = 0; i < self->list->len; i++)
    size += g_array_index (self->list, Known, i).size;
  while (self->list->len > 0 && (size > self->maxsize || self->list->len >= self->maxentries))
    {
      size -= g_array_index (self->list, Known, 0).size;
      g_array_remove_index (self->list, 0);
    }
  g_array_append_val (self->list, known);
}

static void
model_remove (Model *self,
              guint  number)
{
  int at = find (self, number);

  ck_assert (any_function_remove (self->setup.function, number_args (number), NULL, NULL));
  if (at >= 0)
    g_array_remove_index (self->list, at);
}

static void
model_check (Model *self)
{
  guint64 size = 0;

  for (guint number = 0; number < N_NUMBERS; number++)
    {
      int at = find (self, number);

      ck_assert_uint_eq (measure (&self->setup, number), at >= 0 ? g_array_index (self->list, Known, at).size : 0);
      size += measure (&self->setup, number);
    }
  ck_assert_uint_eq (any_cache_get_size (self->setup.cache), size);
}

START_TEST (test_model)
{
  Model self = { .maxsize = 40000, .maxentries = 25 };

  setup_init (&self.setup);
  any_cache_set_compression_threshold (self.setup.cache, -1);
  self.list = g_array_new (FALSE, FALSE, sizeof (Known));
  self.random = g_rand_new_with_seed (_i);
  any_cache_set_maxmemory (self.setup.cache, 0);
  any_cache_set_maxsize (self.setup.cache, self.maxsize);
  any_cache_set_maxentries (self.setup.cache, self.maxentries);

  for (guint step = 0; step < 800; step++)
    {
      guint number = g_rand_int_range (self.random, 0, N_NUMBERS);
      guint dice = g_rand_int_range (self.random, 0, 100);

      if (dice < 50)
        model_use (&self, number);
      else if (dice < 95)
        model_store (&self, number);
      else
        model_remove (&self, number);
      model_check (&self);
    }

  g_rand_free (self.random);
  g_array_unref (self.list);
  setup_clear (&self.setup);
}
END_TEST

/* Of more than are looked at together, those that go are among those used longest ago. */
START_TEST (test_many)
{
  g_auto (Setup) setup = { 0 };
  const guint n_entries = 5000;
  const guint n_more = 1000;
  guint       n_young_gone = 0;

  setup_init (&setup);
  any_cache_set_maxentries (setup.cache, n_entries);
  for (guint i = 0; i < n_entries + n_more; i++)
    store (setup.function, i, 0);

  for (guint i = 0; i < n_entries + n_more; i++)
    n_young_gone += measure (&setup, i) == 0 && i > n_entries / 2;
  ck_assert_uint_eq (n_young_gone, 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("bounds");
  TCase *rules = tcase_create ("rules");
  TCase *model = tcase_create ("model");

  tcase_set_timeout (rules, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (rules, test_longest_unused_goes);
  tcase_add_test (rules, test_use_from_memory);
  tcase_add_loop_test (rules, test_use_by_another_process, 0, 2);
  tcase_add_test (rules, test_use_in_an_earlier_life);
  tcase_add_test (rules, test_last_one_stays);
  tcase_add_test (rules, test_number_of_entries);
  tcase_add_test (rules, test_other_bounds);
  tcase_add_test (rules, test_bounds_and_last_reference);
  tcase_add_test (rules, test_off);
  tcase_add_test (rules, test_expired_goes_first);
  tcase_add_test (rules, test_times_to_come);
  tcase_add_loop_test (rules, test_damaged_ledger, 0, 4);
  tcase_add_test (rules, test_two_limits);
  tcase_add_test (rules, test_immutable);
  tcase_add_test (rules, test_evicted_and_in_memory);
  tcase_add_loop_test (rules, test_evicted_elsewhere, 0, 4);
  tcase_add_test (rules, test_cleared_when_full);
  tcase_add_loop_test (rules, test_superseded_and_evicted, 0, 2);
  suite_add_tcase (suite, rules);

  tcase_set_timeout (model, 4 * ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (model, test_model, 1, 4);
  tcase_add_test (model, test_many);
  suite_add_tcase (suite, model);

  return any_test_run (suite);
}
