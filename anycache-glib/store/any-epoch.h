/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Counts the changes of a directory that a memory tier must hear of, over all processes: the length of a small file.
 *
 * Odd: somebody is taking entries away right now, or died while doing so. Reading it is one lseek(), which cannot be made to
 * fail by what others do to the file, unlike a look into mapped memory.
 */
typedef struct _AnyEpoch AnyEpoch;

/* Never a value of a readable epoch: do not use memory. */
#define ANY_EPOCH_UNKNOWN G_MAXUINT64

AnyEpoch *any_epoch_open (int         directory,
                          const char *path,
                          gboolean    writable,
                          GError    **error);
void      any_epoch_free (AnyEpoch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyEpoch, any_epoch_free)

guint64 any_epoch_read (AnyEpoch *self);

gboolean any_epoch_is_linked (AnyEpoch *self);

gboolean any_epoch_begin (AnyEpoch *self,
                          GError  **error);

void any_epoch_end (AnyEpoch *self);

gboolean any_epoch_move (AnyEpoch *self,
                         GError  **error);

G_END_DECLS
