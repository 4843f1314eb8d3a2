/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "stamp-changes.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"

#define OTHER_TEXT "else"

G_STATIC_ASSERT (sizeof OTHER_TEXT == sizeof PLACE_TEXT);

void
place_init (Place *self)
{
  g_autofree char *parent = NULL;

  self->folder = any_test_make_folder ();
  self->path = g_build_filename (self->folder, "above", "parent", "subject", NULL);
  parent = g_path_get_dirname (self->path);
  ck_assert_int_eq (g_mkdir_with_parents (parent, 0700), 0);
}

void
place_clear (Place *self)
{
  g_clear_pointer (&self->folder, any_test_remove_folder);
  g_clear_pointer (&self->path, g_free);
}

/* A path below the folder. */
static char *
below (Place      *self,
       const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

/* In place: the file stays the same one. */
static void
write_at (const char *path,
          const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be written", path);
  ck_assert_int_eq (write (fd, text, strlen (text)), (int) strlen (text));
  ck_assert_int_eq (close (fd), 0);
}

static void
move (const char *from,
      const char *to)
{
  ck_assert_msg (rename (from, to) == 0, "%s cannot be moved to %s", from, to);
}

void
place_write (Place      *self,
             const char *text)
{
  write_at (self->path, text);
}

void
place_touch (Place *self)
{
  ck_assert_int_eq (utimensat (AT_FDCWD, self->path, NULL, 0), 0);
}

/* Sets the time of the last change, in ns. */
void
place_date (Place *self,
            gint64 mtime)
{
  struct timespec time = { .tv_sec = mtime / 1000000000, .tv_nsec = mtime % 1000000000 };
  struct timespec times[] = { time, time };

  ck_assert_int_eq (utimensat (AT_FDCWD, self->path, times, 0), 0);
}

void
place_remove (Place *self)
{
  ck_assert_int_eq (remove (self->path), 0);
}

static void
leave (Place *place)
{
}

static void
make_file (Place *place)
{
  place_write (place, PLACE_TEXT);
}

static void
make_empty_file (Place *place)
{
  place_write (place, "");
}

static void
write_other (Place *place)
{
  place_write (place, OTHER_TEXT);
}

static void
write_more (Place *place)
{
  place_write (place, PLACE_TEXT OTHER_TEXT);
}

/* As cp -p, tar and rsync do. */
static void
write_other_and_restore_time (Place *place)
{
  struct stat status;

  ck_assert_int_eq (stat (place->path, &status), 0);
  write_other (place);
  place_date (place, status.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + status.st_mtim.tv_nsec);
}

static void
write_more_and_cut (Place *place)
{
  write_more (place);
  ck_assert_int_eq (truncate (place->path, strlen (PLACE_TEXT)), 0);
}

static void
change_mode (Place *place)
{
  ck_assert_int_eq (chmod (place->path, 0400), 0);
}

static void
replace_by (Place      *place,
            const char *text,
            gint64      age_s)
{
  Place other = { .path = below (place, "other") };

  write_at (other.path, text);
  if (age_s > 0)
    place_date (&other, any_stamp_now () - age_s * G_GINT64_CONSTANT (1000000000));
  move (other.path, place->path);
  g_free (other.path);
}

static void
replace_by_older (Place *place)
{
  replace_by (place, OTHER_TEXT, 3600);
}

static void
replace_by_equal (Place *place)
{
  replace_by (place, PLACE_TEXT, 0);
}

/* A file with a second name outside. */
static void
make_file_of_two_names (Place *place)
{
  g_autofree char *alias = below (place, "alias");

  make_file (place);
  ck_assert_int_eq (link (place->path, alias), 0);
}

static void
write_by_other_name (Place *place)
{
  g_autofree char *alias = below (place, "alias");

  write_at (alias, OTHER_TEXT);
}

static void
become_directory (Place *place)
{
  place_remove (place);
  ck_assert_int_eq (mkdir (place->path, 0700), 0);
}

/* Nobody writes to it: who opens it to read waits for ever. */
static void
become_fifo (Place *place)
{
  remove (place->path);
  ck_assert_int_eq (mkfifo (place->path, 0600), 0);
}

static void
become_dangling_link (Place *place)
{
  remove (place->path);
  ck_assert_int_eq (symlink ("nowhere", place->path), 0);
}

/* Puts another folder, with the same inside but other content, where one was. */
static void
swap_folder (Place      *place,
             const char *name)
{
  g_autofree char *folder = below (place, name);
  g_autofree char *away = below (place, "away");
  g_autofree char *parent = g_path_get_dirname (place->path);

  move (folder, away);
  ck_assert_int_eq (g_mkdir_with_parents (parent, 0700), 0);
  place_write (place, OTHER_TEXT);
}

static void
swap_parent (Place *place)
{
  swap_folder (place, "above/parent");
}

static void
swap_folder_above (Place *place)
{
  swap_folder (place, "above");
}

static void
move_parent_away (Place *place)
{
  g_autofree char *parent = below (place, "above/parent");
  g_autofree char *away = below (place, "away");

  move (parent, away);
}

/* A link, and two files that it can lead to, of one length. */
static void
make_link (Place *place)
{
  g_autofree char *one = below (place, "one");
  g_autofree char *two = below (place, "two");

  write_at (one, PLACE_TEXT);
  write_at (two, OTHER_TEXT);
  ck_assert_int_eq (symlink ("../../one", place->path), 0);
}

static void
aim_elsewhere (Place *place)
{
  place_remove (place);
  ck_assert_int_eq (symlink ("../../two", place->path), 0);
}

static void
aim_anew (Place *place)
{
  place_remove (place);
  ck_assert_int_eq (symlink ("../../one", place->path), 0);
}

static void
write_target (Place *place)
{
  g_autofree char *one = below (place, "one");

  write_at (one, OTHER_TEXT);
}

static void
remove_target (Place *place)
{
  g_autofree char *one = below (place, "one");

  ck_assert_int_eq (remove (one), 0);
}

static void
appear_with_parent (Place *place)
{
  g_autofree char *parent = g_path_get_dirname (place->path);

  ck_assert_int_eq (mkdir (parent, 0700), 0);
  make_file (place);
}

static void
make_target_of_dangling_link (Place *place)
{
  g_autofree char *target = below (place, "above/parent/nowhere");

  write_at (target, PLACE_TEXT);
}

static void
make_parent_a_file (Place *place)
{
  g_autofree char *parent = g_path_get_dirname (place->path);

  move_parent_away (place);
  write_at (parent, PLACE_TEXT);
}

/* A folder of two files. */
static void
make_directory (Place *place)
{
  g_autofree char *one = g_build_filename (place->path, "one", NULL);
  g_autofree char *two = g_build_filename (place->path, "two", NULL);

  ck_assert_int_eq (mkdir (place->path, 0700), 0);
  write_at (one, PLACE_TEXT);
  write_at (two, PLACE_TEXT);
}

static void
make_empty_directory (Place *place)
{
  ck_assert_int_eq (mkdir (place->path, 0700), 0);
}

static void
add_child (Place *place)
{
  g_autofree char *child = g_build_filename (place->path, "three", NULL);

  write_at (child, "");
}

static void
remove_child (Place *place)
{
  g_autofree char *child = g_build_filename (place->path, "one", NULL);

  ck_assert_int_eq (remove (child), 0);
}

static void
rename_child (Place *place)
{
  g_autofree char *one = g_build_filename (place->path, "one", NULL);
  g_autofree char *uno = g_build_filename (place->path, "uno", NULL);

  move (one, uno);
}

static void
write_child (Place *place)
{
  g_autofree char *one = g_build_filename (place->path, "one", NULL);

  write_at (one, OTHER_TEXT);
}

static void
add_and_remove_child (Place *place)
{
  g_autofree char *child = g_build_filename (place->path, "three", NULL);

  add_child (place);
  ck_assert_int_eq (remove (child), 0);
}

static void
replace_by_equal_directory (Place *place)
{
  g_autofree char *away = below (place, "away");

  move (place->path, away);
  make_directory (place);
}

static void
become_file (Place *place)
{
  remove (place->path);
  place_write (place, PLACE_TEXT);
}

#define FILE      ANY_STAMP_FILE
#define DIRECTORY ANY_STAMP_DIRECTORY
#define ABSENT    ANY_STAMP_ABSENT

const StampChange stamp_changes[] = {
  { "file left alone", FILE, make_file, leave, TRUE, TRUE },
  { "empty file left alone", FILE, make_empty_file, leave, TRUE, TRUE },
  { "file written with as much", FILE, make_file, write_other, FALSE, FALSE },
  { "file written and dated back", FILE, make_file, write_other_and_restore_time, FALSE, FALSE },
  { "file written with more", FILE, make_file, write_more, FALSE, FALSE },
  { "file emptied", FILE, make_file, make_empty_file, FALSE, FALSE },
  { "empty file filled", FILE, make_empty_file, make_file, FALSE, FALSE },
  { "file written with the same", FILE, make_file, make_file, FALSE, TRUE },
  { "file lengthened and cut", FILE, make_file, write_more_and_cut, FALSE, TRUE },
  { "file touched", FILE, make_file, place_touch, FALSE, TRUE },
  { "mode changed", FILE, make_file, change_mode, FALSE, TRUE },
  { "file replaced by an older one", FILE, make_file, replace_by_older, FALSE, FALSE },
  { "file replaced by an equal one", FILE, make_file, replace_by_equal, FALSE, TRUE },
  { "file written by its other name", FILE, make_file_of_two_names, write_by_other_name, FALSE, FALSE },
  { "file removed", FILE, make_file, place_remove, FALSE, FALSE },
  { "file became a directory", FILE, make_file, become_directory, FALSE, FALSE },
  { "file became a FIFO", FILE, make_file, become_fifo, FALSE, FALSE },
  { "file became a link to nowhere", FILE, make_file, become_dangling_link, FALSE, FALSE },
  { "parent swapped", FILE, make_file, swap_parent, FALSE, FALSE },
  { "folder above the parent swapped", FILE, make_file, swap_folder_above, FALSE, FALSE },
  { "parent moved away", FILE, make_file, move_parent_away, FALSE, FALSE },

  { "link left alone", FILE, make_link, leave, TRUE, TRUE },
  { "link aimed elsewhere", FILE, make_link, aim_elsewhere, FALSE, FALSE },
  { "link aimed anew", FILE, make_link, aim_anew, TRUE, TRUE },
  { "target of the link written", FILE, make_link, write_target, FALSE, FALSE },
  { "target of the link removed", FILE, make_link, remove_target, FALSE, FALSE },

  { "nothing left alone", ABSENT, leave, leave, TRUE, TRUE },
  { "file appeared", ABSENT, leave, make_file, FALSE, FALSE },
  { "directory appeared", ABSENT, leave, make_directory, FALSE, FALSE },
  { "FIFO appeared", ABSENT, leave, become_fifo, FALSE, FALSE },
  { "link to a file appeared", ABSENT, leave, make_link, FALSE, FALSE },
  { "link to nowhere appeared", ABSENT, leave, become_dangling_link, TRUE, TRUE },
  { "link to nowhere found its target", ABSENT, become_dangling_link, make_target_of_dangling_link, FALSE, FALSE },
  { "parent of nothing moved away", ABSENT, leave, move_parent_away, TRUE, TRUE },
  { "parent of nothing became a file", ABSENT, leave, make_parent_a_file, TRUE, TRUE },
  { "file appeared with its parent", ABSENT, move_parent_away, appear_with_parent, FALSE, FALSE },

  { "directory left alone", DIRECTORY, make_directory, leave, TRUE, TRUE },
  { "empty directory left alone", DIRECTORY, make_empty_directory, leave, TRUE, TRUE },
  { "child added", DIRECTORY, make_directory, add_child, FALSE, FALSE },
  { "first child added", DIRECTORY, make_empty_directory, add_child, FALSE, FALSE },
  { "child removed", DIRECTORY, make_directory, remove_child, FALSE, FALSE },
  { "child renamed", DIRECTORY, make_directory, rename_child, FALSE, FALSE },
  { "child written", DIRECTORY, make_directory, write_child, TRUE, TRUE },
  { "child added and removed", DIRECTORY, make_directory, add_and_remove_child, FALSE, TRUE },
  { "directory replaced by an equal one", DIRECTORY, make_directory, replace_by_equal_directory, FALSE, TRUE },
  { "directory became a file", DIRECTORY, make_empty_directory, become_file, FALSE, FALSE },
};

const guint stamp_n_changes = G_N_ELEMENTS (stamp_changes);
