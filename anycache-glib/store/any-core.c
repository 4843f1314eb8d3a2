/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-core.h"

#include <pthread.h>

#include "any-dependencies.h"
#include "any-policy.h"

/* Some thousands of small results, or a hundred thumbnails: what an application gains from without noticing the memory. */
#define DEFAULT_MAX_MEMORY (G_GINT64_CONSTANT (16) << 20)

struct _AnyCore
{
  char          *cachedir; /* (owned), set once */
  guint          n_users;  /* protected by registry.lock */
  int            n_forks;  /* set once: how often this process had been forked when the core was made */
  AnyDiskTier   *disk;     /* (owned), set once */
  AnyMemoryTier *memory;   /* (owned), set once */
};

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

static void
watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, after_fork_cb);
      g_once_init_leave (&once, 1);
    }
}

static AnyCore *
core_new (const char *cachedir)
{
  AnyCore *self = g_new0 (AnyCore, 1);

  self->cachedir = g_strdup (cachedir);
  self->n_forks = g_atomic_int_get (&registry.n_forks);
  self->disk = any_disk_tier_new (cachedir);
  self->memory = any_memory_tier_new (DEFAULT_MAX_MEMORY);

  return self;
}

static void
core_free (AnyCore *self)
{
  any_memory_tier_free (self->memory);
  any_disk_tier_free (self->disk);
  g_free (self->cachedir);
  g_free (self);
}

/* Gives the core of a directory, named by an absolute path. */
AnyCore *
any_core_acquire (const char *cachedir)
{
  AnyCore *self;

  watch_forks ();
  g_mutex_lock (&registry.lock);

  if (registry.cores == NULL)
    registry.cores = g_hash_table_new (g_str_hash, g_str_equal);

  self = g_hash_table_lookup (registry.cores, cachedir);
  if (self == NULL)
    {
      self = core_new (cachedir);
      g_hash_table_insert (registry.cores, self->cachedir, self);
    }
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
    core_free (self);
}

/* Whether the core was made by a process that this one was forked from. */
gboolean
any_core_is_inherited (AnyCore *self)
{
  return self->n_forks != g_atomic_int_get (&registry.n_forks);
}

gint64
any_core_get_max_memory (AnyCore *self)
{
  return any_memory_tier_get_max_bytes (self->memory);
}

void
any_core_set_max_memory (AnyCore *self,
                         gint64   max_bytes)
{
  any_memory_tier_set_max_bytes (self->memory, max_bytes);
}

/* The entry's own limit and the asker's both hold. */
static gboolean
is_expired (const AnyRecord *record,
            gint64           maxage)
{
  gint64 now;

  if (record->expires < 0 && maxage < 0)
    return FALSE;

  now = g_get_real_time ();

  return any_policy_is_expired (record->created, record->expires, now) ||
         any_policy_is_expired (record->created, any_policy_expires (record->created, maxage), now);
}

/* Dependencies are looked at last, as late as the answer allows. */
static AnyMiss
judge (const AnyRecord *record,
       gint64           maxage)
{
  if (is_expired (record, maxage))
    return ANY_MISS_EXPIRED;

  return any_dependencies_hold (record->dependencies, record->dependencies_length) ? ANY_MISS_NONE : ANY_MISS_OUTDATED;
}

/* Whether a record is what stands on disk. While the epoch has not moved, it is; else the disk is asked once. */
static gboolean
is_on_disk (AnyCore   *self,
            AnyRecord *record,
            guint64    epoch)
{
  if (epoch == ANY_EPOCH_UNKNOWN)
    return FALSE;
  if (__atomic_load_n (&record->epoch, __ATOMIC_ACQUIRE) == epoch)
    return TRUE;
  if (!any_disk_tier_holds (self->disk, record))
    return FALSE;

  __atomic_store_n (&record->epoch, epoch, __ATOMIC_RELEASE);

  return TRUE;
}

/* Finds the record of a key, if it may be returned now. */
AnyMiss
any_core_lookup (AnyCore      *self,
                 const AnyKey *key,
                 gint64        maxage,
                 AnyRecord   **record)
{
  gboolean use_memory = any_core_get_max_memory (self) != 0;
  guint64  epoch = use_memory ? any_disk_tier_get_epoch (self->disk) : ANY_EPOCH_UNKNOWN;
  g_autoptr (AnyRecord) found = NULL;
  AnyMiss miss;

  if (epoch != ANY_EPOCH_UNKNOWN)
    found = any_memory_tier_find (self->memory, key);

  if (found == NULL || !is_on_disk (self, found, epoch))
    {
      g_clear_pointer (&found, any_record_unref);

      miss = any_disk_tier_read (self->disk, key, &found);
      if (miss != ANY_MISS_NONE)
        return miss;

      found->epoch = epoch;
      if (epoch != ANY_EPOCH_UNKNOWN)
        any_memory_tier_put (self->memory, key, found);
    }

  miss = judge (found, maxage);
  if (miss == ANY_MISS_NONE)
    *record = g_steal_pointer (&found);

  return miss;
}

/* Gives what memory holds for a key, without asking whether it still may be returned. */
AnyRecord *
any_core_peek (AnyCore      *self,
               const AnyKey *key)
{
  return any_memory_tier_find (self->memory, key);
}

/* Whether a look-up would give this record, seen now. */
gboolean
any_core_is_current (AnyCore   *self,
                     AnyRecord *record,
                     gint64     maxage)
{
  return is_on_disk (self, record, any_disk_tier_get_epoch (self->disk)) &&
         judge (record, maxage) == ANY_MISS_NONE;
}

gboolean
any_core_begin (AnyCore      *self,
                const AnyKey *key,
                AnyOrigin     origin,
                AnyDraft     *draft,
                GError      **error)
{
  return any_disk_tier_begin (self->disk, key, origin, draft, error);
}

/* Stores a record. TRUE also where it had to yield: it is not stored then, and nothing is wrong. */
gboolean
any_core_publish (AnyCore        *self,
                  const AnyKey   *key,
                  const AnyDraft *draft,
                  AnyRecord      *record,
                  gsize           head_length,
                  GError        **error)
{
  switch (any_disk_tier_publish (self->disk, key, draft, record, head_length, error))
    {
    case ANY_PUBLISHED:
      record->epoch = draft->epoch;
      if (draft->epoch != ANY_EPOCH_UNKNOWN)
        any_memory_tier_put (self->memory, key, record);
      return TRUE;

    case ANY_PUBLISH_SUPERSEDED:
      g_debug ("A result was removed, refreshed or given while it was computed; it is not stored");
      return TRUE;

    case ANY_PUBLISH_FAILED:
    default:
      return FALSE;
    }
}

gboolean
any_core_remove (AnyCore      *self,
                 const AnyKey *key,
                 GError      **error)
{
  any_memory_tier_remove (self->memory, key);

  return any_disk_tier_remove (self->disk, key, error);
}

gboolean
any_core_remove_name (AnyCore    *self,
                      const char *name,
                      GError    **error)
{
  any_memory_tier_remove_name (self->memory, name);

  return any_disk_tier_remove_name (self->disk, name, error);
}

gboolean
any_core_clear (AnyCore *self,
                GError **error)
{
  any_memory_tier_clear (self->memory);

  return any_disk_tier_clear (self->disk, error);
}

guint64
any_core_get_size (AnyCore *self)
{
  return any_disk_tier_get_size (self->disk);
}
