/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-vigil.h"

#include <pthread.h>
#include <string.h>

#include "any-cache-private.h"
#include "any-dependency.h"
#include "any-revalidation.h"
#include "any-watch.h"

/* So soon after it was given, no result is told to be outdated. A file that changes all the time would else keep a program
 * computing all the time. */
#define PAUSE_MS 100

/* One result that is watched. Whoever may call it back holds a reference. */
typedef struct
{
  AnyVigil     *vigil; /* (owned), set once */
  AnyIdent      ident; /* set once */
  GVariant     *args;  /* (owned), set once */
  gint64        since; /* us, monotonic, set once */
  GMainContext *home;  /* (owned) (nullable), until the alarm: of the function */
  GWeakRef      function;
  AnyRecord    *record;     /* (owned) (nullable), set once: without a value; none where the result was not stored */
  AnyCore      *core;       /* (owned) (nullable), set once: of the record */
  AnyWatch     *watch;      /* (owned) (nullable), protected by lock */
  gboolean      has_lapsed; /* the watch's: it calls one call after the other */
} Guard;

/* Who is on duty. */
struct _AnyVigil
{
  GHashTable *guards; /* (owned) set of (owned) Guard, protected by lock */
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

static guint
guard_hash (gconstpointer data)
{
  return any_ident_hash (&((const Guard *) data)->ident);
}

static gboolean
guard_equal (gconstpointer a,
             gconstpointer b)
{
  return any_ident_equal (&((const Guard *) a)->ident, &((const Guard *) b)->ident);
}

static void
vigil_clear (AnyVigil *self)
{
  g_hash_table_unref (self->guards);
}

static void
vigil_unref (AnyVigil *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) vigil_clear);
}

static void
guard_clear (Guard *self)
{
  g_clear_pointer (&self->record, any_record_unref);
  g_clear_pointer (&self->core, any_core_release);
  g_weak_ref_clear (&self->function);
  g_clear_pointer (&self->home, g_main_context_unref);
  g_variant_unref (self->args);
  vigil_unref (self->vigil);
}

static void
guard_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) guard_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Guard, guard_unref)

/* The caller's bytes may be of a language, and the watching thread may be the last to let go. */
static GVariant *
copy_args (GVariant *args)
{
  g_autoptr (GBytes) bytes = g_bytes_new (g_variant_get_data (args), g_variant_get_size (args));

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (args), bytes, TRUE));
}

static Guard *
guard_new (AnyFunction    *function,
           GVariant       *args,
           const AnyIdent *ident)
{
  Guard *self = g_atomic_rc_box_new0 (Guard);

  self->vigil = g_atomic_rc_box_acquire (any_function_get_vigil (function));
  self->ident = *ident;
  self->args = copy_args (args);
  self->since = g_get_monotonic_time ();
  self->home = g_main_context_ref (any_function_get_owner (function)->context);
  g_weak_ref_init (&self->function, function);

  return self;
}

AnyVigil *
any_vigil_new (void)
{
  AnyVigil *self = g_atomic_rc_box_new0 (AnyVigil);

  watch_forks ();
  self->guards = g_hash_table_new (guard_hash, guard_equal);

  return self;
}

static gboolean
is_on_duty_locked (Guard *guard)
{
  return g_hash_table_lookup (guard->vigil->guards, guard) == guard;
}

static AnyWatch *
take_off_locked (Guard *guard)
{
  g_hash_table_remove (guard->vigil->guards, guard);

  return g_steal_pointer (&guard->watch);
}

/* What remains to be done with one who was taken off duty. */
static void
release (Guard    *guard,
         AnyWatch *watch)
{
  if (watch != NULL)
    any_watch_end (watch);
  guard_unref (guard);
}

/* Takes a guard off duty. FALSE where it was not on it any more. */
static gboolean
dismiss (Guard *guard)
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

static Guard *
find (AnyVigil       *self,
      const AnyIdent *ident)
{
  Guard  probe = { .ident = *ident };
  Guard *guard;

  g_mutex_lock (&lock);
  guard = g_hash_table_lookup (self->guards, &probe);
  if (guard != NULL)
    g_atomic_rc_box_acquire (guard);
  g_mutex_unlock (&lock);

  return guard;
}

/* Puts a guard on duty, in the place of the one that guards an earlier result. */
static void
post (Guard *guard)
{
  AnyWatch *watch = NULL;
  Guard    *old;

  g_mutex_lock (&lock);
  old = g_hash_table_lookup (guard->vigil->guards, guard);
  if (old != NULL)
    watch = take_off_locked (old);
  g_hash_table_add (guard->vigil->guards, g_atomic_rc_box_acquire (guard));
  g_mutex_unlock (&lock);

  if (old != NULL)
    release (old, watch);
}

/* Tells that what was guarded does not hold any more. Where the function is at home: no other thread may hold the last reference to an
 * object of a language. */
static gboolean
alarm_cb (gpointer data)
{
  Guard *guard = data;
  g_autoptr (AnyFunction) function = g_weak_ref_get (&guard->function);

  if (!dismiss (guard) || function == NULL || any_function_get_flags (function) == ANY_FUNCTION_FLAGS_NONE)
    return G_SOURCE_REMOVE;

  any_function_emit_invalidated (function, guard->args);
  if (any_function_get_flags (function) & ANY_FUNCTION_FLAGS_REFRESH)
    any_revalidation_begin_anew (function, guard->args, &guard->ident);

  return G_SOURCE_REMOVE;
}

