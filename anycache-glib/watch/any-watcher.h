/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-watch-private.h"

G_BEGIN_DECLS

/* The thread that watches. There is one in a process, from the first watch on, and none in a child that was forked since. */

gboolean any_watcher_call (AnyWatch *watch);

guint any_watcher_count_polled (void);

G_END_DECLS
