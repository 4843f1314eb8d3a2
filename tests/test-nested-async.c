/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Results that are made from others by computations that do not answer at once. */

#include "async-setup.h"

#define KEY "key"

/* Each level asks the one below; the lowest reads a file. */
typedef struct _Level Level;

struct _Level
{
  Setup        *setup;
  AnyFunction  *function; /* (owned) */
  Level        *below;    /* (nullable) */
  const char   *path;     /* (nullable): of the lowest */
  const char   *text;     /* (nullable): that it asks the one below for, instead of its own */
  gint64        maxage;
  gboolean      no_store;
  gboolean      waits;       /* for what it asks, in its thread */
  gboolean      is_lenient;  /* answers though the one below has failed */
  GCancellable *cancellable; /* (nullable): for what it asks */
  int           n_computed;
};

static const char *
text_of (AnyRequest *request)
{
  const char *text;

  g_variant_get (any_request_get_args (request), "(&s)", &text);

  return text;
}

typedef struct
{
  AnyRequest *request; /* (owned) */
  Level      *level;
} Question;

/* Takes the question. */
static void
answer_from_below (Question *question,
                   GVariant *value,
                   GError   *error)
{
  g_autoptr (AnyRequest) request = question->request;

  if (value != NULL)
    any_request_return_value (request, g_variant_new_int64 (1 + g_variant_get_int64 (value)));
  else if (question->level->is_lenient)
    any_request_return_value (request, g_variant_new_int64 (-1));
  else
    any_request_return_error (request, error);
  g_free (question);
}

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_request_call_finish (ANY_REQUEST (source), result, &error);

  answer_from_below (data, value, error);
}

static gboolean
ask_below_cb (gpointer data)
{
  Question   *question = data;
  Level      *level = question->level;
  const char *text = level->text != NULL ? level->text : text_of (question->request);

  if (level->waits)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = any_request_call (question->request, level->below->function, text_args (text), level->cancellable, &error);

      answer_from_below (question, value, error);
    }
  else
    any_request_call_async (question->request, level->below->function, text_args (text), level->cancellable, called_cb, question);

  return G_SOURCE_REMOVE;
}

static gint64
read_number (const char *path)
{
  g_autofree char *text = NULL;

  ck_assert (g_file_get_contents (path, &text, NULL, NULL));

  return g_ascii_strtoll (text, NULL, 10);
}

/* Whoever asks for something does so later, as code does that has waited for something else. */
static gboolean
compute_cb (AnyRequest    *request,
            gpointer       data,
            GError **error G_GNUC_UNUSED)
{
  Level *self = data;

  self->n_computed++;
  any_request_set_maxage (request, self->maxage);
  if (self->no_store)
    any_request_set_no_store (request);

  if (self->below != NULL)
    {
      Question *question = g_new (Question, 1);

      *question = (Question){ g_object_ref (request), self };
      g_idle_add (ask_below_cb, question);
    }
  else
    {
      any_request_add_dependency (request, self->path);
      any_request_return_value (request, g_variant_new_int64 (read_number (self->path)));
    }

  return TRUE;
}

#define N_LEVELS 3

typedef struct
{
  Setup setup;
  char *path;             /* (owned) */
  Level levels[N_LEVELS]; /* the lowest first */
} Tower;

static void
tower_init (Tower *self)
{
  setup_init (&self->setup);
  self->path = setup_write (&self->setup, "file", "10");
  for (guint i = 0; i < N_LEVELS; i++)
    {
      g_autofree char *name = g_strdup_printf ("org.example.Level%u", i);
      Level           *level = &self->levels[i];

      level->maxage = -1;
      level->setup = &self->setup;
      level->below = i > 0 ? &self->levels[i - 1] : NULL;
      level->path = self->path;
      level->function = any_cache_define (self->setup.cache, name, NULL, compute_cb, level, NULL);
    }
}

static void
tower_clear (Tower *self)
{
  for (guint i = 0; i < N_LEVELS; i++)
    g_clear_object (&self->levels[i].function);
  g_free (self->path);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tower, tower_clear)

