/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-reply.h"

/* Of a look: what was found, which may not be returned unless nothing is missing. */
AnyReply *
any_reply_new_looked (AnyMiss    miss,
                      AnyRecord *record)
{
  AnyReply *self = g_atomic_rc_box_new0 (AnyReply);

  self->miss = miss;
  self->record = record != NULL ? any_record_ref (record) : NULL;

  return self;
}

/* Of a computation: a value or an error. */
AnyReply *
any_reply_new_computed (GVariant     *value,
                        const GError *error,
                        GBytes       *dependencies,
                        gint64        expires)
{
  AnyReply *self = g_atomic_rc_box_new0 (AnyReply);

  self->value = value != NULL ? g_variant_ref (value) : NULL;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->dependencies = dependencies != NULL ? g_bytes_ref (dependencies) : NULL;
  self->expires = expires;

  return self;
}

AnyReply *
any_reply_ref (AnyReply *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
reply_clear (AnyReply *self)
{
  g_clear_pointer (&self->record, any_record_unref);
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->dependencies, g_bytes_unref);
}

void
any_reply_unref (AnyReply *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) reply_clear);
}
