/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A computation that finds that the old result still holds need not make it again. */

#include "cache-setup.h"

#include "any-test-process.h"

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* Over before anybody can ask again. */
#define MOMENT 1

/* A function that behaves like a client of a server: it offers what it knows the old result by. */
typedef struct _Client Client;

struct _Client
{
  Setup        setup;
  AnyFunction *function; /* (owned) */
  char        *path;     /* (owned) of a file that may be named */
  char        *seen;     /* (owned) (nullable): what the last computation was offered */
  const char  *gives;    /* (nullable): what it sets */
  gboolean     changed;  /* the server has another one */
  gint64       maxage;   /* of what it gives */
  gboolean     names;    /* the file */
  GVariant    *value;    /* (owned) (nullable): in place of the number of the computation */
  void (*during) (Client *self, AnyRequest *request);
  void (*answer) (Client *self, AnyRequest *request); /* (nullable) in place of the usual one */

  void (*act) (Client *self); /* what another process does */
};

static void
make_anew (Client     *self,
           AnyRequest *request)
{
  any_request_return_value (request, self->value != NULL ? self->value : g_variant_new_int64 (self->setup.n_computed));
}

static gboolean
client_cb (AnyRequest *request,
           gpointer    user_data,
           GError    **error)
{
  Client *self = user_data;

  self->setup.n_computed++;
  g_free (self->seen);
  self->seen = g_strdup (any_request_get_validator (request));
  any_request_set_maxage (request, self->maxage);
  any_request_set_validator (request, self->gives);
  if (self->names)
    any_request_add_dependency (request, self->path);
  if (self->during != NULL)
    self->during (self, request);

  if (self->answer != NULL)
    self->answer (self, request);
  else if (self->seen != NULL && !self->changed)
    any_request_return_not_modified (request);
  else
    make_anew (self, request);

  return self->answer == NULL;
}

static void
open_cache (Client *self)
{
  self->setup.cache = any_cache_new (self->setup.cachedir, -1);
  self->function = any_cache_define (self->setup.cache, "org.example.Client", "1", client_cb, self, NULL);
}

static void
close_cache (Client *self)
{
  g_clear_object (&self->function);
  g_clear_object (&self->setup.function);
  g_clear_object (&self->setup.cache);
}

static void
client_init (Client *self)
{
  setup_init (&self->setup);
  close_cache (self);
  open_cache (self);
  self->path = setup_write (&self->setup, "file", "text");
  self->gives = "one";
  self->maxage = MOMENT;
}

static void
client_clear (Client *self)
{
  close_cache (self);
  g_clear_pointer (&self->value, g_variant_unref);
  g_free (self->seen);
  g_free (self->path);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Client, client_clear)

/* Calls, and says what that must come to: the result, and what the computation was offered. For other processes too. */
static void
assert_call (Client     *self,
             gint64      result,
             const char *offered)
{
  g_assert_cmpint (call (self->function, KEY), ==, result);
  g_assert_cmpstr (self->seen, ==, offered);
}

START_TEST (test_renewed)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  if (_i == 1)
    any_cache_set_maxmemory (self.setup.cache, 0);
  assert_call (&self, 1, NULL);
  assert_call (&self, 1, "one");
  self.maxage = HOUR;
  assert_call (&self, 1, "one");
  ck_assert_int_eq (self.setup.n_computed, 3);

  /* Now it is fresh. */
  ck_assert_int_eq (lookup (self.function, KEY), 1);
  assert_call (&self, 1, "one");
  ck_assert_int_eq (self.setup.n_computed, 3);
}
END_TEST

START_TEST (test_changed)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  assert_call (&self, 1, NULL);
  self.changed = TRUE;
  self.gives = "two";
  assert_call (&self, 2, "one");
  self.changed = FALSE;
  assert_call (&self, 2, "two");
}
END_TEST

/* Its age counts from the computation that has renewed it. */
START_TEST (test_new_age)
{
  g_auto (Client) self = { 0 };
  g_autoptr (AnyEntry) old = NULL;
  g_autoptr (AnyEntry) renewed = NULL;
  gint64 before;

  client_init (&self);
  assert_call (&self, 1, NULL);
  old = any_function_peek (self.function, text_args (KEY));
  self.maxage = HOUR;
  before = g_get_real_time ();
  assert_call (&self, 1, "one");

  renewed = any_function_peek (self.function, text_args (KEY));
  ck_assert_int_ge (any_entry_get_created (renewed), before);
  ck_assert_int_eq (any_entry_get_expires (renewed), any_entry_get_created (renewed) + HOUR);
  ck_assert (any_entry_is_current (renewed));
  ck_assert (!any_entry_is_current (old));
}
END_TEST

