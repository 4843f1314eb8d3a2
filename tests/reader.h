/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache-setup.h"

G_BEGIN_DECLS

#define READER_KEY "key"

/* Something that happens to a file while it is read. */
typedef void (*ReaderFunc) (const char *folder,
                            const char *path);

/* A function that gives the text of a file, as it found it, or “nothing”. */
typedef struct
{
  Setup              setup;
  AnyFunction       *function;   /* (owned) */
  char              *path;       /* (owned): "place/file" in the folder */
  AnyDependencyFlags flags;      /* how the file is named */
  gboolean           afterwards; /* it is named by the depfiles function, and not before it is read */
  ReaderFunc         before;     /* (nullable): the reading, and after the naming */
  ReaderFunc         after;      /* (nullable): the reading */
} Reader;

void reader_init (Reader *self);
void reader_clear (Reader *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

char    *reader_call (Reader *self);
gboolean reader_has_stored (Reader *self);

void reader_write (const char *path,
                   const char *text);

G_END_DECLS
