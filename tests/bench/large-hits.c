/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"
#include "workload.h"

#define HIT  "hit from disk"
#define READ "read into fresh memory"
#define HUGE "read into fresh huge pages"

#define LARGE (64 << 20)
#define SMALL (4 << 20) /* in short mode */

#define HUGE_PAGE (2 << 20)

/* Each operation of tens of milliseconds. */
#define MAX_REPETITIONS 31

/* The file of an entry, read in whole as often as asked. */
typedef struct
{
  char *path; /* (owned) */
  gsize length;
} Whole;

/* Bytes that nothing could make fewer. */
static GVariant *
random_bytes (gsize length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  guint32 *words = g_malloc (length);

  for (gsize i = 0; i < length / sizeof *words; i++)
    words[i] = g_rand_int (random);

  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, words, length, TRUE, g_free, words);
}

static gboolean
read_into (const Whole *self,
           guint8      *bytes)
{
  int fd = open (self->path, O_RDONLY | O_CLOEXEC);

  return fd >= 0 && read (fd, bytes, self->length) == (gssize) self->length && close (fd) == 0;
}

/* Memory that nobody had before: the kernel has to find it, page by page. */
static guint
read_whole (gpointer    data,
            guint first G_GNUC_UNUSED,
            guint       count)
{
  Whole *self = data;
  guint  n_failed = 0;

  for (guint i = 0; i < count; i++)
    {
      g_autofree guint8 *bytes = g_malloc (self->length);

      n_failed += !read_into (self, bytes);
    }

  return n_failed;
}

/* The same in as few pages as can be: what no check, however cheap, could be faster than. */
static guint
read_whole_huge (gpointer    data,
                 guint first G_GNUC_UNUSED,
                 guint       count)
{
  Whole *self = data;
  guint  n_failed = 0;

  for (guint i = 0; i < count; i++)
    {
      void *bytes = NULL;

      if (posix_memalign (&bytes, HUGE_PAGE, self->length) != 0)
        return count;
      madvise (bytes, self->length, MADV_HUGEPAGE);
      n_failed += !read_into (self, bytes);
      free (bytes);
    }

  return n_failed;
}

/* Where the kernel gives huge pages to who asks, and to nobody else, asking for them is expected to pay. */
static gboolean
can_ask_for_huge_pages (void)
{
  g_autofree char *mode = NULL;

  return g_file_get_contents ("/sys/kernel/mm/transparent_hugepage/enabled", &mode, NULL, NULL) &&
         strstr (mode, "[madvise]") != NULL;
}

guint
measure_large_hits (const Plan *plan)
{
  g_autofree char *folder = plan_make_folder (plan, "large");
  GVariant        *value = random_bytes (plan->brief ? SMALL : LARGE);
  g_autoptr (Workload) workload = workload_new (folder, "large", value, 1);
  g_autofree char *generation = workload_dup_generation (workload);
  g_autofree char *name = workload_dup_entry_name (workload, 0);
  g_autofree char *path = g_build_filename (generation, name, NULL);
  Whole            whole = { .path = path };
  const char      *title = plan->brief ? "P7  hit of 4 MiB, memory tier off" : "P7  hit of 64 MiB, memory tier off";
  g_autoptr (Race) race = race_new (title, 1);
  guint n_failed;

  any_cache_set_maxmemory (workload->cache, 0);
  workload_fill (workload, 1);
  whole.length = workload_entry_size (workload, 0);

  race_add (race, HIT, workload_hit, workload);
  race_add (race, READ, read_whole, &whole);
  race_aim (race, HIT, READ, "<= 1.2");
  if (can_ask_for_huge_pages ())
    {
      race_add (race, HUGE, read_whole_huge, &whole);
      race_aim (race, HIT, READ, "<= 0.6 with huge pages");
      race_aim (race, HUGE, READ, "shown");
    }

  n_failed = workload_check (workload, FALSE);
  n_failed += race_run (race, MIN (plan->repetitions, MAX_REPETITIONS));
  race_print (race, plan->report);

  return n_failed;
}
