/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A failure that is remembered is the answer until it is too old, or until something has changed that it came from. */

#include "cache-setup.h"

#include <glib/gstdio.h>

#include "any-test-process.h"

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* Over before anybody can ask again. */
#define MOMENT 1

typedef enum
{
  BY_ERROR,
  BY_ANSWER,
  BY_PARTS,
  N_WAYS,
} Way;

/* A function that fails for as long as there is something to fail with. */
typedef struct
{
  Setup        setup;
  AnyFunction *function; /* (owned) */
  char        *path;     /* (owned) of a file that the tests may name */
  GError      *failure;  /* (owned) (nullable) */
  Way          way;      /* in which it is told */
} Trial;

static gboolean
trial_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Trial *self = user_data;
  gint64 number = g_atomic_int_add (&self->setup.n_computed, 1) + 1;

  if (self->setup.during != NULL)
    self->setup.during (&self->setup, request);

  if (self->failure == NULL)
    any_request_return_value (request, g_variant_new_int64 (number));
  else if (self->way == BY_ANSWER)
    any_request_return_error (request, self->failure);
  else if (self->way == BY_PARTS)
    any_request_return_error_literal (request, self->failure->domain, self->failure->code, self->failure->message);
  else
    g_propagate_error (error, g_error_copy (self->failure));

  return self->failure == NULL || self->way != BY_ERROR;
}

static void
fail_with (Trial      *self,
           GQuark      domain,
           int         code,
           const char *message)
{
  g_clear_error (&self->failure);
  self->failure = g_error_new_literal (domain, code, message);
}

static void
open_cache (Trial *self)
{
  self->setup.cache = any_cache_new (self->setup.cachedir, -1);
  self->function = any_cache_define (self->setup.cache, "org.example.Trial", "1", trial_cb, self, NULL);
  any_function_set_error_maxage (self->function, HOUR);
}

static void
close_cache (Trial *self)
{
  g_clear_object (&self->function);
  g_clear_object (&self->setup.function);
  g_clear_object (&self->setup.cache);
}