static gint64
ask (Tower *self,
     guint  level)
{
  g_auto (Answered) answer = { 0 };

  begin_call (self->levels[level].function, KEY, NULL, &answer);
  await_told (&answer);
  ck_assert_msg (answer.value != NULL, "%s", answer.error != NULL ? answer.error->message : "");
  ck_assert (any_cache_flush (self->setup.cache, NULL, NULL));

  return g_variant_get_int64 (answer.value);
}

static void
assert_computed (Tower *self,
                 int    n_lowest,
                 int    n_middle,
                 int    n_top)
{
  ck_assert_int_eq (self->levels[0].n_computed, n_lowest);
  ck_assert_int_eq (self->levels[1].n_computed, n_middle);
  ck_assert_int_eq (self->levels[2].n_computed, n_top);
}

/* What the lowest one has read outdates them all, whether they were computed together or found each other stored. */
START_TEST (test_file)
{
  g_auto (Tower) tower = { .path = NULL };

  tower_init (&tower);
  tower.levels[1].waits = _i / 3;
  if (_i % 3 > 0)
    ask (&tower, _i % 3 - 1);
  ck_assert_int_eq (ask (&tower, 2), 12);
  ck_assert_int_eq (ask (&tower, 2), 12);
  assert_computed (&tower, 1, 1, 1);

  g_free (setup_write (&tower.setup, "file", "200"));
  ck_assert_int_eq (ask (&tower, 2), 202);
  assert_computed (&tower, 2, 2, 2);

  any_cache_set_maxmemory (tower.setup.cache, 0);
  ck_assert_int_eq (ask (&tower, 2), 202);
  assert_computed (&tower, 2, 2, 2);
}
END_TEST

/* So does its age. */
START_TEST (test_age)
{
  g_auto (Tower) tower = { .path = NULL };

  tower_init (&tower);
  tower.levels[1].waits = _i;
  tower.levels[0].maxage = 1;
  ask (&tower, 2);
  g_usleep (1000);
  ask (&tower, 2);
  assert_computed (&tower, 2, 2, 2);
}
END_TEST

/* What may not be stored makes nothing that may. */
START_TEST (test_no_store)
{
  g_auto (Tower) tower = { .path = NULL };

  tower_init (&tower);
  tower.levels[1].waits = _i;
  tower.levels[0].no_store = TRUE;
  ask (&tower, 2);
  ask (&tower, 2);
  assert_computed (&tower, 2, 2, 2);
}
END_TEST

