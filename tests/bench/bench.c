/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures the cache against what else could do its work, side by side in one run. */

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/vfs.h>

#include "measure.h"
#include "race.h"

/* Many short ones, of a millisecond or two: on a busy machine, most of a long one is somebody else's. */
#define LONG_REPETITIONS  201
#define SHORT_REPETITIONS 3

static const char description[] =
  "Runs each kind of work in repetitions, ours and the others' in turns, and prints a line a pair:\n"
  "\n"
  "  min, median       microseconds an operation, over the repetitions; ours, then the other's\n"
  "  ratio             our minimum divided by the other's\n"
  "  its median        the median of the ratios of each repetition\n"
  "  target            what the ratio is meant to be; nothing is asserted about it\n"
  "  drift             last third of the repetitions divided by the first: far from 1, the machine or the file\n"
  "                    system changed meanwhile, and the ratios of stores say little\n"
  "\n"
  "A ratio is a property of the machine's file system and of its load as much as of the code: compare ratios of one\n"
  "run, or of two runs on one machine, and never times of two machines.\n"
  "\n"
  "  P1  strict hits from memory (one system call each) against a transaction of LMDB (none)\n"
  "  P3  hits from disk, pages and names in the kernel's caches, against the bare calls on the same files\n"
  "  P4  new entries, nothing deleted, with the default memory tier, against the bare calls for as many bytes\n"
  "  P5  the size of a large cache against that of a small one\n"
  "  P9, P10  asynchronous calls against tasks of GIO that do nothing\n"
  "\n"
  "Ends with an error where an operation failed or gave a wrong result, whatever its time.";

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

static void
print_surroundings (const Plan *plan)
{
  struct statfs status;

  if (statfs (plan->folder, &status) == 0)
    g_print ("file system type 0x%lx, ", (gulong) status.f_type);
  g_print ("%u processors, %u repetitions%s%s%s\n\n", g_get_num_processors (), plan->repetitions,
           plan->brief ? ", short: the figures mean little" : "",
#ifdef HAVE_SQLITE
           "",
#else
           ", built without SQLite",
#endif
#ifdef HAVE_LMDB
           ""
#else
           ", built without LMDB"
#endif
  );
}

static guint
measure_all (const Plan *plan)
{
  guint n_failed;

  print_surroundings (plan);
  race_print_heading ();

  /* Stores first, as long as the file system is fresh. */
  n_failed = measure_stores (plan);
  n_failed += measure_disk_hits (plan);
  n_failed += measure_memory_hits (plan);
  n_failed += measure_size (plan);
  n_failed += measure_async_calls (plan);

  return n_failed;
}

int
main (int    argc,
      char **argv)
{
  Plan               plan = { 0 };
  const GOptionEntry entries[] = {
    { "short", 0, 0, G_OPTION_ARG_NONE, &plan.brief, "Take a few seconds only", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER");
  g_autoptr (GError) error = NULL;
  guint n_failed;

  g_option_context_set_summary (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  if (argc != 2)
    {
      g_printerr ("Give an empty folder to measure in\n");
      return EXIT_FAILURE;
    }

  plan.folder = argv[1];
  plan.repetitions = plan.brief ? SHORT_REPETITIONS : LONG_REPETITIONS;
  n_failed = measure_all (&plan);

  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
