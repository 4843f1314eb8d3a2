/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-delivery.h"

#include <pthread.h>

/* A frame of a display has sixteen, and the application wants most of them. */
#define STINT_US (G_USEC_PER_SEC / 1000)

/* More than one stint is work in the background: behind the drawing of GTK (G_PRIORITY_HIGH_IDLE + 20), which would have to wait for all of
 * it otherwise, and before what is done for want of anything else. */
#define BACKLOG_PRIORITY (G_PRIORITY_HIGH_IDLE + 30)

typedef struct
{
  GList      link;
  AnyDeliver deliver;
  gpointer   data;
} Item;

/* There is one while something waits for a context, which owns it; it does not own the context, which would live for ever where it is never
 * run. */
typedef struct
{
  GSource       source;
  GMainContext *context;  /* set once */
  int           n_forks;  /* set once: how often this process had been forked */
  GQueue        items;    /* (element-type Item) (owned), protected by lock */
  guint64       n_pushed; /* protected by lock: all there ever were */
} Delivery;

static GMutex      lock;
static GHashTable *deliveries; /* (owned) (nullable) (element-type GMainContext Delivery), protected by lock */
static int         n_forks;    /* atomic */

/* Runs in the child, in its only thread. The parent's queues may have been in somebody's hands. */
static void
in_child_cb (void)
{
  g_mutex_init (&lock);
  deliveries = NULL;
  n_forks++;
}

static void
watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, in_child_cb);
      g_once_init_leave (&once, 1);
    }
}

static gboolean
is_inherited (const Delivery *self)
{
  return self->n_forks != g_atomic_int_get (&n_forks);
}

static void
forget_locked (Delivery *self)
{
  if (g_hash_table_lookup (deliveries, self->context) == self)
    g_hash_table_remove (deliveries, self->context);
}

/* Takes the next one, of those that were there when the count was at the end. */
static Item *
take (Delivery *self,
      guint64   end)
{
  Item *item = NULL;

  if (is_inherited (self))
    return NULL;

  g_mutex_lock (&lock);
  if (self->n_pushed - self->items.length < end)
    item = g_queue_pop_head_link (&self->items)->data;
  g_mutex_unlock (&lock);

  return item;
}

static guint64
count_pushed (Delivery *self)
{
  guint64 count;

  g_mutex_lock (&lock);
  count = self->n_pushed;
  g_mutex_unlock (&lock);

  return count;
}

/* Whether more has come. Where not, the next one makes another source. */
static gboolean
has_more (Delivery *self)
{
  gboolean more;

  if (is_inherited (self))
    return FALSE;

  g_mutex_lock (&lock);
  more = self->items.length > 0;
  if (!more)
    forget_locked (self);
  g_mutex_unlock (&lock);

  return more;
}

/* A call may run the loop, which comes here again and takes the rest. */
static gboolean
dispatch_cb (GSource    *source,
             GSourceFunc callback,
             gpointer    user_data)
{
  Delivery *self = (Delivery *) source;
  gint64    until = g_get_monotonic_time () + STINT_US;
  guint64   end = is_inherited (self) ? 0 : count_pushed (self);
  gboolean  is_over = FALSE;
  Item     *item;

  while (!is_over && (item = take (self, end)) != NULL)
    {
      item->deliver (item->data);
      g_free (item);
      is_over = g_get_monotonic_time () >= until;
    }

  if (!has_more (self))
    return G_SOURCE_REMOVE;

  if (is_over && g_source_get_priority (source) != BACKLOG_PRIORITY)
    g_source_set_priority (source, BACKLOG_PRIORITY);

  return G_SOURCE_CONTINUE;
}

/* Comes with the context's end, too. */
static void
finalize_cb (GSource *source)
{
  Delivery *self = (Delivery *) source;
  GList    *link;

  if (is_inherited (self))
    return;

  g_mutex_lock (&lock);
  forget_locked (self);
  g_mutex_unlock (&lock);

  while ((link = g_queue_pop_head_link (&self->items)) != NULL)
    g_free (link->data);
}

static Delivery *
delivery_new (GMainContext *context)
{
  static GSourceFuncs functions = { NULL, NULL, dispatch_cb, finalize_cb, NULL, NULL };
  Delivery           *self = (Delivery *) g_source_new (&functions, sizeof (Delivery));

  self->context = context;
  self->n_forks = g_atomic_int_get (&n_forks);
  g_queue_init (&self->items);

  g_source_set_static_name (&self->source, "[anycache] delivery");
  g_source_set_can_recurse (&self->source, TRUE);
  g_source_set_ready_time (&self->source, 0);

  return self;
}

/* Gives what a context takes from, and a new one with a reference for who attaches it. One that is destroyed and not gone yet may
 * belong to an earlier context at the same address. */
static Delivery *
find_locked (GMainContext *context,
             Delivery    **fresh)
{
  Delivery *found;

  if (deliveries == NULL)
    deliveries = g_hash_table_new (NULL, NULL);

  found = g_hash_table_lookup (deliveries, context);
  if (found == NULL || g_source_is_destroyed (&found->source))
    {
      found = delivery_new (context);
      *fresh = found;
      g_hash_table_replace (deliveries, context, found);
    }

  return found;
}

/* Has a function called in a context that the caller holds. From any thread; the context is woken only for the first one. */
void
any_delivery_push (GMainContext *context,
                   AnyDeliver    deliver,
                   gpointer      data)
{
  Item     *item = g_new0 (Item, 1);
  Delivery *fresh = NULL;
  Delivery *self;

  item->link.data = item;
  item->deliver = deliver;
  item->data = data;

  watch_forks ();
  g_mutex_lock (&lock);
  self = find_locked (context, &fresh);
  g_queue_push_tail_link (&self->items, &item->link);
  self->n_pushed++;
  g_mutex_unlock (&lock);

  if (fresh != NULL)
    {
      g_source_attach (&fresh->source, context);
      g_source_unref (&fresh->source);
    }
}
