/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "report.h"

G_BEGIN_DECLS

/* The first repetitions pay for what is made once: folders, tables, pages. They are not counted. */
#define RACE_WARM_UPS 1

/* Does some operations of a repetition: `first` is how many this side did before. Gives how many of them failed. */
typedef guint (*RaceFunc) (gpointer data,
                           guint    first,
                           guint    count);

/* Several ways to do one thing, timed in turns: whatever else the machine does meanwhile, it does to all of them. */
typedef struct _Race Race;

Race *race_new (const char *title,
                guint       count);

void race_free (Race *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Race, race_free)

void race_add (Race       *self,
               const char *name,
               RaceFunc    func,
               gpointer    data);

void race_aim (Race       *self,
               const char *ours,
               const char *peer,
               const char *target);

guint race_run (Race *self,
                guint repetitions);

const double *race_get_times (Race       *self,
                              const char *name,
                              guint      *n_times);

Summary race_get_time (Race       *self,
                       const char *name);

void race_print_heading (void);

void race_print (Race   *self,
                 Report *report);

G_END_DECLS
