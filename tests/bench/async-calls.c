/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "measure.h"

#include "race.h"
#include "workload.h"

#define ASYNC  "hit by call_async"
#define IDLE   "GTask returned when idle, and a hit"
#define WAITER "call_async that waits"
#define ALONE  "idle GTask, one at a time"
#define TASK   "idle GTask, all at once"

/* A result that a main loop has some trouble with, if it has to be copied or written there. */
#define LARGE (1 << 20)

typedef struct
{
  Workload *workload;
  guint     n_left;
  guint     n_failed;
} Crowd;

static void
called_cb (GObject      *function,
           GAsyncResult *call,
           gpointer      user_data)
{
  Crowd *self = user_data;
  g_autoptr (GVariant) result = any_function_call_finish (ANY_FUNCTION (function), call, NULL);

  self->n_failed += result == NULL;
  self->n_left--;
}

static void
returned_cb (GObject *function G_GNUC_UNUSED,
             GAsyncResult     *task,
             gpointer          user_data)
{
  Crowd *self = user_data;
  g_autoptr (GVariant) result = g_task_propagate_pointer (G_TASK (task), NULL);

  self->n_failed += result == NULL;
  self->n_left--;
}

static void
await (Crowd *self)
{
  while (self->n_left > 0)
    g_main_context_iteration (NULL, TRUE);
}

static guint
take_failures (Crowd *self)
{
  guint n_failed = self->n_failed;

  self->n_failed = 0;

  return n_failed;
}

/* One after the other. */
static guint
call_one_by_one (gpointer data,
                 guint    first,
                 guint    count)
{
  Crowd    *self = data;
  Workload *workload = self->workload;

  for (guint i = first; i < first + count; i++)
    {
      self->n_left = 1;
      any_function_call_async (workload->function, workload->args[workload->order[i % workload->n_args]], NULL, called_cb, self);
      await (self);
    }

  return take_failures (self);
}

static gboolean
return_cb (gpointer data)
{
  g_autoptr (GTask) task = data;

  g_task_return_pointer (task, g_variant_ref (g_task_get_task_data (task)), (GDestroyNotify) g_variant_unref);

  return G_SOURCE_REMOVE;
}

/* A task that is returned when the loop is idle, and what it takes to see it return. */
static void
idle_once (Crowd *self)
{
  GTask *task = g_task_new (self->workload->function, NULL, returned_cb, self);

  g_task_set_task_data (task, self->workload->value, NULL);
  self->n_left = 1;
  g_idle_add (return_cb, task);
  await (self);
}

static guint
idle_one_by_one (gpointer data,
                 guint    first,
                 guint    count)
{
  Crowd *self = data;

  for (guint i = 0; i < count; i++)
    {
      self->n_failed += workload_hit (self->workload, first + i, 1);
      idle_once (self);
    }

  return take_failures (self);
}

/* The same with nothing to look up. */
static guint
idle_alone (gpointer    data,
            guint first G_GNUC_UNUSED,
            guint       count)
{
  Crowd *self = data;

  for (guint i = 0; i < count; i++)
    idle_once (self);

  return take_failures (self);
}

/* All for one result that nobody has computed. */
static guint
call_in_a_crowd (gpointer data,
                 guint    first,
                 guint    count)
{
  Crowd    *self = data;
  Workload *workload = self->workload;
  guint     n_computed = workload->n_computed;

  self->n_left = count;
  for (guint i = 0; i < count; i++)
    any_function_call_async (workload->function, workload->args[first / count % workload->n_args], NULL, called_cb, self);
  await (self);

  return take_failures (self) + (workload->n_computed != n_computed + 1);
}

static guint
idle_in_a_crowd (gpointer    data,
                 guint first G_GNUC_UNUSED,
                 guint       count)
{
  Crowd *self = data;

  self->n_left = count;
  for (guint i = 0; i < count; i++)
    {
      g_autoptr (GTask) task = g_task_new (self->workload->function, NULL, returned_cb, self);

      g_task_return_pointer (task, g_variant_ref (self->workload->value), (GDestroyNotify) g_variant_unref);
    }
  await (self);

  return take_failures (self);
}

