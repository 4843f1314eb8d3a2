/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is computed anew without a call, and what it costs where files change all the time. */

#include "vigil-setup.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "any-test-process.h"

#define FILE    "file"
#define HOUR    (3600 * G_TIME_SPAN_SECOND)
#define WATCH   ANY_FUNCTION_FLAGS_WATCH
#define REFRESH ANY_FUNCTION_FLAGS_REFRESH

/* As the room has it: so soon after it was given, no result is told to be outdated. */
#define PAUSE_US (100 * G_TIME_SPAN_MILLISECOND)

START_TEST (test_updated_once)
{
  g_auto (Scene) self = { 0 };

  scene_init (&self, REFRESH);
  scene_put (&self, FILE, "text");
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *text = g_strnfill (10 + i, 'x');

      scene_put (&self, FILE, text);
      run_until (&self.told.n_updated, i);
      ck_assert_int_eq (self.told.result, i + 1);
      scene_fence (&self);
      ck_assert_int_eq (self.told.n_told, i);
      ck_assert_int_eq (self.told.n_updated, i);
      ck_assert_int_eq (self.setup.n_computed, i + 1);
    }
  ck_assert_int_eq (call (self.setup.function, FILE), 4);
}
END_TEST

/* Two objects are both told the new result, and one has computed it. */
START_TEST (test_shared)
{
  g_auto (Scene) self = { 0 };
  g_auto (Told) told = { 0 };
  g_autoptr (AnyFunction) sibling = NULL;

  scene_init (&self, REFRESH);
  sibling = any_cache_define (self.setup.cache, "org.example.Number", "1", setup_compute_cb, &self.setup, NULL);
  any_function_set_flags (sibling, REFRESH);
  told_listen (&told, sibling);
  ck_assert_int_eq (call (self.setup.function, FILE), 1);
  ck_assert_int_eq (call (sibling, FILE), 1);
  scene_put (&self, FILE, "text");
  run_until (&self.told.n_updated, 1);
  run_until (&told.n_updated, 1);
  ck_assert_int_eq (self.told.result, 2);
  ck_assert_int_eq (told.result, 2);
  ck_assert_int_eq (self.setup.n_computed, 2);
}
END_TEST

/* A function that fails where its file is missing. */
static gboolean
open_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Setup           *setup = user_data;
  g_autofree char *path = g_build_filename (setup->folder, FILE, NULL);
  g_autofree char *text = NULL;

  any_request_add_dependency (request, path);
  g_atomic_int_inc (&setup->n_computed);
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;

  any_request_return_value (request, g_variant_new_int64 (g_ascii_strtoll (text, NULL, 10)));

  return TRUE;
}

static AnyFunction *
scene_define_opening (Scene *self,
                      Told  *told)
{
  AnyFunction *function = any_cache_define (self->setup.cache, "org.example.Open", NULL, open_cb, &self->setup, NULL);

  any_function_set_flags (function, REFRESH);
  told_listen (told, function);

  return function;
}

static void
scene_lose_file (Scene *self)
{
  g_autofree char *path = g_build_filename (self->setup.folder, FILE, NULL);

  ck_assert_int_eq (g_unlink (path), 0);
}

/* Nobody is brought a failure; the next call meets it, and all goes on from there. */
START_TEST (test_failure)
{
  g_auto (Scene) self = { 0 };
  g_auto (Told) told = { 0 };
  g_autoptr (AnyFunction) function = NULL;

  scene_init (&self, WATCH);
  function = scene_define_opening (&self, &told);
  scene_put (&self, FILE, "1");
  ck_assert_int_eq (call (function, FILE), 1);
  scene_lose_file (&self);
  run_until (&self.setup.n_computed, 2);
  scene_fence (&self);
  ck_assert_int_eq (told.n_updated, 0);
  ck_assert_ptr_null (any_function_call (function, text_args (FILE), NULL, NULL));

  scene_put (&self, FILE, "2");
  ck_assert_int_eq (call (function, FILE), 2);
  scene_put (&self, FILE, "33");
  run_until (&told.n_updated, 1);
  ck_assert_int_eq (told.result, 33);
}
END_TEST

/* A failure that is remembered is watched as well, and renewed as soon as the world is another one. */
START_TEST (test_remembered_failure)
{
  g_auto (Scene) self = { 0 };
  g_auto (Told) told = { 0 };
  g_autoptr (AnyFunction) function = NULL;

  scene_init (&self, WATCH);
  function = scene_define_opening (&self, &told);
  any_function_set_error_maxage (function, HOUR);
  scene_put (&self, FILE, "1");
  ck_assert_int_eq (call (function, FILE), 1);
  scene_lose_file (&self);
  run_until (&self.setup.n_computed, 2);
  scene_fence (&self);

  scene_put (&self, FILE, "2");
  run_until (&told.n_updated, 1);
  ck_assert_int_eq (told.result, 2);
  ck_assert_int_eq (told.n_told, 2);
  ck_assert_int_eq (self.setup.n_computed, 3);
}
END_TEST

