/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "rig.h"

G_BEGIN_DECLS

/* Keys that are not stored at first: one of a small result and one of a big one. */
#define FAULT_NEW_KEY     8
#define FAULT_NEW_BIG_KEY 11

/* How many entries there are at first. */
#define FAULT_N_PREPARED 8

/* The two functions of the fault loop, on one directory. */
typedef struct
{
  const char *cachedir;
  const char *dependency;
  gint64      maxmemory;
  guint64     size;    /* as the operation was told, or 0 */
  guint       n_found; /* what the operation found stored and up to date, where it only looks */
  Rig        *one;     /* (owned) (nullable): "org.example.One", whose results depend on nothing */
  Rig        *two;     /* (owned) (nullable): "org.example.Two", whose results depend on it and on a file beside it */
} FaultPair;

typedef struct
{
  const char *name;
  gboolean    opens;     /* the opening of the directory is part of the operation */
  gboolean    from_disk; /* there is no memory tier */
  int         key;       /* a key of function one that it is about */
  void (*prepare) (FaultPair *pair);
  gboolean (*run) (FaultPair *pair, GError **error);
} FaultOperation;

void fault_pair_open (FaultPair *pair);
void fault_pair_close (FaultPair *pair);

const FaultOperation *fault_operation_find (const char *name);

void fault_fail (const char *format,
                 ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

G_END_DECLS
