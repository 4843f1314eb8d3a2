/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A cache of numbers that keeps the last so many: the last that came (FIFO), or the last that were used (LRU). */
typedef struct _SimpleCache SimpleCache;

SimpleCache *simple_cache_new (guint    n_keys,
                               guint    capacity,
                               gboolean lru);

void simple_cache_free (SimpleCache *self);

gboolean simple_cache_ask (SimpleCache *self,
                           guint        key);

G_END_DECLS
