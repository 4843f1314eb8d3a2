/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Prints how many lines a file has, and again whenever that has changed. */

#include <anycache-glib/anycache.h>

static gboolean
count_lines (AnyRequest *request, gpointer user_data, GError **error)
{
  g_autofree char *text = NULL;
  const char      *path;
  guint32          lines = 0;

  g_variant_get (any_request_get_args (request), "(&s)", &path);
  any_request_add_dependency (request, path);
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;

  for (const char *c = text; *c != '\0'; c++)
    lines += *c == '\n';
  any_request_return_value (request, g_variant_new_uint32 (lines));
  return TRUE;
}

static void
on_updated (AnyFunction *lines, GVariant *args, GVariant *result, gpointer user_data)
{
  g_print ("%u\n", g_variant_get_uint32 (result));
}

int
main (int argc, char *argv[])
{
  g_autofree char *path = g_canonicalize_filename (argv[argc - 1], NULL);
  g_autoptr (AnyCache) cache = any_cache_new_for_app ("org.example.Lines", -1);
  g_autoptr (AnyFunction) lines = any_cache_define (cache, "org.example.FollowLines", "1", count_lines, NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = NULL;

  any_function_set_flags (lines, ANY_FUNCTION_FLAGS_WATCH | ANY_FUNCTION_FLAGS_REFRESH);
  g_signal_connect (lines, "updated", G_CALLBACK (on_updated), NULL);

  result = any_function_call (lines, g_variant_new ("(s)", path), NULL, &error);
  if (result == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_print ("%u\n", g_variant_get_uint32 (result));
  g_main_loop_run (loop);
  return 0;
}
