/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gstdio.h>
#include <math.h>
#include <sys/stat.h>

#include "cache-setup.h"

#define KEY "key"

static AnyFunction *
define (Setup         *setup,
        AnyComputeFunc compute)
{
  return any_cache_define (setup->cache, "org.example.Other", NULL, compute, setup, NULL);
}

/* Keeps what a callback has seen of its request. */
static gboolean
keep_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Setup *setup = user_data;

  setup->data = g_object_ref (request);
  any_request_return_value (request, g_variant_new_int64 (1));

  return TRUE;
}

START_TEST (test_properties)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (AnyRequest) request = NULL;
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) args = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GCancellable) seen = NULL;
  const char *text;

  setup_init (&setup);
  function = define (&setup, keep_cb);
  result = any_function_call (function, text_args (KEY), NULL, NULL);
  request = setup.data;

  g_object_get (request, "args", &args, "name", &name, "cancellable", &seen, NULL);
  g_variant_get (args, "(&s)", &text);
  ck_assert_str_eq (text, KEY);
  ck_assert_ptr_eq (any_request_get_args (request), args);
  ck_assert_str_eq (name, "org.example.Other");
  ck_assert_str_eq (any_request_get_name (request), name);
  ck_assert_ptr_eq (any_request_get_cancellable (request), seen);
}
END_TEST

static gboolean
cancel_cb (AnyRequest *request,
           gpointer    data,
           GError    **error)
{
  Setup *setup = data;

  ck_assert (!g_cancellable_is_cancelled (any_request_get_cancellable (request)));
  g_cancellable_cancel (setup->data);
  ck_assert (g_cancellable_set_error_if_cancelled (any_request_get_cancellable (request), error));

  return FALSE;
}

/* It is not the caller's own, as others may wait too; but when he was the last of them, it is told. */
START_TEST (test_caller_cancels)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  setup.data = cancellable;
  function = define (&setup, cancel_cb);
  ck_assert_ptr_null (any_function_call (function, text_args (KEY), cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}
END_TEST

/* A computation can always ask, even where nobody can cancel. */
START_TEST (test_there_is_a_cancellable)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (AnyRequest) request = NULL;

  setup_init (&setup);
  function = define (&setup, keep_cb);
  call (function, KEY);
  request = setup.data;

  ck_assert (G_IS_CANCELLABLE (any_request_get_cancellable (request)));
  ck_assert (!g_cancellable_is_cancelled (any_request_get_cancellable (request)));
}
END_TEST

/* Who keeps a request and comes late is heard politely, and changes nothing. */
START_TEST (test_after_the_end)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (AnyRequest) request = NULL;
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) dependencies = NULL;

  setup_init (&setup);
  function = define (&setup, keep_cb);
  call (function, KEY);
  request = setup.data;

  any_request_add_dependency (request, "/dev/zero");
  any_request_set_maxage (request, 0);
  any_request_set_no_store (request);

  ck_assert_int_eq (lookup (function, KEY), 1);
  entry = any_function_peek (function, text_args (KEY));
  dependencies = any_entry_dup_dependencies (entry);
  ck_assert_uint_eq (g_strv_length (dependencies), 0);
  ck_assert_int_eq (any_entry_get_expires (entry), -1);
}
END_TEST

static gboolean
promise_cb (AnyRequest *request,
            gpointer    user_data,
            GError    **error)
{
  Setup *setup = user_data;

  setup->data = g_object_ref (request);

  return TRUE;
}

/* Nobody waits: the answer is dropped, in whatever form it comes. */
START_TEST (test_late_answers)
{
  g_autoptr (GError) trouble = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "trouble");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("bytes", 5);

  for (guint way = 0; way < 5; way++)
    {
      g_auto (Setup) setup = { 0 };
      g_autoptr (AnyFunction) function = NULL;
      g_autoptr (AnyRequest) request = NULL;
      g_autoptr (GError) error = NULL;

      setup_init (&setup);
      function = define (&setup, promise_cb);
      ck_assert_ptr_null (any_function_call (function, text_args (KEY), NULL, &error));
      ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
      request = setup.data;

      if (way == 0)
        any_request_return_value (request, g_variant_new_int64 (1));
      else if (way == 1)
        any_request_return_bytes (request, bytes);
      else if (way == 2)
        any_request_return_error (request, trouble);
      else if (way == 3)
        any_request_return_error_literal (request, G_IO_ERROR, G_IO_ERROR_FAILED, "trouble");

      ck_assert_int_eq (lookup (function, KEY), MISS);
    }
}
END_TEST

