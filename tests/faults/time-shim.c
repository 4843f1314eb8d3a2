/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every name is defined as the linker sees it, the 64-bit one beside the plain one, so the headers must neither redirect one to
 * the other nor wrap them for the sake of fortification. */

#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#undef _FORTIFY_SOURCE

#include "time-shim.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <time.h>

#include "shim-next.h"

#define SECOND 1000000000LL

/* A kernel's ticks do not begin with the second. */
#define PHASE 1234567LL

static long long    tick;
static long long    grain;
static atomic_llong ahead;
static __fsword_t   type;

static long long
get_number (const char *variable)
{
  const char *text = getenv (variable);

  return text != NULL ? strtoll (text, NULL, 10) : 0;
}

static void __attribute__ ((constructor))
begin (void)
{
  tick = get_number ("TIME_SHIM_TICK");
  grain = get_number ("TIME_SHIM_GRAIN");
  ahead = get_number ("TIME_SHIM_AHEAD");
  type = (__fsword_t) get_number ("TIME_SHIM_SYSTEM");
}

void
time_shim_set_ahead (long long ns)
{
  ahead = ns;
}

static void
set_time (struct timespec *time,
          long long        ns)
{
  time->tv_sec = ns / SECOND - (ns % SECOND < 0);
  time->tv_nsec = ns - time->tv_sec * SECOND;
}

/* Times that are out of the range of 64 bits are let alone. */
static void
round_down (struct timespec *time,
            long long        step,
            long long        phase)
{
  long long ns = time->tv_sec * SECOND + time->tv_nsec;

  if (step > 0 && time->tv_sec > 0 && time->tv_sec < 9 * SECOND)
    set_time (time, ns - (ns - phase) % step);
}

static void
date (struct timespec *time)
{
  round_down (time, tick, PHASE);
  round_down (time, grain, 0);
}

/* clang-format off */

#define DEFINE_STAT(name, parameters, arguments) \
  int \
  name parameters \
  { \
    int result; \
    SHIM_FIND (name); \
    result = real arguments; \
    if (result == 0) \
      { \
        date (&out->st_atim); \
        date (&out->st_mtim); \
        date (&out->st_ctim); \
      } \
    return result; \
  }

#define DEFINE_STATFS(name, parameters, arguments) \
  int \
  name parameters \
  { \
    int result; \
    SHIM_FIND (name); \
    result = real arguments; \
    if (result == 0 && type != 0) \
      out->f_type = type; \
    return result; \
  }

#define DEFINE_ALL(suffix) \
  DEFINE_STAT (stat##suffix, (const char *path, struct stat##suffix *out), (path, out)) \
  DEFINE_STAT (lstat##suffix, (const char *path, struct stat##suffix *out), (path, out)) \
  DEFINE_STAT (fstat##suffix, (int fd, struct stat##suffix *out), (fd, out)) \
  DEFINE_STAT (fstatat##suffix, (int fd, const char *path, struct stat##suffix *out, int flags), (fd, path, out, flags)) \
  DEFINE_STATFS (statfs##suffix, (const char *path, struct statfs##suffix *out), (path, out)) \
  DEFINE_STATFS (fstatfs##suffix, (int fd, struct statfs##suffix *out), (fd, out))

/* clang-format on */

DEFINE_ALL ()
DEFINE_ALL (64)

int
clock_gettime (clockid_t        clock,
               struct timespec *time)
{
  int result;

  SHIM_FIND (clock_gettime);
  result = real (clock, time);
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
    return result;

  if (clock == CLOCK_REALTIME_COARSE)
    round_down (time, tick, PHASE);
  if (ahead != 0)
    set_time (time, time->tv_sec * SECOND + time->tv_nsec + ahead);

  return 0;
}

int
gettimeofday (struct timeval *restrict time,
              void *restrict zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;

  return 0;
}
