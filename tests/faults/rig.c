/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "rig.h"

#include "tree.h"

#include <glib/gstdio.h>
#include <string.h>

/* More than the library reads at once where it does not know the size of an entry. */
#define BIG_LENGTH 40000

/* So long what a clear has left may take to go, in the background. */
#define SWEEP_SECONDS 10

static gboolean
compute_cb (AnyRequest *request,
            gpointer    user_data,
            GError    **error)
{
  Rig *self = user_data;
  int  key;

  if (self->dependency != NULL)
    any_request_add_dependency_full (request, self->dependency, self->flags);
  if (self->fresh != NULL)
    any_request_add_dependency (request, self->fresh);
  g_variant_get (any_request_get_args (request), "(si)", NULL, &key);
  self->n_computed++;
  any_request_return_value (request, rig_value (key, self->generation));
  return TRUE;
}

static void
store_failed_cb (AnyCache *cache,
                 GError   *error,
                 gpointer  user_data)
{
  Rig *self = user_data;

  self->n_store_failed++;
}

/* Opens @cachedir without memory tier, so that each hit is read from the disk. */
Rig *
rig_new (const char *cachedir,
         const char *name,
         const char *dependency)
{
  Rig *self = g_new0 (Rig, 1);

  self->cache = any_cache_new (cachedir, -1);
  any_cache_set_maxmemory (self->cache, 0);
  g_signal_connect (self->cache, "store-failed", G_CALLBACK (store_failed_cb), self);
  self->function = any_cache_define (self->cache, name, "1", compute_cb, self, NULL);
  self->dependency = g_strdup (dependency);
  return self;
}

void
rig_free (Rig *self)
{
  rig_settle (self);
  g_signal_handlers_disconnect_by_data (self->cache, self);
  any_function_close (self->function);
  g_object_unref (self->function);
  g_object_unref (self->cache);
  g_free (self->dependency);
  g_free (self->fresh);
  g_free (self);
}

/* Lets signals arrive that the library sends through the main context. */
void
rig_settle (Rig *self)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

guint
rig_take_computed (Rig *self)
{
  guint n = self->n_computed;

  self->n_computed = 0;
  return n;
}

guint
rig_take_store_failed (Rig *self)
{
  guint n;

  rig_settle (self);
  n = self->n_store_failed;
  self->n_store_failed = 0;
  return n;
}

GVariant *
rig_args (int key)
{
  return g_variant_new ("(si)", "fault", key);
}

static GVariant *
big_value (int key,
           int generation)
{
  guint8 *data = g_malloc (BIG_LENGTH);

  for (int i = 0; i < BIG_LENGTH; i++)
    data[i] = (guint8) (i * 7 + i / 251 + key * 31 + generation);
  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, data, BIG_LENGTH, TRUE, g_free, data);
}

/* Returns: (transfer floating): what the computation of @key gives in @generation */
GVariant *
rig_value (int key,
           int generation)
{
  g_autofree char *text = g_strdup_printf ("the result of key %d in generation %d", key, generation);

  switch (key % RIG_N_SHAPES)
    {
    case 0:
      return g_variant_new_string (text);
    case 1:
      return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text, strlen (text), 1);
    case 2:
      return g_variant_new_parsed ("{'key': <%i>, 'generation': <%i>, 'text': <%s>}", key, generation, text);
    default:
      return big_value (key, generation);
    }
}

/* Returns: the generation that @value is of, or -1 if it is no result of @key at all */
int
rig_judge (GVariant *value,
           int       key)
{
  for (int generation = 0; generation < 4; generation++)
    {
      g_autoptr (GVariant) right = g_variant_ref_sink (rig_value (key, generation));

      if (g_variant_equal (value, right))
        return generation;
    }
  return -1;
}

/* Returns: (transfer full): the result; a call never fails, whatever the state of the cache */
GVariant *
rig_call (Rig *self,
          int  key)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_call (self->function, rig_args (key), NULL, &error);

  if (value == NULL)
    g_error ("The call of key %d failed: %s", key, error->message);
  return value;
}