static gboolean
forget_cb (AnyRequest *request,
           gpointer    user_data,
           GError    **error)
{
  return TRUE;
}

/* Whoever keeps no request can answer none. That is known too late to matter: the call has ended already. */
START_TEST (test_forgotten)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  function = define (&setup, forget_cb);
  ck_assert_ptr_null (any_function_call (function, text_args (KEY), NULL, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}
END_TEST

static gpointer
answer_cb (gpointer request)
{
  any_request_add_dependency (request, "/etc");
  any_request_return_value (request, g_variant_new_int64 (7));

  return NULL;
}

static gboolean
delegate_cb (AnyRequest *request,
             gpointer    user_data,
             GError    **error)
{
  g_thread_join (g_thread_new ("helper", answer_cb, request));

  return TRUE;
}

START_TEST (test_answer_of_another_thread)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) dependencies = NULL;

  setup_init (&setup);
  function = define (&setup, delegate_cb);
  ck_assert_int_eq (call (function, KEY), 7);
  ck_assert_int_eq (lookup (function, KEY), 7);

  entry = any_function_peek (function, text_args (KEY));
  dependencies = any_entry_dup_dependencies (entry);
  ck_assert_str_eq (dependencies[0], "/etc");
}
END_TEST

static gboolean
give_bytes_cb (AnyRequest *request,
               gpointer    user_data,
               GError    **error)
{
  Setup *setup = user_data;

  any_request_return_bytes (request, setup->data);

  return TRUE;
}

/* Large bytes are not copied on their way to the caller. */
START_TEST (test_bytes_are_shared)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (1 << 20), 1 << 20);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) found = NULL;
  gsize length;

  setup_init (&setup);
  setup.data = bytes;
  function = define (&setup, give_bytes_cb);
  result = any_function_call (function, text_args (KEY), NULL, NULL);

  ck_assert_str_eq (g_variant_get_type_string (result), "ay");
  ck_assert_ptr_eq (g_variant_get_fixed_array (result, &length, 1), g_bytes_get_data (bytes, NULL));
  ck_assert_uint_eq (length, 1 << 20);

  found = any_function_lookup (function, text_args (KEY), NULL, NULL);
  ck_assert (g_variant_equal (found, result));
}
END_TEST

/* Empty bytes are a result too. */
START_TEST (test_no_bytes)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) found = NULL;

  setup_init (&setup);
  any_cache_set_maxmemory (setup.cache, 0);
  setup.data = bytes;
  function = define (&setup, give_bytes_cb);
  result = any_function_call (function, text_args (KEY), NULL, NULL);
  found = any_function_lookup (function, text_args (KEY), NULL, NULL);

  ck_assert_str_eq (g_variant_get_type_string (found), "ay");
  ck_assert_uint_eq (g_variant_n_children (found), 0);
}
END_TEST

static gboolean
give_kept_cb (AnyRequest *request,
              gpointer    user_data,
              GError    **error)
{
  Setup *setup = user_data;

  any_request_return_value (request, setup->data);

  return TRUE;
}

/* What the answer gives up is one reference at most: a floating value is taken, any other stays its owner's. */
START_TEST (test_owned_value)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_int64 (7));

  setup_init (&setup);
  setup.data = value;
  function = define (&setup, give_kept_cb);
  ck_assert_int_eq (call (function, KEY), 7);
  g_clear_object (&function);
  g_clear_object (&setup.function);
  g_clear_object (&setup.cache);
  ck_assert_int_eq (g_variant_get_int64 (value), 7);
}
END_TEST

