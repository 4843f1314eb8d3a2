/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Within the interval a look counts that was made before: for files and for other processes, and never for what is done here. */

#include "cache-setup.h"

#include <sys/syscall.h>

#include "any-test-process.h"

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* Shorter than it takes to ask twice. */
#define MOMENT 1

typedef struct
{
  Setup setup;
  char *path; /* (owned) what the function depends on */
} Scene;

static void
depend_on_file (Setup      *setup,
                AnyRequest *request)
{
  Scene *scene = setup->data;

  any_request_add_dependency (request, scene->path);
}

static void
scene_init (Scene *self)
{
  setup_init (&self->setup);
  self->path = setup_write (&self->setup, "file", "text");
  self->setup.during = depend_on_file;
  self->setup.data = self;
  any_cache_set_check_interval (self->setup.cache, HOUR);
  ck_assert_int_eq (call (self->setup.function, KEY), 1);
  ck_assert_int_eq (call (self->setup.function, KEY), 1);
}

static void
scene_clear (Scene *self)
{
  setup_clear (&self->setup);
  g_free (self->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
change_file (Scene *self)
{
  g_free (setup_write (&self->setup, "file", "another text"));
}

static void
let_pass (Scene *self)
{
  any_cache_set_check_interval (self->setup.cache, MOMENT);
  g_usleep (1000);
}

START_TEST (test_a_file_changes)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;

  scene_init (&self);
  entry = any_function_peek (self.setup.function, text_args (KEY));
  change_file (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  ck_assert_int_eq (lookup (self.setup.function, KEY), 1);
  ck_assert (!any_function_is_outdated (self.setup.function, text_args (KEY), NULL, NULL));
  ck_assert (any_entry_is_current (entry));

  let_pass (&self);
  ck_assert (!any_entry_is_current (entry));
  ck_assert_int_eq (lookup (self.setup.function, KEY), MISS);

  /* What was seen to be outdated is so for everybody here. */
  any_cache_set_check_interval (self.setup.cache, HOUR);
  ck_assert (!any_entry_is_current (entry));
  ck_assert_int_eq (call (self.setup.function, KEY), 2);
}
END_TEST

static void
remove_it (Scene *self)
{
  g_assert_true (any_function_remove (self->setup.function, text_args (KEY), NULL, NULL));
}

static void
clear_function (Scene *self)
{
  g_assert_true (any_function_clear (self->setup.function, NULL, NULL));
}

static void
clear_cache (Scene *self)
{
  g_assert_true (any_cache_clear (self->setup.cache, NULL, NULL));
}

static void
store_another (Scene *self)
{
  g_assert_true (any_function_store (self->setup.function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
}

static void
refresh_it (Scene *self)
{
  g_assert_cmpint (refresh (self->setup.function, KEY), ==, 2);
}

static const struct
{
  void (*act) (Scene *self);
  gint64 left;
} acts[] = {
  { remove_it, MISS },
  { clear_function, MISS },
  { clear_cache, MISS },
  { store_another, 7 },
  { refresh_it, 2 },
};

/* Also through another object on the directory. */
START_TEST (test_what_is_done_here)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_autoptr (AnyCache) cache = NULL;
  g_autoptr (AnyFunction) function = NULL;

  scene_init (&self);
  cache = any_cache_new (self.setup.cachedir, -1);
  any_cache_set_check_interval (cache, HOUR);
  function = any_function_new (cache, "org.example.Number", "1");
  ck_assert_int_eq (lookup (function, KEY), 1);
  entry = any_function_peek (function, text_args (KEY));

  acts[_i].act (&self);
  ck_assert_int_eq (lookup (function, KEY), acts[_i].left);
  ck_assert (!any_entry_is_current (entry));
}
END_TEST

static void
act_part (int      line,
          gpointer data)
{
  Scene *self = data;

  acts[0].act (self);
}

START_TEST (test_what_others_do)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  any_test_process_run (act_part, &self);
  ck_assert_int_eq (lookup (self.setup.function, KEY), 1);
  let_pass (&self);
  ck_assert_int_eq (lookup (self.setup.function, KEY), MISS);
}
END_TEST

/* An age is no look: it has run out when it has. */
START_TEST (test_ages)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;

  scene_init (&self);
  entry = any_function_peek (self.setup.function, text_args (KEY));
  any_function_set_maxage (self.setup.function, 0);
  ck_assert_int_eq (lookup (self.setup.function, KEY), MISS);
  ck_assert (!any_entry_is_current (entry));
  any_function_set_maxage (self.setup.function, -1);
  ck_assert_int_eq (lookup (self.setup.function, KEY), 1);
}
END_TEST

/* What is only on disk has to be looked for. */
START_TEST (test_without_memory)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self);
  any_cache_set_maxmemory (self.setup.cache, 0);
  ck_assert_int_eq (lookup (self.setup.function, KEY), 1);
  change_file (&self);
  ck_assert_int_eq (lookup (self.setup.function, KEY), MISS);
}
END_TEST