/* Once for a guard, which stays on duty until it is heard: whoever dismisses it before, because there is a later result or nobody who
 * is to be told, has silenced it. The guard lets go of the context, which holds it now, and may never be run again. */
static void
raise_alarm (Guard *guard)
{
  gint64 age_ms = (g_get_monotonic_time () - guard->since) / 1000;
  g_autoptr (GSource) source = g_timeout_source_new ((guint) CLAMP (PAUSE_MS - age_ms, 0, PAUSE_MS));

  g_source_set_static_name (source, "[anycache] invalidation");
  g_source_set_callback (source, alarm_cb, g_atomic_rc_box_acquire (guard), guard_unref);
  g_source_attach (source, guard->home);
  g_clear_pointer (&guard->home, g_main_context_unref);
}

static gboolean
guard_holds_cb (gpointer data)
{
  Guard *guard = data;

  return any_core_dependencies_hold (guard->core, guard->record);
}

static void
guard_lapsed_cb (gpointer data)
{
  Guard *guard = data;

  guard->has_lapsed = TRUE;
  any_core_forget_validation (guard->core, guard->record);
  raise_alarm (guard);
}

/* Its watch has ended, perhaps for want of room. */
static void
guard_destroy_cb (gpointer data)
{
  g_autoptr (Guard) guard = data;

  if (!guard->has_lapsed)
    dismiss (guard);
}

static const AnyWatchCalls guard_calls = { guard_holds_cb, guard_lapsed_cb, guard_destroy_cb };

/* Files, and the marks, which tell of the rest. */
static GArray *
list_targets (const AnyRecord *record,
              const char      *marks)
{
  GArray        *targets = g_array_new (FALSE, FALSE, sizeof (AnyWatchTarget));
  const guint8  *bytes = record->dependencies;
  gsize          length = record->dependencies_length;
  AnyWatchTarget target = { marks, ANY_DEPENDENCY_FLAGS_NONE };
  AnyDependency  item;

  g_array_append_val (targets, target);
  while (any_dependency_unpack (&item, &bytes, &length))
    {
      if (item.kind != ANY_DEPENDENCY_PATH)
        continue;

      target = (AnyWatchTarget){ item.name, item.stamp.flags };
      g_array_append_val (targets, target);
    }

  return targets;
}

static void
watch (Guard *guard)
{
  g_autofree char *marks = any_core_dup_marks_path (guard->core);
  g_autoptr (GArray) targets = list_targets (guard->record, marks);
  AnyWatch *begun = any_watch_begin ((const AnyWatchTarget *) targets->data, targets->len, &guard_calls,
                                     g_atomic_rc_box_acquire (guard));

  /* It may have been dismissed meanwhile. */
  g_mutex_lock (&lock);
  if (is_on_duty_locked (guard))
    guard->watch = g_steal_pointer (&begun);
  g_mutex_unlock (&lock);

  if (begun != NULL)
    any_watch_end (begun);
}

static gboolean
guards_same (const Guard     *guard,
             const AnyRecord *record)
{
  return guard != NULL && guard->record != NULL &&
         memcmp (guard->record->trailer, record->trailer, sizeof record->trailer) == 0;
}

/* Watches a result that somebody was given, or that was stored, if the function is to. */
void
any_vigil_keep (AnyFunction     *function,
                GVariant        *args,
                const AnyRecord *record)
{
  AnyIdent ident;
  g_autoptr (Guard) old = NULL;
  g_autoptr (Guard) guard = NULL;

  if (any_function_get_flags (function) == ANY_FUNCTION_FLAGS_NONE)
    return;

  ident = any_ident_of (record->key, record->key_length);
  old = find (any_function_get_vigil (function), &ident);
  if (guards_same (old, record))
    return;

  if (record->dependencies_length == 0)
    {
      if (old != NULL)
        dismiss (old);
      return;
    }

  guard = guard_new (function, args, &ident);
  guard->record = any_record_copy_without_value (record);
  guard->core = any_core_ref (any_cache_get_core (any_function_get_cache (function)));
  post (guard);
  watch (guard);
}

/* Tells after a while of a result that somebody was given and that was not stored, because its files have changed meanwhile. */
void
any_vigil_doubt (AnyFunction    *function,
                 GVariant       *args,
                 const AnyIdent *ident)
{
  g_autoptr (Guard) guard = NULL;

  if (any_function_get_flags (function) == ANY_FUNCTION_FLAGS_NONE)
    return;

  guard = guard_new (function, args, ident);
  post (guard);
  raise_alarm (guard);
}

/* Watches nothing any more, until something is to be kept again. */
void
any_vigil_end (AnyVigil *self)
{
  GHashTableIter iter;
  gpointer       guard;
  g_autoptr (GPtrArray) guards = g_ptr_array_new_with_free_func (guard_unref);

  g_mutex_lock (&lock);
  g_hash_table_iter_init (&iter, self->guards);
  while (g_hash_table_iter_next (&iter, &guard, NULL))
    g_ptr_array_add (guards, g_atomic_rc_box_acquire (guard));
  g_mutex_unlock (&lock);

  for (guint i = 0; i < guards->len; i++)
    dismiss (g_ptr_array_index (guards, i));
}

void
any_vigil_free (AnyVigil *self)
{
  any_vigil_end (self);
  vigil_unref (self);
}