static guint
measure_hits (const Plan *plan)
{
  g_autofree char *folder = plan_make_folder (plan, "async-hits");
  g_autoptr (Workload) workload = workload_new (folder, "async-hits", workload_small_value (), 1000);
  g_autoptr (Race) race = race_new ("P9  asynchronous hit from memory, one at a time", 500);
  Crowd crowd = { .workload = workload };
  guint n_failed;

  workload_fill (workload, workload->n_args);
  race_add (race, ASYNC, call_one_by_one, &crowd);
  race_add (race, IDLE, idle_one_by_one, &crowd);
  race_aim (race, ASYNC, IDLE, "<= 1.1");

  n_failed = race_run (race, plan->repetitions);
  race_print (race, plan->report);

  return n_failed;
}

static guint
measure_waiters (const Plan *plan)
{
  const guint      n_waiters = plan->brief ? 1000 : 10000;
  const guint      repetitions = MIN (plan->repetitions, 51);
  g_autofree char *folder = plan_make_folder (plan, "async-waiters");
  g_autoptr (Workload) workload = workload_new (folder, "async-waiters", workload_small_value (), RACE_WARM_UPS + repetitions);
  g_autoptr (Race) race = race_new (plan->brief ? "P10  1,000 who wait for one result" : "P10  10,000 who wait for one result", n_waiters);
  Crowd crowd = { .workload = workload };
  guint n_failed;

  race_add (race, WAITER, call_in_a_crowd, &crowd);
  race_add (race, ALONE, idle_alone, &crowd);
  race_add (race, TASK, idle_in_a_crowd, &crowd);
  race_aim (race, WAITER, ALONE, "<= 1.0");
  race_aim (race, WAITER, TASK, "shown");

  n_failed = race_run (race, repetitions);
  race_print (race, plan->report);

  return n_failed;
}

/* What the main loop does besides: it notes how long it was away. */
typedef struct
{
  gint64 last;    /* us, monotonic */
  gint64 longest; /* us */
} Ticks;

static gboolean
tick_cb (gpointer data)
{
  Ticks *self = data;
  gint64 now = g_get_monotonic_time ();

  self->longest = MAX (self->longest, now - self->last);
  self->last = now;

  return G_SOURCE_CONTINUE;
}

static gboolean
stop_cb (gpointer data)
{
  *(guint *) data = 0;

  return G_SOURCE_REMOVE;
}

static gint64
tick (guint *n_left)
{
  Ticks ticks = { .last = g_get_monotonic_time () };
  guint id = g_timeout_add (1, tick_cb, &ticks);

  while (*n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);

  return ticks.longest;
}

static gboolean
compute_large_cb (AnyRequest    *request,
                  gpointer       bytes,
                  GError **error G_GNUC_UNUSED)
{
  any_request_return_bytes (request, bytes);

  return TRUE;
}

/* How long large results keep a main loop from what else it has to do, beside how long nothing at all keeps it. */
static guint
measure_stalls (const Plan *plan)
{
  const guint      n_calls = plan->brief ? 20 : 1000;
  g_autofree char *folder = plan_make_folder (plan, "stalls");
  g_autoptr (AnyCache) cache = any_cache_new (folder, -1);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (LARGE), LARGE);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "large", NULL, compute_large_cb, bytes, NULL);
  Crowd  crowd = { .n_left = n_calls };
  guint  idle = 1;
  gint64 longest_idle;
  gint64 began;
  gint64 longest;

  g_timeout_add (plan->brief ? 50 : 1000, stop_cb, &idle);
  longest_idle = tick (&idle);

  began = g_get_monotonic_time ();
  for (guint i = 0; i < n_calls; i++)
    any_function_call_async (function, g_variant_new ("(u)", i), NULL, called_cb, &crowd);
  longest = tick (&crowd.n_left);

  g_print ("\nA main loop that ticks each millisecond, while %u asynchronous calls give 1 MiB each: longest pause %.1f ms "
           "in %.1f s; with nothing to do %.1f ms\n",
           n_calls, longest / 1e3, (g_get_monotonic_time () - began) / 1e6, longest_idle / 1e3);
  any_cache_flush (cache, NULL, NULL);

  return take_failures (&crowd);
}

guint
measure_async_calls (const Plan *plan)
{
  return measure_hits (plan) + measure_waiters (plan) + measure_stalls (plan);
}