/* Nothing that reaches a file is left to a child that asks within the interval, and it is not missed. */
static void
sealed_part (int      line,
             gpointer data)
{
  static const long calls[] = {
    SYS_openat,
    SYS_openat2,
    SYS_newfstatat,
    SYS_statx,
    SYS_lseek,
    SYS_read,
    SYS_pread64,
    SYS_fcntl,
  };
  Scene *self = data;

  g_assert_cmpint (call (self->setup.function, KEY), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    any_test_forbid_call (calls[i], EPERM);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (call (self->setup.function, KEY), ==, 1);

  let_pass (self);
  g_assert_cmpint (lookup (self->setup.function, KEY), ==, MISS);

  /* No program can be started any more. */
  g_assert_cmpint (send (line, ".", 1, MSG_NOSIGNAL), ==, 1);
  _exit (EXIT_SUCCESS);
}

START_TEST (test_no_system_call)
{
  g_auto (Scene) self = { 0 };

  if (any_test_is_in_valgrind ())
    {
      printf ("Skipped: valgrind does not work without system calls\n");
      return;
    }

  scene_init (&self);
  any_test_process_run (sealed_part, &self);
}
END_TEST

static gboolean
outer_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Scene *self = user_data;

  any_request_return_value (request, g_variant_new_int64 (10 * call (self->setup.function, KEY)));

  return TRUE;
}

static void
mark_part (int      line,
           gpointer data)
{
  Scene *self = data;

  g_assert_true (any_cache_invalidate (self->setup.cache, self->path, NULL, NULL));
}

/* What goes into another result is looked at: that one may be kept for longer than the interval, and does not know of a mark that was
 * made before it was begun. */
START_TEST (test_within_a_computation)
{
  g_auto (Scene) self = { 0 };
  g_autoptr (AnyFunction) outer = NULL;

  scene_init (&self);
  outer = any_cache_define (self.setup.cache, "org.example.Outer", NULL, outer_cb, &self, NULL);
  if (_i == 0)
    any_test_process_run (mark_part, &self);
  else
    change_file (&self);
  ck_assert_int_eq (call (self.setup.function, KEY), 1);
  ck_assert_int_eq (call (outer, KEY), 20);
  let_pass (&self);
  ck_assert_int_eq (lookup (outer, KEY), 20);
}
END_TEST

START_TEST (test_default)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (any_cache_get_check_interval (setup.cache), 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("check-interval");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_a_file_changes);
  tcase_add_loop_test (all, test_what_is_done_here, 0, G_N_ELEMENTS (acts));
  tcase_add_test (all, test_what_others_do);
  tcase_add_test (all, test_ages);
  tcase_add_test (all, test_without_memory);
  tcase_add_test (all, test_no_system_call);
  tcase_add_loop_test (all, test_within_a_computation, 0, 2);
  tcase_add_test (all, test_default);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
