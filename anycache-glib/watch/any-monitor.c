/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-monitor.h"

#include <gio/gio.h>
#include <string.h>

#include "any-probe.h"

/* A directory takes about a kilobyte of the kernel's memory, and the user has a limit for all programs together, which was 8192 for
 * long. */
#define MAX_DIRECTORIES 1024

/* What could not be monitored is not tried again before. */
#define PATIENCE_US (4 * G_USEC_PER_SEC)

/* The first change of a file is always told at once; this holds back the next ones. */
#define RATE_LIMIT_MS 20

struct _AnyMonitors
{
  AnyStirFunc stir;
  GHashTable *directories; /* (owned) (element-type Directory), a set */
  GHashTable *paths;       /* (owned) path -> Directory */
};

typedef struct _Directory Directory;

/* A name that somebody wants to know of, or all of them. */
struct _AnySpot
{
  Directory *directory;
  char      *name;  /* (owned) (nullable) */
  GQueue     posts; /* their links */
};

/* A directory that somebody has posted himself in. */
struct _Directory
{
  AnyPlace      place;    /* which it is; must be the first; its path is owned, and no name is in it */
  AnyMonitors  *monitors; /* (nullable) NULL when it is no longer where it was */
  GFileMonitor *monitor;  /* (owned) (nullable) NULL where it cannot be monitored */
  gint64        tried;    /* when it was tried, in us of the monotonic clock */
  GHashTable   *spots;    /* (owned) name -> (owned) AnySpot */
  AnySpot       whole;    /* for those who want to know of all */
};

static int n_monitored; /* atomic */

guint
any_monitors_count (void)
{
  return (guint) g_atomic_int_get (&n_monitored);
}

static guint
hash_cb (gconstpointer data)
{
  return (guint) ((const AnyPlace *) data)->inode;
}

static gboolean
equal_cb (gconstpointer a,
          gconstpointer b)
{
  const AnyPlace *one = a;
  const AnyPlace *other = b;

  return one->device == other->device && one->inode == other->inode;
}

AnyMonitors *
any_monitors_new (AnyStirFunc stir)
{
  AnyMonitors *self = g_new (AnyMonitors, 1);

  self->stir = stir;
  self->directories = g_hash_table_new (hash_cb, equal_cb);
  self->paths = g_hash_table_new (g_str_hash, g_str_equal);

  return self;
}

static void
spot_stir (AnySpot     *self,
           AnyMonitors *monitors)
{
  for (GList *link = self->posts.head; link != NULL; link = link->next)
    monitors->stir (link->data);
}

static void
spot_free (AnySpot *self)
{
  g_free (self->name);
  g_free (self);
}

static void
directory_fall_silent (Directory *self)
{
  if (self->monitor == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_atomic_int_add (&n_monitored, -1);
}

/* It is no longer found: a path that leads to it leads to another directory now, or nowhere. */
static void
directory_leave (Directory *self)
{
  directory_fall_silent (self);
  if (self->monitors == NULL)
    return;

  g_hash_table_remove (self->monitors->directories, self);
  g_hash_table_remove (self->monitors->paths, self->place.path);
  self->monitors = NULL;
}

static void
directory_free (Directory *self)
{
  directory_leave (self);
  g_hash_table_unref (self->spots);
  g_free ((char *) self->place.path);
  g_free (self);
}

/* It was moved, removed, or another one has taken its path: all who are here have to look where their ways lead now. */
static void
directory_lose (Directory *self)
{
  AnyMonitors   *monitors = self->monitors;
  GHashTableIter iter;
  gpointer       spot;

  directory_leave (self);

  spot_stir (&self->whole, monitors);
  g_hash_table_iter_init (&iter, self->spots);
  while (g_hash_table_iter_next (&iter, NULL, &spot))
    spot_stir (spot, monitors);
}

/* NULL for the directory itself. */
static const char *
name_of (const Directory *self,
         GFile           *file)
{
  const char *path = g_file_peek_path (file);

  return path == NULL || g_str_equal (path, self->place.path) ? NULL : strrchr (path, '/') + 1;
}

static gboolean
is_an_end (GFileMonitorEvent event)
{
  return event == G_FILE_MONITOR_EVENT_DELETED || event == G_FILE_MONITOR_EVENT_UNMOUNTED;
}

/* For a name that nobody has asked for, this ends with the look-up. */
static void
changed_cb (GFileMonitor     *monitor,
            GFile            *file,
            GFile            *other_file,
            GFileMonitorEvent event,
            gpointer          data)
{
  Directory  *self = data;
  const char *name = name_of (self, file);
  AnySpot    *spot = name != NULL ? g_hash_table_lookup (self->spots, name) : NULL;

  if (name == NULL && is_an_end (event))
    {
      directory_lose (self);
      return;
    }

  spot_stir (&self->whole, self->monitors);
  if (spot != NULL)
    spot_stir (spot, self->monitors);
}

/* Without a monitor that is woken by the kernel, ours is the better way to poll.
 *
 * No flags: a file that is renamed is then told of by its old name and by its new one, each in its own directory. With WATCH_MOVES the
 * same comes at the same time in one event. (GLib looks away for 100 ms after a change that it need not tell, which is how
 * a file that is written and then renamed comes late, with any flags.) */
static GFileMonitor *
make_monitor (const char *path)
{
  g_autoptr (GFile) file = g_vfs_get_file_for_path (g_vfs_get_local (), path);
  g_autoptr (GFileMonitor) monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);

  if (monitor == NULL)
    return NULL;
  if (g_str_equal (G_OBJECT_TYPE_NAME (monitor), "GPollFileMonitor") || !any_probe_reaches (path))
    {
      g_file_monitor_cancel (monitor);
      return NULL;
    }
  g_file_monitor_set_rate_limit (monitor, RATE_LIMIT_MS);

  return g_steal_pointer (&monitor);
}

