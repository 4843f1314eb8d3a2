/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <anycache-glib/anycache.h>

G_BEGIN_DECLS

/* What is remembered in a measurement: many calls of one function, with arguments and results made in advance. */
typedef struct
{
  char        *cachedir; /* (owned) */
  char        *name;     /* (owned) */
  AnyCache    *cache;    /* (owned) (nullable): open */
  AnyFunction *function; /* (owned) (nullable) */
  GVariant   **args;     /* (owned) (array length=n_args) */
  guint        n_args;
  guint       *order;    /* (owned) (array length=n_args): a fixed shuffle */
  GVariant    *value;    /* (owned): what each call gives */
  char       **files;    /* (owned) (nullable): what each result depends on */
  guint        n_stored; /* so many of the first are known to be stored */
  guint        n_computed;
} Workload;

/* Small is a string of 300 bytes; the dictionary has 8 keys. */
GVariant *workload_small_value (void);
GVariant *workload_dictionary_value (void);

Workload *workload_new (const char *cachedir,
                        const char *name,
                        GVariant   *value,
                        guint       n_args);

void workload_free (Workload *self);

void workload_open (Workload *self);
void workload_close (Workload *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Workload, workload_free)

void workload_depend (Workload   *self,
                      const char *folder,
                      guint       n_files);

void workload_fill (Workload *self,
                    guint     n_entries);

/* 32 hexadecimal digits. */
#define WORKLOAD_IDENT_LENGTH 32

char **workload_dup_idents (Workload *self);

char *workload_dup_entry_name (Workload *self,
                               guint     index);

char *workload_dup_generation (Workload *self);

gsize workload_entry_size (Workload *self,
                           guint     index);

gboolean workload_hit_one (Workload *self,
                           guint     index);

/* Sides of a race. */
guint workload_hit (gpointer data,
                    guint    first,
                    guint    count);

guint workload_stat_and_hit (gpointer data,
                             guint    first,
                             guint    count);

guint workload_miss (gpointer data,
                     guint    first,
                     guint    count);

guint workload_store (gpointer data,
                      guint    first,
                      guint    count);

guint workload_store_more (gpointer data,
                           guint    first,
                           guint    count);

guint workload_size (gpointer data,
                     guint    first,
                     guint    count);

guint workload_check (Workload *self,
                      gboolean  in_memory);

G_END_DECLS