/* A computation that finds nothing new need not say again how long that holds. */
START_TEST (test_span_stays)
{
  g_auto (Client) self = { .maxage = -1 };

  client_init (&self);
  assert_call (&self, 1, NULL);
  self.maxage = -1;
  for (int i = 2; i < 5; i++)
    {
      assert_call (&self, 1, "one");
      ck_assert_int_eq (self.setup.n_computed, i);
    }
}
END_TEST

/* The validator may be a new one though the result is not; none is none. */
START_TEST (test_validators)
{
  static const struct
  {
    const char *first;
    const char *second;
    const char *left;
  } rows[] = {
    { "one", NULL, "one" },
    { "one", "two", "two" },
    { "one", "", "" },
    { "", NULL, "" },
    { "größe", NULL, "größe" },
    { "W/\"with\nall\tkinds\"", "short", "short" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Client) self = { 0 };

      client_init (&self);
      any_cache_set_maxmemory (self.setup.cache, i % 2 == 0 ? 0 : -1);
      self.gives = rows[i].first;
      assert_call (&self, 1, NULL);
      self.gives = rows[i].second;
      assert_call (&self, 1, rows[i].first);
      self.gives = NULL;
      assert_call (&self, 1, rows[i].left);
      assert_call (&self, 1, rows[i].left);
    }
}
END_TEST

START_TEST (test_no_validator)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  self.gives = NULL;
  assert_call (&self, 1, NULL);
  assert_call (&self, 2, NULL);
}
END_TEST

START_TEST (test_long_validator)
{
  g_auto (Client) self = { 0 };
  g_autofree char *validator = g_strnfill (1 << 20, 'x');

  client_init (&self);
  any_cache_set_maxmemory (self.setup.cache, 0);
  self.gives = validator;
  assert_call (&self, 1, NULL);
  assert_call (&self, 1, validator);
}
END_TEST

/* It depends on what it depended on, and on what was named now. */
START_TEST (test_dependencies)
{
  g_auto (Client) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) paths = NULL;

  client_init (&self);
  self.names = _i != 1;
  assert_call (&self, 1, NULL);
  self.names = _i != 0;
  self.maxage = HOUR;
  assert_call (&self, 1, "one");
  entry = any_function_peek (self.function, text_args (KEY));
  paths = any_entry_dup_dependencies (entry);
  ck_assert (g_strv_contains ((const char *const *) paths, self.path));

  g_free (setup_write (&self.setup, "file", "another text"));
  assert_call (&self, 3, NULL);
}
END_TEST

static void
change_file (Client *self)
{
  g_free (setup_write (&self->setup, "file", "another text"));
}

static void
mark_file (Client *self)
{
  g_assert_true (any_cache_invalidate (self->setup.cache, self->path, NULL, NULL));
}

static void
remove_it (Client *self)
{
  g_assert_true (any_function_remove (self->function, text_args (KEY), NULL, NULL));
}

static void
clear_function (Client *self)
{
  g_assert_true (any_function_clear (self->function, NULL, NULL));
}

static void
clear_cache (Client *self)
{
  g_assert_true (any_cache_clear (self->setup.cache, NULL, NULL));
}

static void
store_without (Client *self)
{
  g_assert_true (any_function_store (self->function, text_args (KEY), g_variant_new_int64 (7), MOMENT, NULL, NULL, NULL));
}

static void
switch_off (Client *self)
{
  any_cache_set_maxsize (self->setup.cache, 0);
}

static void
take_another_version (Client *self)
{
  g_clear_object (&self->function);
  self->function = any_cache_define (self->setup.cache, "org.example.Client", "2", client_cb, self, NULL);
}

static void
say_no (Client     *self,
        AnyRequest *request)
{
  any_request_return_error_literal (request, G_IO_ERROR, G_IO_ERROR_FAILED, "no");
}

