/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What becomes of a result whose age has run out, and of a failure. */

#include "fixture.h"

#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* Over before anybody can ask again. */
#define MOMENT 1

/* A function that asks a server, which may have nothing, nothing new, or be away. It gives the number of its computation. */
typedef struct
{
  Fixture     *fixture;   /* (owned) */
  AnyFunction *function;  /* (owned) */
  gint64       maxage;    /* of what it gives */
  gboolean     fails;     /* with an error */
  char        *path;      /* (owned) (nullable): of a file without which it fails */
  const char  *validator; /* (nullable): what the server knows its result by */
  int          n_made;    /* how often the server had to make it */

  int    n_updated;
  gint64 updated; /* what the last signal has brought */
  char  *args;    /* (owned) (nullable): for what */
} Server;

static gboolean
ask_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Server     *self = user_data;
  const char *known = any_request_get_validator (request);

  self->fixture->computed++;
  any_request_set_maxage (request, self->maxage);
  if (self->path != NULL)
    any_request_add_dependency (request, self->path);

  if (self->fails || (self->path != NULL && !g_file_test (self->path, G_FILE_TEST_EXISTS)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there");
      return FALSE;
    }

  if (known != NULL && g_strcmp0 (known, self->validator) == 0)
    {
      any_request_return_not_modified (request);
      return TRUE;
    }

  self->n_made++;
  any_request_set_validator (request, self->validator);
  any_request_return_value (request, g_variant_new_int64 (self->fixture->computed));

  return TRUE;
}

static void
updated_cb (AnyFunction *function, GVariant *args, GVariant *result, gpointer user_data)
{
  Server *self = user_data;

  self->n_updated++;
  self->updated = g_variant_get_int64 (result);
  g_free (self->args);
  self->args = g_variant_print (args, FALSE);
}

static void
server_init (Server *self)
{
  self->fixture = fixture_new ();
  self->function = any_cache_define (self->fixture->cache, "org.example.Ages", NULL, ask_cb, self, NULL);
  g_signal_connect (self->function, "updated", G_CALLBACK (updated_cb), self);
  self->maxage = -1;
}

static void
server_clear (Server *self)
{
  g_clear_object (&self->function);
  g_free (self->path);
  g_free (self->args);
  fixture_free (self->fixture);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Server, server_clear)

static void
wait_until_updated (Server *self, int n_updated)
{
  gint64 deadline = deadline_in_seconds (30);

  while (self->n_updated < n_updated)
    ck_assert_msg (poll_until (deadline), "nothing was told");
}

static void
wait_until_computed (Server *self, int n_computed)
{
  gint64 deadline = deadline_in_seconds (30);

  while (self->fixture->computed < n_computed)
    ck_assert_msg (poll_until (deadline), "nothing was computed");

  /* What came of it is told from the main loop. */
  for (int i = 0; i < 100; i++)
    poll_until (deadline);
}

static void
check_fails (Server *self, int n_computed)
{
  g_autoptr (GError) error = NULL;

  ck_assert_ptr_null (any_function_call (self->function, path_args ("any"), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE));
  ck_assert_str_eq (error->message, "nobody there");
  ck_assert_int_eq (self->fixture->computed, n_computed);
}

START_TEST (test_failure_is_not_remembered)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.fails = TRUE;
  check_fails (&self, 1);
  check_fails (&self, 2);
}
END_TEST

START_TEST (test_failure_is_remembered)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.fails = TRUE;
  any_function_set_error_maxage (self.function, HOUR);
  check_fails (&self, 1);
  check_fails (&self, 1);
  ck_assert_int_eq (lookup_words (self.function, "any"), MISS);
  ck_assert_ptr_null (any_function_peek (self.function, path_args ("any")));
  ck_assert (!any_function_is_outdated (self.function, path_args ("any"), NULL, NULL));

  ck_assert (any_function_remove (self.function, path_args ("any"), NULL, NULL));
  self.fails = FALSE;
  ck_assert_int_eq (count_words (self.function, "any"), 2);
}
END_TEST

START_TEST (test_failure_is_forgotten)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.fails = TRUE;
  any_function_set_error_maxage (self.function, MOMENT);
  check_fails (&self, 1);
  check_fails (&self, 2);
  self.fails = FALSE;
  ck_assert_int_eq (count_words (self.function, "any"), 3);
  ck_assert_int_eq (count_words (self.function, "any"), 3);
}
END_TEST

