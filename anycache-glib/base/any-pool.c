/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-pool.h"

#include <pthread.h>
#include <signal.h>

/* So many that a file system which hangs in some places does not stop what waits for others, and so few that a desktop does not notice them. */
#define MAX_THREADS 8

/* A burst of calls finds the threads of the one before, and an application at rest has none. */
#define IDLE_US (2 * G_USEC_PER_SEC)

typedef struct
{
  GList    link; /* in the ready ones, or in a thread's own */
  AnyJob   func;
  gpointer data;
  gint64   due; /* us, monotonic; 0 at once */
} Job;

static struct
{
  GMutex     lock;
  GCond      work;
  GQueue     ready;     /* (element-type Job) (owned), protected by lock: those that are due */
  GSequence *later;     /* (element-type Job) (owned) (nullable), protected by lock: the others, by their time */
  guint      n_threads; /* protected by lock */
  guint      n_idle;    /* protected by lock: of these, who have no job */
} pool;

/* What this thread must do itself, while it does. */
static GPrivate own; /* GQueue (element-type Job) (owned) */

/* Runs in the child, which has none of the threads. A queue that somebody was changing cannot be taken apart. */
static void
in_child_cb (void)
{
  g_mutex_init (&pool.lock);
  g_cond_init (&pool.work);
  g_queue_init (&pool.ready);
  pool.later = NULL;
  pool.n_threads = 0;
  pool.n_idle = 0;
}

static void
watch_forks (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, in_child_cb);
      g_once_init_leave (&once, 1);
    }
}

static Job *
job_new (AnyJob   func,
         gpointer data,
         gint64   due)
{
  Job *self = g_new0 (Job, 1);

  self->link.data = self;
  self->func = func;
  self->data = data;
  self->due = due;

  return self;
}

static void
job_run (Job *self)
{
  AnyJob   func = self->func;
  gpointer data = self->data;

  g_free (self);
  func (data);
}

/* Of two that are due at one instant the earlier one stays the first: a GSequence and a sorted GQueue put equals behind each other. */
static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      user_data)
{
  const Job *left = a;
  const Job *right = b;

  return (left->due > right->due) - (left->due < right->due);
}

/* The one that is due next of those that are not due yet. */
static Job *
get_next_locked (void)
{
  if (pool.later == NULL || g_sequence_is_empty (pool.later))
    return NULL;

  return g_sequence_get (g_sequence_get_begin_iter (pool.later));
}

/* Lets those whose time has come stand in the line, before others that come after that. */
static void
collect_due_locked (void)
{
  Job   *job = get_next_locked ();
  gint64 now = job != NULL ? g_get_monotonic_time () : 0;

  for (; job != NULL && job->due <= now; job = get_next_locked ())
    {
      g_sequence_remove (g_sequence_get_begin_iter (pool.later));
      g_queue_push_tail_link (&pool.ready, &job->link);
    }
}

static void serve (void);

static gpointer
serve_cb (gpointer data)
{
  serve ();

  return NULL;
}

/* The application's handlers run in the application's threads: there is no instant at which one could run here. */
static void
add_thread_locked (void)
{
  GThread *thread;
  sigset_t all;
  sigset_t before;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_try_new ("anycache", serve_cb, NULL, NULL);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (thread == NULL)
    return;

  g_thread_unref (thread);
  pool.n_threads++;
  pool.n_idle++;
}

/* Sees to it that every job that is due has an idle thread, as far as there may be threads, and that one waits for the next that will be.
 * A thread more is a gain only: where it cannot be had, the others do it. */
static void
call_locked (void)
{
  guint n_wanted = pool.ready.length + (get_next_locked () != NULL ? 1 : 0);

  if (n_wanted > pool.n_idle && pool.n_threads < MAX_THREADS)
    add_thread_locked ();
  if (n_wanted > 0 && pool.n_idle > 0)
    g_cond_signal (&pool.work);
}

