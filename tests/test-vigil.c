/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is told of results that somebody was given: when, once, and not when it need not be. */

#include "vigil-setup.h"

#include <gio/gio.h>
#include <sys/stat.h>

#include "any-test-process.h"

#define FILE  "file"
#define HOUR  (3600 * G_TIME_SPAN_SECOND)
#define WATCH ANY_FUNCTION_FLAGS_WATCH
#define NONE  ANY_FUNCTION_FLAGS_NONE

/* Longer than it takes until somebody could be told: what is to be prevented would have come. On a slow machine less is tested. */
#define WHILE_US (200 * G_TIME_SPAN_MILLISECOND)

/* A scene in which one result is watched. */
static void
begin (Scene *self)
{
  scene_init (self, WATCH);
  scene_put (self, FILE, "text");
  ck_assert_int_eq (call (self->setup.function, FILE), 1);
}

static void
check_told (Scene *self,
            int    n)
{
  scene_fence (self);
  ck_assert_int_eq (self->told.n_told, n);
  ck_assert_int_eq (self->told.n_echoed, n);
}

/* Nothing is lost and nothing is told twice, however often the file changes. */
START_TEST (test_once_a_result)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  scene_put (&self, FILE, "text and more");
  run_until (&self.told.n_told, 1);
  ck_assert_str_eq (self.told.args, "('file',)");
  ck_assert_ptr_eq (self.told.thread, g_thread_self ());
  ck_assert_str_eq (self.told.echo, "org.example.Number ('file',)");

  scene_put (&self, FILE, "another text");
  check_told (&self, 1);

  ck_assert_int_eq (call (self.setup.function, FILE), 2);
  check_told (&self, 1);
  scene_put (&self, FILE, "text");
  run_until (&self.told.n_told, 2);
  ck_assert_int_eq (call (self.setup.function, FILE), 3);
}
END_TEST

START_TEST (test_not_without_flag)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, NONE);
  scene_put (&self, FILE, "text");
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  scene_put (&self, FILE, "another text");
  check_told (&self, 0);
}
END_TEST

static void
look_it_up (Scene *self)
{
  g_autoptr (AnyFunction) other = any_cache_define (self->setup.cache, "org.example.Number", "1", setup_compute_cb, &self->setup, NULL);

  ck_assert_int_eq (call (other, FILE), 1);
  ck_assert_int_eq (lookup (self->setup.function, FILE), 1);
}

static void
store_it (Scene *self)
{
  g_autofree char *path = g_build_filename (self->setup.folder, FILE, NULL);
  const char      *dependencies[] = { path, NULL };

  ck_assert (any_function_store (self->setup.function, text_args (FILE), g_variant_new_int64 (7), -1, dependencies, NULL, NULL));
}

static void
refresh_it (Scene *self)
{
  ck_assert_int_eq (refresh (self->setup.function, FILE), 1);
}

static gboolean
fail_cb (AnyRequest *request,
         gpointer    setup,
         GError    **error)
{
  scene_depend (setup, request);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no number");

  return FALSE;
}

static void
fail_at_it (Scene *self)
{
  g_autoptr (AnyFunction) failing = any_cache_define (self->setup.cache, "org.example.Number", "1", fail_cb, &self->setup, NULL);

  told_clear (&self->told);
  g_set_object (&self->setup.function, failing);
  told_listen (&self->told, failing);
  any_function_set_flags (failing, WATCH);
  any_function_set_error_maxage (failing, HOUR);
  ck_assert_ptr_null (any_function_call (failing, text_args (FILE), NULL, NULL));
}

static void (*const ways_to_be_given[]) (Scene *self) = { look_it_up, store_it, refresh_it, fail_at_it };

START_TEST (test_however_it_was_given)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  scene_put (&self, FILE, "text");
  ways_to_be_given[_i](&self);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
  check_told (&self, 1);
}
END_TEST

/* A file that is replaced while somebody looks at it is in doubt, whatever is in it. The first look comes with the watch, so it must be
 * over before. */
START_TEST (test_only_what_the_stamps_say)
{
  g_auto (Scene) self = { 0 };

  self.flags = ANY_DEPENDENCY_FLAGS_CONTENT;
  begin (&self);
  check_told (&self, 0);
  scene_put (&self, FILE, "text");
  check_told (&self, 0);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
}
END_TEST

