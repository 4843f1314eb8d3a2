/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One of several processes on one directory: does what each line of its input says, and answers each with a line.
 * Vala, Python and JavaScript have the same program; test-shared.py speaks with all of them.
 */

#include <anycache-glib/anycache.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LANGUAGE "c"

typedef struct
{
  AnyCache    *cache;
  AnyFunction *page; /* says which language computed it */
  AnyFunction *text; /* the content of a file */
  gboolean     computed;
} Shared;

static GVariant *
page_args (const char *key)
{
  g_auto (GVariantBuilder) options = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&options, "{sv}", "width", g_variant_new_int32 (3));
  g_variant_builder_add (&options, "{sv}", "deep", g_variant_new_boolean (TRUE));

  return g_variant_new ("(sa{sv})", key, &options);
}

static GVariant *
page_value (void)
{
  g_auto (GVariantBuilder) page = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&page, "{sv}", "language", g_variant_new_string (LANGUAGE));

  return g_variant_ref_sink (g_variant_builder_end (&page));
}

static char *
language_of (GVariant *page)
{
  const char *language = NULL;

  return g_variant_lookup (page, "language", "&s", &language) ? g_strdup (language) : g_strdup ("no language");
}

static gboolean
page_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Shared *shared = user_data;
  g_autoptr (GVariant) page = page_value ();

  shared->computed = TRUE;
  any_request_return_value (request, page);

  return TRUE;
}

static gboolean
text_cb (AnyRequest *request, gpointer user_data, GError **error)
{
  Shared     *shared = user_data;
  const char *path = NULL;
  char       *text = NULL;
  gsize       length = 0;
  g_autoptr (GBytes) bytes = NULL;

  shared->computed = TRUE;
  g_variant_get (any_request_get_args (request), "(&s)", &path);
  any_request_add_dependency (request, path);
  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;

  bytes = g_bytes_new_take (text, length);
  any_request_return_bytes (request, bytes);

  return TRUE;
}

static char *
call_page (Shared *shared, const char *key, GError **error)
{
  g_autoptr (GVariant) page = NULL;
  g_autofree char *language = NULL;

  shared->computed = FALSE;
  page = any_function_call (shared->page, page_args (key), NULL, error);
  if (page == NULL)
    return NULL;

  language = language_of (page);

  return g_strdup_printf ("%s %s", shared->computed ? "computed" : "hit", language);
}

static char *
read_text (Shared *shared, const char *path, GError **error)
{
  g_autoptr (GVariant) text = NULL;
  g_autofree char *copy = NULL;
  gconstpointer    bytes;
  gsize            length;

  shared->computed = FALSE;
  text = any_function_call (shared->text, g_variant_new ("(s)", path), NULL, error);
  if (text == NULL)
    return NULL;

  bytes = g_variant_get_fixed_array (text, &length, 1);
  copy = g_strndup (bytes, length);

  return g_strdup_printf ("%s %s", shared->computed ? "computed" : "hit", copy);
}

static char *
lookup_page (Shared *shared, const char *key, GError **error)
{
  g_autoptr (GVariant) page = any_function_lookup (shared->page, page_args (key), NULL, error);

  if (page != NULL)
    return language_of (page);

  return error == NULL || *error == NULL ? g_strdup ("nothing") : NULL;
}

static char *
refresh_page (Shared *shared, const char *key, GError **error)
{
  g_autoptr (GVariant) page = any_function_refresh (shared->page, page_args (key), NULL, error);

  return page != NULL ? language_of (page) : NULL;
}

static char *
peek_page (Shared *shared, const char *key)
{
  g_autoptr (AnyEntry) entry = any_function_peek (shared->page, page_args (key));
  g_autofree char *language = NULL;

  if (entry == NULL)
    return g_strdup ("nothing");

  language = language_of (any_entry_get_value (entry));

  return g_strdup_printf ("%s %s", any_entry_is_current (entry) ? "current" : "stale", language);
}

static char *
done (gboolean success)
{
  return success ? g_strdup ("done") : NULL;
}

static char *
store_page (Shared *shared, const char *key, GError **error)
{
  g_autoptr (GVariant) page = page_value ();

  return done (any_function_store (shared->page, page_args (key), page, -1, NULL, NULL, error));
}

static char *
obey (Shared *shared, const char *verb, const char *object, GError **error)
{
  if (strcmp (verb, "call") == 0)
    return call_page (shared, object, error);
  if (strcmp (verb, "read") == 0)
    return read_text (shared, object, error);
  if (strcmp (verb, "lookup") == 0)
    return lookup_page (shared, object, error);
  if (strcmp (verb, "refresh") == 0)
    return refresh_page (shared, object, error);
  if (strcmp (verb, "peek") == 0)
    return peek_page (shared, object);
  if (strcmp (verb, "store") == 0)
    return store_page (shared, object, error);
  if (strcmp (verb, "remove") == 0)
    return done (any_function_remove (shared->page, page_args (object), NULL, error));
  if (strcmp (verb, "forget") == 0)
    return done (any_function_clear (shared->page, NULL, error));
  if (strcmp (verb, "clear") == 0)
    return done (any_cache_clear (shared->cache, NULL, error));
  if (strcmp (verb, "size") == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT, any_cache_get_size (shared->cache));
  if (strcmp (verb, "ident") == 0)
    return any_function_dup_ident (shared->page, page_args (object), error);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "unknown verb %s", verb);

  return NULL;
}

int
main (int argc, char **argv)
{
  Shared shared = { any_cache_new (argv[1], -1), NULL, NULL, FALSE };
  char   line[4096];

  shared.page = any_cache_define (shared.cache, "org.example.Page", "1", page_cb, &shared, NULL);
  shared.text = any_cache_define (shared.cache, "org.example.SharedText", "1", text_cb, &shared, NULL);

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) words = g_strsplit (g_strchomp (line), " ", 2);
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = obey (&shared, words[0], words[1], &error);

      if (answer != NULL)
        printf ("%s\n", answer);
      else
        printf ("error %s\n", error != NULL ? error->message : "without a message");
      fflush (stdout);
    }

  g_object_unref (shared.page);
  g_object_unref (shared.text);
  g_object_unref (shared.cache);

  return EXIT_SUCCESS;
}
