/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fixture.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int
remove_cb (const char *path, const struct stat *status, int type, struct FTW *where)
{
  return remove (path);
}

Fixture *
fixture_new (void)
{
  g_autoptr (GError) error = NULL;
  Fixture *self = g_new0 (Fixture, 1);

  self->directory = g_dir_make_tmp ("anycache-story-XXXXXX", &error);
  ck_assert_msg (self->directory != NULL, "no temporary directory: %s", error ? error->message : "");
  fixture_reopen (self);
  /* Else the library makes it during the first call, which is a change around the files beside it. */
  g_mkdir (any_cache_get_cachedir (self->cache), 0700);

  return self;
}

void
fixture_free (Fixture *self)
{
  /* What asynchronous calls have computed may still be on its way into the directory, whoever has dropped the cache. */
  fixture_reopen (self);
  any_cache_flush (self->cache, NULL, NULL);
  g_clear_object (&self->cache);
  nftw (self->directory, remove_cb, 16, FTW_DEPTH | FTW_PHYS);
  g_free (self->directory);
  g_free (self);
}

/* Opens the directory anew. The new object comes after the old one has gone, so nothing is shared in memory. */
void
fixture_reopen (Fixture *self)
{
  g_autofree char *cachedir = g_build_filename (self->directory, "cache", NULL);

  g_clear_object (&self->cache);
  self->cache = any_cache_new (cachedir, -1);
}

void
write_text (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  ck_assert_msg (g_file_set_contents (path, text, -1, &error), "%s was not written: %s", path, error ? error->message : "");
}

/* Writes a file beside the cache and returns its path. */
char *
fixture_write (Fixture *self, const char *name, const char *text)
{
  char *path = g_build_filename (self->directory, name, NULL);

  write_text (path, text);

  return path;
}

/* Waits until @path was changed long enough ago for its times to tell so. Where they know no fractions, that is longer. */
void
settle (const char *path)
{
  gint64      deadline = deadline_in_seconds (30);
  gint64      changed, age;
  struct stat status;

  ck_assert_msg (stat (path, &status) == 0, "%s has no status", path);
  changed = status.st_ctim.tv_sec * G_TIME_SPAN_SECOND + status.st_ctim.tv_nsec / 1000;
  age = status.st_ctim.tv_nsec == 0 ? 3 * G_TIME_SPAN_SECOND : 50 * G_TIME_SPAN_MILLISECOND;

  while (g_get_real_time () <= changed + age)
    ck_assert_msg (poll_until (deadline), "%s stays young", path);
}

static gint64
words_of (const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  gint64 n_words = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  words = g_strsplit_set (text, " \n", -1);
  for (guint i = 0; words[i] != NULL; i++)
    n_words += words[i][0] != '\0';

  return n_words;
}

static gboolean
word_count_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Fixture    *self = user_data;
  const char *path = NULL;

  g_variant_get (any_request_get_args (request), "(&s)", &path);

  /* Named before it is read: a change in between is seen. */
  any_request_add_dependency (request, path);
  self->computed++;
  any_request_return_value (request, g_variant_new_int64 (words_of (path)));

  return TRUE;
}

AnyFunction *
fixture_define_word_count (Fixture *self, const char *version)
{
  return any_cache_define (self->cache, "org.example.WordCount", version, word_count_cb, self, NULL);
}

GVariant *
path_args (const char *path)
{
  return g_variant_new ("(s)", path);
}

gint64
take_int64 (GVariant *value)
{
  g_autoptr (GVariant) taken = value;

  ck_assert_msg (g_variant_is_of_type (taken, G_VARIANT_TYPE_INT64),
                 "the result is a '%s', not an 'x'",
                 g_variant_get_type_string (taken));

  return g_variant_get_int64 (taken);
}

gint64
count_words (AnyFunction *function, const char *path)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_call (function, path_args (path), NULL, &error);

  ck_assert_msg (value != NULL, "the call failed: %s", error ? error->message : "without an error");
  ck_assert_ptr_null (error);

  return take_int64 (value);
}

gint64
lookup_words (AnyFunction *function, const char *path)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_lookup (function, path_args (path), NULL, &error);

  ck_assert_msg (error == NULL, "the look-up failed: %s", error ? error->message : "");

  return value != NULL ? take_int64 (value) : MISS;
}

char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  ck_assert_msg (g_file_get_contents (path, &text, NULL, &error), "%s was not read: %s", path, error ? error->message : "");

  return text;
}

gint64
deadline_in_seconds (int seconds)
{
  return g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
}

/* Lets the main context run and others work for a moment; FALSE once the deadline has passed. */
gboolean
poll_until (gint64 deadline)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_usleep (2000);

  return g_get_monotonic_time () < deadline;
}

/* Runs one part of this very program in a process of its own, with one variable set, and returns what it printed.
 * Some settings are read once in a process, and some faults are seen on the standard error stream only.
 */
char *
run_part (const char *part, const char *variable, const char *value, char **errors)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char      *argv[] = { program, part, NULL };
  g_auto (GStrv) envp = g_environ_setenv (g_get_environ (), variable, value, TRUE);
  g_autofree char *output = NULL;
  g_autofree char *stream = NULL;
  int              status = 0;
  gboolean         ran = g_spawn_sync (NULL, (char **) argv, envp, 0, NULL, NULL, &output, &stream, &status, &error);

  ck_assert_msg (ran && g_spawn_check_wait_status (status, &error),
                 "the part '%s' failed: %s\n%s%s",
                 part,
                 error ? error->message : "",
                 output,
                 stream);
  if (errors != NULL)
    *errors = g_steal_pointer (&stream);

  return g_strchomp (g_steal_pointer (&output));
}

static int
run (Suite *suite, enum print_output output)
{
  SRunner *runner = srunner_create (suite);
  int      n_failed;

  srunner_run_all (runner, output);
  n_failed = srunner_ntests_failed (runner);
  if (output == CK_SILENT && n_failed > 0)
    srunner_print (runner, CK_NORMAL);
  srunner_free (runner);

  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
run_suite (Suite *suite)
{
  return run (suite, CK_ENV);
}

/* Runs what run_part() asks for: prints what the part prints, and more only where it fails. */
int
run_alone (const TTest *part)
{
  Suite *suite = suite_create ("part");
  TCase *alone = tcase_create ("part");

  tcase_set_timeout (alone, 60);
  tcase_add_test (alone, part);
  suite_add_tcase (suite, alone);

  return run (suite, CK_SILENT);
}