static void
replace_by_failure (Client *self)
{
  self->answer = say_no;
  any_function_set_error_maxage (self->function, HOUR);
  g_assert_null (any_function_call (self->function, text_args (KEY), NULL, NULL));
  any_function_set_error_maxage (self->function, MOMENT);
  self->answer = NULL;
}

static void (*const obstacles[]) (Client *) = {
  change_file, mark_file, remove_it, clear_function, clear_cache, store_without, switch_off, take_another_version, replace_by_failure
};

/* What else than its age speaks against a result speaks against offering it, whether it is called for or refreshed. */
START_TEST (test_never_offered)
{
  g_auto (Client) self = { .names = TRUE };

  client_init (&self);
  assert_call (&self, 1, NULL);
  obstacles[_i / 2](&self);
  self.setup.n_computed = 5;
  ck_assert_int_eq (_i % 2 == 0 ? call (self.function, KEY) : refresh (self.function, KEY), 6);
  ck_assert_ptr_null (self.seen);
}
END_TEST

static void
act_part (int      line,
          gpointer data)
{
  Client *self = data;

  self->act (self);
}

START_TEST (test_never_offered_elsewhere)
{
  g_auto (Client) self = { .names = TRUE };

  client_init (&self);
  assert_call (&self, 1, NULL);
  self.act = obstacles[_i];
  any_test_process_run (act_part, &self);
  assert_call (&self, 2, NULL);
}
END_TEST

static void
act_during (Client     *self,
            AnyRequest *request)
{
  self->act (self);
}

/* What happens while the server is asked: the caller may be given the old one, and nobody else. */
START_TEST (test_meanwhile)
{
  g_auto (Client) self = { .names = TRUE };

  client_init (&self);
  assert_call (&self, 1, NULL);

  self.names = FALSE;
  self.maxage = HOUR;
  self.act = obstacles[_i];
  self.during = act_during;
  assert_call (&self, 1, "one");
  ck_assert_int_eq (lookup (self.function, KEY), MISS);
  self.during = NULL;
  assert_call (&self, 3, NULL);
}
END_TEST

/* Where somebody stores something else meanwhile, that stays. */
START_TEST (test_stored_meanwhile)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  assert_call (&self, 1, NULL);
  self.maxage = HOUR;
  self.act = store_without;
  self.during = act_during;
  assert_call (&self, 1, "one");
  self.during = NULL;
  assert_call (&self, 3, NULL);
}
END_TEST

/* The old one is offered whatever its age is, and is the new one then. */
START_TEST (test_refresh)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  self.maxage = HOUR;
  ck_assert_int_eq (refresh (self.function, KEY), 1);
  ck_assert_ptr_null (self.seen);
  ck_assert_int_eq (refresh (self.function, KEY), 1);
  ck_assert_str_eq (self.seen, "one");
  self.changed = TRUE;
  ck_assert_int_eq (refresh (self.function, KEY), 3);
  ck_assert_int_eq (lookup (self.function, KEY), 3);
}
END_TEST

/* A failure leaves what there is, so the next may renew it. */
START_TEST (test_failure_between)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  assert_call (&self, 1, NULL);
  self.answer = say_no;
  ck_assert_ptr_null (any_function_call (self.function, text_args (KEY), NULL, NULL));
  ck_assert_ptr_null (any_function_refresh (self.function, text_args (KEY), NULL, NULL));
  self.answer = NULL;
  assert_call (&self, 1, "one");
}
END_TEST

static void
answer_twice (Client     *self,
              AnyRequest *request)
{
  if (self->changed)
    make_anew (self, request);
  any_request_return_not_modified (request);
  if (!self->changed)
    make_anew (self, request);
}

/* The first answer counts, with all that belongs to it. */
START_TEST (test_second_answer)
{
  g_auto (Client) self = { 0 };
  const GPtrArray *criticals;

  client_init (&self);
  assert_call (&self, 1, NULL);
  criticals = listen_to_criticals ();
  self.answer = answer_twice;
  self.changed = _i == 1;
  self.gives = _i == 1 ? NULL : "two";
  assert_call (&self, _i == 1 ? 2 : 1, "one");
  ck_assert_uint_eq (criticals->len, 1);
  ck_assert_ptr_nonnull (strstr (criticals->pdata[0], "answered twice"));
  stop_listening ();

  self.answer = NULL;
  self.changed = FALSE;
  assert_call (&self, _i == 1 ? 3 : 1, _i == 1 ? NULL : "two");
}
END_TEST

