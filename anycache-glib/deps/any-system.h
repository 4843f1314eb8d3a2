/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/vfs.h>

G_BEGIN_DECLS

/* Whether a change of a file shows in its times, in the file system that it is in. */
gboolean any_system_leaves_traces (const struct statfs *system,
                                   const char          *path,
                                   GError             **error);

/* Whether the clock of another machine, or of a program, dates files there. */
gboolean any_system_has_foreign_clock (const struct statfs *system);

G_END_DECLS
