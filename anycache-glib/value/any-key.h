/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* 32 lower-case hexadecimal digits. */
#define ANY_IDENT_LENGTH 32

/* Keys of most calls fit here, and so need no allocation. */
#define ANY_KEY_INLINE_SIZE 256

/* The 128 bits that name a key, in every language, process and byte order. */
typedef struct
{
  guint64 high;
  guint64 low;
} AnyIdent;

AnyIdent any_ident_of (gconstpointer key_bytes,
                       gsize         length);

guint    any_ident_hash (const AnyIdent *self);
gboolean any_ident_equal (const AnyIdent *a,
                          const AnyIdent *b);

void any_ident_write (const AnyIdent *self,
                      char            digits[ANY_IDENT_LENGTH + 1]);

/* Everything that names a result: the function's name and version, and the type and canonical bytes of the arguments.
 *
 * A plain value; it must not be copied, since bytes may point into itself.
 */
typedef struct
{
  guint8  *bytes;  /* (owned) unless it is inline_bytes */
  gsize    length; /* bytes */
  AnyIdent ident;
  guint8   inline_bytes[ANY_KEY_INLINE_SIZE];
} AnyKey;

gboolean any_key_init (AnyKey     *self,
                       const char *name,
                       const char *version,
                       GVariant   *args,
                       GError    **error);

void any_key_init_copy (AnyKey       *self,
                        const AnyKey *other);

void any_key_clear (AnyKey *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnyKey, any_key_clear)

gboolean any_key_equal (const AnyKey *self,
                        gconstpointer bytes,
                        gsize         length);

gboolean any_key_bytes_have_name (gconstpointer bytes,
                                  gsize         length,
                                  const char   *name);

G_END_DECLS
