/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-way.h"

#include <errno.h>
#include <string.h>

#include "any-stamp.h"
#include "any-trouble.h"
#include "any-walk.h"

static AnyClock
clock_of (const AnyWalk         *walk,
          const struct timespec *mtime,
          const struct timespec *ctime)
{
  return any_clock_of (any_stamp_nanoseconds (mtime), any_stamp_nanoseconds (ctime), walk->foreign);
}

/* Of a directory on the way, only which one it is counts: others may write other files in it. A name that is missing is missing as
 * long as nothing happens in its directory. */
static void
digest_step (AnyWay        *self,
             AnyDigest     *digest,
             const AnyWalk *walk,
             AnyStep        step)
{
  const struct stat *status = step == ANY_STEP_ABSENT ? &walk->here : &walk->found;
  AnyClock           clock = clock_of (walk, &status->st_mtim, &status->st_ctim);
  AnyFreshness       freshness = any_clock_measure_freshness (clock, any_stamp_nanoseconds (&status->st_ctim));
  guint64            numbers[] = { step, status->st_dev, status->st_ino, 0, 0, 0, 0 };

  if (step == ANY_STEP_LINK || step == ANY_STEP_ABSENT)
    {
      numbers[3] = status->st_mtim.tv_sec;
      numbers[4] = status->st_mtim.tv_nsec;
      numbers[5] = status->st_ctim.tv_sec;
      numbers[6] = status->st_ctim.tv_nsec;
      self->freshness = MAX (self->freshness, freshness);
    }

  any_digest_update (digest, numbers, sizeof numbers);
  if (step == ANY_STEP_LINK)
    any_digest_update (digest, walk->text, strlen (walk->text) + 1);
}

gboolean
any_way_take (AnyWay     *self,
              const char *path,
              GError    **error)
{
  g_auto (AnyWalk) walk = { 0 };
  g_autoptr (AnyDigest) digest = any_digest_new ();
  AnyStep step;

  self->freshness = ANY_FRESHNESS_NONE;
  any_walk_begin (&walk, path);
  while ((step = any_walk_step (&walk)) < ANY_STEP_END)
    digest_step (self, digest, &walk, step);

  if (step == ANY_STEP_FAILED)
    return any_trouble_set_from_errno (error, errno, path);

  any_digest_finish (digest, self->digest);

  return TRUE;
}

/* Whether the way is still the same. Whoever has gone it in the meantime has come to the same place, unless a directory was moved away
 * and back. */
gboolean
any_way_holds (const AnyWay *self,
               const char   *path,
               GError      **error)
{
  AnyWay now;

  return any_way_take (&now, path, error) &&
         (memcmp (now.digest, self->digest, sizeof now.digest) == 0 ||
          any_trouble_set (error, G_IO_ERROR_BUSY, path, "may have led elsewhere after it was looked at"));
}

static gboolean
is_older (const AnyWalk         *walk,
          const struct timespec *mtime,
          const struct timespec *ctime,
          gint64                 instant)
{
  gint64 newest = MAX (any_stamp_nanoseconds (mtime), any_stamp_nanoseconds (ctime));

  return any_clock_is_older (clock_of (walk, mtime, ctime), newest, instant);
}

/* Whether a step would have led to the same place at any time since an instant.
 *
 * To put another directory in the place of one dates the directory around it, and the new one. Either may be dated for another
 * reason: files come and go in both. Going up again needs no look: the walk has come down the same way. */
static gboolean
step_is_older (const AnyWalk *walk,
               AnyStep        step,
               gint64         instant)
{
  const struct stat *here = &walk->here;
  const struct stat *found = &walk->found;

  switch (step)
    {
    case ANY_STEP_DOWN:
      return is_older (walk, &here->st_mtim, &here->st_ctim, instant) || is_older (walk, &found->st_ctim, &found->st_ctim, instant);
    case ANY_STEP_LINK:
      return is_older (walk, &found->st_mtim, &found->st_ctim, instant);
    case ANY_STEP_ABSENT:
      return is_older (walk, &here->st_mtim, &here->st_ctim, instant);
    case ANY_STEP_UP:
    case ANY_STEP_END:
    case ANY_STEP_FAILED:
    default:
      return TRUE;
    }
}

/* Whether the way has been the same since before an instant of any_stamp_now(), and leads to something or not as the stamp says
 * that was taken just before. */
gboolean
any_way_is_older (const char *path,
                  gboolean    absent,
                  gint64      instant,
                  GError    **error)
{
  g_auto (AnyWalk) walk = { 0 };
  gboolean nowhere = FALSE;
  AnyStep  step;

  any_walk_begin (&walk, path);
  while ((step = any_walk_step (&walk)) < ANY_STEP_END)
    {
      if (!step_is_older (&walk, step, instant))
        return any_trouble_set (error, G_IO_ERROR_BUSY, path, "may have led elsewhere when it was read");
      nowhere = step == ANY_STEP_ABSENT;
    }

  if (step == ANY_STEP_FAILED)
    return any_trouble_set_from_errno (error, errno, path);

  return nowhere == absent || any_trouble_set (error, G_IO_ERROR_BUSY, path, "changed while it was looked at");
}
