/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An entry in the hand: what it says never changes; whether it may still be used changes with everything around it. */

#include <sys/wait.h>
#include <unistd.h>

#include "cache-setup.h"

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

static AnyEntry *
peek (Setup *setup)
{
  AnyEntry *entry = any_function_peek (setup->function, text_args (KEY));

  ck_assert_msg (entry != NULL, "nothing is in memory");

  return entry;
}

/* Computes, and takes the entry in the hand. */
static AnyEntry *
call_and_peek (Setup *setup)
{
  AnyEntry *entry;

  call (setup->function, KEY);
  entry = peek (setup);
  ck_assert (any_entry_is_current (entry));

  return entry;
}

static void
depend (Setup      *setup,
        AnyRequest *request)
{
  any_request_add_dependency (request, setup->data);
  any_request_set_maxage (request, HOUR);
  g_usleep (2000);
}

START_TEST (test_what_it_says)
{
  g_auto (Setup) setup = { .during = depend };
  g_autofree char *path = NULL;
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) dependencies = NULL;
  gint64 before = g_get_real_time ();
  gint64 began = g_get_monotonic_time ();
  gint64 took;

  setup_init (&setup);
  setup.data = path = setup_write (&setup, "file", "text");
  entry = call_and_peek (&setup);
  took = g_get_monotonic_time () - began;
  dependencies = any_entry_dup_dependencies (entry);

  ck_assert_int_eq (g_variant_get_int64 (any_entry_get_value (entry)), 1);
  ck_assert_int_ge (any_entry_get_created (entry), before);
  ck_assert_int_le (any_entry_get_created (entry), before + took);
  ck_assert_int_eq (any_entry_get_expires (entry), any_entry_get_created (entry) + HOUR);
  ck_assert_int_ge (any_entry_get_cost (entry), 2000);
  ck_assert_int_le (any_entry_get_cost (entry), took);
  ck_assert_uint_eq (g_strv_length (dependencies), 1);
  ck_assert_str_eq (dependencies[0], path);
}
END_TEST

