/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-watcher.h"

#include <pthread.h>
#include <signal.h>

#include "any-probe.h"

#define MS (G_USEC_PER_SEC / 1000)

/* From the first event to the question: what is done to a file at once makes several events. */
#define DELAY_US (10 * MS)

/* A watch that still holds is left alone for a while, and each time for longer until it is calm. GLib, too, tells of what goes on and
 * on ten times a second only. */
#define MIN_PAUSE_US (20 * MS)
#define MAX_PAUSE_US (250 * MS)
#define CALM_US      (500 * MS)

/* To look at a large tree may take long: it takes no more than a fifth of the time. */
#define MAX_SHARE 4

/* How often is asked what cannot be heard. */
#define POLL_US (5 * G_USEC_PER_SEC)

/* How soon is tried again what needs descriptors when there are none. */
#define RETRY_US G_USEC_PER_SEC

/* So long events wait while one watch after another is visited. */
#define STINT_US (5 * MS)

/* How often the ways are gone until nothing changes on them any more. */
#define MAX_ROUNDS 4

static GQueue   inbox;  /* (element-type AnyWatch) (owned) that somebody has begun or ended, protected by any_watch_lock */
static gboolean runs;   /* there is a thread, protected by any_watch_lock */
static gboolean is_cut; /* this is a child, and the thread is the parent's; protected by any_watch_lock */
static GSource *work;   /* (owned) (nullable) what the thread does; NULL until it is ready; protected by any_watch_lock */

static int n_polled; /* atomic */

/* The watching thread's alone. */
static AnyTurns    *turns;
static AnyMonitors *monitors;

guint
any_watcher_count_polled (void)
{
  return (guint) g_atomic_int_get (&n_polled);
}

static void
set_polled (AnyWatch *watch,
            gboolean  is_polled)
{
  if (watch->is_polled != is_polled)
    g_atomic_int_add (&n_polled, is_polled ? 1 : -1);
  watch->is_polled = is_polled;
}

/* Sleeps until the next turn, unless a call has come, which may be at any instant. */
static void
set_alarm (void)
{
  gint64 next = any_turns_get_next (turns);

  g_mutex_lock (&any_watch_lock);
  g_source_set_ready_time (work, inbox.length > 0 ? 0 : next);
  g_mutex_unlock (&any_watch_lock);
}

/* Something has happened that may concern a watch. */
static void
suspect_cb (gpointer data)
{
  AnyWatch *watch = data;
  gint64    due = MAX (g_get_monotonic_time () + DELAY_US, watch->rest);

  if (watch->turn.place != NULL && watch->turn.due <= due)
    return;

  any_turns_set (turns, &watch->turn, due);
  set_alarm ();
}

static void
forget (AnyWatch *watch)
{
  if (!watch->is_known)
    return;

  any_lookout_leave (&watch->lookout);
  any_turns_drop (&watch->turn);
  set_polled (watch, FALSE);
  watch->is_known = FALSE;
  any_watch_unref (watch);
}

/* Watches first, and then looks: what changes the way before all of it is watched shows when it is gone again. */
static void
look_out (AnyWatch *watch)
{
  gboolean any_is_fresh = TRUE;

  for (guint round = 0; any_is_fresh && round < MAX_ROUNDS; round++)
    {
      g_auto (AnyRoute) route = { 0 };

      any_route_init (&route);
      for (guint i = 0; i < watch->n_targets; i++)
        any_route_follow (&route, watch->targets[i].path, watch->targets[i].flags);
      any_is_fresh = any_lookout_take (&watch->lookout, monitors, &route, watch);
    }

  set_polled (watch, watch->lookout.is_deaf);
  if (any_is_fresh)
    suspect_cb (watch);
}

/* Those that are polled have their turns together, so that the processor may sleep in between. */
static void
rest (AnyWatch *watch,
      gint64    began)
{
  gint64 now = g_get_monotonic_time ();

  watch->pause = began - watch->asked < CALM_US ? MIN (2 * watch->pause, MAX_PAUSE_US) : MIN_PAUSE_US;
  watch->asked = began;
  watch->rest = now + MAX (watch->pause, MAX_SHARE * (now - began));

  if (watch->turn.place != NULL && watch->turn.due < watch->rest)
    any_turns_set (turns, &watch->turn, watch->rest);
  if (watch->turn.place == NULL && watch->is_polled)
    any_turns_set (turns, &watch->turn, (now / POLL_US + 1) * POLL_US);
}

