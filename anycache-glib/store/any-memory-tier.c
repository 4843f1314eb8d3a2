/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-memory-tier.h"

#include <string.h>

/* What a record costs beyond the bytes of its entry: the node, the record, the GVariant with its GBytes, and the table's slot. */
#define RECORD_OVERHEAD 320

/* A record in the queue, or, dropped, in the chain of those that wait to be freed (by older). As a key of the table, only the
 * first three fields count. */
typedef struct _Node Node;

struct _Node
{
  guint64       hash;
  const guint8 *key; /* bytes of the record, or of the key that is looked for */
  gsize         length;
  AnyRecord    *record; /* (owned) */
  Node         *newer;
  Node         *older;
  gboolean      visited;
};

/* Eviction is SIEVE (Zhang et al., NSDI 2024): a queue in order of arrival, a bit for “used since”, and a hand that walks from old
 * to new, spares what was used, and takes the first that was not. A hit only sets a bit, and a scan does not flush what is
 * used again and again. */
struct _AnyMemoryTier
{
  GMutex      lock;
  GHashTable *nodes; /* (owned) set of (owned) Node, protected by lock, as all below */
  Node       *newest;
  Node       *oldest;
  Node       *hand;
  Node       *dropped; /* (owned): out of the table; none while nobody has the lock */
  gint64      bytes;
  gint64      max_bytes; /* atomic; -1 for no limit */
};

static guint
node_hash (gconstpointer data)
{
  const Node *node = data;

  return (guint) node->hash;
}

static gboolean
node_equal (gconstpointer a,
            gconstpointer b)
{
  const Node *node_a = a;
  const Node *node_b = b;

  return node_a->hash == node_b->hash &&
         node_a->length == node_b->length &&
         memcmp (node_a->key, node_b->key, node_a->length) == 0;
}

static void
node_free (Node *node)
{
  any_record_unref (node->record);
  g_free (node);
}

AnyMemoryTier *
any_memory_tier_new (gint64 max_bytes)
{
  AnyMemoryTier *self = g_new0 (AnyMemoryTier, 1);

  g_mutex_init (&self->lock);
  self->nodes = g_hash_table_new_full (node_hash, node_equal, (GDestroyNotify) node_free, NULL);
  self->max_bytes = max_bytes;

  return self;
}

void
any_memory_tier_free (AnyMemoryTier *self)
{
  g_hash_table_unref (self->nodes);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The last reference to a value may run a function of the user, who may ask this tier for more: never with the lock held. */
static void
unlock_and_free_dropped (AnyMemoryTier *self)
{
  Node *node = g_steal_pointer (&self->dropped);

  g_mutex_unlock (&self->lock);

  while (node != NULL)
    {
      Node *next = node->older;

      node_free (node);
      node = next;
    }
}

static gint64
weight (const AnyRecord *record)
{
  return (gint64) record->total_length + RECORD_OVERHEAD;
}

static Node *
find_locked (AnyMemoryTier *self,
             const AnyKey  *key)
{
  Node probe = { .hash = key->ident.low, .key = key->bytes, .length = key->length };

  return g_hash_table_lookup (self->nodes, &probe);
}

static void
drop_locked (AnyMemoryTier *self,
             Node          *node)
{
  if (self->hand == node)
    self->hand = node->newer;

  if (node->newer != NULL)
    node->newer->older = node->older;
  else
    self->newest = node->older;

  if (node->older != NULL)
    node->older->newer = node->newer;
  else
    self->oldest = node->newer;

  self->bytes -= weight (node->record);
  g_hash_table_steal (self->nodes, node);

  node->older = self->dropped;
  self->dropped = node;
}

static void
evict_one_locked (AnyMemoryTier *self)
{
  Node *node = self->hand != NULL ? self->hand : self->oldest;

  while (node->visited)
    {
      node->visited = FALSE;
      node = node->newer != NULL ? node->newer : self->oldest;
    }

  self->hand = node->newer;
  drop_locked (self, node);
}

static void
trim_locked (AnyMemoryTier *self,
             gint64         room)
{
  while (self->max_bytes >= 0 && self->oldest != NULL && self->bytes > self->max_bytes - room)
    evict_one_locked (self);
}

gint64
any_memory_tier_get_max_bytes (AnyMemoryTier *self)
{
  return __atomic_load_n (&self->max_bytes, __ATOMIC_RELAXED);
}

void
any_memory_tier_set_max_bytes (AnyMemoryTier *self,
                               gint64         max_bytes)
{
  g_mutex_lock (&self->lock);
  __atomic_store_n (&self->max_bytes, max_bytes, __ATOMIC_RELAXED);
  trim_locked (self, 0);
  unlock_and_free_dropped (self);
}

/* Gives the record of a key, if it is here. */
AnyRecord *
any_memory_tier_find (AnyMemoryTier *self,
                      const AnyKey  *key)
{
  AnyRecord *record = NULL;
  Node      *node;

  g_mutex_lock (&self->lock);

  node = find_locked (self, key);
  if (node != NULL)
    {
      node->visited = TRUE;
      record = any_record_ref (node->record);
    }

  g_mutex_unlock (&self->lock);

  return record;
}

/* Keeps a record in the place of the one that its key may have. One that is larger than the tier is not kept. */
void
any_memory_tier_put (AnyMemoryTier *self,
                     const AnyKey  *key,
                     AnyRecord     *record)
{
  Node *node;

  g_mutex_lock (&self->lock);

  node = find_locked (self, key);
  if (node != NULL)
    drop_locked (self, node);

  if (self->max_bytes < 0 || weight (record) <= self->max_bytes)
    {
      trim_locked (self, weight (record));

      node = g_new (Node, 1);
      *node = (Node){
        .hash = key->ident.low,
        .key = record->key,
        .length = record->key_length,
        .record = any_record_ref (record),
        .older = self->newest,
      };
      if (self->newest != NULL)
        self->newest->newer = node;
      else
        self->oldest = node;
      self->newest = node;
      self->bytes += weight (record);
      g_hash_table_add (self->nodes, node);
    }

  unlock_and_free_dropped (self);
}

void
any_memory_tier_remove (AnyMemoryTier *self,
                        const AnyKey  *key)
{
  Node *node;

  g_mutex_lock (&self->lock);
  node = find_locked (self, key);
  if (node != NULL)
    drop_locked (self, node);
  unlock_and_free_dropped (self);
}

/* Forgets the records of all functions of a name. */
void
any_memory_tier_remove_name (AnyMemoryTier *self,
                             const char    *name)
{
  g_mutex_lock (&self->lock);

  for (Node *node = self->oldest; node != NULL;)
    {
      Node *next = node->newer;

      if (any_key_bytes_have_name (node->key, node->length, name))
        drop_locked (self, node);
      node = next;
    }

  unlock_and_free_dropped (self);
}

void
any_memory_tier_clear (AnyMemoryTier *self)
{
  g_mutex_lock (&self->lock);
  while (self->oldest != NULL)
    drop_locked (self, self->oldest);
  unlock_and_free_dropped (self);
}
