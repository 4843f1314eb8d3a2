/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "history.h"

#include <time.h>

/* Edits that are told of a violation. */
#define N_TOLD 12

gint64
history_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* In memory that is shared, and zero. */
void
history_init (History *self)
{
  pthread_mutexattr_t attributes;

  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_setpshared (&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init (&self->lock, &attributes);
  pthread_mutexattr_destroy (&attributes);
}

static const HistoryEdit *
get_edit (const History *self,
          guint          number)
{
  return &self->edits[number % HISTORY_LENGTH];
}

void
history_begin (History *self,
               guint    content)
{
  self->edits[self->n_edits % HISTORY_LENGTH] = (HistoryEdit){ content, history_now (), 0 };
  __atomic_store_n (&self->n_edits, self->n_edits + 1, __ATOMIC_SEQ_CST);
}

void
history_end (History *self)
{
  HistoryEdit *edit = &self->edits[(self->n_edits - 1) % HISTORY_LENGTH];

  __atomic_store_n (&edit->after, history_now (), __ATOMIC_SEQ_CST);
}

/* With the lock held. */
guint
history_get_content (const History *self)
{
  return get_edit (self, self->n_edits - 1)->content;
}

/* One that there has not been yet; with the lock held. */
guint
history_make_content (History *self)
{
  return ++self->last_content;
}

/* The end of an edit, or, while it lasts, a time that never comes. */
static gint64
get_after (const HistoryEdit *edit)
{
  gint64 after = __atomic_load_n (&edit->after, __ATOMIC_SEQ_CST);

  return after != 0 ? after : G_MAXINT64;
}

/* Whether a content may have been seen at some instant from @start to @end. */
gboolean
history_allows (const History *self,
                guint          content,
                gint64         start,
                gint64         end)
{
  guint  n_edits = __atomic_load_n (&self->n_edits, __ATOMIC_SEQ_CST);
  gint64 gone = G_MAXINT64;

  for (guint i = n_edits; i > 0 && gone >= start; i--)
    {
      const HistoryEdit *edit = get_edit (self, i - 1);

      if (n_edits - i > HISTORY_LENGTH / 2)
        g_error ("There were more edits in one call than are remembered");
      if (edit->content == content && edit->before <= end)
        return TRUE;
      gone = get_after (edit);
    }

  return FALSE;
}

/* What is known of a content that was not allowed; times in us from the start of the call. */
char *
history_tell (const History *self,
              guint          content,
              gint64         start,
              gint64         end)
{
  GString *text = g_string_new (NULL);
  guint    n_edits = __atomic_load_n (&self->n_edits, __ATOMIC_SEQ_CST);

  g_string_append_printf (text, "content %u in a call from 0 to %.1f us; the edits:", content, (double) (end - start) / 1000);
  for (guint i = n_edits > N_TOLD ? n_edits - N_TOLD : 0; i < n_edits; i++)
    {
      const HistoryEdit *edit = get_edit (self, i);

      g_string_append_printf (text, " %u [%.1f, %.1f]", edit->content, (double) (edit->before - start) / 1000,
                              edit->after != 0 ? (double) (edit->after - start) / 1000 : -1.0);
    }

  return g_string_free (text, FALSE);
}
