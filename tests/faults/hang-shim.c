/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every name is defined as the linker sees it, the 64-bit one beside the plain one, so the headers must neither redirect one to
 * the other nor wrap them for the sake of fortification. */

#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#undef _FORTIFY_SOURCE

#include "hang-shim.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim-next.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t  back = PTHREAD_COND_INITIALIZER;
static char            hanging[64]; /* protected by lock, as what follows */
static unsigned        n_waiting;

void
hang_shim_set (const char *text)
{
  pthread_mutex_lock (&lock);
  snprintf (hanging, sizeof hanging, "%s", text != NULL ? text : "");
  pthread_cond_broadcast (&back);
  pthread_mutex_unlock (&lock);
}

unsigned
hang_shim_count (void)
{
  unsigned count;

  pthread_mutex_lock (&lock);
  count = n_waiting;
  pthread_mutex_unlock (&lock);

  return count;
}

static void
hang (const char *path)
{
  pthread_mutex_lock (&lock);
  while (hanging[0] != '\0' && strstr (path, hanging) != NULL)
    {
      n_waiting++;
      pthread_cond_wait (&back, &lock);
      n_waiting--;
    }
  pthread_mutex_unlock (&lock);
}

/* clang-format off */

#define DEFINE_STAT(suffix) \
  int \
  stat##suffix (const char *path, struct stat##suffix *out) \
  { \
    SHIM_FIND (stat##suffix); \
    hang (path); \
    return real (path, out); \
  }

#define DEFINE_OPENAT(name) \
  int \
  name (int dirfd, const char *path, int flags, ...) \
  { \
    va_list arguments; \
    mode_t  mode; \
    SHIM_FIND (name); \
    va_start (arguments, flags); \
    mode = (flags & O_CREAT) != 0 ? (mode_t) va_arg (arguments, unsigned) : 0; \
    va_end (arguments); \
    hang (path); \
    return real (dirfd, path, flags, mode); \
  }

DEFINE_STAT ()
DEFINE_STAT (64)
DEFINE_OPENAT (openat)
DEFINE_OPENAT (openat64)

/* clang-format on */

/* Calls too young for a wrapper of their own in the C library. */
long
syscall (long number,
         ...)
{
  va_list arguments;
  long    a[6];

  SHIM_FIND (syscall);
  va_start (arguments, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg (arguments, long);
  va_end (arguments);

#ifdef SYS_openat2
  if (number == SYS_openat2)
    hang ((const char *) a[1]);
#endif
  return real (number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
