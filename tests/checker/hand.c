/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hand.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef void (*EditFunc) (Hand  *self,
                          Place *place);

static gboolean
is_there (Place *place)
{
  return history_get_content (place->history) != HISTORY_NOTHING;
}

static guint
some_records (Hand *self)
{
  return g_rand_int_range (self->random, 1, 5);
}

static void
move (const char *from,
      const char *to)
{
  g_assert_cmpint (rename (from, to), ==, 0);
}

static void
exchange (const char *one,
          const char *other)
{
  g_assert_cmpint (renameat2 (AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE), ==, 0);
}

/* Sets the time of change; @age_s back, or to what it was. */
static void
date_back (const char *path,
           gint64      age_s)
{
  struct timespec time;

  clock_gettime (CLOCK_REALTIME, &time);
  time.tv_sec -= age_s;
  g_assert_cmpint (utimensat (AT_FDCWD, path, (struct timespec[]){ time, time }, 0), ==, 0);
}

/* Another file in its place, new or made to look old. */
static void
put (Hand  *self,
     Place *place,
     gint64 age_s)
{
  guint content = history_make_content (place->history);

  place_write (place, self->spare, content, some_records (self), O_CREAT | O_TRUNC);
  if (age_s > 0)
    date_back (self->spare, age_s);
  history_begin (place->history, content);
  move (self->spare, place->path);
  history_end (place->history);
}

static void
put_new (Hand  *self,
         Place *place)
{
  put (self, place, 0);
}

static void
put_older (Hand  *self,
           Place *place)
{
  put (self, place, 3600);
}

/* The same bytes up to the last digits, in the same file, of the same length. */
static void
overwrite_with (Place *place,
                guint  content)
{
  struct stat status;

  g_assert_cmpint (stat (place->path, &status), ==, 0);
  history_begin (place->history, content);
  place_write (place, place->path, content, (guint) status.st_size / PLACE_RECORD_SIZE, 0);
  history_end (place->history);
}

static void
overwrite (Hand  *self,
           Place *place)
{
  overwrite_with (place, history_make_content (place->history));
}

static void
overwrite_and_back (Hand  *self,
                    Place *place)
{
  guint content = history_get_content (place->history);

  overwrite_with (place, history_make_content (place->history));
  if (g_rand_boolean (self->random))
    g_usleep (g_rand_int_range (self->random, 0, 3000));
  overwrite_with (place, content);
}

/* As tar and rsync do. */
static void
overwrite_and_restore_time (Hand  *self,
                            Place *place)
{
  struct stat status;

  g_assert_cmpint (stat (place->path, &status), ==, 0);
  overwrite (self, place);
  g_assert_cmpint (utimensat (AT_FDCWD, place->path, (struct timespec[]){ status.st_atim, status.st_mtim }, 0), ==, 0);
}

static void
overwrite_by_other_name (Hand  *self,
                         Place *place)
{
  struct stat status;
  guint       content = history_make_content (place->history);

  g_assert_cmpint (link (place->path, self->spare), ==, 0);
  g_assert_cmpint (stat (self->spare, &status), ==, 0);
  history_begin (place->history, content);
  place_write (place, self->spare, content, (guint) status.st_size / PLACE_RECORD_SIZE, 0);
  history_end (place->history);
  g_assert_cmpint (unlink (self->spare), ==, 0);
}

/* Through a file that is empty for a moment. */
static void
rewrite (Hand  *self,
         Place *place)
{
  guint content = history_make_content (place->history);

  history_begin (place->history, content);
  place_write (place, place->path, content, some_records (self), O_TRUNC);
  history_end (place->history);
}

static void
append_and_cut (Hand  *self,
                Place *place)
{
  struct stat status;
  guint       content = history_get_content (place->history);

  g_assert_cmpint (stat (place->path, &status), ==, 0);
  history_begin (place->history, history_make_content (place->history));
  place_write (place, place->path, place->history->last_content, 1, O_APPEND);
  history_end (place->history);
  if (g_rand_boolean (self->random))
    g_usleep (g_rand_int_range (self->random, 0, 3000));
  history_begin (place->history, content);
  g_assert_cmpint (truncate (place->path, status.st_size), ==, 0);
  history_end (place->history);
}

static void
take_away (Hand  *self,
           Place *place)
{
  history_begin (place->history, HISTORY_NOTHING);
  g_assert_cmpint (unlink (place->path), ==, 0);
  history_end (place->history);
}

/* The same file, with the same times but one. */
static void
take_away_and_put_back (Hand  *self,
                        Place *place)
{
  guint content = history_get_content (place->history);

  history_begin (place->history, HISTORY_NOTHING);
  move (place->path, self->spare);
  history_end (place->history);
  history_begin (place->history, content);
  move (self->spare, place->path);
  history_end (place->history);
}

static void
exchange_for_older (Hand  *self,
                    Place *place)
{
  guint content = history_make_content (place->history);

  place_write (place, self->spare, content, some_records (self), O_CREAT | O_TRUNC);
  date_back (self->spare, 7200);
  history_begin (place->history, content);
  exchange (self->spare, place->path);
  history_end (place->history);
}

/* These change no content. */

static void
touch (Hand  *self,
       Place *place)
{
  g_assert_cmpint (utimensat (AT_FDCWD, place->path, NULL, 0), ==, 0);
}

