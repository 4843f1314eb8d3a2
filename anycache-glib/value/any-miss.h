/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Why a look-up found nothing to return. */
typedef enum
{
  ANY_MISS_NONE, /* a hit */
  ANY_MISS_ABSENT,
  ANY_MISS_EXPIRED,
  ANY_MISS_OUTDATED,  /* a dependency differs from its stamp */
  ANY_MISS_CORRUPT,   /* damaged, cut, or no entry at all */
  ANY_MISS_FOREIGN,   /* of another format version or byte order */
  ANY_MISS_OTHER_KEY, /* two keys with one ident, or a file that was moved */
  ANY_MISS_IO,        /* could not be read */
} AnyMiss;

const char *any_miss_to_string (AnyMiss self);

G_END_DECLS
