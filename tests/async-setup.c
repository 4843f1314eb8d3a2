/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "async-setup.h"

void
answered_clear (Answered *self)
{
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_error (&self->error);
}

static gboolean
is_about (GAsyncResult *result,
          GCallback     function)
{
  return g_async_result_is_tagged (result, GSIZE_TO_POINTER ((gsize) function));
}

static void
finish_value (Answered     *self,
              GObject      *source,
              GAsyncResult *result)
{
  if (ANY_IS_REQUEST (source))
    self->value = any_request_call_finish (ANY_REQUEST (source), result, &self->error);
  else if (is_about (result, G_CALLBACK (any_function_lookup_async)))
    self->value = any_function_lookup_finish (ANY_FUNCTION (source), result, &self->error);
  else if (is_about (result, G_CALLBACK (any_function_refresh_async)))
    self->value = any_function_refresh_finish (ANY_FUNCTION (source), result, &self->error);
  else
    self->value = any_function_call_finish (ANY_FUNCTION (source), result, &self->error);
}

static gboolean
finish_cache (AnyCache     *cache,
              GAsyncResult *result,
              GError      **error)
{
  if (is_about (result, G_CALLBACK (any_cache_clear_async)))
    return any_cache_clear_finish (cache, result, error);
  if (is_about (result, G_CALLBACK (any_cache_invalidate_async)))
    return any_cache_invalidate_finish (cache, result, error);

  return any_cache_flush_finish (cache, result, error);
}

/* FALSE where it is about a value. */
static gboolean
finish_done (Answered     *self,
             GObject      *source,
             GAsyncResult *result)
{
  if (ANY_IS_CACHE (source))
    self->done = finish_cache (ANY_CACHE (source), result, &self->error);
  else if (is_about (result, G_CALLBACK (any_function_store_async)))
    self->done = any_function_store_finish (ANY_FUNCTION (source), result, &self->error);
  else if (is_about (result, G_CALLBACK (any_function_is_outdated_async)))
    self->done = any_function_is_outdated_finish (ANY_FUNCTION (source), result, &self->error);
  else if (is_about (result, G_CALLBACK (any_function_remove_async)))
    self->done = any_function_remove_finish (ANY_FUNCTION (source), result, &self->error);
  else if (is_about (result, G_CALLBACK (any_function_clear_async)))
    self->done = any_function_clear_finish (ANY_FUNCTION (source), result, &self->error);
  else
    return FALSE;

  return TRUE;
}

void
async_told_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      told)
{
  Answered *self = told;

  self->n_told++;
  self->thread = g_thread_self ();
  self->context = g_main_context_get_thread_default ();
  if (!finish_done (self, source, result))
    finish_value (self, source, result);
}

void
await_all_told (Answered *selves,
                guint     n_selves)
{
  gint64 deadline = any_test_deadline ();

  for (guint i = 0; i < n_selves; i++)
    {
      while (selves[i].n_told == 0)
        {
          while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
            continue;
          ck_assert (any_test_wait (deadline));
        }
      ck_assert_int_eq (selves[i].n_told, 1);
    }
}

void
await_told (Answered *self)
{
  await_all_told (self, 1);
}

void
begin_call (AnyFunction  *function,
            const char   *text,
            GCancellable *cancellable,
            Answered     *told)
{
  any_function_call_async (function, text_args (text), cancellable, async_told_cb, told);
}

static gboolean
keep_cb (AnyRequest    *request,
         gpointer       user_data,
         GError **error G_GNUC_UNUSED)
{
  Desk *self = user_data;

  if (self->path != NULL)
    any_request_add_dependency (request, self->path);

  self->setup.n_computed++;
  if (self->answers)
    any_request_return_value (request, g_variant_new_int64 (self->setup.n_computed));
  else
    g_ptr_array_add (self->requests, g_object_ref (request));

  return TRUE;
}

AnyFunction *
desk_define (Desk       *self,
             const char *name)
{
  return any_cache_define (self->setup.cache, name, NULL, keep_cb, self, NULL);
}

void
desk_init (Desk *self)
{
  setup_init (&self->setup);
  self->requests = g_ptr_array_new_with_free_func (g_object_unref);
  self->function = desk_define (self, "org.example.Desk");
}

void
desk_clear (Desk *self)
{
  g_ptr_array_unref (self->requests);
  g_clear_object (&self->function);
  setup_clear (&self->setup);
}

AnyRequest *
desk_await (Desk *self,
            guint n_requests)
{
  gint64 deadline = any_test_deadline ();

  while (self->requests->len < n_requests)
    {
      g_main_context_iteration (NULL, FALSE);
      ck_assert (any_test_wait (deadline));
    }
  ck_assert_uint_eq (self->requests->len, n_requests);

  return self->requests->pdata[n_requests - 1];
}

/* With the number of the computation. */
void
desk_answer (Desk *self,
             guint index)
{
  any_request_return_value (self->requests->pdata[index], g_variant_new_int64 (index + 1));
}

void
idle_a_while (void)
{
  run_to_rest ();
}