static void
trial_init (Trial *self)
{
  setup_init (&self->setup);
  close_cache (self);
  open_cache (self);
  self->setup.data = self;
  self->path = setup_write (&self->setup, "file", "text");
  fail_with (self, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there");
}

static void
trial_clear (Trial *self)
{
  close_cache (self);
  g_clear_error (&self->failure);
  g_free (self->path);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

/* Asks for what fails, after so many computations with this. For other processes too. */
static void
assert_fails (Trial      *self,
              GQuark      domain,
              int         code,
              const char *message,
              int         n_computed)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (any_function_call (self->function, text_args (KEY), NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpint (self->setup.n_computed, ==, n_computed);
}

static void
assert_unreachable (Trial *self,
                    int    n_computed)
{
  assert_fails (self, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there", n_computed);
}

/* It comes at once, in whatever way it was told, from memory and from the disk. */
START_TEST (test_remembered)
{
  g_auto (Trial) self = { .way = _i };

  trial_init (&self);
  assert_unreachable (&self, 1);
  assert_unreachable (&self, 1);
  any_cache_set_maxmemory (self.setup.cache, 0);
  assert_unreachable (&self, 1);
  close_cache (&self);
  open_cache (&self);
  assert_unreachable (&self, 1);
}
END_TEST

START_TEST (test_what_is_told)
{
  static const struct
  {
    const char *domain;
    int         code;
    const char *message;
    const char *told;
  } rows[] = {
    { "g-io-error-quark", G_IO_ERROR_NOT_FOUND, "no such word", "no such word" },
    { "g-file-error-quark", G_FILE_ERROR_PERM, "größe", "größe" },
    { "org-example-nobody-has-registered-this", G_MININT, "", "" },
    { "größe", G_MAXINT, "two\nlines", "two\nlines" },
    { "x", -1, "no \xff UTF-8", "no \357\277\275 UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Trial) self = { 0 };
      GQuark domain = g_quark_from_string (rows[i].domain);

      trial_init (&self);
      fail_with (&self, domain, rows[i].code, rows[i].message);
      assert_fails (&self, domain, rows[i].code, rows[i].message, 1);
      assert_fails (&self, domain, rows[i].code, rows[i].told, 1);
    }
}
END_TEST

/* Who does not want the error may leave it. */
START_TEST (test_nobody_asks_why)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  for (guint i = 0; i < 3; i++)
    ck_assert_ptr_null (any_function_call (self.function, text_args (KEY), NULL, NULL));
  ck_assert_int_eq (self.setup.n_computed, 1);
}
END_TEST

START_TEST (test_another_key)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  assert_unreachable (&self, 1);
  g_clear_error (&self.failure);
  ck_assert_int_eq (call (self.function, "another"), 2);
  fail_with (&self, G_IO_ERROR, G_IO_ERROR_FAILED, "not this one");
  assert_unreachable (&self, 2);
  ck_assert_int_eq (call (self.function, "another"), 2);
}
END_TEST

static void
limit_request (Setup      *setup,
               AnyRequest *request)
{
  any_request_set_maxage (request, MOMENT);
}

/* Each of the limits ends it, whether it was set before or is set now. */
START_TEST (test_shortest_age_wins)
{
  for (guint limit = 0; limit < 4; limit++)
    {
      g_auto (Trial) self = { 0 };

      trial_init (&self);
      if (limit == 0)
        any_function_set_error_maxage (self.function, MOMENT);
      else if (limit == 1)
        any_function_set_maxage (self.function, MOMENT);
      else if (limit == 2)
        any_cache_set_maxage (self.setup.cache, MOMENT);
      else
        self.setup.during = limit_request;

      assert_unreachable (&self, 1);
      assert_unreachable (&self, 2);
      any_function_set_error_maxage (self.function, G_MAXINT64);
      any_function_set_maxage (self.function, -1);
      any_cache_set_maxage (self.setup.cache, -1);
      self.setup.during = NULL;
      assert_unreachable (&self, 3);
      assert_unreachable (&self, 3);
    }
}
END_TEST

START_TEST (test_limits_of_today)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  assert_unreachable (&self, 1);
  any_function_set_error_maxage (self.function, MOMENT);
  assert_unreachable (&self, 2);
  any_function_set_error_maxage (self.function, HOUR);
  any_function_set_maxage (self.function, MOMENT);
  assert_unreachable (&self, 3);
}
END_TEST

/* A result is not limited by it. */
START_TEST (test_results_live_on)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  g_clear_error (&self.failure);
  any_function_set_error_maxage (self.function, MOMENT);
  ck_assert_int_eq (call (self.function, KEY), 1);
  ck_assert_int_eq (call (self.function, KEY), 1);
}
END_TEST

/* As it is by default: nothing is remembered, and what another object or process has remembered is nobody's affair. */
START_TEST (test_zero)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  any_function_set_error_maxage (self.function, 0);
  assert_unreachable (&self, 1);
  ck_assert_uint_eq (any_cache_get_size (self.setup.cache), 0);
  any_function_set_error_maxage (self.function, HOUR);
  assert_unreachable (&self, 2);
  assert_unreachable (&self, 2);

  any_function_set_error_maxage (self.function, 0);
  ck_assert (any_function_is_outdated (self.function, text_args (KEY), NULL, NULL));
  assert_unreachable (&self, 3);
  g_clear_error (&self.failure);
  ck_assert_int_eq (call (self.function, KEY), 4);
  ck_assert_int_eq (call (self.function, KEY), 4);
}
END_TEST

START_TEST (test_cache_is_off)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  any_cache_set_maxsize (self.setup.cache, 0);
  assert_unreachable (&self, 1);
  assert_unreachable (&self, 2);
}
END_TEST

/* What says nothing of the function. */
START_TEST (test_other_errors)
{
  static const int codes[] = {
    ANY_CACHE_ERROR_NO_RESULT, ANY_CACHE_ERROR_ABANDONED, ANY_CACHE_ERROR_RECURSION,
    ANY_CACHE_ERROR_TIMEOUT, ANY_CACHE_ERROR_CLOSED, ANY_CACHE_ERROR_UNSAFE_DIRECTORY
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes) + 2; i++)
    {
      g_auto (Trial) self = { 0 };
      GQuark domain = i < 2 ? G_IO_ERROR : ANY_CACHE_ERROR;
      int    code = i == 0 ? G_IO_ERROR_CANCELLED : i == 1 ? G_IO_ERROR_WOULD_BLOCK
                                                           : codes[i - 2];

      trial_init (&self);
      fail_with (&self, domain, code, "no");
      assert_fails (&self, domain, code, "no", 1);
      assert_fails (&self, domain, code, "no", 2);
    }
}
END_TEST

