/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"

G_BEGIN_DECLS

/* On which terms somebody takes a stored result. Ages and spans are microseconds. */
typedef struct
{
  gint64 maxage;         /* of a result, -1 for no limit */
  gint64 error_maxage;   /* of a failure */
  gint64 check_interval; /* how long ago its files may have been looked at */
  gint64 stale_window;   /* how long ago its age may have run out, if it is computed anew meanwhile */
} AnyTerms;

gint64 any_terms_get_end (const AnyTerms  *self,
                          const AnyRecord *record);

gboolean any_terms_are_over (const AnyTerms  *self,
                             const AnyRecord *record);

gboolean any_terms_allow_earlier_look (const AnyTerms  *self,
                                       const AnyRecord *record,
                                       gint64           floor,
                                       gint64           now);

AnyMiss any_terms_validate (const AnyTerms *self,
                            AnyRecord      *record,
                            gint64          began);

gboolean any_terms_allow_stale (const AnyTerms  *self,
                                const AnyRecord *record);

G_END_DECLS
