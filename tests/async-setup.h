/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache-setup.h"

G_BEGIN_DECLS

/* What an asynchronous call came to. */
typedef struct
{
  int           n_told;
  GVariant     *value;   /* (owned) (nullable) */
  gboolean      done;    /* of those that give no value */
  GError       *error;   /* (owned) (nullable) */
  GThread      *thread;  /* in which it was told */
  GMainContext *context; /* (nullable): that was thread-default there */
} Answered;

void answered_clear (Answered *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answered, answered_clear)

/* Callbacks of calls, whose data is a Answered. */
void async_told_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      told);

/* Runs a main context until it was told, or so many of them were. */
void await_told (Answered *self);
void await_all_told (Answered *selves,
                     guint     n_selves);

void begin_call (AnyFunction  *function,
                 const char   *text,
                 GCancellable *cancellable,
                 Answered     *told);

/* A function whose computations are kept waiting until they are answered. */
typedef struct
{
  Setup        setup;
  AnyFunction *function; /* (owned) */
  GPtrArray   *requests; /* (owned) (element-type AnyRequest), in the order of asking */
  gboolean     answers;  /* at once, with the number of the computation */
  const char  *path;     /* (nullable): that each depends on */
} Desk;

void desk_init (Desk *self);
void desk_clear (Desk *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desk, desk_clear)

AnyFunction *desk_define (Desk       *self,
                          const char *name);

/* Runs the main loop until so many computations were begun, and gives the request of the last of these. */
AnyRequest *desk_await (Desk *self,
                        guint n_requests);

void desk_answer (Desk *self,
                  guint index);

/* Runs the main loop for a while in which nothing must happen. */
void idle_a_while (void);

G_END_DECLS