/* What is made without what was asked for is not stored where that says nothing of what was asked. */
START_TEST (test_cancelled)
{
  g_auto (Tower) tower = { .path = NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  tower_init (&tower);
  tower.levels[1].waits = _i;
  tower.levels[1].cancellable = cancellable;
  tower.levels[1].is_lenient = TRUE;
  g_cancellable_cancel (cancellable);
  ck_assert_int_eq (ask (&tower, 2), 0);

  tower.levels[1].cancellable = NULL;
  ck_assert_int_eq (ask (&tower, 2), 12);
}
END_TEST

static const struct
{
  guint    below; /* whom the middle one asks */
  gboolean is_off;
  gboolean waits;
} recursions[] = {
  { 1, FALSE, FALSE },
  { 1, FALSE, TRUE },
  { 1, TRUE, FALSE },
  { 1, TRUE, TRUE },
  { 2, FALSE, FALSE },
  { 2, TRUE, FALSE },
};

/* Who asks for his own result is refused at once, directly or by way of another, and also where nothing is stored. */
START_TEST (test_recursion)
{
  g_auto (Tower) tower = { .path = NULL };
  g_auto (Answered) answer = { 0 };

  tower_init (&tower);
  if (recursions[_i].is_off)
    any_cache_set_maxsize (tower.setup.cache, 0);
  tower.levels[1].waits = recursions[_i].waits;
  tower.levels[1].below = &tower.levels[recursions[_i].below];
  begin_call (tower.levels[1].function, KEY, NULL, &answer);
  await_told (&answer);
  ck_assert (g_error_matches (answer.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
}
END_TEST

/* Two that ask for each other, and are asked at the same time. */
START_TEST (test_circle)
{
  g_auto (Tower) tower = { .path = NULL };
  Answered answers[2] = { { 0 } };

  tower_init (&tower);
  tower.levels[1].below = &tower.levels[2];
  begin_call (tower.levels[1].function, KEY, NULL, &answers[0]);
  begin_call (tower.levels[2].function, KEY, NULL, &answers[1]);
  await_all_told (answers, 2);
  for (guint i = 0; i < 2; i++)
    {
      ck_assert (g_error_matches (answers[i].error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
      answered_clear (&answers[i]);
    }
}
END_TEST

/* Two threads that do the same by calls that wait. */
typedef struct
{
  AnyFunction *one;
  AnyFunction *other;
  int          n_begun; /* atomic */
} Pair;

static gboolean
ask_other_cb (AnyRequest *request,
              gpointer    data,
              GError    **error)
{
  Pair *pair = data;
  g_autoptr (GVariant) value = NULL;
  gboolean is_one = g_str_equal (any_request_get_name (request), "org.example.One");
  gint64   deadline = any_test_deadline ();

  g_atomic_int_inc (&pair->n_begun);
  while (g_atomic_int_get (&pair->n_begun) < 2)
    g_assert_true (any_test_wait (deadline));

  value = any_function_call (is_one ? pair->other : pair->one, text_args (KEY), NULL, error);
  if (value == NULL)
    return FALSE;

  any_request_return_value (request, value);

  return TRUE;
}

static gpointer
call_cb (gpointer function)
{
  GError *error = NULL;

  g_assert_null (any_function_call (function, text_args (KEY), NULL, &error));

  return error;
}

START_TEST (test_two_threads)
{
  g_auto (Setup) setup = { NULL };
  Pair     pair = { NULL };
  GThread *threads[2];

  setup_init (&setup);
  pair.one = any_cache_define (setup.cache, "org.example.One", NULL, ask_other_cb, &pair, NULL);
  pair.other = any_cache_define (setup.cache, "org.example.Other", NULL, ask_other_cb, &pair, NULL);
  threads[0] = g_thread_new ("one", call_cb, pair.one);
  threads[1] = g_thread_new ("other", call_cb, pair.other);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = g_thread_join (threads[i]);

      ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
    }
  g_object_unref (pair.one);
  g_object_unref (pair.other);
}
END_TEST

/* A call that comes after the answer is as good as any, and changes nothing. */
START_TEST (test_after_the_answer)
{
  g_auto (Tower) tower = { .path = NULL };
  g_auto (Desk) desk = { .answers = FALSE };
  g_auto (Answered) answer = { 0 };
  g_auto (Answered) nested = { 0 };

  tower_init (&tower);
  desk_init (&desk);
  begin_call (desk.function, KEY, NULL, &answer);
  desk_await (&desk, 1);
  desk_answer (&desk, 0);
  any_request_call_async (desk.requests->pdata[0], tower.levels[0].function, text_args (KEY), NULL, async_told_cb, &nested);
  await_told (&nested);
  await_told (&answer);
  ck_assert_int_eq (g_variant_get_int64 (nested.value), 10);
  ck_assert (any_cache_flush (desk.setup.cache, NULL, NULL));

  g_free (setup_write (&tower.setup, "file", "200"));
  ck_assert_int_eq (lookup (desk.function, KEY), 1);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("nested-async");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_loop_test (all, test_file, 0, 6);
  tcase_add_loop_test (all, test_age, 0, 2);
  tcase_add_loop_test (all, test_no_store, 0, 2);
  tcase_add_loop_test (all, test_cancelled, 0, 2);
  tcase_add_loop_test (all, test_recursion, 0, G_N_ELEMENTS (recursions));
  tcase_add_test (all, test_circle);
  tcase_add_test (all, test_two_threads);
  tcase_add_test (all, test_after_the_answer);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
