/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

#include "any-enums.h"

G_BEGIN_DECLS

/* A name in a directory, which may lead elsewhere tomorrow, or be there tomorrow. */
typedef struct
{
  dev_t       device; /* these two are the directory */
  ino_t       inode;
  const char *path; /* no link is in it */
  const char *name; /* (nullable) every name, where it is NULL */
} AnyPlace;

/* Everywhere that something has to happen before a path leads to anything else, or to something else there: each directory and each
 * symbolic link on the way to it, and what stands at its end. A path that ends in nothing ends at the first name that is missing.
 */
typedef struct
{
  GHashTable   *places;  /* (owned) (element-type AnyPlace), a set */
  GStringChunk *words;   /* (owned) what they point to */
  gboolean      is_part; /* something could not be looked at, or is too much */
} AnyRoute;

void any_route_init (AnyRoute *self);
void any_route_clear (AnyRoute *self);

void any_route_follow (AnyRoute          *self,
                       const char        *path,
                       AnyDependencyFlags flags);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyRoute, any_route_clear)

G_END_DECLS
