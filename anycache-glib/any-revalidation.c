/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-revalidation.h"

#include "any-function-signals.h"
#include "any-owner.h"

/* One result that is, or was lately, computed anew. */
typedef struct
{
  AnyIdent ident;
  gboolean pending;    /* somebody is at it, or will be */
  gint64   not_before; /* us, monotonic: it failed, and nobody tries again until then */
} Item;

struct _AnyRevalidation
{
  GMutex      lock;
  GHashTable *items;    /* (owned) set of (owned) Item, protected by lock */
  guint       sweep_at; /* protected by lock: with so many, those that are over are looked for */
};

typedef struct
{
  GWeakRef  function;
  GVariant *args; /* (owned) */
  AnyIdent  ident;
} Job;

static guint
item_hash (gconstpointer data)
{
  return any_ident_hash (&((const Item *) data)->ident);
}

static gboolean
item_equal (gconstpointer a,
            gconstpointer b)
{
  return any_ident_equal (&((const Item *) a)->ident, &((const Item *) b)->ident);
}

AnyRevalidation *
any_revalidation_new (void)
{
  AnyRevalidation *self = g_new0 (AnyRevalidation, 1);

  g_mutex_init (&self->lock);
  self->items = g_hash_table_new_full (item_hash, item_equal, g_free, NULL);

  return self;
}

void
any_revalidation_free (AnyRevalidation *self)
{
  g_hash_table_unref (self->items);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_over (const Item *item,
         gint64      now)
{
  return !item->pending && item->not_before <= now;
}

static gboolean
is_over_cb (gpointer       key,
            gpointer value G_GNUC_UNUSED,
            gpointer       now)
{
  return is_over (key, *(gint64 *) now);
}

/* What failed and was not asked for again. Each time, twice as many may come before the next, so that it costs each of them little. */
static void
sweep_locked (AnyRevalidation *self,
              gint64           now)
{
  if (g_hash_table_size (self->items) < self->sweep_at)
    return;

  g_hash_table_foreach_remove (self->items, is_over_cb, &now);
  self->sweep_at = MAX (16, 2 * g_hash_table_size (self->items));
}

/* Takes a result over. FALSE where somebody has, or where it is too early after a failure. */
static gboolean
claim (AnyRevalidation *self,
       const AnyIdent  *ident)
{
  gint64      now = g_get_monotonic_time ();
  Item        probe = { .ident = *ident, .pending = TRUE };
  const Item *known;
  gboolean    claimed;

  g_mutex_lock (&self->lock);

  sweep_locked (self, now);
  known = g_hash_table_lookup (self->items, &probe);
  claimed = known == NULL || is_over (known, now);
  if (claimed)
    g_hash_table_add (self->items, g_memdup2 (&probe, sizeof probe));

  g_mutex_unlock (&self->lock);

  return claimed;
}

/* Lets a failure be tried again at once. */
static void
forgive (AnyRevalidation *self,
         const AnyIdent  *ident)
{
  Item  probe = { .ident = *ident };
  Item *item;

  g_mutex_lock (&self->lock);
  item = g_hash_table_lookup (self->items, &probe);
  if (item != NULL)
    item->not_before = 0;
  g_mutex_unlock (&self->lock);
}

/* Gives it back, not to be tried for so many microseconds. */
static void
release (AnyRevalidation *self,
         const AnyIdent  *ident,
         gint64           pause)
{
  Item   probe = { .ident = *ident };
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);

  probe.not_before = pause < G_MAXINT64 - now ? now + pause : G_MAXINT64;
  if (pause > 0)
    g_hash_table_add (self->items, g_memdup2 (&probe, sizeof probe));
  else
    g_hash_table_remove (self->items, &probe);

  g_mutex_unlock (&self->lock);
}

static void
job_clear (gpointer data)
{
  Job *job = data;

  g_weak_ref_clear (&job->function);
  g_variant_unref (job->args);
}

/* Held by the source, and by the call that it begins. */
static void
job_unref (gpointer job)
{
  g_atomic_rc_box_release_full (job, job_clear);
}

static void
called_cb (GObject      *source,
           GAsyncResult *call,
           gpointer      user_data)
{
  Job         *job = user_data;
  AnyFunction *function = ANY_FUNCTION (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = any_function_call_finish (function, call, &error);

  if (result == NULL)
    g_debug ("“%s” was not computed anew: %s", any_function_get_name (function), error->message);

  release (function->revalidation, &job->ident, result == NULL ? any_function_get_error_maxage (function) : 0);
  if (result != NULL)
    any_function_emit_updated (function, job->args, result);
  job_unref (job);
}

/* The call is told where the function is at home, whatever context is the default in a thread that runs this one. */
static gboolean
job_run_cb (gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (AnyFunction) function = g_weak_ref_get (&job->function);
  GMainContext *home;

  if (function == NULL)
    return G_SOURCE_REMOVE;

  home = function->owner.context;
  g_main_context_push_thread_default (home);
  any_function_call_fresh_async (function, job->args, called_cb, g_atomic_rc_box_acquire (job));
  g_main_context_pop_thread_default (home);

  return G_SOURCE_REMOVE;
}

/* Has a result computed when the function's main context has nothing better to do. Asked for again before that is done, or too early
 * after a failure, it does nothing. */
void
any_revalidation_begin (AnyFunction    *function,
                        GVariant       *args,
                        const AnyIdent *ident)
{
  g_autoptr (GSource) source = NULL;
  Job *job;

  if (!claim (function->revalidation, ident))
    return;

  job = g_atomic_rc_box_new0 (Job);
  g_weak_ref_init (&job->function, function);
  job->args = g_variant_ref (args);
  job->ident = *ident;

  source = g_idle_source_new ();
  g_source_set_static_name (source, "[anycache] revalidation");
  g_source_set_callback (source, job_run_cb, job, job_unref);
  g_source_attach (source, function->owner.context);
}

/* The same, and that it failed before does not count, because something that it depends on has changed since. */
void
any_revalidation_begin_anew (AnyFunction    *function,
                             GVariant       *args,
                             const AnyIdent *ident)
{
  forgive (function->revalidation, ident);
  any_revalidation_begin (function, args, ident);
}
