/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-stamp.h"

G_BEGIN_DECLS

/* What a file holds at first. Any other text of the tests is as long. */
#define PLACE_TEXT "some"

/* A folder with the path "above/parent/subject" in it, where something is or is not. */
typedef struct
{
  char *folder; /* (owned) */
  char *path;   /* (owned): of the subject */
} Place;

void place_init (Place *self);
void place_clear (Place *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

void place_write (Place      *self,
                  const char *text);
void place_touch (Place *self);
void place_date (Place *self,
                 gint64 mtime);
void place_remove (Place *self);

/* What can happen to a subject, and whether a stamp that was taken before then holds. */
typedef struct
{
  const char  *what;
  AnyStampKind kind; /* of the subject, before */
  void (*prepare) (Place *place);
  void (*change) (Place *place);
  gboolean settled_holds; /* a stamp that goes by the times */
  gboolean fresh_holds;   /* one that goes by the content */
} StampChange;

extern const StampChange stamp_changes[];
extern const guint       stamp_n_changes;

G_END_DECLS