/* What cannot be stored is returned all the same, and the trouble told. */
START_TEST (test_values_that_cannot_be_stored)
{
  static const char *const rows[] = { "handle 0", "[<handle 1>]", "deep", "broken" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_auto (Failures) failures = { 0 };
      g_autoptr (AnyFunction) function = NULL;
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GVariant) result = NULL;

      if (g_str_equal (rows[i], "deep"))
        {
          value = g_variant_new_int32 (1);
          for (guint j = 0; j < 65; j++)
            value = g_variant_new_variant (value);
        }
      else if (g_str_equal (rows[i], "broken"))
        value = g_variant_new_from_data (G_VARIANT_TYPE ("as"), "a\0\7", 3, FALSE, NULL, NULL);
      else
        value = g_variant_parse (NULL, rows[i], NULL, NULL, NULL);
      g_variant_take_ref (value);

      setup_init (&setup);
      failures_watch (&failures, setup.cache);
      setup.data = value;
      function = define (&setup, give_kept_cb);
      result = any_function_call (function, text_args (KEY), NULL, NULL);

      ck_assert_ptr_eq (result, value);
      ck_assert_int_eq (failures.n_told, 1);
      ck_assert (g_error_matches (failures.error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
      ck_assert_msg (g_str_has_prefix (failures.error->message, "Result of “org.example.Other”: "), "%s", failures.error->message);
      ck_assert_int_eq (lookup (function, KEY), MISS);
    }
}
END_TEST

static gboolean
unwatchable_cb (AnyRequest *request,
                gpointer    user_data,
                GError    **error)
{
  Setup *setup = user_data;

  any_request_add_dependency (request, setup->data);

  return setup_compute_cb (request, setup, error);
}

/* Nobody can tell when these change: such results are for the caller alone. It is told, once. */
START_TEST (test_dependencies_that_cannot_be_watched)
{
  static const char *const paths[] = { "/dev/zero", "/dev/null", "fifo" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_auto (Setup) setup = { 0 };
      g_auto (Failures) failures = { 0 };
      g_autoptr (AnyFunction) function = NULL;
      g_autofree char *path = NULL;

      setup_init (&setup);
      failures_watch (&failures, setup.cache);
      path = paths[i][0] == '/' ? g_strdup (paths[i]) : g_build_filename (setup.folder, paths[i], NULL);
      if (paths[i][0] != '/')
        ck_assert_int_eq (mkfifo (path, 0600), 0);
      setup.data = path;
      function = define (&setup, unwatchable_cb);

      ck_assert_int_eq (call (function, KEY), 1);
      ck_assert_int_eq (call (function, KEY), 2);
      ck_assert_int_eq (failures.n_told, 1);
      ck_assert (g_error_matches (failures.error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED));
      ck_assert_uint_eq (any_cache_get_size (setup.cache), 0);
    }
}
END_TEST

/* What the handlers of progress were told. */
typedef struct
{
  Setup    setup;
  int      n_told; /* atomic */
  double   fractions[4];
  GThread *thread; /* of the last */
} Progress;

static void
progress_clear (Progress *self)
{
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Progress, progress_clear)

static void
progress_cb (AnyFunction *function,
             GVariant    *args,
             double       fraction,
             gpointer     user_data)
{
  Progress   *self = user_data;
  const char *text;

  g_variant_get (args, "(&s)", &text);
  ck_assert_str_eq (text, KEY);
  ck_assert_int_lt (self->n_told, (int) G_N_ELEMENTS (self->fractions));
  self->fractions[self->n_told] = fraction;
  self->thread = g_thread_self ();
  g_atomic_int_inc (&self->n_told);
}

static gboolean
tell_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Progress *self = user_data;

  self->setup.data = g_object_ref (request);
  any_request_set_progress (request, 0.0);
  any_request_set_progress (request, 0.5);
  any_request_set_progress (request, 1.0);
  any_request_return_value (request, g_variant_new_int64 (1));
  any_request_set_progress (request, 0.75);

  return TRUE;
}

static AnyFunction *
define_with_progress (Progress *self)
{
  AnyFunction *function;

  setup_init (&self->setup);
  function = any_cache_define (self->setup.cache, "org.example.Other", NULL, tell_cb, self, NULL);
  g_signal_connect (function, "progress", G_CALLBACK (progress_cb), self);

  return function;
}

static void
assert_told (Progress *self)
{
  g_autoptr (AnyRequest) request = self->setup.data;

  ck_assert_int_eq (self->n_told, 3);
  ck_assert_double_eq (self->fractions[0], 0.0);
  ck_assert_double_eq (self->fractions[1], 0.5);
  ck_assert_double_eq (self->fractions[2], 1.0);
  ck_assert_ptr_eq (self->thread, g_thread_self ());

  any_request_set_progress (request, 0.25);
  run_to_rest ();
  ck_assert_int_eq (self->n_told, 3);
}

/* At home, a computation is heard while it runs; once it has answered it is not. */
START_TEST (test_progress)
{
  g_auto (Progress) progress = { 0 };
  g_autoptr (AnyFunction) function = define_with_progress (&progress);

  ck_assert_int_eq (call (function, KEY), 1);
  assert_told (&progress);

  ck_assert_int_eq (call (function, KEY), 1);
  ck_assert_int_eq (progress.n_told, 3);
}
END_TEST