START_TEST (test_failure_ends_with_its_cause)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.path = g_build_filename (self.fixture->directory, "missing", NULL);
  any_function_set_error_maxage (self.function, HOUR);
  check_fails (&self, 1);
  check_fails (&self, 1);
  write_text (self.path, "here");
  ck_assert_int_eq (count_words (self.function, "any"), 2);
}
END_TEST

static gboolean
say_nothing_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  ((Fixture *) user_data)->computed++;

  return FALSE;
}

/* What is no answer is not remembered. */
START_TEST (test_no_answer)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (AnyFunction) function = any_cache_define (fixture->cache, "org.example.Silent", NULL, say_nothing_cb, fixture, NULL);

  any_function_set_error_maxage (function, HOUR);
  for (int i = 1; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_ptr_null (any_function_call (function, path_args ("any"), NULL, &error));
      ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT));
      ck_assert_int_eq (fixture->computed, i);
    }
}
END_TEST

START_TEST (test_old_at_once_and_new_behind)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.maxage = MOMENT;
  any_function_set_stale_while_revalidate (self.function, HOUR);
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  self.maxage = HOUR;
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  ck_assert_int_eq (self.fixture->computed, 1);
  ck_assert_int_eq (lookup_words (self.function, "any"), MISS);

  wait_until_updated (&self, 1);
  ck_assert_int_eq (self.updated, 2);
  ck_assert_str_eq (self.args, "('any',)");
  ck_assert_int_eq (count_words (self.function, "any"), 2);
  ck_assert_int_eq (self.fixture->computed, 2);
}
END_TEST

START_TEST (test_old_outlives_a_failure)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.maxage = MOMENT;
  any_function_set_stale_while_revalidate (self.function, HOUR);
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  self.fails = TRUE;
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  wait_until_computed (&self, 2);
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  wait_until_computed (&self, 3);
  ck_assert_int_eq (self.n_updated, 0);

  any_function_set_stale_while_revalidate (self.function, 0);
  check_fails (&self, 4);
}
END_TEST

START_TEST (test_not_modified)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.maxage = MOMENT;
  self.validator = "\"one\"";
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  self.maxage = HOUR;
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  ck_assert_int_eq (self.fixture->computed, 2);
  ck_assert_int_eq (self.n_made, 1);
  ck_assert_int_eq (lookup_words (self.function, "any"), 1);
}
END_TEST

START_TEST (test_modified)
{
  g_auto (Server) self = { 0 };

  server_init (&self);
  self.maxage = MOMENT;
  self.validator = "\"one\"";
  ck_assert_int_eq (count_words (self.function, "any"), 1);
  self.validator = "\"two\"";
  ck_assert_int_eq (count_words (self.function, "any"), 2);
  ck_assert_int_eq (count_words (self.function, "any"), 2);
  ck_assert_int_eq (self.fixture->computed, 3);
  ck_assert_int_eq (self.n_made, 2);
}
END_TEST

START_TEST (test_properties)
{
  g_auto (Server) self = { 0 };
  gint64 error_maxage, window;

  server_init (&self);
  g_object_get (self.function, "error-maxage", &error_maxage, "stale-while-revalidate", &window, NULL);
  ck_assert_int_eq (error_maxage, 0);
  ck_assert_int_eq (window, 0);
  g_object_set (self.function, "error-maxage", HOUR, "stale-while-revalidate", 2 * HOUR, NULL);
  ck_assert_int_eq (any_function_get_error_maxage (self.function), HOUR);
  ck_assert_int_eq (any_function_get_stale_while_revalidate (self.function), 2 * HOUR);
}
END_TEST

static Suite *
ages_suite (void)
{
  Suite *suite = suite_create ("ages");
  TCase *ages = tcase_create ("ages");

  tcase_set_timeout (ages, 60);
  tcase_add_test (ages, test_failure_is_not_remembered);
  tcase_add_test (ages, test_failure_is_remembered);
  tcase_add_test (ages, test_failure_is_forgotten);
  tcase_add_test (ages, test_failure_ends_with_its_cause);
  tcase_add_test (ages, test_no_answer);
  tcase_add_test (ages, test_old_at_once_and_new_behind);
  tcase_add_test (ages, test_old_outlives_a_failure);
  tcase_add_test (ages, test_not_modified);
  tcase_add_test (ages, test_modified);
  tcase_add_test (ages, test_properties);
  suite_add_tcase (suite, ages);

  return suite;
}

int
main (void)
{
  return run_suite (ages_suite ());
}