static gboolean
silent_cb (AnyRequest *request,
           gpointer    user_data,
           GError    **error)
{
  Trial *self = user_data;

  self->setup.n_computed++;

  return self->failure == NULL;
}

/* Who gives no answer, or has no time for it, gives none that could be remembered. */
START_TEST (test_no_answer)
{
  g_auto (Trial) self = { 0 };
  g_autoptr (AnyFunction) silent = NULL;

  trial_init (&self);
  silent = any_cache_define (self.setup.cache, "org.example.Silent", NULL, silent_cb, &self, NULL);
  any_function_set_error_maxage (silent, HOUR);

  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 2)
        g_clear_error (&self.failure);
      ck_assert_ptr_null (any_function_call (silent, text_args (KEY), NULL, &error));
      ck_assert (i < 2 ? g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT)
                       : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
      ck_assert_int_eq (self.setup.n_computed, i + 1);
    }
}
END_TEST

static void
cancel (Setup      *setup,
        AnyRequest *request)
{
  g_cancellable_cancel (any_request_get_cancellable (request));
}

/* Whatever a cancelled computation says went wrong. */
START_TEST (test_cancelled_meanwhile)
{
  g_auto (Trial) self = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  trial_init (&self);
  self.setup.during = cancel;
  ck_assert_ptr_null (any_function_call (self.function, text_args (KEY), cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE));

  self.setup.during = NULL;
  g_clear_error (&self.failure);
  ck_assert_int_eq (call (self.function, KEY), 2);
}
END_TEST

static void
forbid (Setup      *setup,
        AnyRequest *request)
{
  any_request_set_no_store (request);
}

static void
allow_no_age (Setup      *setup,
              AnyRequest *request)
{
  any_request_set_maxage (request, 0);
}

static void
name_and_change_file (Setup      *setup,
                      AnyRequest *request)
{
  Trial *self = setup->data;

  any_request_add_dependency (request, self->path);
  g_free (setup_write (setup, "file", setup->n_computed % 2 == 0 ? "even" : "uneven"));
}

static void
name_device (Setup      *setup,
             AnyRequest *request)
{
  any_request_add_dependency (request, "/dev/null");
}

static void (*const reasons[]) (Setup *, AnyRequest *) = { forbid, allow_no_age, name_and_change_file, name_device };

/* What keeps a result from being stored keeps a failure too. */
START_TEST (test_must_not_be_stored)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  self.setup.during = reasons[_i];
  assert_unreachable (&self, 1);
  assert_unreachable (&self, 2);
  ck_assert_uint_eq (any_cache_get_size (self.setup.cache), 0);
}
END_TEST

static char **
no_files_cb (GVariant *result,
             GVariant *args,
             gpointer  user_data,
             GError  **error)
{
  g_assert_not_reached ();
}

START_TEST (test_depfiles)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  any_function_set_depfiles_func (self.function, no_files_cb, NULL, NULL);
  assert_unreachable (&self, 1);
  assert_unreachable (&self, 2);
  any_function_set_depfiles_func (self.function, NULL, NULL, NULL);
  assert_unreachable (&self, 3);
  assert_unreachable (&self, 3);
}
END_TEST

static void
name_file (Setup      *setup,
           AnyRequest *request)
{
  Trial *self = setup->data;

  any_request_add_dependency (request, self->path);
}

/* Who mends the file need not wait until the failure is forgotten. The file may have been missing. */
START_TEST (test_file_is_mended)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  self.setup.during = name_file;
  if (_i == 1)
    ck_assert_int_eq (g_unlink (self.path), 0);
  assert_unreachable (&self, 1);
  assert_unreachable (&self, 1);

  g_free (setup_write (&self.setup, "file", "mended"));
  ck_assert (any_function_is_outdated (self.function, text_args (KEY), NULL, NULL));
  assert_unreachable (&self, 2);
  g_free (setup_write (&self.setup, "file", "mended once more"));
  g_clear_error (&self.failure);
  ck_assert_int_eq (call (self.function, KEY), 3);
}
END_TEST