START_TEST (test_what_a_stored_one_says)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) dependencies = NULL;

  setup_init (&setup);
  ck_assert (any_function_store (setup.function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
  entry = peek (&setup);
  dependencies = any_entry_dup_dependencies (entry);

  ck_assert (any_entry_is_current (entry));
  ck_assert_int_eq (g_variant_get_int64 (any_entry_get_value (entry)), 7);
  ck_assert_int_eq (any_entry_get_expires (entry), -1);
  ck_assert_int_eq (any_entry_get_cost (entry), 0);
  ck_assert_uint_eq (g_strv_length (dependencies), 0);
}
END_TEST

/* What was read from the disk says the same as what was put there. */
START_TEST (test_survives_the_disk)
{
  g_auto (Setup) setup = { .during = depend };
  g_autofree char *path = NULL;
  g_autoptr (AnyEntry) entry = NULL;
  g_autoptr (AnyEntry) read = NULL;
  g_auto (GStrv) dependencies = NULL;

  setup_init (&setup);
  setup.data = path = setup_write (&setup, "file", "text");
  entry = call_and_peek (&setup);

  any_cache_set_maxmemory (setup.cache, 0);
  any_cache_set_maxmemory (setup.cache, -1);
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  read = peek (&setup);
  dependencies = any_entry_dup_dependencies (read);

  ck_assert (g_variant_equal (any_entry_get_value (read), any_entry_get_value (entry)));
  ck_assert_int_eq (any_entry_get_created (read), any_entry_get_created (entry));
  ck_assert_int_eq (any_entry_get_expires (read), any_entry_get_expires (entry));
  ck_assert_int_eq (any_entry_get_cost (read), any_entry_get_cost (entry));
  ck_assert_str_eq (dependencies[0], path);
  ck_assert (any_entry_is_current (entry));
  ck_assert (any_entry_is_current (read));
}
END_TEST

static void
remove_it (Setup *setup)
{
  g_assert_true (any_function_remove (setup->function, text_args (KEY), NULL, NULL));
}

static void
remove_another (Setup *setup)
{
  g_assert_true (any_function_remove (setup->function, text_args ("another"), NULL, NULL));
}

static void
clear_function (Setup *setup)
{
  g_assert_true (any_function_clear (setup->function, NULL, NULL));
}

static void
clear_cache (Setup *setup)
{
  g_assert_true (any_cache_clear (setup->cache, NULL, NULL));
}

static void
refresh_it (Setup *setup)
{
  refresh (setup->function, KEY);
}

static void
store_another_value (Setup *setup)
{
  g_assert_true (any_function_store (setup->function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
}

static void
store_another_key (Setup *setup)
{
  g_assert_true (any_function_store (setup->function, text_args ("another"), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
}

static void
switch_off (Setup *setup)
{
  any_cache_set_maxsize (setup->cache, 0);
}

static void
shorten_age (Setup *setup)
{
  any_function_set_maxage (setup->function, 0);
}

static void
shorten_age_of_cache (Setup *setup)
{
  any_cache_set_maxage (setup->cache, 0);
}

static void
allow_an_hour (Setup *setup)
{
  any_function_set_maxage (setup->function, HOUR);
}

static void
forget_memory (Setup *setup)
{
  any_cache_set_maxmemory (setup->cache, 0);
  any_cache_set_maxmemory (setup->cache, -1);
}

/* In a process of its own, with an object of its own. */
static void
in_child (Setup *setup,
          void (*act) (Setup *setup))
{
  pid_t child = fork ();
  int   status;

  if (child == 0)
    {
      act (setup);
      any_test_leave_child ();
    }
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_int_eq (status, 0);
}

static void
remove_elsewhere (Setup *setup)
{
  in_child (setup, remove_it);
}

static void
clear_elsewhere (Setup *setup)
{
  in_child (setup, clear_cache);
}

static void
refresh_elsewhere (Setup *setup)
{
  in_child (setup, refresh_it);
}

static void
store_another_elsewhere (Setup *setup)
{
  in_child (setup, store_another_key);
}

START_TEST (test_is_current_after)
{
  static const struct
  {
    const char *what;
    void (*act) (Setup *setup);
    gboolean current;
  } rows[] = {
    { "remove", remove_it, FALSE },
    { "remove another", remove_another, TRUE },
    { "clear the function", clear_function, FALSE },
    { "clear the cache", clear_cache, FALSE },
    { "refresh", refresh_it, FALSE },
    { "store", store_another_value, FALSE },
    { "store another", store_another_key, TRUE },
    { "switch off", switch_off, FALSE },
    { "no age", shorten_age, FALSE },
    { "no age for all", shorten_age_of_cache, FALSE },
    { "an hour", allow_an_hour, TRUE },
    { "forget what is in memory", forget_memory, TRUE },
    { "remove elsewhere", remove_elsewhere, FALSE },
    { "clear elsewhere", clear_elsewhere, FALSE },
    { "refresh elsewhere", refresh_elsewhere, FALSE },
    { "store another elsewhere", store_another_elsewhere, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_autoptr (AnyEntry) entry = NULL;

      setup_init (&setup);
      entry = call_and_peek (&setup);
      rows[i].act (&setup);
      ck_assert_msg (any_entry_is_current (entry) == rows[i].current, "%s", rows[i].what);
      ck_assert_msg (any_entry_use (entry) == rows[i].current, "%s", rows[i].what);
      ck_assert_int_eq (g_variant_get_int64 (any_entry_get_value (entry)), 1);
    }
}
END_TEST

/* Somebody has removed the whole directory: others will never hear of what this process does with it, nor it of them. */
START_TEST (test_directory_is_gone)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyEntry) entry = NULL;

  setup_init (&setup);
  entry = call_and_peek (&setup);
  any_test_remove_folder (g_strdup (setup.cachedir));
  for (gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; any_entry_is_current (entry); g_usleep (20000))
    ck_assert_msg (g_get_monotonic_time () < end, "the loss of the directory goes unnoticed");
  ck_assert_int_eq (call (setup.function, KEY), 2);
}
END_TEST

START_TEST (test_dependency_changes)
{
  g_auto (Setup) setup = { .during = depend };
  g_autofree char *path = NULL;
  g_autofree char *same_path = NULL;
  g_autoptr (AnyEntry) entry = NULL;

  setup_init (&setup);
  setup.data = path = setup_write (&setup, "file", "text");
  entry = call_and_peek (&setup);
  same_path = setup_write (&setup, "file", "else");
  ck_assert (!any_entry_is_current (entry));
}
END_TEST

static void
live_shortly (Setup      *setup,
              AnyRequest *request)
{
  any_request_set_maxage (request, 300 * G_TIME_SPAN_MILLISECOND);
}

START_TEST (test_expires)
{
  g_auto (Setup) setup = { .during = live_shortly };
  g_autoptr (AnyEntry) entry = NULL;
  gint64 deadline = any_test_deadline ();

  setup_init (&setup);
  call (setup.function, KEY);
  entry = peek (&setup);
  while (any_entry_is_current (entry))
    ck_assert (any_test_wait (deadline));
  ck_assert_int_ge (g_get_real_time (), any_entry_get_expires (entry));
}
END_TEST

/* The entry keeps what it needs. */
START_TEST (test_outlives_its_makers)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyEntry) entry = NULL;

  setup_init (&setup);
  entry = call_and_peek (&setup);
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  ck_assert (any_entry_is_current (entry));
  ck_assert_int_eq (g_variant_get_int64 (any_entry_get_value (entry)), 1);
}
END_TEST

/* To use it is a hit, and keeps it from being the first to go. */
START_TEST (test_use_counts)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_autoptr (AnyStats) before = NULL;
  g_autoptr (AnyStats) after = NULL;

  setup_init (&setup);
  entry = call_and_peek (&setup);
  call (setup.function, "other");
  before = any_cache_get_stats (setup.cache);
  g_usleep (2000);
  ck_assert (_i == 0 ? any_entry_use (entry) : any_entry_is_current (entry));
  after = any_cache_get_stats (setup.cache);
  ck_assert_uint_eq (any_stats_get_hits (after, ANY_TIER_MEMORY) - any_stats_get_hits (before, ANY_TIER_MEMORY), _i == 0 ? 1 : 0);

  any_cache_set_maxentries (setup.cache, 2);
  call (setup.function, "third");
  any_cache_set_maxmemory (setup.cache, 0);
  ck_assert_int_eq (lookup (setup.function, KEY), _i == 0 ? 1 : MISS);
  ck_assert_int_eq (lookup (setup.function, "other"), _i == 0 ? MISS : 2);
}
END_TEST

static void
use_another (Setup              *setup,
             AnyRequest *request G_GNUC_UNUSED)
{
  ck_assert (any_entry_is_current (setup->data));
  ck_assert (!any_entry_use (setup->data));
}

/* What is made from it would not know. */
START_TEST (test_no_use_in_a_computation)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyEntry) entry = NULL;

  setup_init (&setup);
  setup.data = entry = call_and_peek (&setup);
  setup.during = use_another;
  call (setup.function, "other");
  ck_assert_int_eq (setup.n_computed, 2);
  ck_assert (any_entry_use (entry));
}
END_TEST

