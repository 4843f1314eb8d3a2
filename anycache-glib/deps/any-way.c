/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-stamp.h"
#include "any-trouble.h"

/* As many as the kernel follows on one path. */
#define MAX_LINKS 40

typedef enum
{
  STEP_DOWN,   /* into a directory, or to the file at the end */
  STEP_UP,     /* “..” */
  STEP_LINK,   /* to a symbolic link; what it says is walked next */
  STEP_ABSENT, /* to a name that is not there, or through something that is no directory; the last one */
  STEP_END,    /* none: the whole path is walked */
  STEP_FAILED, /* none: errno says why */
} Step;

/* Walks a path as the kernel does, from directory to directory by descriptors: what has been passed cannot be exchanged behind the
 * walker's back. */
typedef struct
{
  char       *text;    /* (owned) the path, or what the last link has made of it */
  char       *rest;    /* within text: what is still to be walked */
  gboolean    more;    /* a slash stood behind the last name, which therefore has to be a directory */
  int         place;   /* (owned) the directory that has been reached, or -1 */
  guint       n_links; /* followed so far */
  struct stat here;    /* the directory that the last step was made from */
  struct stat found;   /* what it led to */
} Walk;

static int
open_root (void)
{
  return TEMP_FAILURE_RETRY (open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static void
walk_begin (Walk       *self,
            const char *path)
{
  self->text = self->rest = g_strdup (path);
  self->place = open_root ();
}

/* Keeps errno. */
static void
walk_enter (Walk *self,
            int   place)
{
  int saved_errno = errno;

  if (self->place >= 0)
    close (self->place);
  self->place = place;
  errno = saved_errno;
}

static void
walk_clear (Walk *self)
{
  walk_enter (self, -1);
  g_free (self->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

/* Takes a name off the front of the rest; it is empty at the end. A “.” leads nowhere. */
static const char *
walk_take_name (Walk *self)
{
  char *name;
  char *end;

  do
    {
      name = self->rest + strspn (self->rest, "/");
      end = name + strcspn (name, "/");
      self->more = *end == '/';
      *end = '\0';
      self->rest = self->more ? end + 1 : end;
    }
  while (g_str_equal (name, "."));

  return name;
}

/* Puts what a link says before the rest; takes the descriptor. */
static Step
walk_follow (Walk *self,
             int   link)
{
  char   target[PATH_MAX];
  gssize length = readlinkat (link, "", target, sizeof target - 1);
  char  *text;

  close (link);
  if (length < 0)
    return STEP_FAILED;

  if (++self->n_links > MAX_LINKS)
    {
      errno = ELOOP;
      return STEP_FAILED;
    }

  target[length] = '\0';
  text = g_strconcat (target, self->more ? "/" : "", self->rest, NULL);
  g_free (self->text);
  self->text = self->rest = text;

  if (*target == '/')
    walk_enter (self, open_root ());

  return self->place >= 0 ? STEP_LINK : STEP_FAILED;
}

/* Nothing can be beyond what is not there. */
static Step
walk_stop (Walk *self)
{
  self->rest += strlen (self->rest);

  return STEP_ABSENT;
}

/* Goes on with what was found. */
static Step
walk_pass (Walk       *self,
           const char *name,
           int         fd)
{
  if (S_ISLNK (self->found.st_mode))
    return walk_follow (self, fd);

  if (S_ISDIR (self->found.st_mode))
    {
      Step step = g_str_equal (name, "..") ? STEP_UP : STEP_DOWN;

      walk_enter (self, fd);
      return step;
    }

  close (fd);

  return self->more ? walk_stop (self) : STEP_DOWN;
}

/* The directory is looked at behind the name in it, so that its times tell of every change until then. */
static Step
walk_step (Walk *self)
{
  const char *name;
  int         fd;
  int         failure;

  /* The root could not be opened, and errno still says why. */
  if (self->place < 0)
    return STEP_FAILED;

  name = walk_take_name (self);
  if (*name == '\0')
    return STEP_END;

  fd = TEMP_FAILURE_RETRY (openat (self->place, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  failure = fd < 0 ? errno : 0;
  if (fstat (self->place, &self->here) == 0)
    {
      if (failure == ENOENT)
        return walk_stop (self);
      if (failure == 0 && fstat (fd, &self->found) == 0)
        return walk_pass (self, name, fd);
    }

  if (failure != 0)
    errno = failure;
  else
    close (fd);

  return STEP_FAILED;
}

/* Of a directory on the way, only which one it is counts: others may write other files in it. A name that is missing is missing as
 * long as nothing happens in its directory. */
static void
digest_step (AnyWay     *self,
             AnyDigest  *digest,
             const Walk *walk,
             Step        step)
{
  const struct stat *status = step == STEP_ABSENT ? &walk->here : &walk->found;
  gint64             changed = any_stamp_nanoseconds (&status->st_ctim);
  guint64            numbers[] = { step, status->st_dev, status->st_ino, 0, 0, 0, 0 };

  if (step == STEP_LINK || step == STEP_ABSENT)
    {
      numbers[3] = status->st_mtim.tv_sec;
      numbers[4] = status->st_mtim.tv_nsec;
      numbers[5] = status->st_ctim.tv_sec;
      numbers[6] = status->st_ctim.tv_nsec;
      self->newest = MAX (self->newest, changed);
    }

  any_digest_update (digest, numbers, sizeof numbers);
  if (step == STEP_LINK)
    any_digest_update (digest, walk->text, strlen (walk->text) + 1);
}

gboolean
any_way_take (AnyWay     *self,
              const char *path,
              GError    **error)
{
  g_auto (Walk) walk = { 0 };
  g_autoptr (AnyDigest) digest = any_digest_new ();
  Step step;

  self->newest = G_MININT64;
  walk_begin (&walk, path);
  while ((step = walk_step (&walk)) < STEP_END)
    digest_step (self, digest, &walk, step);

  if (step == STEP_FAILED)
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
is_older (const struct timespec *mtime,
          const struct timespec *ctime,
          gint64                 instant)
{
  const AnyStamp times = { .mtime = any_stamp_nanoseconds (mtime), .ctime = any_stamp_nanoseconds (ctime) };

  return any_stamp_is_older (&times, instant);
}

/* Whether a step would have led to the same place at any time since an instant.
 *
 * To put another directory in the place of one dates the directory around it, and the new one. Either may be dated for another
 * reason: files come and go in both. Going up again needs no look: the walk has come down the same way. */
static gboolean
step_is_older (const Walk *walk,
               Step        step,
               gint64      instant)
{
  const struct stat *here = &walk->here;
  const struct stat *found = &walk->found;

  switch (step)
    {
    case STEP_DOWN:
      return is_older (&here->st_mtim, &here->st_ctim, instant) || is_older (&found->st_ctim, &found->st_ctim, instant);
    case STEP_LINK:
      return is_older (&found->st_mtim, &found->st_ctim, instant);
    case STEP_ABSENT:
      return is_older (&here->st_mtim, &here->st_ctim, instant);
    case STEP_UP:
    case STEP_END:
    case STEP_FAILED:
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
  g_auto (Walk) walk = { 0 };
  gboolean nowhere = FALSE;
  Step     step;

  walk_begin (&walk, path);
  while ((step = walk_step (&walk)) < STEP_END)
    {
      if (!step_is_older (&walk, step, instant))
        return any_trouble_set (error, G_IO_ERROR_BUSY, path, "may have led elsewhere when it was read");
      nowhere = step == STEP_ABSENT;
    }

  if (step == STEP_FAILED)
    return any_trouble_set_from_errno (error, errno, path);

  return nowhere == absent || any_trouble_set (error, G_IO_ERROR_BUSY, path, "changed while it was looked at");
}
