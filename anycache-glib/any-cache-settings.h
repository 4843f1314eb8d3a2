/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-cache.h"

G_BEGIN_DECLS

/* What can be changed of a cache at any time, beside what belongs to its core: a box that counts its references. Each field is atomic. */
typedef struct
{
  gint64 maxsize;               /* bytes, 0 for off, -1 for no limit */
  gint64 maxentries;            /* 0 for off, -1 for no limit */
  gint64 maxage;                /* us, -1 for no limit */
  gint64 check_interval;        /* us */
  gint64 wait_timeout;          /* us */
  gint64 compression_threshold; /* bytes, -1 to compress nothing */
  int    trimming;              /* somebody will look whether there is too much */
} AnyCacheSettings;

AnyCacheSettings *any_cache_get_settings (AnyCache *self);

G_END_DECLS
