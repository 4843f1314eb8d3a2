/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workload.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define SMALL_LENGTH 300

/* So many entries are looked at when a workload is checked. */
#define MAX_CHECKED 1000

GVariant *
workload_small_value (void)
{
  g_autofree char *text = g_strnfill (SMALL_LENGTH, 'x');

  return g_variant_new_string (text);
}

GVariant *
workload_dictionary_value (void)
{
  return g_variant_new_parsed ("{'title': <'A picture'>, 'width': <1920>, 'height': <1080>, 'scale': <1.5>, 'size': <uint64 4000000>,"
                               " 'tags': <['holiday', 'sea']>, 'rated': <true>, 'modified': <int64 1700000000000000>}");
}

static gboolean
compute_cb (AnyRequest *request,
            gpointer    user_data,
            GError    **error)
{
  Workload *self = user_data;

  self->n_computed++;
  any_request_return_value (request, self->value);

  return TRUE;
}

/* The same shuffle in every run. */
static guint *
shuffle (guint n_items)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint *order = g_new (guint, n_items);

  for (guint i = 0; i < n_items; i++)
    {
      guint other = g_rand_int_range (random, 0, i + 1);

      order[i] = order[other];
      order[other] = i;
    }

  return order;
}

Workload *
workload_new (const char *cachedir,
              const char *name,
              GVariant   *value,
              guint       n_args)
{
  Workload *self = g_new0 (Workload, 1);

  self->cachedir = g_strdup (cachedir);
  self->name = g_strdup (name);
  workload_open (self);
  self->value = g_variant_ref_sink (value);

  self->args = g_new (GVariant *, n_args);
  self->n_args = n_args;
  self->order = shuffle (n_args);
  for (guint i = 0; i < n_args; i++)
    self->args[i] = g_variant_ref_sink (g_variant_new ("(si)", "an argument", i));

  return self;
}

void
workload_open (Workload *self)
{
  self->cache = any_cache_new (self->cachedir, -1);
  self->function = any_cache_define (self->cache, self->name, NULL, compute_cb, self, NULL);
}

/* Nothing of the directory stays in memory, if nobody else has it open. */
void
workload_close (Workload *self)
{
  g_clear_object (&self->function);
  g_clear_object (&self->cache);
}

void
workload_free (Workload *self)
{
  workload_close (self);
  for (guint i = 0; i < self->n_args; i++)
    g_variant_unref (self->args[i]);
  g_free (self->args);
  g_free (self->order);
  g_variant_unref (self->value);
  g_strfreev (self->files);
  g_free (self->cachedir);
  g_free (self->name);
  g_free (self);
}

/* Lets each result depend on new files in a folder. */
void
workload_depend (Workload   *self,
                 const char *folder,
                 guint       n_files)
{
  self->files = g_new0 (char *, n_files + 1);
  for (guint i = 0; i < n_files; i++)
    {
      self->files[i] = g_strdup_printf ("%s/dependency-%u", folder, i);
      if (!g_file_set_contents (self->files[i], "text", -1, NULL))
        g_error ("%s cannot be written", self->files[i]);
    }

  /* Until then, a hash would decide. */
  g_usleep (50 * 1000);
}

/* Stores further results until so many were stored. */
void
workload_fill (Workload *self,
               guint     n_entries)
{
  if (n_entries > self->n_stored && workload_store_more (self, 0, n_entries - self->n_stored) > 0)
    g_error ("The cache could not be filled");
}

static char *
dup_ident (Workload *self,
           guint     index)
{
  g_autoptr (GError) error = NULL;
  char *ident = any_function_dup_ident (self->function, self->args[index], &error);

  if (ident == NULL)
    g_error ("%s", error->message);

  return ident;
}

char **
workload_dup_idents (Workload *self)
{
  char **idents = g_new0 (char *, self->n_args + 1);

  for (guint i = 0; i < self->n_args; i++)
    idents[i] = dup_ident (self, i);

  return idents;
}

