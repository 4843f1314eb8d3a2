/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a task is for. A plain cast of a function to a pointer is none of ISO C. */
#define ANY_TAG(function) GSIZE_TO_POINTER ((gsize) (function))

/* What is done for a task in a thread of the library's, because it waits for a disk. */

typedef gboolean (*AnyErrand) (gpointer      source,
                               gpointer      data,
                               GCancellable *cancellable,
                               GError      **error);

void any_errand_run (GTask    *task,
                     AnyErrand errand);

G_END_DECLS
