/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "any-codec.h"
#include "any-key.h"
#include "any-terms.h"

G_BEGIN_DECLS

/* Keys and records to fill a store with: a key is a number under a function's name, a value is a text. */

#define ANY_TEST_NAME "org.example.Test"

/* Of somebody who takes what is right, however old it is. */
static const AnyTerms any_test_terms = { .maxage = -1 };

static inline void
any_test_key_init (AnyKey     *self,
                   const char *name,
                   int         number)
{
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(i)", number));

  g_assert_true (any_key_init (self, name, NULL, args, NULL));
}

static inline guint
any_test_key_shard (const AnyKey *self)
{
  return self->ident.high >> 56;
}

/* The first number from @number on whose key is in the shard. */
static inline int
any_test_key_init_in_shard (AnyKey     *self,
                            const char *name,
                            guint       shard,
                            int         number)
{
  for (;; number++)
    {
      any_test_key_init (self, name, number);
      if (any_test_key_shard (self) == shard)
        return number;
      any_key_clear (self);
    }
}

static inline AnyRecord *
any_test_seal (const AnyKey *key,
               GVariant     *value,
               gsize        *head_length)
{
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("", 0);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  return any_codec_seal (key, dependencies, sunk, &(AnyFacts){ .created = g_get_real_time (), .expires = -1, .cost = 1 }, ANY_CODEC_NEVER_COMPRESS, head_length);
}

static inline AnyRecord *
any_test_record_new (const AnyKey *key,
                     const char   *text,
                     gsize        *head_length)
{
  return any_test_seal (key, g_variant_new_string (text), head_length);
}

/* A record whose entry has so many bytes, all of the value's being @filler. */
static inline AnyRecord *
any_test_record_new_sized (const AnyKey *key,
                           gsize         total_length,
                           guint8        filler,
                           gsize        *head_length)
{
  g_autoptr (AnyRecord) empty = any_test_seal (key, g_variant_new_array (G_VARIANT_TYPE_BYTE, NULL, 0), head_length);
  gsize   length = total_length - empty->total_length;
  guint8 *bytes = g_malloc (length);

  g_assert_cmpuint (total_length, >=, empty->total_length);
  memset (bytes, filler, length);

  return any_test_seal (key,
                        g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, bytes, length, TRUE, g_free, bytes),
                        head_length);
}

static inline const char *
any_test_record_text (const AnyRecord *record)
{
  return g_variant_get_string (record->value, NULL);
}

G_END_DECLS