/* Waits for a job. NULL when there was none for so long that this thread is too many. */
static Job *
wait_for_job_locked (void)
{
  gint64 patience = g_get_monotonic_time () + IDLE_US;

  for (;;)
    {
      gint64 until;
      Job   *next;

      collect_due_locked ();
      if (pool.ready.length > 0)
        return g_queue_pop_head_link (&pool.ready)->data;

      next = get_next_locked ();
      if (g_get_monotonic_time () < patience)
        until = next != NULL ? MIN (next->due, patience) : patience;
      else if (next != NULL && pool.n_idle == 1)
        until = next->due;
      else
        return NULL;

      g_cond_wait_until (&pool.work, &pool.lock, until);
    }
}

static void
serve (void)
{
  Job *job;

  g_mutex_lock (&pool.lock);
  while ((job = wait_for_job_locked ()) != NULL)
    {
      pool.n_idle--;
      call_locked ();
      g_mutex_unlock (&pool.lock);

      job_run (job);

      g_mutex_lock (&pool.lock);
      pool.n_idle++;
    }

  pool.n_idle--;
  pool.n_threads--;
  call_locked ();
  g_mutex_unlock (&pool.lock);
}

/* Does a job in the thread that asked for it, and what comes out of it: one after the other, since a job that asks for itself again must not
 * use up the stack. */
static void
do_here (Job *job)
{
  GQueue *mine = g_private_get (&own);
  GQueue  jobs = G_QUEUE_INIT;

  if (mine != NULL)
    {
      g_queue_insert_sorted (mine, job, compare_cb, NULL);
      return;
    }

  g_private_set (&own, &jobs);
  for (; job != NULL; job = g_queue_pop_head (&jobs))
    {
      gint64 delay = job->due > 0 ? job->due - g_get_monotonic_time () : 0;

      if (delay > 0)
        g_usleep (delay);
      job_run (job);
    }
  g_private_set (&own, NULL);
}

static Job *
job_new_later (AnyJob   job,
               gpointer data,
               gint64   delay_us)
{
  gint64 now = delay_us > 0 ? g_get_monotonic_time () : 0;

  return job_new (job, data, delay_us > 0 ? now + MIN (delay_us, G_MAXINT64 - now) : 0);
}

/* FALSE where not a single thread can be had: then the job is still the caller's. */
static gboolean
push (Job *pushed)
{
  gboolean can_wait;

  watch_forks ();
  g_mutex_lock (&pool.lock);

  if (pool.n_threads == 0)
    add_thread_locked ();
  can_wait = pool.n_threads > 0;

  collect_due_locked ();
  if (can_wait && pushed->due == 0)
    {
      g_queue_push_tail_link (&pool.ready, &pushed->link);
    }
  else if (can_wait)
    {
      if (pool.later == NULL)
        pool.later = g_sequence_new (NULL);
      g_sequence_insert_sorted (pool.later, pushed, compare_cb, NULL);
    }
  if (can_wait)
    call_locked ();

  g_mutex_unlock (&pool.lock);

  return can_wait;
}

/* Has a function called in another thread, some time from now. Where not a single thread can be had it is called here and now, after the
 * same time: a cache in trouble still answers. */
void
any_pool_push_later (AnyJob   job,
                     gpointer data,
                     gint64   delay_us)
{
  Job *pushed = job_new_later (job, data, delay_us);

  if (!push (pushed))
    do_here (pushed);
}

/* The same, for what nobody waits for: where not a single thread can be had, it is not called, and FALSE is returned. */
gboolean
any_pool_try_push_later (AnyJob   job,
                         gpointer data,
                         gint64   delay_us)
{
  Job     *pushed = job_new_later (job, data, delay_us);
  gboolean waits = push (pushed);

  if (!waits)
    g_free (pushed);

  return waits;
}

void
any_pool_push (AnyJob   job,
               gpointer data)
{
  any_pool_push_later (job, data, 0);
}