static void
visit (AnyWatch *watch)
{
  gint64 began = g_get_monotonic_time ();

  look_out (watch);
  switch (any_watch_ask (watch))
    {
    case ANY_WATCH_HOLDS:
      rest (watch, began);
      break;
    case ANY_WATCH_LAPSED:
      any_watch_ref (watch);
      forget (watch);
      any_watch_lapse (watch);
      any_watch_unref (watch);
      break;
    case ANY_WATCH_OVER:
    default:
      forget (watch);
      break;
    }
}

/* Takes the watch. */
static void
receive (AnyWatch *watch)
{
  if (any_watch_is_over (watch))
    {
      forget (watch);
    }
  else if (!watch->is_known)
    {
      watch->is_known = TRUE;
      any_watch_ref (watch);
      any_turns_set (turns, &watch->turn, g_get_monotonic_time ());
    }
  any_watch_unref (watch);
}

static void
empty_inbox (void)
{
  GQueue    received;
  AnyWatch *watch;

  g_mutex_lock (&any_watch_lock);
  received = inbox;
  g_queue_init (&inbox);
  g_mutex_unlock (&any_watch_lock);

  while ((watch = g_queue_pop_head (&received)) != NULL)
    receive (watch);
}

/* Visits those whose turn has come, as many as a stint lasts. Where no descriptor is left, nobody can look at anything. */
static void
make_visits (void)
{
  gint64    began = g_get_monotonic_time ();
  AnyWatch *watch = any_turns_take (turns, began);
  gboolean  can_look = watch != NULL && any_probe_has_descriptors ();

  for (; watch != NULL; watch = any_turns_take (turns, began))
    {
      if (can_look)
        visit (watch);
      else
        any_turns_set (turns, &watch->turn, began + RETRY_US);
      if (g_get_monotonic_time () > began + STINT_US)
        break;
    }
}

/* To close what was asked with takes long, so it is kept while there is more to do at once. */
static gboolean
work_cb (GSource    *source,
         GSourceFunc callback,
         gpointer    data)
{
  gint64 next;

  empty_inbox ();
  make_visits ();

  next = any_turns_get_next (turns);
  if (next < 0 || next > g_get_monotonic_time () + DELAY_US)
    any_probe_rest ();
  set_alarm ();

  return G_SOURCE_CONTINUE;
}

/* The application's handlers run in the application's threads. */
static void
block_signals (void)
{
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, NULL);
}

static gpointer
watch_cb (gpointer data)
{
  static GSourceFuncs functions = { NULL, NULL, work_cb, NULL, NULL, NULL };
  GMainContext       *context;
  GSource            *source;

  block_signals ();
  while (!any_probe_has_descriptors ())
    g_usleep (RETRY_US);

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  turns = any_turns_new ();
  monitors = any_monitors_new (suspect_cb);

  source = g_source_new (&functions, sizeof (GSource));
  g_source_set_static_name (source, "[anycache] watching");
  g_source_attach (source, context);
  g_mutex_lock (&any_watch_lock);
  work = source;
  g_source_set_ready_time (work, 0);
  g_mutex_unlock (&any_watch_lock);

  for (;;)
    g_main_context_iteration (context, TRUE);

  return NULL;
}

static void
before_fork_cb (void)
{
  g_mutex_lock (&any_watch_lock);
}

static void
after_fork_cb (void)
{
  g_mutex_unlock (&any_watch_lock);
}

/* Neither this thread nor GLib's, which it hears from, is in the child. */
static void
in_child_cb (void)
{
  is_cut = runs;
  g_mutex_unlock (&any_watch_lock);
}

static void
watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (before_fork_cb, after_fork_cb, in_child_cb);
      g_once_init_leave (&once, 1);
    }
}

/* A thread that cannot be had today is tried again with the next call. It is never joined. */
static void
run_locked (void)
{
  GThread *thread;

  if (runs)
    return;

  thread = g_thread_try_new ("anycache-watch", watch_cb, NULL, NULL);
  runs = thread != NULL;
  g_clear_pointer (&thread, g_thread_unref);
}

/* Makes the thread look at a watch that has just begun or ended. FALSE where there can be no such thread. */
gboolean
any_watcher_call (AnyWatch *watch)
{
  gboolean can_come;

  watch_forks ();
  g_mutex_lock (&any_watch_lock);

  can_come = !is_cut;
  if (can_come)
    {
      g_queue_push_tail (&inbox, any_watch_ref (watch));
      run_locked ();
      if (work != NULL)
        g_source_set_ready_time (work, 0);
    }

  g_mutex_unlock (&any_watch_lock);

  return can_come;
}