static gboolean
tick_cb (gpointer data)
{
  gint64 *ticks = data;
  gint64  now = g_get_monotonic_time ();

  ticks[1] = ticks[0] > 0 ? MAX (ticks[1], now - ticks[0]) : 0;
  ticks[0] = now;

  return G_SOURCE_CONTINUE;
}

static gint64
used_cpu (void)
{
  struct rusage usage;

  ck_assert_int_eq (getrusage (RUSAGE_SELF, &usage), 0);

  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Another process that writes a file all the time. */
typedef struct
{
  char *path;     /* (owned) */
  gint  pause_ms; /* after each time */
} Storm;

static void
storm_part (int      line,
            gpointer data)
{
  Storm *self = data;
  int    fd = open (self->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  any_test_sign (line);
  for (;;)
    {
      if (write (fd, "x", 1) != 1)
        _exit (EXIT_FAILURE);
      g_usleep (1000 * (gulong) self->pause_ms);
    }
}

#define STORM_US (2 * G_TIME_SPAN_SECOND)

/* Runs the main loop through a storm, and says what it was like. Returns how long it was. */
static gint64
live_through (Storm      *storm,
              const char *what)
{
  AnyTestProcess writer = any_test_process_start (storm_part, storm);
  gint64         ticks[2] = { 0, 0 };
  guint          timer = g_timeout_add (1, tick_cb, ticks);
  gint64         cpu;
  gint64         began;
  gint64         now;

  any_test_await (writer.line);
  cpu = used_cpu ();
  began = now = g_get_monotonic_time ();
  for (; now < began + STORM_US; now = g_get_monotonic_time ())
    g_main_context_iteration (NULL, TRUE);
  printf ("%s: the main loop was held up for %d ms at most, %d %% of a processor were used\n",
          what, (int) (ticks[1] / 1000), (int) (100 * (used_cpu () - cpu) / (now - began)));

  any_test_process_kill (&writer);
  g_source_remove (timer);

  return now - began;
}

/* A file that is written all the time is always racy; in between, a result is stored, and is outdated at once. */
static const int pauses_ms[] = { 0, 1, 8, 30 };

/* Of a result that changes all the time one is told in measure, however often the file was written: at first, and after each pause. */
START_TEST (test_changes_all_the_time)
{
  g_auto (Scene) self = { 0 };
  Storm            storm = { NULL, pauses_ms[_i] };
  g_autofree char *what = g_strdup_printf ("Refreshed, written after each %d ms", storm.pause_ms);
  gint64           lasted;

  scene_init (&self, REFRESH);
  storm.path = setup_write (&self.setup, FILE, "text");
  call (self.setup.function, FILE);
  lasted = live_through (&storm, what);
  printf ("It was told of %d times, and computed %d times\n", self.told.n_told, self.setup.n_computed);
  ck_assert_int_le (self.told.n_told, 2 + lasted / PAUSE_US);
  ck_assert_int_le (self.setup.n_computed, 3 + lasted / PAUSE_US);

  run_until (&self.told.n_told, 1);
  scene_fence (&self);
  call (self.setup.function, FILE);
  ck_assert_int_eq (lookup (self.setup.function, FILE), self.setup.n_computed);
  g_free (storm.path);
}
END_TEST

/* Of an untouched neighbour of that file nothing is told. */
START_TEST (test_storm_next_door)
{
  g_auto (Scene) self = { 0 };
  Storm storm = { NULL, 0 };

  scene_init (&self, REFRESH);
  storm.path = setup_write (&self.setup, "neighbour", "text");
  scene_put (&self, FILE, "text");
  call (self.setup.function, FILE);
  live_through (&storm, "Next door");
  ck_assert_int_eq (self.told.n_told, 0);
  scene_put (&self, FILE, "another text");
  run_until (&self.told.n_updated, 1);
  g_free (storm.path);
}
END_TEST

/* How soon one is told when all is quiet: said, and not judged. */
START_TEST (test_how_soon)
{
  g_auto (Scene) self = { 0 };
  gint64    worst = 0;
  gint64    sum = 0;
  const int n = 10;

  scene_init (&self, WATCH);
  for (int i = 1; i <= n; i++)
    {
      g_autofree char *text = g_strnfill (i, 'x');
      gint64           began;

      call (self.setup.function, FILE);
      g_usleep (2 * PAUSE_US);
      began = g_get_monotonic_time ();
      g_free (setup_write (&self.setup, FILE, text));
      run_until (&self.told.n_told, i);
      sum += g_get_monotonic_time () - began;
      worst = MAX (worst, g_get_monotonic_time () - began);
    }
  printf ("Told after %d us on average, %d us at most\n", (int) (sum / n), (int) worst);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("vigil-refresh");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_updated_once);
  tcase_add_test (all, test_shared);
  tcase_add_test (all, test_failure);
  tcase_add_test (all, test_remembered_failure);
  tcase_add_loop_test (all, test_changes_all_the_time, 0, G_N_ELEMENTS (pauses_ms));
  tcase_add_test (all, test_storm_next_door);
  tcase_add_test (all, test_how_soon);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
