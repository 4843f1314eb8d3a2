/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-stamp.h"

G_BEGIN_DECLS

typedef struct
{
  const char *path;
  guint       kind; /* as in the grammar */
  gboolean    settled;
  guint64     size;
  gint64      mtime;
  gint64      ctime;
  guint64     inode;
  guint8      digest; /* each byte of it */
  guint       flags;
} GoldenDependency;

/* What is in one entry file of tests/golden/. */
typedef struct
{
  const char             *file;
  const char             *name;
  const char             *version;
  const char             *args;  /* GVariant text */
  const char             *value; /* what golden_args_parse() takes */
  AnyFacts                facts;
  const GoldenDependency *dependencies;
  guint                   n_dependencies;
} GoldenEntry;

extern const GoldenEntry golden_entries[];
extern const guint       golden_n_entries;

GBytes *golden_entry_pack_dependencies (const GoldenEntry *self);

guint8 *golden_entry_seal (const GoldenEntry *self,
                           gsize             *length);

G_END_DECLS
