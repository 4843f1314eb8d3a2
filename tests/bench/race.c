/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "race.h"

#include <stdlib.h>
#include <time.h>

typedef struct
{
  const char *name; /* static */
  RaceFunc    func;
  gpointer    data;
  guint       n_done;
  GArray     *times; /* (owned) (element-type double): us an operation, one a repetition */
} Side;

typedef struct
{
  const Side *ours;
  const Side *peer;
  const char *target; /* static */
} Aim;

struct _Race
{
  const char *title; /* static */
  guint       count; /* operations a repetition */
  GPtrArray  *sides; /* (owned) (element-type Side) */
  GArray     *aims;  /* (owned) (element-type Aim) */
  guint       n_failed;
};

static void
side_free (Side *self)
{
  g_array_unref (self->times);
  g_free (self);
}

Race *
race_new (const char *title,
          guint       count)
{
  Race *self = g_new0 (Race, 1);

  self->title = title;
  self->count = count;
  self->sides = g_ptr_array_new_with_free_func ((GDestroyNotify) side_free);
  self->aims = g_array_new (FALSE, FALSE, sizeof (Aim));

  return self;
}

void
race_free (Race *self)
{
  g_ptr_array_unref (self->sides);
  g_array_unref (self->aims);
  g_free (self);
}

void
race_add (Race       *self,
          const char *name,
          RaceFunc    func,
          gpointer    data)
{
  Side *side = g_new0 (Side, 1);

  side->name = name;
  side->func = func;
  side->data = data;
  side->times = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (self->sides, side);
}

static const Side *
find_side (const Race *self,
           const char *name)
{
  for (guint i = 0; i < self->sides->len; i++)
    {
      const Side *side = g_ptr_array_index (self->sides, i);

      if (g_str_equal (side->name, name))
        return side;
    }

  return NULL;
}

/* Asks for a line of the table; left out where this machine lacks one of the two. */
void
race_aim (Race       *self,
          const char *ours,
          const char *peer,
          const char *target)
{
  Aim aim = { find_side (self, ours), find_side (self, peer), target };

  if (aim.ours != NULL && aim.peer != NULL)
    g_array_append_val (self->aims, aim);
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void
run_side (Race    *self,
          Side    *side,
          gboolean timed)
{
  double begin = now ();
  double time;

  self->n_failed += side->func (side->data, side->n_done, self->count);
  time = (now () - begin) / self->count;

  side->n_done += self->count;
  if (timed)
    g_array_append_val (side->times, time);
}

/* Gives how many operations failed. */
guint
race_run (Race *self,
          guint repetitions)
{
  for (guint i = 0; i < RACE_WARM_UPS + repetitions; i++)
    {
      /* Another one begins each time, so that nobody always follows the one that empties the processor's caches. */
      for (guint j = 0; j < self->sides->len; j++)
        run_side (self, g_ptr_array_index (self->sides, (i + j) % self->sides->len), i >= RACE_WARM_UPS);
    }

  return self->n_failed;
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  double number_a = *(const double *) a;
  double number_b = *(const double *) b;

  return (number_a > number_b) - (number_a < number_b);
}

/* The smallest and the middle one of some numbers. */
static void
summarise (const double *numbers,
           guint         n_numbers,
           double       *minimum,
           double       *median)
{
  g_autofree double *sorted = g_memdup2 (numbers, n_numbers * sizeof *numbers);

  qsort (sorted, n_numbers, sizeof *sorted, compare_numbers);
  *minimum = sorted[0];
  *median = n_numbers % 2 == 1 ? sorted[n_numbers / 2] : (sorted[n_numbers / 2 - 1] + sorted[n_numbers / 2]) / 2;
}

void
race_print_heading (void)
{
  g_print ("%-28s %9s %9s   %-34s %9s %9s   %6s %6s   %s\n",
           "ours, us an operation", "min", "median", "against", "min", "median", "ratio", "median", "target");
}

static void
print_aim (const Aim *aim)
{
  const double      *ours = (const double *) aim->ours->times->data;
  const double      *peer = (const double *) aim->peer->times->data;
  guint              n_times = aim->ours->times->len;
  g_autofree double *ratios = g_new (double, n_times);
  double             ours_minimum, ours_median, peer_minimum, peer_median, ratio_minimum, ratio_median;

  for (guint i = 0; i < n_times; i++)
    ratios[i] = ours[i] / peer[i];

  summarise (ours, n_times, &ours_minimum, &ours_median);
  summarise (peer, n_times, &peer_minimum, &peer_median);
  summarise (ratios, n_times, &ratio_minimum, &ratio_median);

  g_print ("%-28s %9.3f %9.3f   %-34s %9.3f %9.3f   %6.2f %6.2f   %s\n",
           aim->ours->name, ours_minimum, ours_median, aim->peer->name, peer_minimum, peer_median,
           ours_minimum / peer_minimum, ratio_median, aim->target);
}

/* How the time of each side moved while the race went on: last third of the repetitions against the first. */
static void
print_drift (const Race *self)
{
  g_print ("  drift:");
  for (guint i = 0; i < self->sides->len; i++)
    {
      const Side   *side = g_ptr_array_index (self->sides, i);
      const double *times = (const double *) side->times->data;
      guint         third = MAX (side->times->len / 3, 1);
      double        minimum, first, last;

      summarise (times, third, &minimum, &first);
      summarise (times + side->times->len - third, third, &minimum, &last);
      g_print ("%s %s %.2f", i > 0 ? "," : "", side->name, last / first);
    }
  g_print ("\n");
}

void
race_print (Race *self)
{
  g_print ("\n%s\n", self->title);
  for (guint i = 0; i < self->aims->len; i++)
    print_aim (&g_array_index (self->aims, Aim, i));
  print_drift (self);
  if (self->n_failed > 0)
    g_print ("  %u operations FAILED: the figures mean nothing\n", self->n_failed);
}