/* Where an entry lies below the generation's folder. */
char *
workload_dup_entry_name (Workload *self,
                         guint     index)
{
  g_autofree char *ident = dup_ident (self, index);

  return g_strdup_printf ("%.2s/%s", ident, ident + 2);
}

char *
workload_dup_generation (Workload *self)
{
  return g_build_filename (any_cache_get_cachedir (self->cache), "anycache-1", "gen", NULL);
}

gsize
workload_entry_size (Workload *self,
                     guint     index)
{
  g_autofree char *generation = workload_dup_generation (self);
  g_autofree char *name = workload_dup_entry_name (self, index);
  g_autofree char *path = g_build_filename (generation, name, NULL);
  struct stat      status;

  if (stat (path, &status) != 0)
    g_error ("%s: %s", path, g_strerror (errno));

  return status.st_size;
}

/* Calls, and lets the result go; it must have been there. */
gboolean
workload_hit_one (Workload *self,
                  guint     index)
{
  guint     n_computed = self->n_computed;
  GVariant *result = any_function_call (self->function, self->args[index], NULL, NULL);

  if (G_UNLIKELY (result == NULL))
    return FALSE;

  g_variant_unref (result);

  return self->n_computed == n_computed;
}

guint
workload_hit (gpointer data,
              guint    first,
              guint    count)
{
  Workload *self = data;
  guint     n_failed = 0;

  for (guint i = first; i < first + count; i++)
    n_failed += !workload_hit_one (self, self->order[i % self->n_args]);

  return n_failed;
}

/* The least that a look at the files and a hit without any can cost together. */
guint
workload_stat_and_hit (gpointer data,
                       guint    first,
                       guint    count)
{
  Workload   *self = data;
  guint       n_failed = 0;
  struct stat status;

  for (guint i = first; i < first + count; i++)
    {
      for (char **file = self->files; *file != NULL; file++)
        n_failed += stat (*file, &status) != 0;
      n_failed += workload_hit (self, i, 1);
    }

  return n_failed;
}

/* A call for the first time, whose computation costs nothing. */
guint
workload_miss (gpointer data,
               guint    first,
               guint    count)
{
  Workload *self = data;
  guint     n_failed = 0;

  for (guint i = first; i < first + count; i++)
    n_failed += workload_hit_one (self, i);

  return n_failed;
}

guint
workload_store (gpointer data,
                guint    first,
                guint    count)
{
  Workload *self = data;
  guint     n_failed = 0;

  for (guint i = first; i < first + count; i++)
    {
      if (!any_function_store (self->function, self->args[i], self->value, -1, (const char *const *) self->files, NULL, NULL))
        n_failed++;
    }

  return n_failed;
}

/* Goes on where the last one left off, whoever that was. */
guint
workload_store_more (gpointer    data,
                     guint first G_GNUC_UNUSED,
                     guint       count)
{
  Workload *self = data;

  self->n_stored += count;

  return workload_store (self, self->n_stored - count, count);
}

guint
workload_size (gpointer data,
               guint    first,
               guint    count)
{
  Workload *self = data;
  guint     n_failed = 0;

  for (guint i = 0; i < count; i++)
    n_failed += any_cache_get_size (self->cache) == 0;

  return n_failed;
}

/* Looks whether the results are there and right, and where they should be; gives how many are not. */
guint
workload_check (Workload *self,
                gboolean  in_memory)
{
  guint n_wrong = 0;

  for (guint i = 0; i < MIN (self->n_args, MAX_CHECKED); i++)
    {
      g_autoptr (GVariant) result = any_function_lookup (self->function, self->args[i], NULL, NULL);
      g_autoptr (AnyEntry) entry = any_function_peek (self->function, self->args[i]);

      if (result == NULL || !g_variant_equal (result, self->value) || (entry != NULL) != in_memory)
        n_wrong++;
    }

  if (n_wrong > 0)
    g_print ("  %u results are missing, wrong, or not where they should be\n", n_wrong);

  return n_wrong;
}
