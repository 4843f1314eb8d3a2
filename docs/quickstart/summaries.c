/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Prints a summary (classes, methods, bytes) of each GIR file named after the cache's directory. */

#include <anycache-glib/anycache.h>

typedef struct
{
  guint32 classes;
  guint32 methods;
} Summary;

static void
start_element (GMarkupParseContext *context,
               const char          *element,
               const char         **names,
               const char         **values,
               gpointer             user_data,
               GError             **error)
{
  Summary *summary = user_data;

  summary->classes += g_str_equal (element, "class");
  summary->methods += g_str_equal (element, "method");
}

/* The computation: asked only where the cache has no summary of the file as it is now. */
static gboolean
summarize (AnyRequest *request,
           gpointer    user_data,
           GError    **error)
{
  static const GMarkupParser parser = { .start_element = start_element };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autofree char *text = NULL;
  Summary          summary = { 0 };
  const char      *path;
  gsize            length;
  guint           *computed = user_data;

  g_variant_get (any_request_get_args (request), "(&s)", &path);
  any_request_add_dependency (request, path); /* before the file is read */
  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;

  context = g_markup_parse_context_new (&parser, 0, &summary, NULL);
  if (!g_markup_parse_context_parse (context, text, length, error))
    return FALSE;

  *computed += 1;
  any_request_return_value (request, g_variant_new ("(uut)", summary.classes, summary.methods, (guint64) length));
  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  guint computed = 0;
  g_autoptr (AnyCache) cache = any_cache_new (argv[1], -1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "org.example.GirSummary", "1", summarize, &computed, NULL);
  gint64 start = g_get_monotonic_time ();

  for (int i = 2; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) result = any_function_call (function, g_variant_new ("(s)", argv[i]), NULL, &error);
      Summary summary;
      guint64 bytes;

      if (result == NULL)
        {
          g_printerr ("%s: %s\n", argv[i], error->message);
          return 1;
        }
      g_variant_get (result, "(uut)", &summary.classes, &summary.methods, &bytes);
      g_print ("%s %u %u %" G_GUINT64_FORMAT "\n", argv[i], summary.classes, summary.methods, bytes);
    }

  g_printerr ("%d %u %" G_GINT64_FORMAT "\n", argc - 2, computed, g_get_monotonic_time () - start);
  return 0;
}