static gpointer
call_cb (gpointer function)
{
  call (function, KEY);

  return NULL;
}

/* Wherever it computes, its progress comes home. */
START_TEST (test_progress_of_another_thread)
{
  g_auto (Progress) progress = { 0 };
  g_autoptr (AnyFunction) function = define_with_progress (&progress);

  g_thread_join (g_thread_new ("guest", call_cb, function));
  ck_assert_int_eq (progress.n_told, 0);
  run_until (&progress.n_told, 3);
  assert_told (&progress);
}
END_TEST

static gboolean
tell_nonsense_cb (AnyRequest *request,
                  gpointer    user_data,
                  GError    **error)
{
  any_request_set_progress (request, -0.01);
  any_request_set_progress (request, 1.01);
  any_request_set_progress (request, NAN);
  any_request_return_value (request, g_variant_new_int64 (1));

  return TRUE;
}

/* No part of a whole is a mistake in the program, and nobody is told. */
START_TEST (test_impossible_progress)
{
  g_auto (Progress) progress = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  const GPtrArray *criticals = listen_to_criticals ();

  setup_init (&progress.setup);
  function = any_cache_define (progress.setup.cache, "org.example.Other", NULL, tell_nonsense_cb, NULL, NULL);
  g_signal_connect (function, "progress", G_CALLBACK (progress_cb), &progress);
  ck_assert_int_eq (call (function, KEY), 1);
  ck_assert_uint_eq (criticals->len, 3);
  ck_assert_int_eq (progress.n_told, 0);
  stop_listening ();
}
END_TEST

/* A language can make any object. A request that was not handed out asks for nothing, and is a mistake in the program to use. */
START_TEST (test_made_by_hand)
{
  g_autoptr (AnyRequest) request = g_object_new (ANY_TYPE_REQUEST, NULL);
  g_autoptr (GVariant) args = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  const GPtrArray *criticals;

  g_object_get (request, "args", &args, "name", &name, "cancellable", &cancellable, NULL);
  ck_assert_ptr_null (args);
  ck_assert_ptr_null (name);
  ck_assert_ptr_null (cancellable);

  criticals = listen_to_criticals ();
  ck_assert_ptr_null (any_request_get_args (request));
  any_request_set_progress (request, 0.5);
  any_request_return_error_literal (request, G_IO_ERROR, G_IO_ERROR_FAILED, "trouble");
  ck_assert_uint_eq (criticals->len, 3);
  stop_listening ();
}
END_TEST

/* What a computation depends on, how it is looked at, and what happens while it computes. */
typedef struct
{
  Setup              setup;
  char              *tree; /* (owned) */
  char              *file; /* (owned): in the tree */
  AnyDependencyFlags flags;
  const char        *texts[3]; /* (nullable): that are written meanwhile */
} Look;

static void
look_clear (Look *self)
{
  g_free (self->file);
  g_free (self->tree);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

static void
look_write (Look       *self,
            const char *text)
{
  ck_assert (g_file_set_contents (self->file, text, -1, NULL));
}

static void
look_init (Look              *self,
           AnyDependencyFlags flags)
{
  g_autofree char *directory = NULL;

  setup_init (&self->setup);
  self->tree = g_build_filename (self->setup.folder, "tree", NULL);
  directory = g_build_filename (self->tree, "one", "two", NULL);
  self->file = g_build_filename (directory, "file", NULL);
  self->flags = flags;
  ck_assert_int_eq (g_mkdir_with_parents (directory, 0700), 0);
  look_write (self, "text");
}

static gboolean
look_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Look *self = user_data;

  any_request_add_dependency_full (request, self->tree, self->flags);
  for (guint i = 0; self->texts[i] != NULL; i++)
    look_write (self, self->texts[i]);
  any_request_return_value (request, g_variant_new_int64 (++self->setup.n_computed));

  return TRUE;
}

static gboolean
outer_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  g_autoptr (GVariant) inner = any_function_call (user_data, text_args (KEY), NULL, error);

  any_request_return_value (request, inner);

  return TRUE;
}

