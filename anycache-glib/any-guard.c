/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-guard.h"

#include <string.h>

#include "any-cache-private.h"
#include "any-dependency.h"

static void
guard_clear (AnyGuard *self)
{
  g_clear_pointer (&self->record, any_record_unref);
  g_clear_pointer (&self->core, any_core_release);
  g_clear_pointer (&self->home, g_main_context_unref);
  g_weak_ref_clear (&self->function);
  g_variant_unref (self->args);
  g_hash_table_unref (self->duty);
}

/* The caller's bytes may be of a language, and the watching thread may be the last to let go. */
static GVariant *
copy_args (GVariant *args)
{
  g_autoptr (GBytes) bytes = g_bytes_new (g_variant_get_data (args), g_variant_get_size (args));

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (args), bytes, TRUE));
}

/* Without a record, it is of a result that was not stored. */
AnyGuard *
any_guard_new (AnyFunction     *function,
               GVariant        *args,
               const AnyIdent  *ident,
               const AnyRecord *record,
               GHashTable      *duty)
{
  AnyGuard *self = g_atomic_rc_box_new0 (AnyGuard);

  self->ident = *ident;
  self->args = copy_args (args);
  self->since = g_get_monotonic_time ();
  self->home = g_main_context_ref (function->owner.context);
  self->duty = g_hash_table_ref (duty);
  g_weak_ref_init (&self->function, function);
  if (record != NULL)
    {
      self->record = any_record_copy_without_value (record);
      self->core = any_core_ref (any_cache_get_core (any_function_get_cache (function)));
    }

  return self;
}

AnyGuard *
any_guard_ref (AnyGuard *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
any_guard_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) guard_clear);
}

guint
any_guard_hash (gconstpointer self)
{
  return any_ident_hash (&((const AnyGuard *) self)->ident);
}

gboolean
any_guard_equal (gconstpointer a,
                 gconstpointer b)
{
  return any_ident_equal (&((const AnyGuard *) a)->ident, &((const AnyGuard *) b)->ident);
}

gboolean
any_guard_is_of (const AnyGuard  *self,
                 const AnyRecord *record)
{
  return self->record != NULL && memcmp (self->record->trailer, record->trailer, sizeof record->trailer) == 0;
}

/* Files, and the marks, which tell of the rest. */
GArray *
any_guard_list_targets (const AnyGuard *self,
                        const char     *marks)
{
  GArray        *targets = g_array_new (FALSE, FALSE, sizeof (AnyWatchTarget));
  const guint8  *bytes = self->record->dependencies;
  gsize          length = self->record->dependencies_length;
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
