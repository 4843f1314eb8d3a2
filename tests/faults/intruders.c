/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "intruders.h"

#include "tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static char *
dup_victim (IntruderSite *site)
{
  return g_build_filename (site->victims, "victim", NULL);
}

static gboolean
fifo_without_writer (IntruderSite *site)
{
  return mkfifo (site->place, 0600) == 0;
}

static gboolean
fifo_with_silent_writer (IntruderSite *site)
{
  if (mkfifo (site->place, 0600) != 0)
    return FALSE;
  site->fd = g_open (site->place, O_RDWR | O_CLOEXEC, 0);
  return site->fd >= 0;
}

static gboolean
fifo_full_of_zeros (IntruderSite *site)
{
  static const char zeros[4096];

  return fifo_with_silent_writer (site) && write (site->fd, zeros, sizeof zeros) == sizeof zeros;
}

static gboolean
empty_directory (IntruderSite *site)
{
  return g_mkdir (site->place, 0700) == 0;
}

static gboolean
full_directory (IntruderSite *site)
{
  g_autofree char *file = g_build_filename (site->place, "file", NULL);

  if (!empty_directory (site))
    return FALSE;
  tree_write (file, "content", 7);
  return TRUE;
}

/* An address has little room for a path, so the socket is made under a short one. */
static gboolean
unix_socket (IntruderSite *site)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char   *directory = g_path_get_dirname (site->place);
  g_autofree char   *name = g_path_get_basename (site->place);
  int                directory_fd = g_open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean           bound;

  g_snprintf (address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory_fd, name);
  site->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bound = bind (site->fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (directory_fd);
  return bound && listen (site->fd, 1) == 0;
}

static gboolean
zero_device (IntruderSite *site)
{
  return mknod (site->place, S_IFCHR | 0600, makedev (1, 5)) == 0;
}

static gboolean
null_device (IntruderSite *site)
{
  return mknod (site->place, S_IFCHR | 0600, makedev (1, 3)) == 0;
}

static gboolean
link_to_victim (IntruderSite *site)
{
  g_autofree char *victim = dup_victim (site);

  tree_write (victim, "content", 7);
  return symlink (victim, site->place) == 0;
}

static gboolean
link_to_directory (IntruderSite *site)
{
  g_autofree char *file = dup_victim (site);

  tree_write (file, "content", 7);
  return symlink (site->victims, site->place) == 0;
}

static gboolean
link_to_system_file (IntruderSite *site)
{
  return symlink ("/etc/passwd", site->place) == 0;
}

static gboolean
link_to_nothing (IntruderSite *site)
{
  g_autofree char *victim = dup_victim (site);

  return symlink (victim, site->place) == 0;
}

static gboolean
link_to_itself (IntruderSite *site)
{
  g_autofree char *name = g_path_get_basename (site->place);

  return symlink (name, site->place) == 0;
}

static gboolean
link_to_moved (IntruderSite *site)
{
  return symlink (site->moved, site->place) == 0;
}

static gboolean
hard_link_to_victim (IntruderSite *site)
{
  g_autofree char *victim = dup_victim (site);

  tree_write (victim, "content", 7);
  return link (victim, site->place) == 0;
}

/* Nothing to link to where nothing was, and no links to directories. */
static gboolean
hard_link_to_moved (IntruderSite *site)
{
  return link (site->moved, site->place) == 0;
}

const Intruder intruders[N_INTRUDERS] = {
  { "FIFO without writer", fifo_without_writer, FALSE },
  { "FIFO with silent writer", fifo_with_silent_writer, FALSE },
  { "FIFO full of zeros", fifo_full_of_zeros, FALSE },
  { "empty directory", empty_directory, FALSE },
  { "directory with a file", full_directory, FALSE },
  { "socket", unix_socket, FALSE },
  { "device that gives zeros", zero_device, FALSE },
  { "device that gives nothing", null_device, FALSE },
  { "symbolic link to a file", link_to_victim, FALSE },
  { "symbolic link to a directory", link_to_directory, FALSE },
  { "symbolic link to a file of the system", link_to_system_file, FALSE },
  { "symbolic link to nothing", link_to_nothing, FALSE },
  { "symbolic link to itself", link_to_itself, FALSE },
  { "symbolic link to what was there", link_to_moved, FALSE },
  { "hard link to a file", hard_link_to_victim, TRUE },
  { "hard link to what was there", hard_link_to_moved, TRUE },
};
