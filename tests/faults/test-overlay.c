/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files on a file system that is laid over another: a file moves up when it is written, and the device has another number after each
 * mount. Neither makes a result wrong, and neither outdates more than it must.
 */

#include "any-test.h"
#include "child.h"
#include "expect.h"
#include "rig.h"
#include "tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Twice what a file rests before its times alone are relied on. */
#define REST_US 50000

typedef struct
{
  char *top; /* (owned): all that follows */
  char *merged;
  char *file; /* in merged */
  char *cachedir;
} Overlay;

static void
overlay_mount (const Overlay *self)
{
  g_autofree char *options = g_strdup_printf ("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", self->top, self->top, self->top);

  if (mount ("overlay", self->merged, "overlay", 0, options) != 0)
    child_skip ("nothing can be laid over a file system here");
}

static void
overlay_unmount (const Overlay *self)
{
  g_assert_cmpint (umount (self->merged), ==, 0);
}

/* In memory, which can be laid over; in the container of a build, the disk may be an overlay itself. */
static void
overlay_init (Overlay *self)
{
  static const char *const names[] = { "lower", "upper", "work", "merged" };
  g_autofree char         *lower = NULL;

  self->top = tree_make_in_memory ();
  self->merged = g_build_filename (self->top, "merged", NULL);
  self->file = g_build_filename (self->merged, "file", NULL);
  self->cachedir = g_build_filename (self->top, "cache", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->top, names[i], NULL);

      g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
    }
  lower = g_build_filename (self->top, "lower", "file", NULL);
  tree_write (lower, "text", 4);
  g_usleep (REST_US);
  overlay_mount (self);
}

static void
overlay_clear (Overlay *self)
{
  overlay_unmount (self);
  tree_remove (self->top);
  g_free (self->cachedir);
  g_free (self->file);
  g_free (self->merged);
  g_free (self->top);
}

static Rig *
open_rig (const Overlay     *overlay,
          AnyDependencyFlags flags)
{
  Rig *rig = rig_new (overlay->cachedir, flags == ANY_DEPENDENCY_FLAGS_NONE ? "org.example.Status" : "org.example.Content", overlay->file);

  rig->flags = flags;
  return rig;
}

/* The device is not the same as before, and the file is. */
static void
remount (const Overlay *overlay,
         Rig           *rig)
{
  for (int i = 0; i < 3; i++)
    {
      overlay_unmount (overlay);
      overlay_mount (overlay);
      g_assert_true (rig_is_stored (rig, 0));
    }
}

/* Opened to write, and not written: the bytes are the same, in another file. */
static void
move_up (const Overlay *overlay)
{
  int fd = open (overlay->file, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
change (const Overlay *overlay,
        Rig           *rig)
{
  tree_write (overlay->file, "else", 4);
  g_assert_false (rig_is_stored (rig, 0));
  rig->generation++;
  g_assert_true (rig_call_is_right (rig, 0));
}

static void
use (gconstpointer data)
{
  AnyDependencyFlags flags = *(const AnyDependencyFlags *) data;
  Overlay            overlay;
  g_autoptr (Rig) rig = NULL;

  child_own_mounts ();
  overlay_init (&overlay);
  rig = open_rig (&overlay, flags);
  g_assert_true (rig_call_is_right (rig, 0));
  remount (&overlay, rig);

  move_up (&overlay);
  g_assert_true (flags == ANY_DEPENDENCY_FLAGS_NONE || rig_is_stored (rig, 0));
  g_assert_true (rig_call_is_right (rig, 0));
  g_assert_true (rig_is_stored (rig, 0));

  change (&overlay, rig);
  g_clear_pointer (&rig, rig_free);
  overlay_clear (&overlay);
}

START_TEST (test_overlay)
{
  static const AnyDependencyFlags looks[] = { ANY_DEPENDENCY_FLAGS_NONE, ANY_DEPENDENCY_FLAGS_CONTENT };

  child_run (use, &looks[_i]);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("overlay");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_loop_test (all, test_overlay, 0, 2);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