/* Neither need who says what has changed. */
START_TEST (test_invalidated)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  self.setup.during = name_file;
  assert_unreachable (&self, 1);
  ck_assert (any_cache_invalidate (self.setup.cache, self.path, NULL, NULL));
  assert_unreachable (&self, 2);
  assert_unreachable (&self, 2);
}
END_TEST

/* It is no result, and there is nothing to be computed. */
START_TEST (test_other_questions)
{
  g_auto (Trial) self = { 0 };
  g_autoptr (GError) error = NULL;

  trial_init (&self);
  if (_i == 1)
    any_cache_set_maxmemory (self.setup.cache, 0);
  assert_unreachable (&self, 1);

  ck_assert_ptr_null (any_function_lookup (self.function, text_args (KEY), NULL, &error));
  ck_assert_ptr_null (error);
  ck_assert_ptr_null (any_function_peek (self.function, text_args (KEY)));
  ck_assert (!any_function_is_outdated (self.function, text_args (KEY), NULL, &error));
  ck_assert_ptr_null (error);
  ck_assert_int_eq (self.setup.n_computed, 1);
}
END_TEST

/* Who wants another answer wants no failure in its place. */
START_TEST (test_refresh)
{
  g_auto (Trial) self = { 0 };
  g_autoptr (GError) error = NULL;

  trial_init (&self);
  assert_unreachable (&self, 1);
  fail_with (&self, G_IO_ERROR, G_IO_ERROR_BUSY, "not now");
  ck_assert_ptr_null (any_function_refresh (self.function, text_args (KEY), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
  assert_unreachable (&self, 2);

  g_clear_error (&self.failure);
  ck_assert_int_eq (refresh (self.function, KEY), 3);
  fail_with (&self, G_IO_ERROR, G_IO_ERROR_BUSY, "not now");
  ck_assert_ptr_null (any_function_refresh (self.function, text_args (KEY), NULL, NULL));
  ck_assert_int_eq (call (self.function, KEY), 3);

  ck_assert (any_function_remove (self.function, text_args (KEY), NULL, NULL));
  ck_assert_ptr_null (any_function_refresh (self.function, text_args (KEY), NULL, NULL));
  assert_fails (&self, G_IO_ERROR, G_IO_ERROR_BUSY, "not now", 6);
}
END_TEST

static void
remove_it (Trial *self)
{
  g_assert_true (any_function_remove (self->function, text_args (KEY), NULL, NULL));
}

static void
clear_function (Trial *self)
{
  g_assert_true (any_function_clear (self->function, NULL, NULL));
}

static void
clear_cache (Trial *self)
{
  g_assert_true (any_cache_clear (self->setup.cache, NULL, NULL));
}

static void
store_nothing (Trial *self)
{
  g_assert_true (any_function_store (self->function, text_args (KEY), g_variant_new_int64 (7), 0, NULL, NULL, NULL));
}

START_TEST (test_forgotten)
{
  static void (*const acts[]) (Trial *) = { remove_it, clear_function, clear_cache, store_nothing };
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  assert_unreachable (&self, 1);
  acts[_i](&self);
  ck_assert_uint_eq (any_cache_get_size (self.setup.cache), 0);
  ck_assert (any_function_is_outdated (self.function, text_args (KEY), NULL, NULL));
  assert_unreachable (&self, 2);
}
END_TEST

/* In turn, each in the other's place. */
START_TEST (test_places)
{
  g_auto (Trial) self = { 0 };
  guint64 size;

  trial_init (&self);
  any_function_set_error_maxage (self.function, MOMENT);
  assert_unreachable (&self, 1);
  size = any_cache_get_size (self.setup.cache);
  g_clear_error (&self.failure);
  ck_assert_int_eq (call (self.function, KEY), 2);
  ck_assert_uint_lt (any_cache_get_size (self.setup.cache), 2 * size);
  ck_assert_int_eq (call (self.function, KEY), 2);

  any_function_set_error_maxage (self.function, HOUR);
  any_function_set_maxage (self.function, MOMENT);
  ck_assert_int_eq (call (self.function, KEY), 3);
  fail_with (&self, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there");
  assert_unreachable (&self, 4);
  any_function_set_maxage (self.function, -1);
  ck_assert_int_eq (lookup (self.function, KEY), MISS);

  ck_assert (any_function_store (self.function, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, NULL));
  ck_assert_int_eq (call (self.function, KEY), 7);
}
END_TEST

/* What is too old for this one only, others may return: a failure leaves it alone. */
START_TEST (test_place_of_others)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  g_clear_error (&self.failure);
  any_function_set_error_maxage (self.function, HOUR);
  ck_assert_int_eq (call (self.function, KEY), 1);

  any_function_set_maxage (self.function, MOMENT);
  fail_with (&self, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there");
  assert_unreachable (&self, 2);
  any_function_set_maxage (self.function, -1);
  ck_assert_int_eq (lookup (self.function, KEY), 1);
}
END_TEST

static void
fail_part (int      line,
           gpointer data)
{
  assert_unreachable (data, 1);
}

static void
succeed_part (int      line,
              gpointer data)
{
  Trial *self = data;

  g_clear_error (&self->failure);
  g_assert_cmpint (refresh (self->function, KEY), ==, 1);
}

/* What one process has tried in vain, another need not. */
START_TEST (test_other_processes)
{
  g_auto (Trial) self = { 0 };

  trial_init (&self);
  any_test_process_run (fail_part, &self);
  assert_unreachable (&self, 0);
  assert_unreachable (&self, 0);
  any_test_process_run (succeed_part, &self);
  ck_assert_int_eq (call (self.function, KEY), 1);
  ck_assert_int_eq (self.setup.n_computed, 0);
}
END_TEST

/* Makes the best of it: gives -1 where the other has failed. */
static gboolean
forgiving_cb (AnyRequest *request,
              gpointer    user_data,
              GError    **error)
{
  Trial *self = user_data;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) inner = NULL;

  inner = any_function_call (self->function, text_args (KEY), cancellable, NULL);
  any_request_return_value (request, inner != NULL ? inner : g_variant_new_int64 (-1));

  return TRUE;
}

static AnyFunction *
define_forgiving (Trial *self)
{
  return any_cache_define (self->setup.cache, "org.example.Forgiving", NULL, forgiving_cb, self, NULL);
}

/* What was made of a failure holds no longer than that, whether it was computed on the way or remembered. */
START_TEST (test_goes_up)
{
  g_auto (Trial) self = { 0 };
  g_autoptr (AnyFunction) outer = NULL;
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) paths = NULL;
  gint64 before, after;

  trial_init (&self);
  outer = define_forgiving (&self);
  self.setup.during = name_file;
  before = g_get_real_time ();
  if (_i == 1)
    assert_unreachable (&self, 1);
  ck_assert_int_eq (call (outer, KEY), -1);
  after = g_get_real_time ();

  entry = any_function_peek (outer, text_args (KEY));
  paths = any_entry_dup_dependencies (entry);
  ck_assert_str_eq (paths[0], self.path);
  ck_assert_int_ge (any_entry_get_expires (entry), before + HOUR);
  ck_assert_int_le (any_entry_get_expires (entry), after + HOUR);

  g_clear_error (&self.failure);
  ck_assert_int_eq (call (outer, KEY), -1);
  ck_assert_int_eq (self.setup.n_computed, 1);
  g_free (setup_write (&self.setup, "file", "mended"));
  ck_assert_int_eq (call (outer, KEY), 2);
}
END_TEST

/* Also where the limit is of today. */
START_TEST (test_its_end_goes_up)
{
  g_auto (Trial) self = { 0 };
  g_autoptr (AnyFunction) outer = NULL;

  trial_init (&self);
  outer = define_forgiving (&self);
  any_function_set_error_maxage (self.function, MOMENT);
  ck_assert_int_eq (call (outer, KEY), -1);
  ck_assert_int_eq (lookup (outer, KEY), MISS);
  g_clear_error (&self.failure);
  ck_assert_int_eq (call (outer, KEY), 2);
}
END_TEST

/* A failure that says nothing of the function is no ground for a result that stays. */
START_TEST (test_doubt_goes_up)
{
  static const struct
  {
    int      code; /* of an I/O error */
    gint64   error_maxage;
    gboolean cancels;
  } rows[] = {
    { G_IO_ERROR_CANCELLED, HOUR, FALSE },
    { G_IO_ERROR_CANCELLED, 0, FALSE },
    { G_IO_ERROR_WOULD_BLOCK, HOUR, FALSE },
    { G_IO_ERROR_FAILED, HOUR, TRUE },
    { G_IO_ERROR_FAILED, 0, TRUE },
    { G_IO_ERROR_FAILED, 0, FALSE }, /* not remembered, and nothing was named that could change */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Trial) self = { 0 };
      g_autoptr (AnyFunction) outer = NULL;

      trial_init (&self);
      outer = define_forgiving (&self);
      any_function_set_error_maxage (self.function, rows[i].error_maxage);
      fail_with (&self, G_IO_ERROR, rows[i].code, "no");
      self.setup.during = rows[i].cancels ? cancel : NULL;
      ck_assert_int_eq (call (outer, KEY), -1);
      ck_assert_msg (lookup (outer, KEY) == MISS, "row %u", i);

      self.setup.during = NULL;
      g_clear_error (&self.failure);
      ck_assert_int_eq (call (outer, KEY), 2);
      ck_assert_int_eq (lookup (outer, KEY), 2);
    }
}
END_TEST