/* Returns: (transfer full) (nullable): what is stored; a look-up never fails either */
GVariant *
rig_lookup (Rig *self,
            int  key)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = any_function_lookup (self->function, rig_args (key), NULL, &error);

  if (error != NULL)
    g_error ("The look-up of key %d failed: %s", key, error->message);
  return value;
}

gboolean
rig_call_is_right (Rig *self,
                   int  key)
{
  g_autoptr (GVariant) value = rig_call (self, key);

  return rig_judge (value, key) == self->generation;
}

gboolean
rig_is_stored (Rig *self,
               int  key)
{
  g_autoptr (GVariant) value = rig_lookup (self, key);

  return value != NULL && rig_judge (value, key) == self->generation;
}

static char *
dup_ident (Rig *self,
           int  key)
{
  g_autoptr (GError) error = NULL;
  char *ident = any_function_dup_ident (self->function, rig_args (key), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (ident), ==, 32);
  return ident;
}

/* Returns: another key, above 1000, whose entry lies in the same shard as that of @key */
int
rig_find_neighbour (Rig *self,
                    int  key)
{
  g_autofree char *ident = dup_ident (self, key);

  for (int other = 1000;; other++)
    {
      g_autofree char *other_ident = dup_ident (self, other);

      if (memcmp (ident, other_ident, 2) == 0)
        return other;
    }
}

char *
rig_dup_entry_path (Rig *self,
                    int  key)
{
  g_autofree char *ident = dup_ident (self, key);

  return g_strdup_printf ("%s/" RIG_GEN "/%.2s/%s", any_cache_get_cachedir (self->cache), ident, ident + 2);
}

static gboolean
is_hex (const char *text,
        gsize       length)
{
  return strlen (text) == length && strspn (text, "0123456789abcdef") == length;
}

static gboolean
is_entry (const char *relative)
{
  g_auto (GStrv) parts = g_strsplit (relative, "/", -1);

  return g_strv_length (parts) == 4 && g_str_equal (parts[0], "anycache-1") && g_str_equal (parts[1], "gen") &&
         is_hex (parts[2], 2) && is_hex (parts[3], 30);
}

/* Whether a path below a cache directory is one that stays there for good. */
static gboolean
is_lasting (const char *relative)
{
  static const char *const names[] = { RIG_ROOT, RIG_TAG, RIG_EPOCH, RIG_MARKS, RIG_LOCKS, RIG_STATS, RIG_GEN, RIG_STATE, NULL };
  g_auto (GStrv) parts = NULL;

  if (g_strv_contains (names, relative) || is_entry (relative))
    return TRUE;
  parts = g_strsplit (relative, "/", -1);
  return g_strv_length (parts) == 3 && g_str_has_prefix (relative, RIG_GEN "/") && is_hex (parts[2], 2);
}

/* Returns: the sum of the sizes of all entry files, which is what the size of the cache has to be */
guint64
rig_measure_entries (const char *cachedir)
{
  g_auto (GStrv) paths = tree_list (cachedir);
  guint64 sum = 0;

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (cachedir, paths[i], NULL);
      GStatBuf         status;

      if (is_entry (paths[i]) && g_lstat (path, &status) == 0)
        sum += (guint64) status.st_size;
    }
  return sum;
}

static char *
find_litter (const char *cachedir)
{
  g_auto (GStrv) paths = tree_list (cachedir);

  for (guint i = 0; paths[i] != NULL; i++)
    if (!is_lasting (paths[i]))
      return g_strdup (paths[i]);
  return NULL;
}

/* Returns: (transfer full) (nullable): something below @cachedir that a finished operation should not have left */
char *
rig_find_litter (const char *cachedir)
{
  gint64 deadline = g_get_monotonic_time () + SWEEP_SECONDS * G_USEC_PER_SEC;
  char  *litter = find_litter (cachedir);

  while (litter != NULL && strstr (litter, "/trash.") != NULL && g_get_monotonic_time () < deadline)
    {
      g_usleep (1000);
      g_free (litter);
      litter = find_litter (cachedir);
    }

  return litter;
}
