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
any_owner_init_copy (AnyOwner       *self,
                     const AnyOwner *owner)
{
  self->thread = g_thread_ref (owner->thread);
  self->context = g_main_context_ref (owner->context);
}

void
any_owner_clear (AnyOwner *self)
{
  g_clear_pointer (&self->thread, g_thread_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
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
  g_autoptr (GSource) source = NULL;
  Visit *visit;

  if (self->thread == g_thread_self ())
    {
      func (data);
      return;
    }

  visit = g_new (Visit, 1);
  *visit = (Visit){ func, data };

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[anycache] visit to the owner");
  g_source_set_callback (source, visit_cb, visit, g_free);
  g_source_attach (source, self->context);
}

typedef struct
{
  guint   signal;
  GArray *values; /* (owned) (element-type GValue): the object, and the arguments */
} Emission;

static void
emit (gpointer data)
{
  Emission *emission = data;

  g_signal_emitv ((GValue *) emission->values->data, emission->signal, 0, NULL);

  g_array_unref (emission->values);
  g_free (emission);
}

static GValue *
append_value (GArray *values)
{
  g_array_set_size (values, values->len + 1);

  return &g_array_index (values, GValue, values->len - 1);
}

/* Emits a signal that returns nothing, where the owner is at home. The arguments are copied. */
void
any_owner_emit (const AnyOwner *self,
                GObject        *object,
                guint           signal,
                ...)
{
  Emission    *emission = g_new (Emission, 1);
  GSignalQuery query;
  va_list      arguments;

  g_signal_query (signal, &query);
  *emission = (Emission){ signal, g_array_sized_new (FALSE, TRUE, sizeof (GValue), 1 + query.n_params) };
  g_array_set_clear_func (emission->values, (GDestroyNotify) g_value_unset);
  g_value_set_object (g_value_init (append_value (emission->values), G_OBJECT_TYPE (object)), object);

  va_start (arguments, signal);
  for (guint i = 0; i < query.n_params; i++)
    {
      g_autofree char *trouble = NULL;

      G_VALUE_COLLECT_INIT (append_value (emission->values), query.param_types[i], arguments, 0, &trouble);
      g_assert (trouble == NULL);
    }
  va_end (arguments);

  any_owner_visit (self, emit, emission);
}