static void
depend_on_two (Setup      *setup,
               AnyRequest *request)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (setup->folder, i == 0 ? "one" : "two", NULL);

      any_request_add_dependency (request, path);
    }
}

START_TEST (test_two_files_at_once)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  self.setup.during = depend_on_two;
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  scene_put (&self, "one", "text");
  scene_put (&self, "two", "text");
  check_told (&self, 1);
}
END_TEST

static void
have_it_again (Scene *self)
{
  ck_assert_int_eq (call (self->setup.function, FILE), 2);
}

static void
lower_flags (Scene *self)
{
  any_function_set_flags (self->setup.function, NONE);
  any_function_set_flags (self->setup.function, WATCH);
}

static void
depend_on_nothing (Setup      *setup,
                   AnyRequest *request)
{
}

static void
have_it_without_files (Scene *self)
{
  self->setup.during = depend_on_nothing;
  ck_assert_int_eq (refresh (self->setup.function, FILE), 2);
}

static void (*const ways_to_forestall[]) (Scene *self) = { have_it_again, lower_flags, have_it_without_files };

/* What is on its way to the main context is not told any more when nobody is to be told. */
START_TEST (test_too_late_to_tell)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  scene_put (&self, FILE, "another text");
  g_usleep (WHILE_US);
  ways_to_forestall[_i](&self);
  check_told (&self, 0);
}
END_TEST

/* Of an earlier result nothing is told when the later one depends on something else. */
START_TEST (test_replaced_by_what_depends_on_nothing)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  have_it_without_files (&self);
  scene_put (&self, FILE, "another text");
  check_told (&self, 0);
}
END_TEST

START_TEST (test_flags_end_it)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  any_function_set_flags (self.setup.function, NONE);
  scene_put (&self, FILE, "another text");
  check_told (&self, 0);

  any_function_set_flags (self.setup.function, WATCH);
  ck_assert_int_eq (call (self.setup.function, FILE), 2);
  scene_put (&self, FILE, "text");
  run_until (&self.told.n_told, 1);
}
END_TEST

START_TEST (test_closed_function_tells)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  any_function_close (self.setup.function);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
}
END_TEST

static void
count_echo_cb (AnyCache   *cache,
               const char *name,
               GVariant   *args,
               gpointer    n_echoed)
{
  if (g_strcmp0 (name, "org.example.Number") == 0)
    g_atomic_int_inc ((int *) n_echoed);
}

/* Nothing is left of it: not in the kernel either. */
START_TEST (test_dropped_function_tells_nothing)
{
  g_auto (Scene) self = { 0 };
  int    n_echoed = 0;
  gulong handler;
  gint64 deadline = any_test_deadline ();

  begin (&self);
  handler = g_signal_connect (self.setup.cache, "invalidated", G_CALLBACK (count_echo_cb), &n_echoed);
  told_clear (&self.told);
  g_clear_object (&self.setup.function);
  scene_put (&self, FILE, "another text");
  scene_fence (&self);
  ck_assert_int_eq (n_echoed, 0);
  g_signal_handler_disconnect (self.setup.cache, handler);

  g_clear_object (&self.fence);
  g_clear_object (&self.setup.cache);
  while (count_inotify_watches () > 0)
    ck_assert (any_test_wait (deadline));
}
END_TEST

/* The user's cache goes, the function keeps its own. */
START_TEST (test_dropped_cache)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  g_clear_object (&self.setup.cache);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
  run_until (&self.told.n_echoed, 1);
}
END_TEST

static void
depend_on_call (Setup      *setup,
                AnyRequest *request)
{
  const char *name;

  g_variant_get (any_request_get_args (request), "(&s)", &name);
  if (g_str_equal (name, "outer"))
    call (setup->function, FILE);
  else
    scene_depend (setup, request);
}

START_TEST (test_nested)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  self.setup.during = depend_on_call;
  ck_assert_int_eq (call (self.setup.function, "outer"), 1);
  scene_put (&self, FILE, "text");
  run_until (&self.told.n_told, 2);
  check_told (&self, 2);
}
END_TEST

