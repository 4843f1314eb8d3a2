/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

typedef enum
{
  ANY_STEP_DOWN,   /* into a directory, or to the file at the end */
  ANY_STEP_UP,     /* “..” */
  ANY_STEP_LINK,   /* to a symbolic link; what it says is walked next */
  ANY_STEP_ABSENT, /* to a name that is not there, or through something that is no directory; the last one */
  ANY_STEP_END,    /* none: the whole path is walked */
  ANY_STEP_FAILED, /* none: errno says why */
} AnyStep;

/* Walks a path as the kernel does, from directory to directory by descriptors: what has been passed cannot be exchanged behind the
 * walker's back. */
typedef struct
{
  char       *text;    /* (owned) the path, or what the last link has made of it */
  char       *passed;  /* (owned) (nullable) the text before the last link, in which its name still stands */
  char       *rest;    /* within text: what is still to be walked */
  const char *name;    /* what the last step was made to */
  gboolean    more;    /* a slash stood behind the last name, which therefore has to be a directory */
  int         place;   /* (owned) the directory that has been reached, or -1 */
  guint       n_links; /* followed so far */
  gboolean    foreign; /* from the first place on that has no clock of ours */
  struct stat here;    /* the directory that the last step was made from; its inode is 0 where it could not be looked at */
  struct stat found;   /* what it led to */
} AnyWalk;

void any_walk_begin (AnyWalk    *self,
                     const char *path);

AnyStep any_walk_step (AnyWalk *self);

void any_walk_clear (AnyWalk *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyWalk, any_walk_clear)

G_END_DECLS
