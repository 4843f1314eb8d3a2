/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-owner.h"

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
  GObject *object; /* (owned) */
  guint    signal;
  GError  *error; /* (owned) */
} Emission;

static void
emit (gpointer data)
{
  Emission *emission = data;

  g_signal_emit (emission->object, emission->signal, 0, emission->error);

  g_object_unref (emission->object);
  g_error_free (emission->error);
  g_free (emission);
}

/* Emits a signal whose argument is an error, where the owner is at home. */
void
any_owner_emit (const AnyOwner *self,
                GObject        *object,
                guint           signal,
                const GError   *error)
{
  Emission *emission = g_new (Emission, 1);

  *emission = (Emission){ g_object_ref (object), signal, g_error_copy (error) };
  any_owner_visit (self, emit, emission);
}
