/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-clock.h"

#include "any-stamp.h"

#define MILLISECOND G_GINT64_CONSTANT (1000000)
#define SECOND      (1000 * MILLISECOND)

/* The longest tick of a kernel (100 Hz): file times stand still within one. */
#define TICK (10 * MILLISECOND)

/* What has no fractions of a second may go in steps of two (FAT). */
#define STEP (2 * SECOND + 2 * TICK)

/* Machines that are told the time by others differ by less. */
#define SKEW (10 * SECOND)

/* How far a clock may be from any_stamp_now(), and when its times can be relied on. */
static const struct
{
  gint64 behind; /* a change may be dated as long before it */
  gint64 ahead;  /* or less than this after it: newer kernels measure finer than the tick, which may be late besides */
  gint64 rest;   /* what has been left alone for so long can be told by its times */
} clocks[] = {
  [ANY_CLOCK_FINE] = { 0, SECOND, 2 * TICK },
  [ANY_CLOCK_COARSE] = { STEP, SECOND, STEP },
  [ANY_CLOCK_FOREIGN] = { SKEW, SKEW, SKEW },
};

/* A file can have been dated to a whole second by hand, but not its change of status: if both have no fractions, there are none. */
AnyClock
any_clock_of (gint64   mtime,
              gint64   ctime,
              gboolean foreign)
{
  if (foreign)
    return ANY_CLOCK_FOREIGN;

  return mtime % SECOND == 0 && ctime % SECOND == 0 ? ANY_CLOCK_COARSE : ANY_CLOCK_FINE;
}

/* A time that is further ahead than the clock can be was set when the clock was: the next change would set it back, and show. */
AnyFreshness
any_clock_measure_freshness (AnyClock self,
                             gint64   ctime)
{
  gint64 now = any_stamp_now ();

  if (ctime < now - clocks[self].behind || ctime >= now + clocks[self].ahead)
    return ANY_FRESHNESS_NONE;

  return self == ANY_CLOCK_FINE ? ANY_FRESHNESS_TICK : ANY_FRESHNESS_SECONDS;
}

/* Whether from now on the times of a file tell of every change. The rest is taken from the clock, and not added to a time of the
 * file, which may be the last that there is. */
gboolean
any_clock_has_settled (AnyClock self,
                       gint64   newest)
{
  return newest <= any_stamp_now () - clocks[self].rest;
}

/* How far any_stamp_now() is ahead of a clock that nobody sets: less than before, once it has been set back. */
gint64
any_clock_read_lead (void)
{
  struct timespec steady;

  clock_gettime (CLOCK_MONOTONIC_COARSE, &steady);

  return any_stamp_now () - any_stamp_nanoseconds (&steady);
}

/* Whether a time was past at an instant of any_stamp_now(). */
gboolean
any_clock_is_older (AnyClock self,
                    gint64   newest,
                    gint64   instant)
{
  return newest < instant - clocks[self].behind;
}
