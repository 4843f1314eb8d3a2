/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "plan.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>

/* Many short ones, of a millisecond or two: on a busy machine, most of a long one is somebody else's. */
#define LONG_REPETITIONS  201
#define SHORT_REPETITIONS 3

/* Reads the command line; complains of a wrong one. */
gboolean
plan_init (Plan               *self,
           int                *argc,
           char             ***argv,
           const char         *description,
           const GOptionEntry *more)
{
  g_autofree char   *path = NULL;
  const GOptionEntry entries[] = {
    { "short", 0, 0, G_OPTION_ARG_NONE, &self->brief, "Take a few seconds only", NULL },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &path, "Add what is measured to a file, a JSON object a line", "FILE" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER");
  g_autoptr (GError) error = NULL;

  *self = (Plan){ 0 };
  g_option_context_set_summary (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (more != NULL)
    g_option_context_add_main_entries (context, more, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  if (*argc != 2)
    {
      g_printerr ("Give an empty folder to measure in\n");
      return FALSE;
    }

  self->folder = g_strdup ((*argv)[1]);
  self->repetitions = self->brief ? SHORT_REPETITIONS : LONG_REPETITIONS;
  self->report = report_new (path);

  return TRUE;
}

/* Gives the status of the program: an error where an operation failed or gave a wrong result, whatever its time. */
int
plan_end (Plan *self,
          guint n_failed)
{
  report_free (self->report);
  g_free (self->folder);

  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* An empty folder for a part of the measurement. */
char *
plan_make_folder (const Plan *self,
                  const char *name)
{
  char *path = g_build_filename (self->folder, name, NULL);

  if (g_mkdir (path, 0700) != 0)
    g_error ("%s: %s", path, g_strerror (errno));

  return path;
}
