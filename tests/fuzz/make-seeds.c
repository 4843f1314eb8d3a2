/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writes what the fuzzers start from: an input a shape, sound ones and hostile ones.
 *
 *   make-seeds FOLDER    fills FOLDER/codec, FOLDER/canonical and FOLDER/marks, which are made if they are not there
 *   make-seeds --small FOLDER    leaves out the inputs that are too large to keep
 */

#include "seeds.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static gboolean small_only;

void
seed_write (const char   *folder,
            const char   *name,
            const guint8 *bytes,
            gsize         length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (small_only && length > SEED_MAX_KEPT)
    return;

  if (!g_file_set_contents (path, (const char *) bytes, length, &error))
    g_error ("%s", error->message);
}

/* The serialised form of a variant in a variant in a variant ... around one byte. */
GByteArray *
seed_nested_variants (guint levels)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "\007\0y", 3);
  for (guint i = 1; i < levels; i++)
    g_byte_array_append (bytes, (const guint8 *) "\0v", 2);

  return bytes;
}

char *
seed_nested_type (guint levels)
{
  g_autofree char *arrays = g_strnfill (levels, 'a');

  return g_strconcat (arrays, "y", NULL);
}

/* A tuple in a tuple in a tuple ..., with something beside each. */
char *
seed_nested_tuples (guint levels)
{
  g_autofree char *open = g_strnfill (levels, '(');
  GString         *type = g_string_new (open);

  for (guint i = 0; i < levels; i++)
    g_string_append (type, "y)");

  return g_string_free (type, FALSE);
}

char *
seed_wide_type (guint members)
{
  g_autofree char *inside = g_strnfill (members, 'y');

  return g_strconcat ("(", inside, ")", NULL);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    guint (*fill) (const char *folder);
  } kinds[] = {
    { "codec", seed_codec },
    { "canonical", seed_canonical },
    { "marks", seed_marks },
  };
  guint n_wrong = 0;

  small_only = argc == 3 && g_str_equal (argv[1], "--small");
  if (argc != (small_only ? 3 : 2))
    {
      g_printerr ("usage: make-seeds [--small] FOLDER\n");
      return EXIT_FAILURE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *folder = g_build_filename (argv[argc - 1], kinds[i].name, NULL);

      if (g_mkdir_with_parents (folder, 0700) != 0)
        g_error ("%s: %s", folder, g_strerror (errno));
      n_wrong += kinds[i].fill (folder);
    }

  return n_wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
