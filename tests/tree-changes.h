/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What can happen in a tree, and whether a stamp that was taken before then holds. */
typedef struct
{
  const char *what;
  const char *steps;         /* what tree_play() takes */
  gboolean    times_hold;    /* a stamp that goes by the times */
  gboolean    content_holds; /* one that goes by the content */
} TreeChange;

extern const TreeChange tree_changes[];
extern const guint      tree_n_changes;

/* Makes a folder “tree” with some of everything in it, and something beside it. */
void tree_make (const char *folder);

/* Does in a folder what is written, with "; " between the steps. Names have no spaces:
 *
 *   write FILE TEXT      in place
 *   date-back FILE TEXT  the same, and sets the time of change to what it was
 *   map FILE             writes one letter through a map, and sets the time of change to what it was
 *   touch FILE, chmod FILE, remove FILE, mkdir FILE, fifo FILE, socket FILE
 *   move FROM TO, link TARGET FILE, alias FROM TO
 */
void tree_play (const char *folder,
                const char *steps);

G_END_DECLS
