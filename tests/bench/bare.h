/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "workload.h"

G_BEGIN_DECLS

/* The system calls that no cache of files can do without. */
typedef struct _Bare Bare;

Bare *bare_new_reader (Workload *workload);

Bare *bare_new_writer (const char *folder,
                       gsize       file_size,
                       guint       n_files,
                       guint       number);

void bare_free (Bare *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bare, bare_free)

gboolean bare_read_one (Bare *self,
                        guint index);

/* Sides of a race. */
guint bare_read (gpointer data,
                 guint    first,
                 guint    count);

guint bare_write (gpointer data,
                  guint    first,
                  guint    count);

guint bare_write_and_unlink (gpointer data,
                             guint    first,
                             guint    count);

guint bare_seek (gpointer data,
                 guint    first,
                 guint    count);

G_END_DECLS