static void
claim_without_reason (Client     *self,
                      AnyRequest *request)
{
  any_request_return_not_modified (request);
}

/* Who was offered nothing has nothing to give. */
START_TEST (test_nothing_to_renew)
{
  g_auto (Client) self = { .answer = claim_without_reason };
  const GPtrArray *criticals;
  g_autoptr (GError) error = NULL;

  client_init (&self);
  criticals = listen_to_criticals ();
  ck_assert_ptr_null (any_function_call (self.function, text_args (KEY), NULL, &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT));
  ck_assert_uint_eq (criticals->len, 1);
  stop_listening ();

  self.answer = NULL;
  assert_call (&self, 2, NULL);
}
END_TEST

static void
set_broken_text (Client     *self,
                 AnyRequest *request)
{
  any_request_set_validator (request, "no \xff UTF-8");
}

START_TEST (test_no_utf8)
{
  g_auto (Client) self = { .during = set_broken_text };
  const GPtrArray *criticals;

  client_init (&self);
  criticals = listen_to_criticals ();
  assert_call (&self, 1, NULL);
  ck_assert_uint_eq (criticals->len, 1);
  stop_listening ();
  self.during = NULL;
  assert_call (&self, 1, "one");
}
END_TEST

static AnyRequest *kept;

static void
keep (Client     *self,
      AnyRequest *request)
{
  kept = g_object_ref (request);
}

/* Who comes late changes nothing, and is told what there was. */
START_TEST (test_after_the_end)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  assert_call (&self, 1, NULL);
  self.during = keep;
  self.maxage = HOUR;
  assert_call (&self, 1, "one");
  any_request_set_validator (kept, "late");
  ck_assert_str_eq (any_request_get_validator (kept), "one");
  g_clear_object (&kept);

  self.during = NULL;
  ck_assert_int_eq (refresh (self.function, KEY), 1);
  ck_assert_str_eq (self.seen, "one");
}
END_TEST

/* Its bytes go with it, many or none. */
START_TEST (test_values)
{
  static const gsize lengths[] = { 0, 1, 4096, 8 << 20 };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (lengths); i++)
    {
      g_auto (Client) self = { 0 };
      gsize   length = lengths[i / 2];
      guint8 *bytes = g_malloc (length + 1);

      client_init (&self);
      any_cache_set_maxmemory (self.setup.cache, i % 2 == 0 ? 0 : 64 << 20);
      memset (bytes, 'x', length);
      self.value = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, bytes, length, TRUE, g_free, bytes));

      for (guint round = 0; round < 3; round++)
        {
          g_autoptr (GVariant) result = any_function_call (self.function, text_args (KEY), NULL, NULL);

          ck_assert (g_variant_equal (result, self.value));
          ck_assert_pstr_eq (self.seen, round == 0 ? NULL : "one");
        }
    }
}
END_TEST

static void
call_part (int      line,
           gpointer data)
{
  Client *self = data;

  assert_call (self, 1, NULL);
}

static void
renew_part (int      line,
            gpointer data)
{
  Client *self = data;

  self->setup.n_computed = 5;
  self->maxage = HOUR;
  self->gives = "two";
  assert_call (self, 1, "one");
}

/* What one process has made another renews, and all others may use. */
START_TEST (test_several_processes)
{
  g_auto (Client) self = { 0 };

  client_init (&self);
  any_test_process_run (call_part, &self);
  any_test_process_run (renew_part, &self);
  self.setup.n_computed = 5;
  ck_assert_int_eq (lookup (self.function, KEY), 1);
  ck_assert_int_eq (refresh (self.function, KEY), 1);
  ck_assert_str_eq (self.seen, "two");

  close_cache (&self);
  open_cache (&self);
  ck_assert_int_eq (refresh (self.function, KEY), 1);
}
END_TEST

/* A result that was made from it is as old as it is, and no older once it was renewed. */
static gboolean
outer_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Client *self = user_data;
  g_autoptr (GVariant) inner = any_function_call (self->function, text_args (KEY), NULL, error);

  any_request_return_value (request, inner);

  return TRUE;
}

