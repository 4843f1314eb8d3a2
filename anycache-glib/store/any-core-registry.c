/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#include "any-core-private.h"

static struct
{
  GMutex      lock;
  GHashTable *cores;   /* (owned) (nullable) cachedir -> AnyCore, protected by lock */
  int         n_forks; /* atomic */
} registry;

/* Runs in the child, in its only thread. The parent's cores are left as they are. */
static void
after_fork_cb (void)
{
  g_mutex_init (&registry.lock);
  registry.cores = NULL;
  registry.n_forks++;
}

/* Languages with a garbage collector do not run finalizers when they end. */
static void
at_exit_cb (void)
{
  GHashTableIter iterator;
  gpointer       core;

  g_mutex_lock (&registry.lock);
  if (registry.cores != NULL)
    {
      g_hash_table_iter_init (&iterator, registry.cores);
      while (g_hash_table_iter_next (&iterator, NULL, &core))
        any_core_record (core);
    }
  g_mutex_unlock (&registry.lock);
}

static void
watch_process (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, after_fork_cb);
      atexit (at_exit_cb);
      g_once_init_leave (&once, 1);
    }
}

/* Gives the core of a directory, named by an absolute path. */
AnyCore *
any_core_acquire (const char *cachedir)
{
  AnyCore *self;

  watch_process ();
  g_mutex_lock (&registry.lock);

  if (registry.cores == NULL)
    registry.cores = g_hash_table_new (g_str_hash, g_str_equal);

  self = g_hash_table_lookup (registry.cores, cachedir);
  if (self == NULL)
    {
      self = any_core_new (cachedir);
      self->n_forks = g_atomic_int_get (&registry.n_forks);
      g_hash_table_insert (registry.cores, self->cachedir, self);
    }
  self->n_users++;

  g_mutex_unlock (&registry.lock);

  return self;
}

AnyCore *
any_core_ref (AnyCore *self)
{
  g_mutex_lock (&registry.lock);
  self->n_users++;
  g_mutex_unlock (&registry.lock);

  return self;
}

void
any_core_release (AnyCore *self)
{
  gboolean last;

  if (any_core_is_inherited (self))
    return;

  g_mutex_lock (&registry.lock);

  last = --self->n_users == 0;
  if (last)
    g_hash_table_remove (registry.cores, self->cachedir);
  if (last && g_hash_table_size (registry.cores) == 0)
    g_clear_pointer (&registry.cores, g_hash_table_unref);

  g_mutex_unlock (&registry.lock);

  if (last)
    any_core_free (self);
}

/* Whether the core was made by a process that this one was forked from. */
gboolean
any_core_is_inherited (AnyCore *self)
{
  return self->n_forks != g_atomic_int_get (&registry.n_forks);
}
