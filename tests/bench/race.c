/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "race.h"

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

  self->title = g_intern_string (title);
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

  side->name = g_intern_string (name);
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

/* Gives what a side took in each repetition. */
const double *
race_get_times (Race       *self,
                const char *name,
                guint      *n_times)
{
  const Side *side = find_side (self, name);

  *n_times = side->times->len;

  return (const double *) side->times->data;
}

static Summary
side_time (const Side *self)
{
  return summary_of ((const double *) self->times->data, self->times->len);
}

Summary
race_get_time (Race       *self,
               const char *name)
{
  return side_time (find_side (self, name));
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

void
race_print_heading (void)
{
  g_print ("%-28s %9s %9s   %-34s %9s %9s   %6s %6s   %s\n",
           "ours, us an operation", "min", "median", "against", "min", "median", "ratio", "median", "target");
}

/* The ratios of each repetition, and that of the minima. */
static Summary
compare (const Side *ours,
         const Side *peer)
{
  const double      *ours_times = (const double *) ours->times->data;
  const double      *peer_times = (const double *) peer->times->data;
  guint              n_times = ours->times->len;
  g_autofree double *ratios = g_new (double, n_times);

  for (guint i = 0; i < n_times; i++)
    ratios[i] = ours_times[i] / peer_times[i];

  return (Summary){ side_time (ours).minimum / side_time (peer).minimum, summary_of (ratios, n_times).median };
}

static void
print_aim (const Race *self,
           const Aim  *aim,
           Report     *report)
{
  Summary ours = side_time (aim->ours);
  Summary peer = side_time (aim->peer);
  Summary ratio = compare (aim->ours, aim->peer);

  g_print ("%-28s %9.3f %9.3f   %-34s %9.3f %9.3f   %6.2f %6.2f   %s\n",
           aim->ours->name, ours.minimum, ours.median, aim->peer->name, peer.minimum, peer.median,
           ratio.minimum, ratio.median, aim->target);
  report_ratio (report, self->title, aim->ours->name, aim->peer->name, &ratio, aim->target);
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
      double        first = summary_of (times, third).median;
      double        last = summary_of (times + side->times->len - third, third).median;

      g_print ("%s %s %.2f", i > 0 ? "," : "", side->name, last / first);
    }
  g_print ("\n");
}

/* Prints what was asked for, and reports all of it. */
void
race_print (Race   *self,
            Report *report)
{
  g_print ("\n%s\n", self->title);
  for (guint i = 0; i < self->aims->len; i++)
    print_aim (self, &g_array_index (self->aims, Aim, i), report);
  for (guint i = 0; i < self->sides->len; i++)
    {
      const Side *side = g_ptr_array_index (self->sides, i);
      Summary     time = side_time (side);

      report_time (report, self->title, side->name, &time);
    }

  print_drift (self);
  if (self->n_failed > 0)
    g_print ("  %u operations FAILED: the figures mean nothing\n", self->n_failed);
}