/* Each object tells of what it was asked for. */
START_TEST (test_two_objects)
{
  g_auto (Scene) self = { 0 };
  g_auto (Told) of_sibling = { 0 };
  g_auto (Told) of_cousin = { 0 };
  g_autoptr (AnyFunction) sibling = NULL;
  g_autoptr (AnyFunction) cousin = NULL;
  g_autoptr (AnyCache) cache = NULL;

  begin (&self);
  cache = any_cache_new (self.setup.cachedir, -1);
  sibling = any_function_new (self.setup.cache, "org.example.Number", "1");
  cousin = any_function_new (cache, "org.example.Number", "1");
  told_listen (&of_sibling, sibling);
  told_listen (&of_cousin, cousin);
  any_function_set_flags (cousin, WATCH);
  ck_assert_int_eq (lookup (sibling, FILE), 1);
  ck_assert_int_eq (lookup (cousin, FILE), 1);

  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
  run_until (&of_cousin.n_told, 1);
  check_told (&self, 1);
  ck_assert_int_eq (of_sibling.n_told, 0);
  ck_assert_int_eq (of_cousin.n_echoed, 1);
}
END_TEST

static void
remove_it (Scene *self)
{
  ck_assert (any_function_remove (self->setup.function, text_args (FILE), NULL, NULL));
}

static void
clear_all (Scene *self)
{
  ck_assert (any_cache_clear (self->setup.cache, NULL, NULL));
}

static void (*const removals[]) (Scene *self) = { remove_it, clear_all };

/* To remove a result is no change of what it was made from; a change of that is told all the same, for somebody still has it. */
START_TEST (test_removed_meanwhile)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  removals[_i](&self);
  check_told (&self, 0);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
  ck_assert_int_eq (call (self.setup.function, FILE), 2);
}
END_TEST

#define TOKEN "app:account/42"

static void
depend_on_token (Setup      *setup,
                 AnyRequest *request)
{
  any_request_add_dependency (request, TOKEN);
}

typedef struct
{
  Scene      *scene;
  const char *name; /* of what changes */
} Saying;

static void
say_it_part (int      line,
             gpointer data)
{
  Saying          *saying = data;
  g_autofree char *path = g_build_filename (saying->scene->setup.folder, saying->name, NULL);

  g_assert_true (any_cache_invalidate (saying->scene->setup.cache, g_str_equal (saying->name, TOKEN) ? TOKEN : path, NULL, NULL));
}

/* By name, in this process and in another, with the first mark of a directory and with the second. */
START_TEST (test_application_says_so)
{
  gboolean is_token = (_i & 1) != 0;
  gboolean by_other = (_i & 2) != 0;
  g_auto (Scene) self = { 0 };
  Saying saying = { &self, is_token ? TOKEN : FILE };

  scene_init (&self, WATCH);
  if (is_token)
    self.setup.during = depend_on_token;
  for (int i = 1; i <= 2; i++)
    {
      ck_assert_int_eq (call (self.setup.function, FILE), i);
      if (by_other)
        any_test_process_run (say_it_part, &saying);
      else
        say_it_part (-1, &saying);
      run_until (&self.told.n_told, i);
    }
  ck_assert (any_cache_invalidate (self.setup.cache, "app:something/else", NULL, NULL));
  check_told (&self, 2);
}
END_TEST

static void
change_while_it_computes (Setup      *setup,
                          AnyRequest *request)
{
  g_autofree char *text = g_strnfill (10 + setup->n_computed, 'x');

  scene_depend (setup, request);
  g_free (setup_write (setup, FILE, text));
}

/* Who was given what was outdated already is told, and calls again. */
START_TEST (test_racy)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  self.setup.during = change_while_it_computes;
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  run_until (&self.told.n_told, 1);
  check_told (&self, 1);

  self.setup.during = scene_depend;
  ck_assert_int_eq (call (self.setup.function, FILE), 2);
  check_told (&self, 1);
  ck_assert_int_eq (call (self.setup.function, FILE), 2);
}
END_TEST

