/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-route.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "any-walk.h"

/* As many as the watching of a whole process may take, and as deep as a tree may be that is a dependency. */
#define MAX_BELOW  1024
#define MAX_LEVELS 64

static guint
hash_cb (gconstpointer data)
{
  const AnyPlace *place = data;

  return (guint) place->inode * 31 + (place->name != NULL ? g_str_hash (place->name) : 0);
}

static gboolean
equal_cb (gconstpointer a,
          gconstpointer b)
{
  const AnyPlace *one = a;
  const AnyPlace *other = b;

  return one->device == other->device && one->inode == other->inode && g_strcmp0 (one->name, other->name) == 0;
}

void
any_route_init (AnyRoute *self)
{
  self->places = g_hash_table_new_full (hash_cb, equal_cb, g_free, NULL);
  self->words = g_string_chunk_new (256);
  self->is_part = FALSE;
}

void
any_route_clear (AnyRoute *self)
{
  g_clear_pointer (&self->places, g_hash_table_unref);
  g_clear_pointer (&self->words, g_string_chunk_free);
}

static void
add (AnyRoute          *self,
     const struct stat *directory,
     const char        *path,
     const char        *name)
{
  const AnyPlace place = { directory->st_dev, directory->st_ino, path, name };
  AnyPlace      *copy;

  if (g_hash_table_contains (self->places, &place))
    return;

  copy = g_memdup2 (&place, sizeof place);
  copy->path = g_string_chunk_insert_const (self->words, path);
  copy->name = name != NULL ? g_string_chunk_insert_const (self->words, name) : NULL;
  g_hash_table_add (self->places, copy);
}

/* The path of the directory around another; the root has none around it. */
static void
go_up (GString *path)
{
  const char *last = strrchr (path->str, '/');

  g_string_truncate (path, MAX (last - path->str, 1));
}

static void
go_down (GString    *path,
         const char *name)
{
  if (path->len > 1)
    g_string_append_c (path, '/');
  g_string_append (path, name);
}

typedef struct
{
  AnyRoute *route;
  GString  *path; /* of the directory that is being listed */
  guint     n_directories;
  guint     level;
} Descent;

static void descend (Descent    *self,
                     int         around,
                     const char *name);

/* Some file systems do not tell what an item is. */
static gboolean
is_directory (int                  fd,
              const struct dirent *item)
{
  struct stat status;

  if (g_str_equal (item->d_name, ".") || g_str_equal (item->d_name, ".."))
    return FALSE;
  if (item->d_type != DT_UNKNOWN)
    return item->d_type == DT_DIR;

  return fstatat (fd, item->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (status.st_mode);
}

/* Takes the descriptor. */
static void
descend_below (Descent *self,
               int      fd)
{
  DIR           *reader = fdopendir (fd);
  struct dirent *item;

  if (reader == NULL)
    {
      self->route->is_part = TRUE;
      close (fd);
      return;
    }

  while (!self->route->is_part && (item = readdir (reader)) != NULL)
    if (is_directory (fd, item))
      {
        go_down (self->path, item->d_name);
        descend (self, fd, item->d_name);
        go_up (self->path);
      }
  closedir (reader);
}

/* What has gone in the meantime has gone from a directory that is on the route already. */
static void
descend (Descent    *self,
         int         around,
         const char *name)
{
  int         fd = TEMP_FAILURE_RETRY (openat (around, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status;

  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
    return;
  if (fd < 0 || fstat (fd, &status) != 0 || self->n_directories == MAX_BELOW || self->level == MAX_LEVELS)
    {
      self->route->is_part = TRUE;
      if (fd >= 0)
        close (fd);
      return;
    }

  add (self->route, &status, self->path->str, NULL);
  self->n_directories++;
  self->level++;
  descend_below (self, fd);
  self->level--;
}

/* A directory at the end: all names in it count. */
static void
arrive (AnyRoute          *self,
        int                directory,
        GString           *path,
        AnyDependencyFlags flags)
{
  Descent     descent = { self, path, 0, 0 };
  struct stat status;

  if (flags & ANY_DEPENDENCY_FLAGS_RECURSIVE)
    descend (&descent, directory, ".");
  else if (fstat (directory, &status) == 0)
    add (self, &status, path->str, NULL);
  else
    self->is_part = TRUE;
}

/* Keeps the path of the place that the walk has reached. */
static void
keep_up (GString       *path,
         const AnyWalk *walk,
         AnyStep        step)
{
  if (step == ANY_STEP_UP)
    go_up (path);
  else if (step == ANY_STEP_DOWN && S_ISDIR (walk->found.st_mode))
    go_down (path, walk->name);
  else if (step == ANY_STEP_LINK && walk->text[0] == '/')
    g_string_assign (path, "/");
}

/* Adds the places on the way to a path. */
void
any_route_follow (AnyRoute          *self,
                  const char        *path,
                  AnyDependencyFlags flags)
{
  g_auto (AnyWalk) walk = { 0 };
  g_autoptr (GString) where = g_string_new ("/");
  gboolean at_directory = TRUE;
  AnyStep  step;

  any_walk_begin (&walk, path);
  while ((step = any_walk_step (&walk)) != ANY_STEP_END)
    {
      if (step != ANY_STEP_UP && walk.here.st_ino != 0)
        add (self, &walk.here, where->str, walk.name);
      if (step == ANY_STEP_FAILED)
        break;
      keep_up (where, &walk, step);
      at_directory = step != ANY_STEP_ABSENT && (step != ANY_STEP_DOWN || S_ISDIR (walk.found.st_mode));
    }

  if (step == ANY_STEP_FAILED)
    self->is_part = TRUE;
  else if (at_directory)
    arrive (self, walk.place, where, flags);
}
