/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "vigil-setup.h"

#include <glib/gstdio.h>
#include <string.h>

static void
invalidated_cb (AnyFunction *function,
                GVariant    *args,
                gpointer     user_data)
{
  Told *self = user_data;

  g_free (self->args);
  self->args = g_variant_print (args, FALSE);
  self->thread = g_thread_self ();
  g_atomic_int_inc (&self->n_told);
}

static void
cache_invalidated_cb (AnyCache   *cache,
                      const char *name,
                      GVariant   *args,
                      gpointer    user_data)
{
  Told            *self = user_data;
  g_autofree char *text = g_variant_print (args, FALSE);

  if (strcmp (name, any_function_get_name (self->function)) != 0)
    return;

  g_free (self->echo);
  self->echo = g_strconcat (name, " ", text, NULL);
  g_atomic_int_inc (&self->n_echoed);
}

static void
updated_cb (AnyFunction *function,
            GVariant    *args,
            GVariant    *result,
            gpointer     user_data)
{
  Told *self = user_data;

  self->result = g_variant_get_int64 (result);
  g_atomic_int_inc (&self->n_updated);
}

void
told_listen (Told        *self,
             AnyFunction *function)
{
  AnyCache *cache = any_function_get_cache (function);

  *self = (Told){ .function = g_object_ref (function) };
  self->handlers[0] = g_signal_connect (function, "invalidated", G_CALLBACK (invalidated_cb), self);
  self->handlers[1] = g_signal_connect (function, "updated", G_CALLBACK (updated_cb), self);
  self->handler = g_signal_connect (cache, "invalidated", G_CALLBACK (cache_invalidated_cb), self);
}

void
told_clear (Told *self)
{
  if (self->function != NULL)
    {
      g_clear_signal_handler (&self->handler, any_function_get_cache (self->function));
      for (guint i = 0; i < G_N_ELEMENTS (self->handlers); i++)
        g_clear_signal_handler (&self->handlers[i], self->function);
    }
  g_clear_object (&self->function);
  g_clear_pointer (&self->args, g_free);
  g_clear_pointer (&self->echo, g_free);
}

void
scene_depend (Setup      *setup,
              AnyRequest *request)
{
  Scene           *self = setup->data;
  const char      *name;
  g_autofree char *path = NULL;

  g_variant_get (any_request_get_args (request), "(&s)", &name);
  path = g_build_filename (setup->folder, name, NULL);
  any_request_add_dependency_full (request, path, self->flags);
}

static gboolean
fence_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  const char *path;

  g_variant_get (any_request_get_args (request), "(&s)", &path);
  any_request_add_dependency (request, path);
  any_request_return_value (request, g_variant_new_int64 (0));

  return TRUE;
}

void
scene_init (Scene           *self,
            AnyFunctionFlags flags)
{
  setup_init (&self->setup);
  self->setup.during = scene_depend;
  self->setup.data = self;
  self->desk = any_test_make_folder ();
  any_function_set_flags (self->setup.function, flags);
  told_listen (&self->told, self->setup.function);
  self->fence = any_cache_define (self->setup.cache, "org.example.Fence", NULL, fence_cb, NULL, NULL);
  any_function_set_flags (self->fence, ANY_FUNCTION_FLAGS_WATCH);
}

void
scene_clear (Scene *self)
{
  told_clear (&self->told);
  g_clear_object (&self->fence);
  g_clear_pointer (&self->desk, any_test_remove_folder);
  setup_clear (&self->setup);
}

/* At once: a file that was emptied and not yet written has changed twice. For children too. */
void
scene_put (Scene      *self,
           const char *name,
           const char *text)
{
  g_autofree char *draft = g_build_filename (self->desk, name, NULL);
  g_autofree char *path = g_build_filename (self->setup.folder, name, NULL);

  g_assert_true (g_file_set_contents_full (draft, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (g_rename (draft, path), ==, 0);
}

/* Each time another file, in a folder of its own: what is told of it must not be what the test looks at. */
void
scene_fence (Scene *self)
{
  g_auto (Told) told = { 0 };
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "fence", NULL);

  told_listen (&told, self->fence);
  call (self->fence, path);
  ck_assert (g_file_set_contents (path, "fence", -1, NULL));
  run_until (&told.n_told, 1);
}

/* Of this process, as the kernel has them. */
guint
count_inotify_watches (void)
{
  g_autoptr (GDir) reader = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  const char *name;
  guint       n = 0;

  while ((name = g_dir_read_name (reader)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
      g_autofree char *text = NULL;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      for (const char *line = strstr (text, "inotify wd:"); line != NULL; line = strstr (line + 1, "inotify wd:"))
        n++;
    }

  return n;
}
