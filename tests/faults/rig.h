/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <anycache-glib/anycache.h>

G_BEGIN_DECLS

/* The names of what the library keeps below a cache directory. */
#define RIG_ROOT  "anycache-1"
#define RIG_GEN   RIG_ROOT "/gen"
#define RIG_STATE RIG_GEN "/state"
#define RIG_EPOCH RIG_ROOT "/epoch"
#define RIG_MARKS RIG_ROOT "/marks"
#define RIG_LOCKS RIG_ROOT "/locks"
#define RIG_STATS RIG_ROOT "/stats"
#define RIG_TAG   RIG_ROOT "/CACHEDIR.TAG"

/* In each shard, while an entry is being written. */
#define RIG_TEMPORARY ".t"

/* The shapes of results: a key has the shape of its number modulo this. */
#define RIG_N_SHAPES 4

/* One remembered function on one directory, as one process would hold it.
 *
 * A result is a pure function of the key and the generation, so every result can be judged: right, older, or wrong.
 */
typedef struct
{
  AnyCache          *cache;          /* (owned) */
  AnyFunction       *function;       /* (owned) */
  char              *dependency;     /* (owned) (nullable), what each computation declares */
  AnyDependencyFlags flags;          /* how it is declared */
  char              *fresh;          /* (owned) (nullable), another one */
  int                generation;     /* which result the computations give */
  guint              n_computed;     /* computations so far */
  guint              n_store_failed; /* emissions of store-failed so far */
} Rig;

Rig  *rig_new (const char *cachedir,
               const char *name,
               const char *dependency);
void  rig_free (Rig *self);
void  rig_settle (Rig *self);
guint rig_take_computed (Rig *self);
guint rig_take_store_failed (Rig *self);

GVariant *rig_args (int key);
GVariant *rig_value (int key,
                     int generation);
int       rig_judge (GVariant *value,
                     int       key);

GVariant *rig_call (Rig *self,
                    int  key);
GVariant *rig_lookup (Rig *self,
                      int  key);
gboolean  rig_call_is_right (Rig *self,
                             int  key);
gboolean  rig_is_stored (Rig *self,
                         int  key);
int       rig_find_neighbour (Rig *self,
                              int  key);

char   *rig_dup_entry_path (Rig *self,
                            int  key);
guint64 rig_measure_entries (const char *cachedir);
char   *rig_find_litter (const char *cachedir);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

G_END_DECLS
