/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <anycache-glib/anycache.h>

#include "any-test.h"

G_BEGIN_DECLS

/* What a look-up says where there is nothing; no computation is the zeroth. */
#define MISS 0

typedef struct _Setup Setup;

typedef void (*SetupFunc) (Setup      *setup,
                           AnyRequest *request);

/* A cache in a folder of its own, and a function that takes a text and gives the number of its computation: 1, 2, 3. */
struct _Setup
{
  AnyTestFolder *folder;     /* (owned) */
  char          *cachedir;   /* (owned): below the folder */
  AnyCache      *cache;      /* (owned) */
  AnyFunction   *function;   /* (owned) */
  int            n_computed; /* atomic */
  SetupFunc      during;     /* (nullable): what happens during each computation */
  gpointer       data;       /* of the test */
};

void setup_init (Setup *self);
void setup_clear (Setup *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Setup, setup_clear)

char *setup_write (Setup      *self,
                   const char *name,
                   const char *text);

gboolean setup_compute_cb (AnyRequest *request,
                           gpointer    setup,
                           GError    **error);

GVariant *text_args (const char *text);

gint64 call (AnyFunction *function,
             const char  *text);
gint64 refresh (AnyFunction *function,
                const char  *text);
gint64 lookup (AnyFunction *function,
               const char  *text);

/* Counts the emissions of store-failed, and remembers the last. */
typedef struct
{
  AnyCache *cache;   /* (owned) */
  gulong    handler; /* of the cache */
  int       n_told;  /* atomic */
  GError   *error;   /* (owned) (nullable): the last */
  GThread  *thread;  /* of the last */
} Failures;

void failures_watch (Failures *self,
                     AnyCache *cache);
void failures_clear (Failures *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Failures, failures_clear)

/* What the log is told at the level of programming errors, which are not fatal meanwhile: a text each. */
const GPtrArray *listen_to_criticals (void);
void             stop_listening (void);

/* Runs the default main context until a number is reached, or for as long as there is anything to do. */
void run_until (int *n_done,
                int  n_wanted);
void run_to_rest (void);
void run_to_rest_of (GMainContext *context);

/* Lets two threads take turns: one says how far it is, the other waits for that. */
void reach (int *step,
            int  number);
void await_step (int *step,
                 int  number);

G_END_DECLS