/* Who changes what he names has a result that is never stored: he is told of it ever more rarely, and no longer once one is stored. */
START_TEST (test_always_racy)
{
  g_auto (Scene) self = { 0 };
  gint64 began, first, third;

  scene_init (&self, ANY_FUNCTION_FLAGS_REFRESH);
  self.setup.during = change_while_it_computes;
  began = g_get_monotonic_time ();
  call (self.setup.function, FILE);
  run_until (&self.told.n_told, 1);
  first = g_get_monotonic_time ();
  run_until (&self.told.n_told, 2);
  run_until (&self.told.n_told, 3);
  third = g_get_monotonic_time ();
  ck_assert_int_ge (first - began, 100 * G_TIME_SPAN_MILLISECOND);
  ck_assert_int_ge (third - first, (200 + 400) * G_TIME_SPAN_MILLISECOND);

  self.setup.during = scene_depend;
  run_until (&self.told.n_updated, 3);
  ck_assert_int_eq (lookup (self.setup.function, FILE), self.setup.n_computed);
}
END_TEST

START_TEST (test_ends_the_check_interval)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  any_cache_set_check_interval (self.setup.cache, HOUR);
  scene_put (&self, FILE, "text");
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_told, 1);
  ck_assert_int_eq (call (self.setup.function, FILE), 2);
}
END_TEST

START_TEST (test_nothing_to_watch)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, WATCH);
  self.setup.during = depend_on_nothing;
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  check_told (&self, 0);
}
END_TEST

#define N_MANY 1000

START_TEST (test_a_thousand_results)
{
  g_auto (Scene) self = { 0 };
  gint64 began;

  scene_init (&self, WATCH);
  for (int i = 0; i < N_MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%d", i);

      scene_put (&self, name, "text");
      call (self.setup.function, name);
    }
  began = g_get_monotonic_time ();
  for (int i = 0; i < N_MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%d", i);

      scene_put (&self, name, "another text");
    }
  run_until (&self.told.n_told, N_MANY);
  printf ("%d results were told of within %d ms\n", N_MANY, (int) ((g_get_monotonic_time () - began) / 1000));
  check_told (&self, N_MANY);
}
END_TEST

static void
child_part (int      line,
            gpointer data)
{
  Scene *self = data;

  g_assert_cmpint (call (self->setup.function, FILE), ==, 1);
  scene_put (self, FILE, "another text");
  g_assert_cmpint (call (self->setup.function, FILE), ==, 2);
  any_function_set_flags (self->setup.function, NONE);
  any_function_set_flags (self->setup.function, WATCH);
  g_assert_cmpint (call (self->setup.function, FILE), ==, 2);
  told_clear (&self->told);
  g_clear_object (&self->setup.function);
  g_clear_object (&self->setup.cache);
}

/* A child has no thread that watches, and the right results. */
START_TEST (test_fork)
{
  g_auto (Scene) self = { 0 };

  begin (&self);
  any_test_process_run (child_part, &self);
  run_until (&self.told.n_told, 1);
  check_told (&self, 1);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("vigil");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_once_a_result);
  tcase_add_test (all, test_not_without_flag);
  tcase_add_loop_test (all, test_however_it_was_given, 0, G_N_ELEMENTS (ways_to_be_given));
  tcase_add_test (all, test_only_what_the_stamps_say);
  tcase_add_test (all, test_two_files_at_once);
  tcase_add_loop_test (all, test_too_late_to_tell, 0, G_N_ELEMENTS (ways_to_forestall));
  tcase_add_test (all, test_replaced_by_what_depends_on_nothing);
  tcase_add_test (all, test_flags_end_it);
  tcase_add_test (all, test_closed_function_tells);
  tcase_add_test (all, test_dropped_function_tells_nothing);
  tcase_add_test (all, test_dropped_cache);
  tcase_add_test (all, test_nested);
  tcase_add_test (all, test_two_objects);
  tcase_add_loop_test (all, test_removed_meanwhile, 0, G_N_ELEMENTS (removals));
  tcase_add_loop_test (all, test_application_says_so, 0, 4);
  tcase_add_test (all, test_racy);
  tcase_add_test (all, test_always_racy);
  tcase_add_test (all, test_ends_the_check_interval);
  tcase_add_test (all, test_nothing_to_watch);
  tcase_add_test (all, test_a_thousand_results);
  tcase_add_test (all, test_fork);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
