/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <pthread.h>

G_BEGIN_DECLS

/* Edits that are remembered of each place; many more than fit into one call. */
#define HISTORY_LENGTH 32768

/* What a place has held, and when: the memory of all processes.
 *
 * Who edits a place holds its lock, so that its edits are in one order. An edit is noted before it is begun, with the time, and
 * again when it has ended. What it has put there may have been seen from its own beginning to the end of the next edit, and at no
 * other time.
 */
typedef struct
{
  guint  content;
  gint64 before; /* ns, monotonic */
  gint64 after;  /* atomic; the same, 0 until it has ended */
} HistoryEdit;

typedef struct
{
  pthread_mutex_t lock;         /* shared between processes */
  gint64          quiet_until;  /* ns, monotonic; protected by lock */
  guint           last_content; /* the newest that there has been; protected by lock */
  guint           n_edits;      /* atomic */
  HistoryEdit     edits[HISTORY_LENGTH];
} History;

/* The place is empty. */
#define HISTORY_NOTHING 0

gint64 history_now (void);

void history_init (History *self);

void  history_begin (History *self,
                     guint    content);
void  history_end (History *self);
guint history_get_content (const History *self);
guint history_make_content (History *self);

gboolean history_allows (const History *self,
                         guint          content,
                         gint64         start,
                         gint64         end);
char    *history_tell (const History *self,
                       guint          content,
                       gint64         start,
                       gint64         end);

G_END_DECLS
