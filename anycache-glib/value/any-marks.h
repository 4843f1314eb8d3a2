/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an application has said to have changed: numbered marks on dependencies. Immutable and shared between threads.
 *
 * An entry remembers the number of the last mark that was made before its computation began. It is outdated by each later mark
 * on something that it depends on.
 */
typedef struct _AnyMarks AnyMarks;

AnyMarks *any_marks_new (void);

AnyMarks *any_marks_new_since (gint64 now);

AnyMarks *any_marks_open (gconstpointer bytes,
                          gsize         length);

AnyMarks *any_marks_add (const AnyMarks *self,
                         const char     *dependency,
                         gint64          now);

AnyMarks *any_marks_ref (AnyMarks *self);
void      any_marks_unref (AnyMarks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyMarks, any_marks_unref)

GBytes *any_marks_pack (const AnyMarks *self);

gboolean any_marks_are_sound (const AnyMarks *self);

guint64 any_marks_get_last (const AnyMarks *self);

gboolean any_marks_concern (const AnyMarks *self,
                            guint64         since,
                            const char     *dependency,
                            gboolean        recursive);

gboolean any_marks_concern_all (const AnyMarks *self,
                                guint64         since);

G_END_DECLS
