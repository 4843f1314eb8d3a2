/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bare.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_SHARDS    256
#define BUFFER_SIZE 16384

struct _Bare
{
  int     folder;    /* (owned) */
  char  **names;     /* (owned) (array length=n_names): "ab/cdef", below the folder */
  char  **temporary; /* (owned) (nullable) (array length=n_names): the shard's fixed temporary name, as ours has one */
  guint   n_names;
  guint  *order; /* (owned) (array length=n_names) */
  gsize   file_size;
  guint8 *bytes; /* (owned): what is written */
  guint   n_written;
  guint   n_unlinked;
};

static Bare *
bare_new (const char *folder,
          gsize       file_size,
          guint       n_names)
{
  Bare *self = g_new0 (Bare, 1);

  self->folder = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (self->folder < 0)
    g_error ("%s: %s", folder, g_strerror (errno));

  self->names = g_new0 (char *, n_names);
  self->n_names = n_names;
  self->file_size = file_size;
  self->bytes = g_malloc (file_size);
  memset (self->bytes, 'x', file_size);

  return self;
}

static void
free_names (char **names,
            guint  n_names)
{
  for (guint i = 0; names != NULL && i < n_names; i++)
    g_free (names[i]);
  g_free (names);
}

void
bare_free (Bare *self)
{
  close (self->folder);
  free_names (self->names, self->n_names);
  free_names (self->temporary, self->n_names);
  g_free (self->order);
  g_free (self->bytes);
  g_free (self);
}

/* Reads the very files that a workload has filled, in its order. It begins elsewhere: who comes first to a file finds it for
 * whoever comes next, in the caches of the kernel and of the processor. */
Bare *
bare_new_reader (Workload *workload)
{
  g_autofree char *folder = workload_dup_generation (workload);
  Bare            *self = bare_new (folder, workload_entry_size (workload, 0), workload->n_args);

  for (guint i = 0; i < workload->n_args; i++)
    self->names[i] = workload_dup_entry_name (workload, i);
  self->order = g_new (guint, workload->n_args);
  for (guint i = 0; i < workload->n_args; i++)
    self->order[i] = workload->order[(i + workload->n_args / 2) % workload->n_args];

  return self;
}

/* Writes new files of a size into as many folders as ours. Writers of one folder have different numbers. */
Bare *
bare_new_writer (const char *folder,
                 gsize       file_size,
                 guint       n_files,
                 guint       number)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2 + number);
  Bare *self;

  for (guint i = 0; i < N_SHARDS; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%02x", folder, i);

      if (g_mkdir_with_parents (path, 0700) != 0)
        g_error ("%s: %s", path, g_strerror (errno));
    }

  self = bare_new (folder, file_size, n_files);
  self->temporary = g_new0 (char *, n_files);
  for (guint i = 0; i < n_files; i++)
    {
      guint shard = g_rand_int_range (random, 0, N_SHARDS);

      self->names[i] = g_strdup_printf ("%02x/%08x%08x%04x%010x", shard, g_rand_int (random), g_rand_int (random), number, i);
      self->temporary[i] = g_strdup_printf ("%02x/.t%u", shard, number);
    }

  return self;
}

gboolean
bare_read_one (Bare *self,
               guint index)
{
  char        buffer[BUFFER_SIZE];
  struct stat status;
  int         fd = openat (self->folder, self->names[index], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  return fd >= 0 &&
         fstat (fd, &status) == 0 &&
         read (fd, buffer, sizeof buffer) == (gssize) self->file_size &&
         close (fd) == 0;
}

guint
bare_read (gpointer data,
           guint    first,
           guint    count)
{
  Bare *self = data;
  guint n_failed = 0;

  for (guint i = first; i < first + count; i++)
    n_failed += !bare_read_one (self, self->order[i % self->n_names]);

  return n_failed;
}

/* Goes on where the last one left off. */
guint
bare_write (gpointer    data,
            guint first G_GNUC_UNUSED,
            guint       count)
{
  Bare *self = data;
  guint n_failed = 0;

  for (guint end = self->n_written + count; self->n_written < end; self->n_written++)
    {
      guint i = self->n_written;
      int   fd = openat (self->folder, self->temporary[i], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

      if (fd < 0 ||
          write (fd, self->bytes, self->file_size) != (gssize) self->file_size ||
          close (fd) != 0 ||
          renameat (self->folder, self->temporary[i], self->folder, self->names[i]) != 0)
        n_failed++;
    }

  return n_failed;
}

/* The oldest file makes room for each new one. */
guint
bare_write_and_unlink (gpointer data,
                       guint    first,
                       guint    count)
{
  Bare *self = data;
  guint n_failed = 0;

  for (guint i = 0; i < count; i++)
    {
      n_failed += bare_write (self, first + i, 1);
      n_failed += unlinkat (self->folder, self->names[self->n_unlinked++], 0) != 0;
    }

  return n_failed;
}

/* The cheapest system call that can tell a reader of another process's change; a control for what happens in memory. */
guint
bare_seek (gpointer data,
           guint    first,
           guint    count)
{
  int   fd = GPOINTER_TO_INT (data);
  guint n_failed = 0;

  for (guint i = 0; i < count; i++)
    n_failed += lseek (fd, 0, SEEK_END) < 0;

  return n_failed;
}
