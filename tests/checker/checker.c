/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Processes that call functions of files, while others edit the files at random; and an oracle that knows of each result whether
 * the files have held, at some instant of that call, what it tells.
 *
 *   checker                      a few thousand calls
 *   checker --calls 200000       the long run
 *   checker --rest SECONDS       leaves files alone for so long, for clocks that need it
 *   checker --undeclared         computations do not say what they read: succeeds only if wrong results are found
 *   checker --seed N             begins as another run did; what becomes of it depends on the scheduler too
 *   checker --directory PATH     files and cache on the file system of that directory
 */

#include "caller.h"
#include "editor.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_CALLERS 4
#define N_EDITORS 3

/* How long one process may go on for each thousand calls, on a busy machine; and how long in any case. */
#define SECONDS_PER_1000 30
#define SECONDS_AT_LEAST 240

typedef struct
{
  gint     n_calls;
  gint     rest;
  gint64   seed;
  char    *directory; /* (owned) (nullable) */
  gboolean undeclared;
} Options;

static void
parse_options (Options *self,
               int      argc,
               char   **argv)
{
  const GOptionEntry entries[] = {
    { "calls", 0, 0, G_OPTION_ARG_INT, &self->n_calls, "So many calls", "N" },
    { "rest", 0, 0, G_OPTION_ARG_INT, &self->rest, "How long files sometimes rest", "SECONDS" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed, "Where the random numbers begin", "N" },
    { "directory", 0, 0, G_OPTION_ARG_FILENAME, &self->directory, "Where the files are", "PATH" },
    { "undeclared", 0, 0, G_OPTION_ARG_NONE, &self->undeclared, "Do not say what is read", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      exit (2);
    }
}

static int
remove_cb (const char        *path,
           const struct stat *status,
           int                type,
           struct FTW        *where)
{
  return remove (path);
}

/* The first ones call, the others edit. */
static pid_t
start (World               *world,
       const CallerOptions *options,
       guint                number,
       guint32              seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (Editor) editor = NULL;
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid != 0)
    return pid;

  editor = editor_new (world, random);
  alarm ((guint) MAX (SECONDS_AT_LEAST, options->n_calls / 1000 * SECONDS_PER_1000));
  if (number < N_CALLERS)
    caller_run (world, options, seed);
  else
    editor_run (editor);
  _exit (EXIT_SUCCESS);
}

/* FALSE where a process did not come to its end. The others are told to. */
static gboolean
run (World               *world,
     const CallerOptions *options,
     guint32              seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gboolean well = TRUE;
  int      status;

  for (guint i = 0; i < N_CALLERS + N_EDITORS; i++)
    start (world, options, i, g_rand_int (random));
  while (wait (&status) >= 0)
    {
      if (status == 0)
        continue;
      fprintf (stderr, "A process ended with %x\n", (unsigned) status);
      g_atomic_int_set (&world->memory->stop, TRUE);
      well = FALSE;
    }

  return well;
}

static gboolean
judge (const WorldMemory *memory,
       gboolean           undeclared)
{
  printf ("calls %" G_GINT64_FORMAT ", hits %" G_GINT64_FORMAT ", computations %" G_GINT64_FORMAT ", not stored %" G_GINT64_FORMAT
          ", torn %" G_GINT64_FORMAT ", edits %" G_GINT64_FORMAT ", wrong %" G_GINT64_FORMAT "\n",
          memory->n_calls, memory->n_hits, memory->n_computed, memory->n_racy, memory->n_torn, memory->n_edits, memory->n_wrong);

  if (undeclared)
    return memory->n_wrong > 0;

  /* Where nothing was found, or nothing changed, nothing was tried out. */
  return memory->n_wrong == 0 && memory->n_hits > 0 && memory->n_edits > 0;
}

int
main (int    argc,
      char **argv)
{
  Options          options = { .n_calls = 3000, .seed = (gint64) (g_get_real_time () & G_MAXUINT32) };
  g_autofree char *folder = NULL;
  g_autofree char *cachedir = NULL;
  CallerOptions    caller_options;
  World            world;
  gint64           rest;
  gboolean         well;

  parse_options (&options, argc, argv);
  folder = g_build_filename (options.directory != NULL ? options.directory : g_get_tmp_dir (), "any-checker-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  cachedir = g_build_filename (folder, "cache", NULL);
  rest = options.rest * G_GINT64_CONSTANT (1000000000);
  caller_options = (CallerOptions){ cachedir, options.n_calls, history_now () + rest, options.undeclared };
  printf ("seed %" G_GINT64_FORMAT ", in %s\n", options.seed, folder);

  world_init (&world, folder, rest);
  well = run (&world, &caller_options, (guint32) options.seed);
  well = judge (world.memory, options.undeclared) && well;

  world_clear (&world);
  nftw (folder, remove_cb, 16, FTW_DEPTH | FTW_PHYS);
  g_free (options.directory);

  return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
