/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "history.h"

G_BEGIN_DECLS

typedef enum
{
  PLACE_FILE,    /* a file in a folder */
  PLACE_LINKED,  /* a file in a folder to which a link leads, which can lead to another */
  PLACE_SWAPPED, /* a file in a folder that others take the place of */
  PLACE_NAMES,   /* a folder with one file, whose name is the content */
  PLACE_LINK,    /* a link, whose target is the content */
} PlaceKind;

/* Something on the disk that says at any time what it holds. */
typedef struct
{
  guint     number;
  PlaceKind kind;
  char     *folder;  /* (owned): what its edits may touch */
  char     *path;    /* (owned): what a function reads */
  History  *history; /* shared */
} Place;

#define PLACE_RECORD_SIZE 32

/* All places, and figures. The last ones are in one tree. */
#define WORLD_N_PLACES     20
#define WORLD_N_ALONE      16
#define WORLD_MAX_CONTENTS 4

typedef struct
{
  gint    stop;       /* atomic, as all that follows */
  gint64  n_calls;    /* that ended with a result, with one or without */
  gint64  n_hits;     /* results that were found */
  gint64  n_computed; /* runs of a computation */
  gint64  n_racy;     /* results that were not stored */
  gint64  n_torn;     /* computations that met a place in the middle of an edit */
  gint64  n_edits;
  gint64  n_wrong;
  History histories[WORLD_N_PLACES];
} WorldMemory;

typedef struct
{
  char        *folder; /* (owned) */
  char        *spare;  /* (owned): a folder in which nobody reads */
  char        *tree;   /* (owned) */
  gint64       rest;   /* ns: sometimes a place is left alone for so long; 0 for never */
  Place        places[WORLD_N_PLACES];
  WorldMemory *memory; /* (owned): shared */
} World;

void world_init (World      *self,
                 const char *folder,
                 gint64      rest);
void world_clear (World *self);

void  place_format_record (const Place *self,
                           guint        content,
                           char         record[PLACE_RECORD_SIZE + 1]);
void  place_write (const Place *self,
                   const char  *path,
                   guint        content,
                   guint        n_records,
                   int          flags);
char *place_dup_below (const Place *self,
                       const char  *name);

gboolean place_read (const Place *self,
                     guint       *content);
gboolean place_read_file (const Place *self,
                          const char  *path,
                          guint       *content);

G_END_DECLS