static void
touch_back (Hand  *self,
            Place *place)
{
  date_back (place->path, g_rand_int_range (self->random, 1, 100));
}

static void
change_mode (Hand  *self,
             Place *place)
{
  g_assert_cmpint (chmod (place->path, g_rand_boolean (self->random) ? 0600 : 0640), ==, 0);
}

static const EditFunc file_edits[] = {
  put_new, put_older, exchange_for_older, overwrite, overwrite, overwrite_and_back, overwrite_and_back,
  overwrite_and_restore_time, overwrite_by_other_name, rewrite, append_and_cut, take_away, take_away_and_put_back,
  touch, touch_back, change_mode
};

static void
edit_file (Hand  *self,
           Place *place)
{
  if (is_there (place))
    file_edits[g_rand_int_range (self->random, 0, G_N_ELEMENTS (file_edits))](self, place);
  else
    put (self, place, g_rand_int_range (self->random, 0, 2) * 3600);
}

static void
make_name (Place *place,
           guint  content,
           char   name[PLACE_RECORD_SIZE + 1])
{
  place_format_record (place, content, name);
  name[PLACE_RECORD_SIZE - 1] = '\0';
}

static void
aim (Hand       *self,
     const char *target,
     const char *link)
{
  g_assert_cmpint (symlink (target, self->spare), ==, 0);
  move (self->spare, link);
}

/* What would be read through the other folder is what it held when the link led there last. */
void
hand_retarget (Hand  *self,
               Place *place)
{
  g_autofree char *link = place_dup_below (place, "current");
  g_autofree char *target = g_file_read_link (link, NULL);
  const char      *other = g_str_equal (target, "one") ? "two" : "one";
  g_autofree char *file = g_build_filename (place->folder, other, "data", NULL);
  guint            content;

  g_assert_true (place_read_file (place, file, &content));
  history_begin (place->history, content);
  aim (self, other, link);
  history_end (place->history);
}

static void
retarget_and_back (Hand  *self,
                   Place *place)
{
  hand_retarget (self, place);
  if (g_rand_boolean (self->random))
    g_usleep (g_rand_int_range (self->random, 0, 3000));
  hand_retarget (self, place);
}

/* The folder that has left gets another file: to come back as it was would be the one thing that leaves no trace. */
static void
swap (Hand  *self,
      Place *place)
{
  g_autofree char *current = place_dup_below (place, "current");
  g_autofree char *other = place_dup_below (place, "other");
  g_autofree char *file = g_build_filename (other, "data", NULL);
  guint            content;

  g_assert_true (place_read_file (place, file, &content));
  if (g_rand_boolean (self->random))
    {
      history_begin (place->history, content);
      exchange (current, other);
      history_end (place->history);
    }
  else
    {
      history_begin (place->history, HISTORY_NOTHING);
      move (current, self->spare);
      history_end (place->history);
      history_begin (place->history, content);
      move (other, current);
      history_end (place->history);
      move (self->spare, other);
    }

  place_write (place, self->spare, history_make_content (place->history), some_records (self), O_CREAT | O_TRUNC);
  move (self->spare, file);
}

static void
rename_within (Hand  *self,
               Place *place,
               guint  content)
{
  char             names[2][PLACE_RECORD_SIZE + 1];
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  make_name (place, history_get_content (place->history), names[0]);
  make_name (place, content, names[1]);
  from = g_build_filename (place->path, names[0], NULL);
  to = g_build_filename (place->path, names[1], NULL);

  history_begin (place->history, content);
  if (g_rand_boolean (self->random))
    {
      move (from, to);
    }
  else
    {
      g_assert_cmpint (mknod (to, S_IFREG | 0600, 0), ==, 0);
      g_assert_cmpint (unlink (from), ==, 0);
    }
  history_end (place->history);
}

static void
aim_at_content (Hand  *self,
                Place *place,
                guint  content)
{
  char target[PLACE_RECORD_SIZE + 1];

  make_name (place, content, target);
  history_begin (place->history, content);
  aim (self, target, place->path);
  history_end (place->history);
}

/* In the shortest way, in which the place changes as little as can be. */
void
hand_set_content (Hand  *self,
                  Place *place,
                  guint  content)
{
  if (place->kind == PLACE_NAMES)
    rename_within (self, place, content);
  else if (place->kind == PLACE_LINK)
    aim_at_content (self, place, content);
  else if (is_there (place))
    overwrite_with (place, content);
}

static void
change (Hand  *self,
        Place *place)
{
  guint content = history_get_content (place->history);

  hand_set_content (self, place, history_make_content (place->history));
  if (g_rand_boolean (self->random))
    hand_set_content (self, place, content);
}

/* In any of the ways that there are for its kind. */
void
hand_edit (Hand  *self,
           Place *place)
{
  gboolean around = g_rand_int_range (self->random, 0, 3) == 0;

  if (place->kind == PLACE_NAMES || place->kind == PLACE_LINK)
    change (self, place);
  else if (place->kind == PLACE_LINKED && around)
    g_rand_boolean (self->random) ? hand_retarget (self, place) : retarget_and_back (self, place);
  else if (place->kind == PLACE_SWAPPED && around)
    swap (self, place);
  else
    edit_file (self, place);

  unlink (self->spare);
}
