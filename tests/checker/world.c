/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many records as a file may have. */
#define MAX_RECORDS 8

/* A number for which another place or another content is no likely mistake. */
static guint
get_sum (const Place *self,
         guint        content)
{
  return (content * 2654435761u) ^ (self->number * 40503u + 77u);
}

/* A file is a few of these, and holds what its last one says. A name or a target is one without its end. */
void
place_format_record (const Place *self,
                     guint        content,
                     char         record[PLACE_RECORD_SIZE + 1])
{
  g_snprintf (record, PLACE_RECORD_SIZE + 1, "%06u-%010u-%08x-record\n", self->number, content, get_sum (self, content));
}

/* FALSE for what nobody has written: half of one thing and half of another. */
static gboolean
parse_record (const Place *self,
              const char  *record,
              guint       *content)
{
  char     right[PLACE_RECORD_SIZE + 1];
  unsigned number;

  if (sscanf (record, "%6u-%10u", &number, content) != 2)
    return FALSE;
  place_format_record (self, *content, right);

  return strncmp (record, right, PLACE_RECORD_SIZE - 1) == 0;
}

char *
place_dup_below (const Place *self,
                 const char  *name)
{
  return g_build_filename (self->folder, name, NULL);
}

/* Writes a file that holds a content, in place if @flags do not say otherwise. */
void
place_write (const Place *self,
             const char  *path,
             guint        content,
             guint        n_records,
             int          flags)
{
  char record[PLACE_RECORD_SIZE + 1];
  char records[MAX_RECORDS * PLACE_RECORD_SIZE];
  int  fd = open (path, O_WRONLY | O_CLOEXEC | flags, 0600);

  g_assert_cmpint (fd, >=, 0);
  place_format_record (self, content, record);
  for (guint i = 0; i < n_records; i++)
    memcpy (records + i * PLACE_RECORD_SIZE, record, PLACE_RECORD_SIZE);
  g_assert_cmpint (write (fd, records, n_records * PLACE_RECORD_SIZE), ==, n_records * PLACE_RECORD_SIZE);
  close (fd);
}

/* FALSE where the file is seen in the middle of an edit. */
gboolean
place_read_file (const Place *self,
                 const char  *path,
                 guint       *content)
{
  char  records[(MAX_RECORDS + 1) * PLACE_RECORD_SIZE + 1];
  int   fd = open (path, O_RDONLY | O_CLOEXEC);
  gsize n_read;

  *content = HISTORY_NOTHING;
  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR;

  n_read = read (fd, records, sizeof records - 1);
  close (fd);
  if (n_read == 0 || n_read % PLACE_RECORD_SIZE != 0 || n_read > MAX_RECORDS * PLACE_RECORD_SIZE)
    return FALSE;

  records[n_read] = '\0';
  for (gsize i = 0; i < n_read; i += PLACE_RECORD_SIZE)
    if (!parse_record (self, records + i, content))
      return FALSE;

  return TRUE;
}

/* Between the names before and after an edit, a reader may find both or none. */
static gboolean
read_names (const Place *self,
            guint       *content)
{
  g_autoptr (GDir) reader = g_dir_open (self->path, 0, NULL);
  const char *name = reader != NULL ? g_dir_read_name (reader) : NULL;

  return name != NULL && parse_record (self, name, content) && g_dir_read_name (reader) == NULL;
}

static gboolean
read_link (const Place *self,
           guint       *content)
{
  char   target[PLACE_RECORD_SIZE + 1];
  gssize length = readlink (self->path, target, PLACE_RECORD_SIZE);

  *content = HISTORY_NOTHING;
  if (length < 0)
    return errno == ENOENT;
  target[length] = '\0';

  return parse_record (self, target, content);
}

gboolean
place_read (const Place *self,
            guint       *content)
{
  switch (self->kind)
    {
    case PLACE_NAMES:
      return read_names (self, content);
    case PLACE_LINK:
      return read_link (self, content);
    case PLACE_FILE:
    case PLACE_LINKED:
    case PLACE_SWAPPED:
    default:
      return place_read_file (self, self->path, content);
    }
}

