/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "report.h"

G_BEGIN_DECLS

/* How much a program measures, and where. */
typedef struct
{
  char    *folder; /* (owned): empty at first; nothing in it is deleted before the end */
  gboolean brief;  /* a few seconds: shows that all of it works, and little else */
  guint    repetitions;
  Report  *report; /* (owned) */
} Plan;

gboolean plan_init (Plan               *self,
                    int                *argc,
                    char             ***argv,
                    const char         *description,
                    const GOptionEntry *more);

int plan_end (Plan *self,
              guint n_failed);

char *plan_make_folder (const Plan *self,
                        const char *name);

G_END_DECLS
