/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a computation asks of the cache that waits for it. Only for its own result it must not ask. */

#include "cache-setup.h"

#define KEY "key"

/* A computation that asks something of another function, and tells how that ended. */
typedef struct
{
  Setup        setup;
  AnyFunction *other; /* (owned) (nullable) */
  void (*ask) (AnyFunction *other, GError **error);
  GError *error; /* (owned) (nullable): of what was asked */
} Nest;

static void
nest_init (Nest *self)
{
  setup_init (&self->setup);
  self->setup.data = self;
}

static void
nest_clear (Nest *self)
{
  g_clear_error (&self->error);
  g_clear_object (&self->other);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Nest, nest_clear)

static void
ask_during (Setup      *setup,
            AnyRequest *request)
{
  Nest *nest = setup->data;

  /* Once, or two that ask each other would never end. */
  if (nest->error == NULL && setup->n_computed < 5)
    nest->ask (nest->other, &nest->error);
}

static void
ask_call (AnyFunction *other,
          GError     **error)
{
  g_autoptr (GVariant) value = any_function_call (other, text_args (KEY), NULL, error);

  g_assert_true (value != NULL || *error != NULL);
}

static void
ask_refresh (AnyFunction *other,
             GError     **error)
{
  g_autoptr (GVariant) value = any_function_refresh (other, text_args (KEY), NULL, error);

  g_assert_true (value != NULL || *error != NULL);
}

static AnyFunction *
define (Nest       *nest,
        const char *cachedir,
        const char *name,
        const char *version)
{
  g_autoptr (AnyCache) cache = any_cache_new (cachedir, -1);

  return any_cache_define (cache, name, version, setup_compute_cb, &nest->setup, NULL);
}

/* The key and the directory make a result, and not the objects. Where what is asked for is another's, that one is computed, and asks
 * for itself in turn. */
START_TEST (test_whose_result_it_is)
{
  static const struct
  {
    const char *name;
    const char *version;
    gboolean    elsewhere;
    gboolean    own;
  } rows[] = {
    { "org.example.Number", "1", FALSE, TRUE },
    { "org.example.Number", "2", FALSE, FALSE },
    { "org.example.Other", "1", FALSE, FALSE },
    { "org.example.Number", "1", TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Nest) nest = { .ask = ask_call };
      g_autofree char *elsewhere = NULL;

      nest_init (&nest);
      elsewhere = g_build_filename (nest.setup.folder, "elsewhere", NULL);
      nest.other = define (&nest, rows[i].elsewhere ? elsewhere : nest.setup.cachedir, rows[i].name, rows[i].version);
      nest.setup.during = ask_during;

      ck_assert_int_eq (call (nest.setup.function, KEY), 1);
      ck_assert_msg (g_error_matches (nest.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION), "row %u", i);
      ck_assert_int_eq (nest.setup.n_computed, rows[i].own ? 1 : 2);
      ck_assert_int_eq (lookup (nest.setup.function, KEY), 1);
    }
}
END_TEST

/* The old result is no answer to a computation that is to replace it. */
START_TEST (test_call_during_its_refresh)
{
  g_auto (Nest) nest = { .ask = ask_call };

  nest_init (&nest);
  nest.other = g_object_ref (nest.setup.function);
  ck_assert_int_eq (call (nest.setup.function, KEY), 1);
  nest.setup.during = ask_during;

  ck_assert_int_eq (refresh (nest.setup.function, KEY), 2);
  ck_assert (g_error_matches (nest.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
}
END_TEST

START_TEST (test_refresh_of_itself)
{
  g_auto (Nest) nest = { .ask = ask_refresh };

  nest_init (&nest);
  nest.other = g_object_ref (nest.setup.function);
  nest.setup.during = ask_during;

  ck_assert_int_eq (call (nest.setup.function, KEY), 1);
  ck_assert (g_error_matches (nest.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
}
END_TEST

static void
ask_harmless (AnyFunction *other,
              GError     **error)
{
  g_autoptr (AnyEntry) entry = NULL;

  g_assert_cmpint (lookup (other, KEY), ==, MISS);
  g_assert_true (any_function_is_outdated (other, text_args (KEY), NULL, error));
  entry = any_function_peek (other, text_args (KEY));
  g_assert_null (entry);
  g_assert_true (any_function_store (other, text_args (KEY), g_variant_new_int64 (7), -1, NULL, NULL, error));
  g_assert_cmpint (lookup (other, KEY), ==, 7);
  g_assert_cmpuint (any_cache_get_size (any_function_get_cache (other)), >, 0);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "enough");
}

/* What needs no computation may be asked: no lock is held while one runs. */
START_TEST (test_what_may_be_asked)
{
  g_auto (Nest) nest = { .ask = ask_harmless };

  nest_init (&nest);
  nest.other = g_object_ref (nest.setup.function);
  nest.setup.during = ask_during;

  ck_assert_int_eq (call (nest.setup.function, KEY), 1);
  ck_assert (g_error_matches (nest.error, G_IO_ERROR, G_IO_ERROR_FAILED));
  /* What was given is younger than what began to be computed before. */
  ck_assert_int_eq (lookup (nest.setup.function, KEY), 7);
}
END_TEST

static char **
ask_for_files_cb (GVariant *result,
                  GVariant *args,
                  gpointer  user_data,
                  GError  **error)
{
  Nest *nest = user_data;

  ask_call (nest->setup.function, &nest->error);

  return g_new0 (char *, 1);
}

/* The function that names the files is a part of the computation. */
START_TEST (test_asked_for_files)
{
  g_auto (Nest) nest = { 0 };

  nest_init (&nest);
  any_function_set_depfiles_func (nest.setup.function, ask_for_files_cb, &nest, NULL);
  ck_assert_int_eq (call (nest.setup.function, KEY), 1);
  ck_assert (g_error_matches (nest.error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
  ck_assert_int_eq (lookup (nest.setup.function, KEY), 1);
}
END_TEST

/* Ways to end without a result, by turns. */
static gboolean
fail_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  int *n_asked = user_data;

  switch ((*n_asked)++ % 4)
    {
    case 0:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "trouble");
      return FALSE;
    case 1:
      any_request_return_error_literal (request, G_IO_ERROR, G_IO_ERROR_FAILED, "trouble");
      return TRUE;
    case 2:
      return FALSE;
    default:
      return TRUE;
    }
}

/* However it ended, a computation is over: to ask again is no recursion. */
START_TEST (test_over_is_over)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  int n_asked = 0;

  setup_init (&setup);
  function = any_cache_define (setup.cache, "org.example.Fails", NULL, fail_cb, &n_asked, NULL);
  for (int i = 0; i < 12; i++)
    {
      g_autoptr (GError) error = NULL;

      ck_assert_ptr_null (any_function_call (function, text_args (KEY), NULL, &error));
      ck_assert_ptr_nonnull (error);
      ck_assert_msg (error->domain != ANY_CACHE_ERROR || error->code == ANY_CACHE_ERROR_NO_RESULT, "%s", error->message);
      ck_assert_int_eq (n_asked, i + 1);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("computation-nesting");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_whose_result_it_is);
  tcase_add_test (all, test_call_during_its_refresh);
  tcase_add_test (all, test_refresh_of_itself);
  tcase_add_test (all, test_what_may_be_asked);
  tcase_add_test (all, test_asked_for_files);
  tcase_add_test (all, test_over_is_over);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