typedef struct
{
  AnyFunction  *others[2]; /* (nullable): whom the first and the second ask */
  GCancellable *cancellable;
} Circle;

static gboolean
circle_cb (AnyRequest *request,
           gpointer    user_data,
           GError    **error)
{
  Circle  *self = user_data;
  gboolean first = g_str_has_suffix (any_request_get_name (request), "First");
  g_autoptr (GVariant) inner = NULL;

  inner = any_function_call (self->others[first ? 0 : 1], text_args (KEY), self->cancellable, NULL);
  any_request_return_value (request, g_variant_new_int64 (inner != NULL ? 1 : -1));

  return TRUE;
}

/* Neither is one that was refused before it began: the second would get its answer if it were asked alone. */
START_TEST (test_refusal_is_doubt)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) first = NULL;
  g_autoptr (AnyFunction) second = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Circle circle = { 0 };

  setup_init (&setup);
  first = any_cache_define (setup.cache, "org.example.First", NULL, circle_cb, &circle, NULL);
  second = any_cache_define (setup.cache, "org.example.Second", NULL, circle_cb, &circle, NULL);

  circle = (Circle){ { second, first }, NULL };
  ck_assert_int_eq (call (first, KEY), 1);
  ck_assert_int_eq (lookup (second, KEY), MISS);

  g_cancellable_cancel (cancellable);
  circle = (Circle){ { setup.function, setup.function }, cancellable };
  ck_assert_int_eq (call (first, KEY), -1);
  ck_assert_int_eq (lookup (first, KEY), MISS);
}
END_TEST

