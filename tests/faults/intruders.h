/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where an intruder sits, and what lies round it. */
typedef struct
{
  char *place;   /* (owned): its path; free when it comes */
  char *victims; /* (owned): a directory outside of the cache; what is in it is nobody's business */
  char *moved;   /* (owned): in there, what was at the place before, if anything */
  int   fd;      /* (owned): what the intruder needs open, or -1 */
} IntruderSite;

/* Something else than what the library expects to find. */
typedef struct
{
  const char *name;
  gboolean (*plant) (IntruderSite *site); /* FALSE where this machine, or this place, does not allow it */
  gboolean regular;                       /* a regular file, which may pass for what it is the copy of */
} Intruder;

#define N_INTRUDERS 16

extern const Intruder intruders[N_INTRUDERS];

G_END_DECLS
