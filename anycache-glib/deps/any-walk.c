/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "any-system.h"

/* As many as the kernel follows on one path. */
#define MAX_LINKS 40

static int
open_root (void)
{
  return TEMP_FAILURE_RETRY (open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static void
walk_note_clock (AnyWalk *self,
                 int      fd)
{
  struct statfs system;

  if (TEMP_FAILURE_RETRY (fstatfs (fd, &system)) != 0 || any_system_has_foreign_clock (&system))
    self->foreign = TRUE;
}

void
any_walk_begin (AnyWalk    *self,
                const char *path)
{
  self->text = self->rest = g_strdup (path);
  self->place = open_root ();
  if (self->place >= 0)
    walk_note_clock (self, self->place);
}

/* Keeps errno. */
static void
walk_enter (AnyWalk *self,
            int      place)
{
  int saved_errno = errno;

  if (self->place >= 0)
    close (self->place);
  self->place = place;
  errno = saved_errno;
}

void
any_walk_clear (AnyWalk *self)
{
  walk_enter (self, -1);
  g_free (self->text);
  g_free (self->passed);
}

/* Takes a name off the front of the rest; it is empty at the end. A “.” leads nowhere. */
static const char *
walk_take_name (AnyWalk *self)
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
static AnyStep
walk_follow (AnyWalk *self,
             int      link)
{
  char   target[PATH_MAX];
  gssize length = readlinkat (link, "", target, sizeof target - 1);
  char  *text;

  close (link);
  if (length < 0)
    return ANY_STEP_FAILED;

  if (++self->n_links > MAX_LINKS)
    {
      errno = ELOOP;
      return ANY_STEP_FAILED;
    }

  target[length] = '\0';
  text = g_strconcat (target, self->more ? "/" : "", self->rest, NULL);
  g_free (self->passed);
  self->passed = self->text;
  self->text = self->rest = text;

  if (*target == '/')
    walk_enter (self, open_root ());

  return self->place >= 0 ? ANY_STEP_LINK : ANY_STEP_FAILED;
}

/* Nothing can be beyond what is not there. */
static AnyStep
walk_stop (AnyWalk *self)
{
  self->rest += strlen (self->rest);

  return ANY_STEP_ABSENT;
}

/* Goes on with what was found. */
static AnyStep
walk_pass (AnyWalk    *self,
           const char *name,
           int         fd)
{
  if (self->found.st_dev != self->here.st_dev)
    walk_note_clock (self, fd);

  if (S_ISLNK (self->found.st_mode))
    return walk_follow (self, fd);

  if (S_ISDIR (self->found.st_mode))
    {
      AnyStep step = g_str_equal (name, "..") ? ANY_STEP_UP : ANY_STEP_DOWN;

      walk_enter (self, fd);
      return step;
    }

  close (fd);

  return self->more ? walk_stop (self) : ANY_STEP_DOWN;
}

/* The directory is looked at behind the name in it, so that its times tell of every change until then. */
AnyStep
any_walk_step (AnyWalk *self)
{
  const char *name;
  int         fd;
  int         failure;

  self->here.st_ino = 0;

  /* The root could not be opened, and errno still says why. */
  if (self->place < 0)
    return ANY_STEP_FAILED;

  name = walk_take_name (self);
  if (*name == '\0')
    return ANY_STEP_END;
  self->name = name;

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

  return ANY_STEP_FAILED;
}