START_TEST (test_nothing_to_peek_at)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_ptr_null (any_function_peek (setup.function, text_args (KEY)));
  ck_assert_int_eq (setup.n_computed, 0);

  any_cache_set_maxmemory (setup.cache, 0);
  call (setup.function, KEY);
  ck_assert_ptr_null (any_function_peek (setup.function, text_args (KEY)));

  any_cache_set_maxmemory (setup.cache, -1);
  ck_assert_ptr_null (any_function_peek (setup.function, text_args (KEY)));
  ck_assert_int_eq (lookup (setup.function, KEY), 1);
  g_object_unref (peek (&setup));
  ck_assert_ptr_null (any_function_peek (setup.function, g_variant_new_handle (0)));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("entry");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_what_it_says);
  tcase_add_test (all, test_what_a_stored_one_says);
  tcase_add_test (all, test_survives_the_disk);
  tcase_add_test (all, test_is_current_after);
  tcase_add_test (all, test_directory_is_gone);
  tcase_add_test (all, test_dependency_changes);
  tcase_add_test (all, test_expires);
  tcase_add_test (all, test_outlives_its_makers);
  tcase_add_loop_test (all, test_use_counts, 0, 2);
  tcase_add_test (all, test_no_use_in_a_computation);
  tcase_add_test (all, test_nothing_to_peek_at);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
