/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "any-miss.h"

G_BEGIN_DECLS

#define ANY_HEADER_SIZE 112

/* What an entry has behind its value. */
#define ANY_HEADER_TRAILER_SIZE 16

/* What is told of a result beside its key, its dependencies and its value. */
typedef struct
{
  gint64      created;        /* us since the epoch */
  gint64      expires;        /* us since the epoch, -1 for never */
  gint64      cost;           /* us that the computation took */
  guint64     marks;          /* number of the last mark that was made before the computation began */
  gboolean    failure;        /* the value is an error, see any-failure.h */
  guint32     content_length; /* of the frame that is in the place of the value, see any-frame.h; 0 where there is none */
  const char *validator;      /* (nullable): what the computation knows the result by */
} AnyFacts;

/* What the first bytes of an entry say. */
typedef struct
{
  AnyFacts facts; /* but for the validator */
  guint64  total_length;
  guint64  key_length;
  guint64  dependencies_length;
  guint64  validator_length;
  guint64  type_length;
  guint64  value_length;
} AnyHeader;

void any_header_write (const AnyHeader *self,
                       guint8           bytes[ANY_HEADER_SIZE]);

AnyMiss any_header_read (AnyHeader    *self,
                         gconstpointer bytes,
                         gsize         length);

gsize any_header_get_value_offset (const AnyHeader *self);

G_END_DECLS
