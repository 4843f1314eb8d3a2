/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"
#include "any-function-private.h"
#include "any-watch.h"

G_BEGIN_DECLS

/* One result that is watched. Whoever may call it back holds a reference. */
typedef struct
{
  AnyIdent      ident; /* set once */
  GVariant     *args;  /* (owned), set once */
  gint64        since; /* us, monotonic, set once: it was given */
  GWeakRef      function;
  GMainContext *home;   /* (owned) (nullable), until the alarm: of the function */
  AnyRecord    *record; /* (owned) (nullable), set once: without a value; none where the result was not stored */
  AnyCore      *core;   /* (owned) (nullable), set once: of the record */

  /* The vigil's. */
  GHashTable *duty;       /* (owned), set once: where it is while it is on duty; protected by the vigil's lock */
  AnyWatch   *watch;      /* (owned) (nullable), protected by the vigil's lock */
  guint       pause_ms;   /* set once: so soon after it was given, nothing is told of it */
  guint       n_doubts;   /* set once: so many results before it in a row were not stored either */
  gboolean    has_lapsed; /* the watch's, which makes one call after the other */
} AnyGuard;

AnyGuard *any_guard_new (AnyFunction     *function,
                         GVariant        *args,
                         const AnyIdent  *ident,
                         const AnyRecord *record,
                         GHashTable      *duty);

AnyGuard *any_guard_ref (AnyGuard *self);
void      any_guard_unref (gpointer self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyGuard, any_guard_unref)

guint    any_guard_hash (gconstpointer self);
gboolean any_guard_equal (gconstpointer a,
                          gconstpointer b);

gboolean any_guard_is_of (const AnyGuard  *self,
                          const AnyRecord *record);

GArray *any_guard_list_targets (const AnyGuard *self,
                                const char     *marks);

G_END_DECLS
