/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-vigil.h"

#include <pthread.h>

#include "any-function-signals.h"
#include "any-guard.h"
#include "any-revalidation.h"

/* So soon after it was given, no result is told to be outdated. A file that changes all the time would else keep a program
 * computing all the time. */
#define PAUSE_MS 100

/* A result that is not stored again and again, because its files change whenever it is computed, is told of ever more rarely, and computed
 * for no more than a fifth of the time. */
#define MAX_DOUBLINGS 6
#define MAX_SHARE     4
#define MAX_PAUSE_MS  60000

struct _AnyVigil
{
  GHashTable *duty; /* (owned) set of (owned) AnyGuard: who is on it; protected by lock */
};

/* Of all vigils, and never held for long: while the process forks, when the watching thread may be anywhere, nobody has it. */
static GMutex lock;

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

AnyVigil *
any_vigil_new (void)
{
  AnyVigil *self = g_new (AnyVigil, 1);

  watch_forks ();
  self->duty = g_hash_table_new (any_guard_hash, any_guard_equal);

  return self;
}

static gboolean
is_on_duty_locked (AnyGuard *guard)
{
  return g_hash_table_lookup (guard->duty, guard) == guard;
}

static AnyWatch *
take_off_locked (AnyGuard *guard)
{
  g_hash_table_remove (guard->duty, guard);

  return g_steal_pointer (&guard->watch);
}

/* What remains to be done with one who was taken off duty. */
static void
release (AnyGuard *guard,
         AnyWatch *watch)
{
  if (watch != NULL)
    any_watch_end (watch);
  any_guard_unref (guard);
}

/* Takes a guard off duty. FALSE where it was not on it any more. */
static gboolean
dismiss (AnyGuard *guard)
{
  AnyWatch *watch = NULL;
  gboolean  on_duty;

  g_mutex_lock (&lock);
  on_duty = is_on_duty_locked (guard);
  if (on_duty)
    watch = take_off_locked (guard);
  g_mutex_unlock (&lock);

  if (on_duty)
    release (guard, watch);

  return on_duty;
}

static AnyGuard *
find (AnyVigil       *self,
      const AnyIdent *ident)
{
  AnyGuard  probe = { .ident = *ident };
  AnyGuard *guard;

  g_mutex_lock (&lock);
  guard = g_hash_table_lookup (self->duty, &probe);
  if (guard != NULL)
    any_guard_ref (guard);
  g_mutex_unlock (&lock);

  return guard;
}

/* Puts a guard on duty, in the place of the one that guards an earlier result. */
static void
post (AnyGuard *guard)
{
  AnyWatch *watch = NULL;
  AnyGuard *old;

  g_mutex_lock (&lock);
  old = g_hash_table_lookup (guard->duty, guard);
  if (old != NULL)
    watch = take_off_locked (old);
  g_hash_table_add (guard->duty, any_guard_ref (guard));
  g_mutex_unlock (&lock);

  if (old != NULL)
    release (old, watch);
}

static gboolean
is_on_duty (AnyGuard *guard)
{
  gboolean on_duty;

  g_mutex_lock (&lock);
  on_duty = is_on_duty_locked (guard);
  g_mutex_unlock (&lock);

  return on_duty;
}

/* Tells that what was guarded does not hold any more. A doubt stays, to be counted. Where the function is at home: no other thread may hold the last reference to an
 * object of a language. */
static gboolean
alarm_cb (gpointer data)
{
  AnyGuard *guard = data;
  g_autoptr (AnyFunction) function = g_weak_ref_get (&guard->function);
  gboolean on_duty = guard->record != NULL ? dismiss (guard) : is_on_duty (guard);

  if (!on_duty || function == NULL || any_function_get_flags (function) == ANY_FUNCTION_FLAGS_NONE)
    return G_SOURCE_REMOVE;

  any_function_emit_invalidated (function, guard->args);
  if (any_function_get_flags (function) & ANY_FUNCTION_FLAGS_REFRESH)
    any_revalidation_begin_anew (function, guard->args, &guard->ident);

  return G_SOURCE_REMOVE;
}

/* Once for a guard, which stays on duty until it is heard: whoever dismisses it before, because there is a later result or nobody who
 * is to be told, has silenced it. The guard lets go of the context, which holds it now, and may never be run again. */
