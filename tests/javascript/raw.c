/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program in C that shares a directory: "raw DIRECTORY NAME ARGS" prints what is remembered, and "raw DIRECTORY NAME ARGS VALUE"
 * stores it. Values are in the text form of GVariant, with their types. */

#include <anycache-glib/anycache.h>

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  if (value == NULL)
    g_error ("%s: %s", text, error->message);

  return value;
}

static gboolean
store (AnyFunction *function,
       GVariant    *args,
       const char  *text,
       GError     **error)
{
  g_autoptr (GVariant) value = parse (text);

  return any_function_store (function, args, value, -1, NULL, NULL, error);
}

static gboolean
look (AnyFunction *function,
      GVariant    *args,
      GError     **error)
{
  g_autoptr (GVariant) value = any_function_lookup (function, args, NULL, error);
  g_autofree char *text = value != NULL ? g_variant_print (value, TRUE) : g_strdup ("nothing");

  g_print ("%s\n", text);

  return *error == NULL;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (AnyCache) cache = any_cache_new (argv[1], -1);
  g_autoptr (AnyFunction) function = any_function_new (cache, argv[2], NULL);
  g_autoptr (GVariant) args = parse (argv[3]);
  g_autoptr (GError) error = NULL;

  if (argc > 4 ? store (function, args, argv[4], &error) : look (function, args, &error))
    return 0;

  g_printerr ("%s\n", error->message);
  return 1;
}
