/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One row of tests/golden/idents.txt. */
typedef struct
{
  char *group;   /* (owned): rows of one group name the same key */
  char *name;    /* (owned) */
  char *version; /* (owned): empty for none */
  char *args;    /* (owned): what golden_args_parse() takes */
  char *ident;   /* (owned) */
} GoldenIdent;

GPtrArray *golden_idents_read (const char *path);
char      *golden_idents_print (GPtrArray *rows);
char      *golden_ident_compute (const GoldenIdent *row);

GVariant *golden_args_parse (const char *text);

G_END_DECLS
