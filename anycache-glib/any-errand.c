/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-errand.h"

#include "any-delivery.h"
#include "any-pool.h"

typedef struct
{
  GTask    *task; /* (owned) */
  AnyErrand errand;
  gboolean  done;
  GError   *error; /* (owned) (nullable) */
} Errand;

/* In the caller's main context. */
static void
return_cb (gpointer data)
{
  g_autofree Errand *self = data;
  g_autoptr (GTask) task = self->task;

  if (self->error != NULL)
    g_task_return_error (task, self->error);
  else
    g_task_return_boolean (task, self->done);
}

static void
run_cb (gpointer data)
{
  Errand *self = data;

  self->done = self->errand (g_task_get_source_object (self->task), g_task_get_task_data (self->task),
                             g_task_get_cancellable (self->task), &self->error);
  any_delivery_push (g_task_get_context (self->task), return_cb, self);
}

/* Has it done, with the source object and the data of the task. */
void
any_errand_run (GTask    *task,
                AnyErrand errand)
{
  Errand *self = g_new0 (Errand, 1);

  self->task = g_object_ref (task);
  self->errand = errand;

  any_pool_push (run_cb, self);
}
