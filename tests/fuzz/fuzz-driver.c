/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs a fuzz target once over every file of some folders, with any compiler. */

#include <glib.h>
#include <stdlib.h>

#include "fuzz.h"

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
list_files (const char *folder)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  if (dir == NULL)
    g_error ("%s", error->message);

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);

  return g_steal_pointer (&paths);
}

static void
replay (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *contents = NULL;
  g_autofree guint8 *exact = NULL;
  gsize              length;

  if (!g_file_get_contents (path, &contents, &length, &error))
    g_error ("%s", error->message);

  /* Said first: after a crash, this is the line to look for. */
  g_print ("%s\n", path);

  /* g_file_get_contents() adds a byte, behind which a read past the end would hide. */
  exact = g_memdup2 (contents, length);
  LLVMFuzzerTestOneInput (exact, length);
}

int
main (int    argc,
      char **argv)
{
  guint n_files = 0;

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GPtrArray) paths = list_files (argv[i]);

      for (guint j = 0; j < paths->len; j++)
        replay (g_ptr_array_index (paths, j));
      n_files += paths->len;
    }

  g_print ("%u inputs\n", n_files);

  return n_files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