static void
make_folder (const Place *self,
             const char  *name)
{
  g_autofree char *folder = place_dup_below (self, name);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
}

/* A folder with a file in it. */
static void
make_version (const Place *self,
              const char  *name,
              guint        content)
{
  g_autofree char *file = g_build_filename (self->folder, name, "data", NULL);

  make_folder (self, name);
  place_write (self, file, content, 1, O_CREAT);
}

static void
make_named (const Place *self,
            gboolean     as_link)
{
  char             record[PLACE_RECORD_SIZE + 1];
  g_autofree char *name = NULL;

  place_format_record (self, 1, record);
  record[PLACE_RECORD_SIZE - 1] = '\0';
  if (as_link)
    {
      g_assert_cmpint (symlink (record, self->path), ==, 0);
      return;
    }

  make_folder (self, "names");
  name = g_build_filename (self->path, record, NULL);
  g_assert_cmpint (mknod (name, S_IFREG | 0600, 0), ==, 0);
}

/* Content 1 is there first. Content 2 is somewhere else, and will get its turn. */
static void
place_make (Place *self)
{
  g_autofree char *current = place_dup_below (self, "current");

  switch (self->kind)
    {
    case PLACE_LINKED:
      make_version (self, "one", 1);
      make_version (self, "two", 2);
      g_assert_cmpint (symlink ("one", current), ==, 0);
      break;
    case PLACE_SWAPPED:
      make_version (self, "current", 1);
      make_version (self, "other", 2);
      break;
    case PLACE_NAMES:
    case PLACE_LINK:
      make_named (self, self->kind == PLACE_LINK);
      break;
    case PLACE_FILE:
    default:
      make_version (self, "current", 1);
      break;
    }

  history_init (self->history);
  self->history->last_content = 2;
  history_begin (self->history, 1);
  history_end (self->history);
}

static const char *
get_name (PlaceKind kind)
{
  return kind == PLACE_NAMES ? "names" : kind == PLACE_LINK ? "link"
                                                            : "current/data";
}

static void
place_init (Place    *self,
            World    *world,
            guint     number,
            PlaceKind kind)
{
  g_autofree char *name = g_strdup_printf ("place-%u", number);

  self->number = number;
  self->kind = kind;
  self->history = &world->memory->histories[number];
  self->folder = g_build_filename (number < WORLD_N_ALONE ? world->folder : world->tree, name, NULL);
  self->path = g_build_filename (self->folder, get_name (kind), NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->folder, 0700), ==, 0);
  place_make (self);
}

void
world_init (World      *self,
            const char *folder,
            gint64      rest)
{
  static const PlaceKind alone[] = { PLACE_FILE, PLACE_LINKED, PLACE_SWAPPED, PLACE_NAMES, PLACE_FILE };
  static const PlaceKind in_tree[WORLD_N_PLACES - WORLD_N_ALONE] = { PLACE_FILE, PLACE_NAMES, PLACE_LINK, PLACE_FILE };

  self->rest = rest;
  self->folder = g_build_filename (folder, "world", NULL);
  self->spare = g_build_filename (self->folder, "spare", NULL);
  self->tree = g_build_filename (self->folder, "tree", NULL);
  self->memory = mmap (NULL, sizeof *self->memory, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (self->memory != MAP_FAILED);
  g_assert_cmpint (g_mkdir_with_parents (self->spare, 0700), ==, 0);

  for (guint i = 0; i < WORLD_N_PLACES; i++)
    place_init (&self->places[i], self, i,
                i < WORLD_N_ALONE ? alone[i % G_N_ELEMENTS (alone)] : in_tree[i - WORLD_N_ALONE]);
}

void
world_clear (World *self)
{
  for (guint i = 0; i < WORLD_N_PLACES; i++)
    {
      g_free (self->places[i].folder);
      g_free (self->places[i].path);
    }
  munmap (self->memory, sizeof *self->memory);
  g_free (self->tree);
  g_free (self->spare);
  g_free (self->folder);
}