static void
raise_alarm (AnyGuard *guard)
{
  gint64 age_ms = (g_get_monotonic_time () - guard->since) / 1000;
  g_autoptr (GSource) source = g_timeout_source_new ((guint) CLAMP (guard->pause_ms - age_ms, 0, guard->pause_ms));

  g_source_set_static_name (source, "[anycache] invalidation");
  g_source_set_callback (source, alarm_cb, any_guard_ref (guard), any_guard_unref);
  g_source_attach (source, guard->home);
  g_clear_pointer (&guard->home, g_main_context_unref);
}

static gboolean
guard_holds_cb (gpointer data)
{
  AnyGuard *guard = data;

  return any_core_dependencies_hold (guard->core, guard->record);
}

static void
guard_lapsed_cb (gpointer data)
{
  AnyGuard *guard = data;

  guard->has_lapsed = TRUE;
  any_core_forget_validations (guard->core);
  raise_alarm (guard);
}

/* Its watch has ended, perhaps for want of room. */
static void
guard_destroy_cb (gpointer data)
{
  g_autoptr (AnyGuard) guard = data;

  if (!guard->has_lapsed)
    dismiss (guard);
}

static const AnyWatchCalls guard_calls = { guard_holds_cb, guard_lapsed_cb, guard_destroy_cb };

static void
watch (AnyGuard *guard)
{
  g_autofree char *marks = any_core_dup_marks_path (guard->core);
  g_autoptr (GArray) targets = any_guard_list_targets (guard, marks);
  AnyWatch *begun = any_watch_begin ((const AnyWatchTarget *) targets->data, targets->len, &guard_calls,
                                     any_guard_ref (guard));

  /* It may have been dismissed meanwhile. */
  g_mutex_lock (&lock);
  if (is_on_duty_locked (guard))
    guard->watch = g_steal_pointer (&begun);
  g_mutex_unlock (&lock);

  if (begun != NULL)
    any_watch_end (begun);
}

/* Watches a result that somebody was given, or that was stored, if the function is to. */
void
any_vigil_keep (AnyFunction     *function,
                GVariant        *args,
                const AnyRecord *record)
{
  AnyVigil *vigil = function->vigil;
  AnyIdent  ident;
  g_autoptr (AnyGuard) old = NULL;
  g_autoptr (AnyGuard) guard = NULL;

  if (__atomic_load_n (&function->settings.flags, __ATOMIC_RELAXED) == ANY_FUNCTION_FLAGS_NONE)
    return;

  ident = any_ident_of (record->key, record->key_length);
  old = find (vigil, &ident);
  if (old != NULL && any_guard_is_of (old, record))
    return;

  if (record->dependencies_length == 0)
    {
      if (old != NULL)
        dismiss (old);
      return;
    }

  guard = any_guard_new (function, args, &ident, record, vigil->duty);
  guard->pause_ms = PAUSE_MS;
  post (guard);
  watch (guard);
}

/* Tells after a while of a result that somebody was given and that was not stored, because its files have changed meanwhile, or may
 * have. The cost is that of its computation, us. */
void
any_vigil_doubt (AnyFunction    *function,
                 GVariant       *args,
                 const AnyIdent *ident,
                 gint64          cost)
{
  AnyVigil *vigil = function->vigil;
  gint64    share_ms = MAX_SHARE * MIN (cost / 1000, MAX_PAUSE_MS);
  g_autoptr (AnyGuard) old = NULL;
  g_autoptr (AnyGuard) guard = NULL;

  if (any_function_get_flags (function) == ANY_FUNCTION_FLAGS_NONE)
    return;

  old = find (vigil, ident);
  guard = any_guard_new (function, args, ident, NULL, vigil->duty);
  guard->n_doubts = old != NULL && old->record == NULL ? MIN (old->n_doubts + 1, MAX_DOUBLINGS) : 0;
  guard->pause_ms = (guint) CLAMP (share_ms, PAUSE_MS << guard->n_doubts, MAX_PAUSE_MS);
  post (guard);
  raise_alarm (guard);
}

/* Watches nothing any more, until something is to be kept again. */
void
any_vigil_end (AnyVigil *self)
{
  GHashTableIter iter;
  gpointer       guard;
  g_autoptr (GPtrArray) guards = g_ptr_array_new_with_free_func (any_guard_unref);

  g_mutex_lock (&lock);
  g_hash_table_iter_init (&iter, self->duty);
  while (g_hash_table_iter_next (&iter, &guard, NULL))
    g_ptr_array_add (guards, any_guard_ref (guard));
  g_mutex_unlock (&lock);

  for (guint i = 0; i < guards->len; i++)
    dismiss (g_ptr_array_index (guards, i));
}

void
any_vigil_free (AnyVigil *self)
{
  any_vigil_end (self);
  g_hash_table_unref (self->duty);
  g_free (self);
}
