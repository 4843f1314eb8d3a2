/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"

G_BEGIN_DECLS

/* What has come of a key, shared by all who asked for it: what was found, or what was computed. Immutable. */
typedef struct
{
  AnyMiss    miss;         /* ANY_MISS_NONE where there is a record, or something was computed */
  AnyRecord *record;       /* (owned) (nullable): it was found */
  GVariant  *value;        /* (owned) (nullable): it was computed */
  GError    *error;        /* (owned) (nullable): it failed */
  GBytes    *dependencies; /* (owned) (nullable): of what was computed; NULL where nobody knows how long it holds */
  gint64     expires;      /* us since the epoch, -1 for never: of what was computed */
} AnyReply;

AnyReply *any_reply_new_looked (AnyMiss    miss,
                                AnyRecord *record);

AnyReply *any_reply_new_computed (GVariant     *value,
                                  const GError *error,
                                  GBytes       *dependencies,
                                  gint64        expires);

AnyReply *any_reply_ref (AnyReply *self);
void      any_reply_unref (AnyReply *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyReply, any_reply_unref)

G_END_DECLS
