/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tree-changes.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-test.h"

#define MAKE_TREE                                                                                            \
  "mkdir tree; mkdir tree/sub; mkdir tree/sub/deep; mkdir tree/empty; mkdir tree/twin; mkdir tree/other; "   \
  "write tree/one some; write tree/two else; write tree/sub/deep/file some; write tree/sub/mapped some; "    \
  "write tree/twin/file some; write tree/other/file else; write outside some; alias outside tree/aliased; "  \
  "link one tree/link; link loop tree/loop; link ../outside tree/away; fifo tree/fifo; socket tree/socket; " \
  "mkdir spare; mkdir spare/deep; write spare/deep/file some; write equal some"

const TreeChange tree_changes[] = {
  { "left alone", "", TRUE, TRUE },
  { "file added", "write tree/three some", FALSE, FALSE },
  { "file added below", "write tree/sub/deep/more some", FALSE, FALSE },
  { "first file of a directory", "write tree/empty/file some", FALSE, FALSE },
  { "file added and removed", "write tree/three some; remove tree/three", TRUE, TRUE },
  { "empty directory added", "mkdir tree/sub/empty", FALSE, FALSE },
  { "empty directory removed", "remove tree/empty", FALSE, FALSE },
  { "file removed", "remove tree/one", FALSE, FALSE },
  { "file removed below", "remove tree/sub/deep/file", FALSE, FALSE },
  { "file renamed", "move tree/one tree/uno", FALSE, FALSE },
  { "file moved down", "move tree/one tree/sub/one", FALSE, FALSE },
  { "files swapped", "move tree/one spare/x; move tree/two tree/one; move spare/x tree/two", FALSE, FALSE },
  { "file written", "write tree/one else", FALSE, FALSE },
  { "file written below", "write tree/sub/deep/file else", FALSE, FALSE },
  { "file written with more", "write tree/sub/deep/file something", FALSE, FALSE },
  { "file written with the same", "write tree/sub/deep/file some", FALSE, TRUE },
  { "file written and dated back", "date-back tree/sub/deep/file else", FALSE, FALSE },
  { "file touched", "touch tree/sub/deep/file", FALSE, TRUE },
  { "mode of a file", "chmod tree/sub/deep/file", FALSE, TRUE },
  { "mode of a directory", "chmod tree/sub/deep", TRUE, TRUE },
  { "directory touched", "touch tree/sub/deep", TRUE, TRUE },
  { "file replaced by an equal one", "move equal tree/sub/deep/file", FALSE, TRUE },
  { "file written by its name outside", "write outside else", FALSE, FALSE },
  { "file became a directory", "remove tree/one; mkdir tree/one", FALSE, FALSE },
  { "file became a link to an equal one", "move tree/one spare/one; link ../spare/one tree/one", FALSE, FALSE },
  { "file became a FIFO", "remove tree/one; fifo tree/one", FALSE, FALSE },
  { "link aimed elsewhere", "remove tree/link; link two tree/link", FALSE, FALSE },
  { "link aimed anew", "remove tree/link; link one tree/link", TRUE, TRUE },
  { "link became its target", "remove tree/link; write tree/link some", FALSE, FALSE },
  { "link in a circle removed", "remove tree/loop", FALSE, FALSE },
  { "FIFO removed", "remove tree/fifo", FALSE, FALSE },
  { "FIFO made anew", "remove tree/fifo; fifo tree/fifo", TRUE, TRUE },
  { "FIFO became a socket", "remove tree/fifo; socket tree/fifo", FALSE, FALSE },
  { "directory renamed", "move tree/sub tree/under", FALSE, FALSE },
  { "directory replaced by an equal one", "move tree/sub/deep away; move spare/deep tree/sub/deep", FALSE, TRUE },
  { "directories swapped", "move tree/twin spare/x; move tree/other tree/twin; move spare/x tree/other", FALSE, FALSE },
  { "directory became a link to itself", "move tree/twin spare/twin; link ../spare/twin tree/twin", FALSE, FALSE },
  { "whole tree moved away", "move tree away", FALSE, FALSE },
  { "whole tree replaced by a file", "move tree away; write tree some", FALSE, FALSE },
  { "whole tree became a link to itself", "move tree away; link away tree", TRUE, TRUE },
  { "something beside the tree", "write beside some; write spare/deep/file else", TRUE, TRUE },
};

const guint tree_n_changes = G_N_ELEMENTS (tree_changes);

static void
write_text (const char *path,
            const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be written", path);
  ck_assert_int_eq (write (fd, text, strlen (text)), (int) strlen (text));
  ck_assert_int_eq (close (fd), 0);
}

static void
map_letter (const char *path)
{
  int   fd = open (path, O_RDWR | O_CLOEXEC);
  char *map = mmap (NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  ck_assert_msg (map != MAP_FAILED, "%s cannot be mapped", path);
  map[0] = '#';
  ck_assert_int_eq (munmap (map, 1), 0);
  ck_assert_int_eq (close (fd), 0);
}

/* Where the step changes no content, it changes it through a map. */
static void
change_and_date_back (const char *path,
                      const char *text)
{
  struct stat     status;
  struct timespec times[2];

  ck_assert_int_eq (stat (path, &status), 0);
  if (text != NULL)
    write_text (path, text);
  else
    map_letter (path);

  times[0] = status.st_atim;
  times[1] = status.st_mtim;
  ck_assert_int_eq (utimensat (AT_FDCWD, path, times, 0), 0);
}

/* The words of a step: what to do, with which path, and something else. */
static void
play_step (char **words)
{
  const char *step = words[0];
  const char *one = words[1];
  const char *two = words[2];
  int         result = 0;

  if (g_str_equal (step, "write"))
    write_text (one, two);
  else if (g_str_equal (step, "date-back") || g_str_equal (step, "map"))
    change_and_date_back (one, two);
  else if (g_str_equal (step, "touch"))
    result = utimensat (AT_FDCWD, one, NULL, 0);
  else if (g_str_equal (step, "chmod"))
    result = chmod (one, 0500);
  else if (g_str_equal (step, "remove"))
    result = remove (one);
  else if (g_str_equal (step, "mkdir"))
    result = mkdir (one, 0700);
  else if (g_str_equal (step, "fifo"))
    result = mkfifo (one, 0600);
  else if (g_str_equal (step, "socket"))
    result = mknod (one, S_IFSOCK | 0600, 0);
  else if (g_str_equal (step, "move"))
    result = rename (one, two);
  else if (g_str_equal (step, "link"))
    result = symlink (one, two);
  else if (g_str_equal (step, "alias"))
    result = link (one, two);
  else
    ck_abort_msg ("“%s” is no step", step);

  ck_assert_msg (result == 0, "“%s %s” fails", step, one);
}

void
tree_play (const char *folder,
           const char *steps)
{
  g_autofree char *here = g_get_current_dir ();
  g_auto (GStrv) list = g_strsplit (steps, "; ", -1);

  ck_assert_int_eq (chdir (folder), 0);
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (list[i], " ", 3);

      play_step (words);
    }
  ck_assert_int_eq (chdir (here), 0);
}

void
tree_make (const char *folder)
{
  tree_play (folder, MAKE_TREE);
}
