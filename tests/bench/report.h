/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What was measured, for programs: a file of lines, each a JSON object with a “kind”. Several programs may add to one file. */
typedef struct _Report Report;

/* Some repetitions of one thing, or the ratios of two. */
typedef struct
{
  double minimum;
  double median;
} Summary;

Summary summary_of (const double *numbers,
                    guint         n_numbers);

Report *report_new (const char *path);

void report_free (Report *self);

void report_fact (Report     *self,
                  const char *name,
                  const char *value);

void report_time (Report        *self,
                  const char    *title,
                  const char    *side,
                  const Summary *time);

void report_ratio (Report        *self,
                   const char    *title,
                   const char    *ours,
                   const char    *peer,
                   const Summary *ratio,
                   const char    *target);

void report_figure (Report     *self,
                    const char *title,
                    const char *name,
                    double      value,
                    const char *unit,
                    const char *target);

void report_point (Report     *self,
                   const char *plot,
                   const char *line,
                   double      x,
                   double      y);

void report_bar (Report     *self,
                 const char *plot,
                 const char *line,
                 const char *group,
                 double      height);

G_END_DECLS
