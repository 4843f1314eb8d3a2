/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-definitions.h"

#include <pthread.h>
#include <string.h>

/* One version of a function, defined as often as there are objects of it. */
typedef struct
{
  guint8 version[ANY_DIGEST_SIZE];
  guint  n_objects;
} Definition;

static GMutex      lock;
static GHashTable *functions; /* (owned) (nullable) name -> (owned) GArray of Definition, protected by lock */

/* Held over a fork, so that the child finds it free and the table whole. */
static void
before_fork_cb (void)
{
  g_mutex_lock (&lock);
}

static void
after_fork_cb (void)
{
  g_mutex_unlock (&lock);
}

static void
watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (before_fork_cb, after_fork_cb, after_fork_cb);
      g_once_init_leave (&once, 1);
    }
}

/* No version is the empty one. */
void
any_definitions_digest (const char *version,
                        guint8      digest[ANY_DIGEST_SIZE])
{
  any_digest_of (version != NULL ? version : "", version != NULL ? strlen (version) : 0, digest);
}

static Definition *
find (GArray      *definitions,
      const guint8 version[ANY_DIGEST_SIZE])
{
  for (guint i = 0; i < definitions->len; i++)
    {
      Definition *item = &g_array_index (definitions, Definition, i);

      if (memcmp (item->version, version, ANY_DIGEST_SIZE) == 0)
        return item;
    }

  return NULL;
}

static Definition *
find_or_append (GArray      *definitions,
                const guint8 version[ANY_DIGEST_SIZE])
{
  Definition *item = find (definitions, version);

  if (item != NULL)
    return item;

  g_array_set_size (definitions, definitions->len + 1);
  item = &g_array_index (definitions, Definition, definitions->len - 1);
  memcpy (item->version, version, ANY_DIGEST_SIZE);
  item->n_objects = 0;

  return item;
}

void
any_definitions_add (const char *name,
                     const char *version)
{
  GArray *definitions;
  guint8  digest[ANY_DIGEST_SIZE];

  watch_forks ();
  any_definitions_digest (version, digest);

  g_mutex_lock (&lock);

  if (functions == NULL)
    functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  definitions = g_hash_table_lookup (functions, name);
  if (definitions == NULL)
    {
      definitions = g_array_new (FALSE, FALSE, sizeof (Definition));
      g_hash_table_insert (functions, g_strdup (name), definitions);
    }
  find_or_append (definitions, digest)->n_objects++;

  g_mutex_unlock (&lock);
}

void
any_definitions_remove (const char *name,
                        const char *version)
{
  GArray     *definitions;
  Definition *item;
  guint8      digest[ANY_DIGEST_SIZE];

  any_definitions_digest (version, digest);

  g_mutex_lock (&lock);

  definitions = g_hash_table_lookup (functions, name);
  item = find (definitions, digest);
  if (--item->n_objects == 0)
    g_array_remove_index_fast (definitions, (guint) (item - &g_array_index (definitions, Definition, 0)));
  if (definitions->len == 0)
    g_hash_table_remove (functions, name);
  if (g_hash_table_size (functions) == 0)
    g_clear_pointer (&functions, g_hash_table_unref);

  g_mutex_unlock (&lock);
}

/* Whether nothing in this process speaks against a version: it is defined, or the function is not known here at all. */
gboolean
any_definitions_allow (const char  *name,
                       const guint8 version[ANY_DIGEST_SIZE])
{
  GArray  *definitions;
  gboolean allowed;

  g_mutex_lock (&lock);
  definitions = functions != NULL ? g_hash_table_lookup (functions, name) : NULL;
  allowed = definitions == NULL || find (definitions, version) != NULL;
  g_mutex_unlock (&lock);

  return allowed;
}