/* Failures are the caller's affair, and not the store's. */
START_TEST (test_nothing_is_told)
{
  g_auto (Trial) self = { 0 };
  g_auto (Failures) failures = { 0 };

  trial_init (&self);
  failures_watch (&failures, self.setup.cache);
  assert_unreachable (&self, 1);
  assert_unreachable (&self, 1);
  run_to_rest ();
  ck_assert_int_eq (failures.n_told, 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("failures");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_remembered, 0, N_WAYS);
  tcase_add_test (all, test_what_is_told);
  tcase_add_test (all, test_nobody_asks_why);
  tcase_add_test (all, test_another_key);
  tcase_add_test (all, test_shortest_age_wins);
  tcase_add_test (all, test_limits_of_today);
  tcase_add_test (all, test_results_live_on);
  tcase_add_test (all, test_zero);
  tcase_add_test (all, test_cache_is_off);
  tcase_add_test (all, test_other_errors);
  tcase_add_test (all, test_no_answer);
  tcase_add_test (all, test_cancelled_meanwhile);
  tcase_add_loop_test (all, test_must_not_be_stored, 0, G_N_ELEMENTS (reasons));
  tcase_add_test (all, test_depfiles);
  tcase_add_loop_test (all, test_file_is_mended, 0, 2);
  tcase_add_test (all, test_invalidated);
  tcase_add_loop_test (all, test_other_questions, 0, 2);
  tcase_add_test (all, test_refresh);
  tcase_add_loop_test (all, test_forgotten, 0, 4);
  tcase_add_test (all, test_places);
  tcase_add_test (all, test_place_of_others);
  tcase_add_test (all, test_other_processes);
  tcase_add_loop_test (all, test_goes_up, 0, 2);
  tcase_add_test (all, test_its_end_goes_up);
  tcase_add_test (all, test_doubt_goes_up);
  tcase_add_test (all, test_refusal_is_doubt);
  tcase_add_test (all, test_nothing_is_told);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
