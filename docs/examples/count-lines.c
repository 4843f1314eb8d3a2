/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <anycache-glib/anycache.h>

static gboolean
count_lines (AnyRequest *request, gpointer user_data, GError **error)
{
  g_autofree char *text = NULL;
  const char      *path;
  guint32          lines = 0;

  g_variant_get (any_request_get_args (request), "(&s)", &path);
  any_request_add_dependency (request, path); /* before the file is read */
  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;

  g_print ("counting %s\n", path);
  for (const char *c = text; *c != '\0'; c++)
    lines += *c == '\n';
  any_request_return_value (request, g_variant_new_uint32 (lines));
  return TRUE;
}

int
main (int argc, char *argv[])
{
  g_autofree char *path = g_canonicalize_filename (argv[argc - 1], NULL);
  g_autoptr (AnyCache) cache = any_cache_new_for_app ("org.example.Lines", -1);
  g_autoptr (AnyFunction) lines = any_cache_define (cache, "org.example.Lines", "1", count_lines, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = any_function_call (lines, g_variant_new ("(s)", path), NULL, &error);

  if (result == NULL)
    g_printerr ("%s\n", error->message);
  else
    g_print ("%u\n", g_variant_get_uint32 (result));
  return result == NULL;
}