START_TEST (test_nested)
{
  g_auto (Client) self = { .names = TRUE };
  g_autoptr (AnyFunction) outer = NULL;

  client_init (&self);
  outer = any_cache_define (self.setup.cache, "org.example.Outer", NULL, outer_cb, &self, NULL);
  assert_call (&self, 1, NULL);
  self.names = FALSE;
  ck_assert_int_eq (call (outer, KEY), 1);
  ck_assert_int_eq (lookup (outer, KEY), MISS);
  self.maxage = HOUR;
  ck_assert_int_eq (call (outer, KEY), 1);
  ck_assert_int_eq (lookup (outer, KEY), 1);
  ck_assert_int_eq (self.setup.n_computed, 3);

  change_file (&self);
  ck_assert_int_eq (lookup (outer, KEY), MISS);
}
END_TEST

static gboolean
outer_client_cb (AnyRequest *request,
                 gpointer    user_data,
                 GError    **error)
{
  if (any_request_get_validator (request) != NULL)
    {
      any_request_return_not_modified (request);
      return TRUE;
    }

  any_request_set_validator (request, "outer");

  return outer_cb (request, user_data, error);
}

/* That it is too old may mean that the other result is, of which its computation knows nothing. */
START_TEST (test_made_from_another)
{
  g_auto (Client) self = { .changed = TRUE };
  g_autoptr (AnyFunction) outer = NULL;

  client_init (&self);
  outer = any_cache_define (self.setup.cache, "org.example.Outer", NULL, outer_client_cb, &self, NULL);
  ck_assert_int_eq (call (outer, KEY), 1);
  ck_assert_int_eq (call (outer, KEY), 2);
}
END_TEST

static void
renew_alone_part (int      line,
                  gpointer data)
{
  Client *self = data;

  open_cache (self);
  call (self->function, KEY);
}

static void
remove_alone_part (int      line,
                   gpointer data)
{
  Client *self = data;

  open_cache (self);
  self->act (self);
}

/* After a removal nobody gets what was stored before, at whichever instant of a renewal it comes. What was made anew may be there. */
START_TEST (test_removed_at_each_instant)
{
  static void (*const acts[]) (Client *) = { remove_it, clear_function, clear_cache, mark_file };
  guint    n = 0;
  gboolean raced;

  if (!any_test_can_step ())
    return;

  do
    {
      g_auto (Client) self = { .names = TRUE };
      gint64 left;

      client_init (&self);
      assert_call (&self, 1, NULL);
      close_cache (&self);
      self.act = acts[_i];
      self.maxage = HOUR;
      raced = any_test_process_race_at (renew_alone_part, &self, ++n, remove_alone_part, &self);

      open_cache (&self);
      left = lookup (self.function, KEY);
      ck_assert_msg (left == 2 || left == (raced ? MISS : 1), "stopped before system call %u: %d", n, (int) left);
    }
  while (raced);
  ck_assert_uint_gt (n, 10);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("validator");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_renewed, 0, 2);
  tcase_add_test (all, test_changed);
  tcase_add_test (all, test_new_age);
  tcase_add_test (all, test_span_stays);
  tcase_add_test (all, test_made_from_another);
  tcase_add_test (all, test_validators);
  tcase_add_test (all, test_no_validator);
  tcase_add_test (all, test_long_validator);
  tcase_add_loop_test (all, test_dependencies, 0, 3);
  tcase_add_loop_test (all, test_never_offered, 0, 2 * G_N_ELEMENTS (obstacles));
  tcase_add_loop_test (all, test_never_offered_elsewhere, 0, 6);
  tcase_add_loop_test (all, test_meanwhile, 0, 5);
  tcase_add_test (all, test_stored_meanwhile);
  tcase_add_test (all, test_refresh);
  tcase_add_test (all, test_failure_between);
  tcase_add_loop_test (all, test_second_answer, 0, 2);
  tcase_add_test (all, test_nothing_to_renew);
  tcase_add_test (all, test_no_utf8);
  tcase_add_test (all, test_after_the_end);
  tcase_add_test (all, test_values);
  tcase_add_test (all, test_several_processes);
  tcase_add_test (all, test_nested);
  tcase_add_loop_test (all, test_removed_at_each_instant, 0, 4);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