/* Whether it is monitored only since now. */
static gboolean
directory_listen (Directory *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->monitor != NULL || (self->tried != 0 && now < self->tried + PATIENCE_US))
    return FALSE;

  self->tried = now;
  if (any_monitors_count () < MAX_DIRECTORIES && any_probe_has_descriptors ())
    self->monitor = make_monitor (self->place.path);
  if (self->monitor == NULL)
    {
      g_debug ("“%s” cannot be monitored", self->place.path);
      return FALSE;
    }

  g_atomic_int_inc (&n_monitored);
  g_signal_connect (self->monitor, "changed", G_CALLBACK (changed_cb), self);

  return TRUE;
}

/* GLib goes by the path: it would take the new directory for the old one while that is monitored. */
static void
directory_take_path (Directory  *self,
                     const char *path)
{
  GHashTable *paths = self->monitors->paths;
  Directory  *former = g_hash_table_lookup (paths, path);

  if (former == self)
    return;
  if (former != NULL)
    directory_lose (former);

  if (self->place.path != NULL)
    g_hash_table_remove (paths, self->place.path);
  g_free ((char *) self->place.path);
  self->place.path = g_strdup (path);
  g_hash_table_insert (paths, (char *) self->place.path, self);
}

static Directory *
directory_new (AnyMonitors    *monitors,
               const AnyPlace *place)
{
  Directory *self = g_new0 (Directory, 1);

  self->place = (AnyPlace){ place->device, place->inode, NULL, NULL };
  self->monitors = monitors;
  self->spots = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) spot_free);
  self->whole.directory = self;
  g_hash_table_add (monitors->directories, self);

  return self;
}

static AnySpot *
directory_get_spot (Directory  *self,
                    const char *name)
{
  AnySpot *spot;

  if (name == NULL)
    return &self->whole;

  spot = g_hash_table_lookup (self->spots, name);
  if (spot == NULL)
    {
      spot = g_new0 (AnySpot, 1);
      spot->directory = self;
      spot->name = g_strdup (name);
      g_hash_table_insert (self->spots, spot->name, spot);
    }

  return spot;
}

/* Whether the place is monitored. What has happened there before it was fresh is not told. A directory that is monitored is so by
 * whatever path it was first; any other may have been moved since it was tried. */
gboolean
any_monitors_post (AnyMonitors    *self,
                   AnyPost        *post,
                   const AnyPlace *place,
                   gpointer        data,
                   gboolean       *is_fresh)
{
  Directory *directory = g_hash_table_lookup (self->directories, place);

  if (directory == NULL)
    directory = directory_new (self, place);
  if (directory->monitor == NULL)
    directory_take_path (directory, place->path);
  *is_fresh = directory_listen (directory);

  post->spot = directory_get_spot (directory, place->name);
  post->link.data = data;
  g_queue_push_tail_link (&post->spot->posts, &post->link);

  return directory->monitor != NULL;
}

void
any_post_withdraw (AnyPost *post)
{
  AnySpot   *spot = g_steal_pointer (&post->spot);
  Directory *directory;

  if (spot == NULL)
    return;

  directory = spot->directory;
  g_queue_unlink (&spot->posts, &post->link);
  if (spot->posts.length == 0 && spot != &directory->whole)
    g_hash_table_remove (directory->spots, spot->name);
  if (directory->whole.posts.length == 0 && g_hash_table_size (directory->spots) == 0)
    directory_free (directory);
}
