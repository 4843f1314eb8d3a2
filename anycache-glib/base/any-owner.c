/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-owner.h"

#include <gobject/gvaluecollector.h>

typedef struct
{
  GDestroyNotify func;
  gpointer       data;
} Visit;

static gboolean
visit_cb (gpointer user_data)
{
  Visit *visit = user_data;

  visit->func (visit->data);

  return G_SOURCE_REMOVE;
}

void
any_owner_init (AnyOwner *self)
{
  self->thread = g_thread_ref (g_thread_self ());
  self->context = g_main_context_ref_thread_default ();
}

void
any_owner_clear (AnyOwner *self)
{
  g_clear_pointer (&self->thread, g_thread_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
}

static gboolean
is_at_home (const AnyOwner *self)
{
  return self->thread == g_thread_self ();
}

static void
call_at_home (const AnyOwner *self,
              GSourceFunc     func,
              gpointer        data,
              GDestroyNotify  destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[anycache] visit to the owner");
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, self->context);
}

/* Calls a function that takes its data: at once in the owner's thread, otherwise from its main context.
 *
 * Where that context is never run again, it is not called: to lose a notification is better than to crash the language that
 * asked for it.
 */
void
any_owner_visit (const AnyOwner *self,
                 GDestroyNotify  func,
                 gpointer        data)
{
  Visit *visit;

  if (is_at_home (self))
    {
      func (data);
      return;
    }

  visit = g_new (Visit, 1);
  *visit = (Visit){ func, data };
  call_at_home (self, visit_cb, visit, g_free);
}

/* The object is not kept: it keeps its owner's context, which would keep it for ever where it is never run. */
typedef struct
{
  GWeakRef object;
  guint    signal;
  GArray  *values; /* (owned) (element-type GValue): a place for the object, and the arguments */
} Emission;

static gboolean
emit_cb (gpointer user_data)
{
  Emission *emission = user_data;
  GValue   *values = (GValue *) emission->values->data;
  g_autoptr (GObject) object = g_weak_ref_get (&emission->object);

  if (object != NULL)
    {
      g_value_init_from_instance (&values[0], object);
      g_signal_emitv (values, emission->signal, 0, NULL);
    }

  return G_SOURCE_REMOVE;
}

static void
emission_free (gpointer user_data)
{
  Emission *emission = user_data;

  g_weak_ref_clear (&emission->object);
  g_array_unref (emission->values);
  g_free (emission);
}

static Emission *
emission_new (GObject *object,
              guint    signal,
              va_list  arguments)
{
  Emission    *emission = g_new (Emission, 1);
  GSignalQuery query;

  g_signal_query (signal, &query);
  g_weak_ref_init (&emission->object, object);
  emission->signal = signal;
  emission->values = g_array_sized_new (FALSE, TRUE, sizeof (GValue), 1 + query.n_params);
  g_array_set_clear_func (emission->values, (GDestroyNotify) g_value_unset);
  g_array_set_size (emission->values, 1 + query.n_params);

  for (guint i = 0; i < query.n_params; i++)
    {
      GValue          *value = &g_array_index (emission->values, GValue, 1 + i);
      g_autofree char *trouble = NULL;

      G_VALUE_COLLECT_INIT (value, query.param_types[i], arguments, 0, &trouble);
      g_assert (trouble == NULL);
    }

  return emission;
}

/* Emits a signal that returns nothing, where the owner is at home, unless the object is gone by then. The arguments are copied. */
void
any_owner_emit (const AnyOwner *self,
                GObject        *object,
                guint           signal,
                ...)
{
  Emission *emission;
  va_list   arguments;

  va_start (arguments, signal);
  emission = emission_new (object, signal, arguments);
  va_end (arguments);

  if (!is_at_home (self))
    {
      call_at_home (self, emit_cb, emission, emission_free);
      return;
    }

  emit_cb (emission);
  emission_free (emission);
}
