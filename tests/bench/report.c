/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct _Report
{
  FILE *file; /* (owned) (nullable): nobody asked for it */
};

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  double number_a = *(const double *) a;
  double number_b = *(const double *) b;

  return (number_a > number_b) - (number_a < number_b);
}

Summary
summary_of (const double *numbers,
            guint         n_numbers)
{
  g_autofree double *sorted = g_memdup2 (numbers, n_numbers * sizeof *numbers);
  guint              middle = n_numbers / 2;

  qsort (sorted, n_numbers, sizeof *sorted, compare_numbers);

  return (Summary){
    .minimum = sorted[0],
    .median = n_numbers % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
  };
}

Report *
report_new (const char *path)
{
  Report *self = g_new0 (Report, 1);

  if (path != NULL)
    {
      self->file = fopen (path, "ae");
      if (self->file == NULL)
        g_error ("%s: %s", path, g_strerror (errno));
    }

  return self;
}

void
report_free (Report *self)
{
  if (self->file != NULL && fclose (self->file) != 0)
    g_error ("The report cannot be written: %s", g_strerror (errno));
  g_free (self);
}

static void
begin (Report     *self,
       const char *kind)
{
  fprintf (self->file, "{\"kind\": \"%s\"", kind);
}

/* The texts are our own, without control characters. */
static void
add_text (Report     *self,
          const char *name,
          const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  fprintf (self->file, ", \"%s\": \"%s\"", name, escaped);
}

static void
add_number (Report     *self,
            const char *name,
            double      number)
{
  fprintf (self->file, ", \"%s\": %.6g", name, number);
}

static void
add_summary (Report        *self,
             const Summary *summary)
{
  add_number (self, "minimum", summary->minimum);
  add_number (self, "median", summary->median);
}

static void
end (Report *self)
{
  fprintf (self->file, "}\n");
}

/* Says something of the machine or the programs on it. */
void
report_fact (Report     *self,
             const char *name,
             const char *value)
{
  if (self->file == NULL)
    return;

  begin (self, "fact");
  add_text (self, "name", name);
  add_text (self, "value", value);
  end (self);
}

/* How long one side of a race took: us an operation. */
void
report_time (Report        *self,
             const char    *title,
             const char    *side,
             const Summary *time)
{
  if (self->file == NULL)
    return;

  begin (self, "time");
  add_text (self, "title", title);
  add_text (self, "side", side);
  add_summary (self, time);
  end (self);
}

/* A line of the table. */
void
report_ratio (Report        *self,
              const char    *title,
              const char    *ours,
              const char    *peer,
              const Summary *ratio,
              const char    *target)
{
  if (self->file == NULL)
    return;

  begin (self, "ratio");
  add_text (self, "title", title);
  add_text (self, "ours", ours);
  add_text (self, "peer", peer);
  add_summary (self, ratio);
  add_text (self, "target", target);
  end (self);
}

/* A line of the table that compares with nothing. Printed, too. */
void
report_figure (Report     *self,
               const char *title,
               const char *name,
               double      value,
               const char *unit,
               const char *target)
{
  g_print ("\n%s\n%-28s %9.3f %s   %s\n", title, name, value, unit, target);
  if (self->file == NULL)
    return;

  begin (self, "figure");
  add_text (self, "title", title);
  add_text (self, "ours", name);
  add_number (self, "value", value);
  add_text (self, "unit", unit);
  add_text (self, "target", target);
  end (self);
}

/* A point of a line in a plot. */
void
report_point (Report     *self,
              const char *plot,
              const char *line,
              double      x,
              double      y)
{
  if (self->file == NULL)
    return;

  begin (self, "point");
  add_text (self, "plot", plot);
  add_text (self, "line", line);
  add_number (self, "x", x);
  add_number (self, "y", y);
  end (self);
}

/* The same where what stands below is a name. */
void
report_bar (Report     *self,
            const char *plot,
            const char *line,
            const char *group,
            double      height)
{
  if (self->file == NULL)
    return;

  begin (self, "bar");
  add_text (self, "plot", plot);
  add_text (self, "line", line);
  add_text (self, "group", group);
  add_number (self, "height", height);
  end (self);
}
