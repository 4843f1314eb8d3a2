/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache-setup.h"

G_BEGIN_DECLS

/* What was told of a function, by itself and by its cache. */
typedef struct
{
  AnyFunction *function;    /* (owned) (nullable) */
  gulong       handlers[2]; /* of the function */
  gulong       handler;     /* of the cache */

  int      n_told;    /* atomic: by the function */
  int      n_echoed;  /* atomic: by the cache, of functions of this name */
  int      n_updated; /* atomic */
  gint64   result;    /* of the last update */
  char    *args;      /* (owned) (nullable) of the last: as text */
  char    *echo;      /* (owned) (nullable): what the cache told last */
  GThread *thread;    /* in which the function told last */
} Told;

void told_listen (Told        *self,
                  AnyFunction *function);
void told_clear (Told *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

/* A function whose results are watched, and that depends on the file beside the cache which its argument names. */
typedef struct
{
  Setup              setup;
  AnyDependencyFlags flags; /* of the dependency */
  Told               told;
  AnyFunction       *fence; /* (owned) */
  AnyTestFolder     *desk;  /* (owned): where files are written before they are put beside the cache */
} Scene;

void scene_init (Scene           *self,
                 AnyFunctionFlags flags);
void scene_clear (Scene *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

void scene_put (Scene      *self,
                const char *name,
                const char *text);

void scene_depend (Setup      *setup,
                   AnyRequest *request);

/* Has something told that happened after all that the test has done, so that nothing of that is still under way. */
void scene_fence (Scene *self);

guint count_inotify_watches (void);

G_END_DECLS
