/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What dates a file, which decides how soon after a change its times tell of the next one. */
typedef enum
{
  ANY_CLOCK_FINE = 0,    /* this kernel, in ticks of milliseconds */
  ANY_CLOCK_COARSE = 1,  /* this kernel, in whole seconds or two of them */
  ANY_CLOCK_FOREIGN = 2, /* another machine or a program, which may be ahead or behind */
} AnyClock;

/* For how long the next change may leave the times of a file as they are. */
typedef enum
{
  ANY_FRESHNESS_NONE = 0,    /* no longer */
  ANY_FRESHNESS_TICK = 1,    /* up to the next tick, which can be waited for */
  ANY_FRESHNESS_SECONDS = 2, /* too long to wait */
} AnyFreshness;

/* All times in ns since the epoch. */

AnyClock any_clock_of (gint64   mtime,
                       gint64   ctime,
                       gboolean foreign);

AnyFreshness any_clock_measure_freshness (AnyClock self,
                                          gint64   ctime);

gboolean any_clock_has_settled (AnyClock self,
                                gint64   newest);

gint64 any_clock_read_lead (void);

gboolean any_clock_is_older (AnyClock self,
                             gint64   newest,
                             gint64   instant);

G_END_DECLS