/* A change deep in a tree outdates what was made from it, and what was made from that. */
START_TEST (test_tree)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Look) look = { 0 };
      g_autoptr (AnyFunction) inner = NULL;
      g_autoptr (AnyFunction) outer = NULL;

      look_init (&look, ANY_DEPENDENCY_FLAGS_RECURSIVE | (i == 1 ? ANY_DEPENDENCY_FLAGS_CONTENT : 0));
      inner = any_cache_define (look.setup.cache, "org.example.Inner", NULL, look_cb, &look, NULL);
      outer = any_cache_define (look.setup.cache, "org.example.Outer", NULL, outer_cb, inner, NULL);
      ck_assert_int_eq (call (outer, KEY), 1);
      ck_assert_int_eq (lookup (inner, KEY), 1);
      ck_assert_int_eq (lookup (outer, KEY), 1);

      look_write (&look, "else");
      ck_assert_int_eq (lookup (inner, KEY), MISS);
      ck_assert_int_eq (lookup (outer, KEY), MISS);
      ck_assert_int_eq (call (outer, KEY), 2);
    }
}
END_TEST

/* A tree that changes while it is computed from, even there and back, is none that anybody knows. */
START_TEST (test_tree_that_changes_meanwhile)
{
  static const AnyDependencyFlags rows[] = { ANY_DEPENDENCY_FLAGS_RECURSIVE, ANY_DEPENDENCY_FLAGS_RECURSIVE | ANY_DEPENDENCY_FLAGS_CONTENT };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 2; i++)
    {
      g_auto (Look) look = { 0 };
      g_autoptr (AnyFunction) function = NULL;

      look_init (&look, rows[i / 2]);
      look.texts[0] = "else";
      look.texts[1] = i % 2 == 0 ? "text" : NULL;
      function = any_cache_define (look.setup.cache, "org.example.Inner", NULL, look_cb, &look, NULL);
      ck_assert_int_eq (call (function, KEY), 1);
      ck_assert_int_eq (lookup (function, KEY), MISS);
    }
}
END_TEST

/* A flag that nobody knows is a mistake in the program, and nothing is done. */
START_TEST (test_unknown_flags)
{
  g_auto (Look) look = { 0 };
  g_autoptr (AnyFunction) function = NULL;
  const GPtrArray *criticals = listen_to_criticals ();

  look_init (&look, (AnyDependencyFlags) (1 << 2));
  function = any_cache_define (look.setup.cache, "org.example.Inner", NULL, look_cb, &look, NULL);
  ck_assert_int_eq (call (function, KEY), 1);
  ck_assert_uint_eq (criticals->len, 1);
  look_write (&look, "else");
  ck_assert_int_eq (call (function, KEY), 1);
  stop_listening ();
}
END_TEST

START_TEST (test_type_of_flags)
{
  GFlagsClass *klass = g_type_class_ref (ANY_TYPE_DEPENDENCY_FLAGS);

  ck_assert_uint_eq (klass->mask, ANY_DEPENDENCY_FLAGS_CONTENT | ANY_DEPENDENCY_FLAGS_RECURSIVE);
  ck_assert_uint_eq (g_flags_get_value_by_nick (klass, "none")->value, 0);
  ck_assert_uint_eq (g_flags_get_value_by_nick (klass, "content")->value, 1);
  ck_assert_uint_eq (g_flags_get_value_by_nick (klass, "recursive")->value, 2);
  g_type_class_unref (klass);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("request");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_properties);
  tcase_add_test (all, test_caller_cancels);
  tcase_add_test (all, test_there_is_a_cancellable);
  tcase_add_test (all, test_after_the_end);
  tcase_add_test (all, test_late_answers);
  tcase_add_test (all, test_forgotten);
  tcase_add_test (all, test_answer_of_another_thread);
  tcase_add_test (all, test_bytes_are_shared);
  tcase_add_test (all, test_no_bytes);
  tcase_add_test (all, test_owned_value);
  tcase_add_test (all, test_values_that_cannot_be_stored);
  tcase_add_test (all, test_dependencies_that_cannot_be_watched);
  tcase_add_test (all, test_tree);
  tcase_add_test (all, test_tree_that_changes_meanwhile);
  tcase_add_test (all, test_type_of_flags);
  tcase_add_test (all, test_progress);
  tcase_add_test (all, test_progress_of_another_thread);

  /* The last ones: what they set hears the log of this process for good. */
  tcase_add_test (all, test_unknown_flags);
  tcase_add_test (all, test_impossible_progress);
  tcase_add_test (all, test_made_by_hand);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
