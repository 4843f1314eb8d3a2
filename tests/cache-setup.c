/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-setup.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* So long nothing happens before nothing will. */
#define QUIET_MS 50

gboolean
setup_compute_cb (AnyRequest *request,
                  gpointer    setup,
                  GError    **error)
{
  Setup *self = setup;
  gint64 number = g_atomic_int_add (&self->n_computed, 1) + 1;

  if (self->during != NULL)
    self->during (self, request);
  any_request_return_value (request, g_variant_new_int64 (number));

  return TRUE;
}

void
setup_init (Setup *self)
{
  self->folder = any_test_make_folder ();
  self->cachedir = g_build_filename (self->folder, "cache", NULL);
  self->cache = any_cache_new (self->cachedir, -1);
  self->function = any_cache_define (self->cache, "org.example.Number", "1", setup_compute_cb, self, NULL);
}

void
setup_clear (Setup *self)
{
  g_clear_object (&self->function);
  g_clear_object (&self->cache);
  g_clear_pointer (&self->cachedir, g_free);
  g_clear_pointer (&self->folder, any_test_remove_folder);
}

/* Writes a file beside the cache, in place, and gives its path. */
char *
setup_write (Setup      *self,
             const char *name,
             const char *text)
{
  char *path = g_build_filename (self->folder, name, NULL);
  int   fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be written", path);
  ck_assert_int_eq (write (fd, text, strlen (text)), (int) strlen (text));
  close (fd);

  return path;
}

GVariant *
text_args (const char *text)
{
  return g_variant_new ("(s)", text);
}

static gint64
take_number (GVariant *value)
{
  gint64 number = g_variant_get_int64 (value);

  g_variant_unref (value);

  return number;
}

/* What follows is for threads and forked children too, where nothing of libcheck may be called: its lock may be taken for ever. */

gint64
call (AnyFunction *function,
      const char  *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_call (function, text_args (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);

  return take_number (value);
}

gint64
refresh (AnyFunction *function,
         const char  *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_refresh (function, text_args (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);

  return take_number (value);
}

gint64
lookup (AnyFunction *function,
        const char  *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_lookup (function, text_args (text), NULL, &error);

  g_assert_no_error (error);

  return value != NULL ? take_number (value) : MISS;
}

static void
store_failed_cb (AnyCache *cache,
                 GError   *error,
                 gpointer  user_data)
{
  Failures *self = user_data;

  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  self->thread = g_thread_self ();
  g_atomic_int_inc (&self->n_told);
}

void
failures_watch (Failures *self,
                AnyCache *cache)
{
  self->cache = g_object_ref (cache);
  self->handler = g_signal_connect (cache, "store-failed", G_CALLBACK (store_failed_cb), self);
}

void
failures_clear (Failures *self)
{
  if (self->cache != NULL)
    g_clear_signal_handler (&self->handler, self->cache);
  g_clear_object (&self->cache);
  g_clear_error (&self->error);
}

static GPtrArray     *criticals; /* (owned) (nullable): while somebody listens */
static GLogLevelFlags fatal_levels;

static GLogWriterOutput
log_cb (GLogLevelFlags   level,
        const GLogField *fields,
        gsize            n_fields,
        gpointer         user_data)
{
  if (criticals == NULL || !(level & G_LOG_LEVEL_CRITICAL))
    return g_log_writer_default (level, fields, n_fields, user_data);

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        g_ptr_array_add (criticals, g_strdup (fields[i].value));
    }

  return G_LOG_WRITER_HANDLED;
}

/* A writer is set once in a process. */
const GPtrArray *
listen_to_criticals (void)
{
  static gboolean listening = FALSE;

  if (!listening)
    g_log_set_writer_func (log_cb, NULL, NULL);
  listening = TRUE;
  criticals = g_ptr_array_new_with_free_func (g_free);
  fatal_levels = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);

  return criticals;
}

void
stop_listening (void)
{
  g_log_set_always_fatal (fatal_levels);
  g_clear_pointer (&criticals, g_ptr_array_unref);
}

void
run_until (int *n_done,
           int  n_wanted)
{
  gint64 deadline = any_test_deadline ();

  while (g_atomic_int_get (n_done) < n_wanted)
    {
      g_assert_true (any_test_wait (deadline));
      g_main_context_iteration (NULL, FALSE);
    }
}

/* Until nothing has happened for a while: threads of the library have something to do with it, too. */
void
run_to_rest_of (GMainContext *context)
{
  guint n_quiet = 0;

  while (n_quiet++ < QUIET_MS * any_test_patience () / 60)
    {
      while (g_main_context_iteration (context, FALSE))
        n_quiet = 0;
      g_usleep (1000);
    }
}

void
run_to_rest (void)
{
  run_to_rest_of (NULL);
}

void
reach (int *step,
       int  number)
{
  g_atomic_int_set (step, number);
}

void
await_step (int *step,
            int  number)
{
  gint64 deadline = any_test_deadline ();

  while (g_atomic_int_get (step) < number)
    g_assert_true (any_test_wait (deadline));
}
