/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "simple-cache.h"

struct _SimpleCache
{
  GQueue   queue; /* (element-type guint), the next to go first */
  GList  **links; /* (owned) by key: where it is in the queue, or NULL */
  guint    capacity;
  gboolean lru;
};

SimpleCache *
simple_cache_new (guint    n_keys,
                  guint    capacity,
                  gboolean lru)
{
  SimpleCache *self = g_new0 (SimpleCache, 1);

  g_queue_init (&self->queue);
  self->links = g_new0 (GList *, n_keys);
  self->capacity = capacity;
  self->lru = lru;

  return self;
}

void
simple_cache_free (SimpleCache *self)
{
  g_queue_clear (&self->queue);
  g_free (self->links);
  g_free (self);
}

/* Whether a key is there; afterwards it is. */
gboolean
simple_cache_ask (SimpleCache *self,
                  guint        key)
{
  GList *link = self->links[key];

  if (link != NULL)
    {
      if (self->lru)
        {
          g_queue_unlink (&self->queue, link);
          g_queue_push_tail_link (&self->queue, link);
        }
      return TRUE;
    }

  if (self->queue.length == self->capacity)
    self->links[GPOINTER_TO_UINT (g_queue_pop_head (&self->queue))] = NULL;
  g_queue_push_tail (&self->queue, GUINT_TO_POINTER (key));
  self->links[key] = self->queue.tail;

  return FALSE;
}
