/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-key.h"

#include <string.h>
#include <xxhash.h>

#include "any-canonical.h"

/* The bytes of a key, the same in every language, process and byte order:
 *
 *   key     = part (name) part (version) part (type) part (args)
 *   part    = length:u64 (little endian) byte*
 *   name    = the function's name, UTF-8
 *   version = the function's version, UTF-8; empty where there is none
 *   type    = the GVariant type string of the arguments
 *   args    = the arguments in canonical form, serialised as GVariant, little endian
 *
 * Each part is preceded by its length: "ab" + "c" and "a" + "bc" do not meet.
 * The key is named by the XXH3-128 of these bytes. The name only finds an entry; the bytes decide whether it is the one.
 */

static guint8 *
put_length (guint8 *at,
            gsize   length)
{
  guint64 prefix = GUINT64_TO_LE ((guint64) length);

  memcpy (at, &prefix, sizeof prefix);

  return at + sizeof prefix;
}

static guint8 *
put_string (guint8     *at,
            const char *string,
            gsize       length)
{
  at = put_length (at, length);
  memcpy (at, string, length);

  return at + length;
}

/* Arguments in canonical form, in the byte order of keys. */
static GVariant *
args_for_key (GVariant *args)
{
  g_autoptr (GVariant) form = any_canonical_form (args);

#if G_BYTE_ORDER == G_BIG_ENDIAN
  return g_variant_byteswap (form);
#else
  return g_steal_pointer (&form);
#endif
}

AnyIdent
any_ident_of (gconstpointer key_bytes,
              gsize         length)
{
  XXH128_hash_t hash = XXH3_128bits (key_bytes, length);

  return (AnyIdent){ .high = hash.high64, .low = hash.low64 };
}

guint
any_ident_hash (const AnyIdent *self)
{
  return (guint) self->low;
}

gboolean
any_ident_equal (const AnyIdent *a,
                 const AnyIdent *b)
{
  return a->low == b->low && a->high == b->high;
}

void
any_ident_write (const AnyIdent *self,
                 char            digits[ANY_IDENT_LENGTH + 1])
{
  static const char hexadecimal[] = "0123456789abcdef";

  for (guint i = 0; i < ANY_IDENT_LENGTH / 2; i++)
    {
      digits[i] = hexadecimal[(self->high >> (60 - 4 * i)) & 0xf];
      digits[ANY_IDENT_LENGTH / 2 + i] = hexadecimal[(self->low >> (60 - 4 * i)) & 0xf];
    }
  digits[ANY_IDENT_LENGTH] = '\0';
}

/* The arguments are sunk by the caller. On failure, there is nothing to clear. */
gboolean
any_key_init (AnyKey     *self,
              const char *name,
              const char *version,
              GVariant   *args,
              GError    **error)
{
  g_autoptr (GVariant) form = NULL;
  const char *type = g_variant_get_type_string (args);
  gsize       name_length = strlen (name);
  gsize       version_length = version != NULL ? strlen (version) : 0;
  gsize       type_length = strlen (type);
  gboolean    plain = any_canonical_type_is_plain (type);
  gsize       args_length;
  guint8     *at;

  if (!(plain && g_variant_is_normal_form (args)) && !any_canonical_check (args, error))
    {
      g_prefix_error (error, "Arguments of “%s”: ", name);
      return FALSE;
    }

  if (G_BYTE_ORDER == G_BIG_ENDIAN || !plain)
    args = form = args_for_key (args);
  args_length = g_variant_get_size (args);

  self->length = 4 * sizeof (guint64) + name_length + version_length + type_length + args_length;
  self->bytes = self->length <= sizeof self->inline_bytes ? self->inline_bytes : g_malloc (self->length);

  at = put_string (self->bytes, name, name_length);
  at = put_string (at, version != NULL ? version : "", version_length);
  at = put_string (at, type, type_length);
  at = put_length (at, args_length);
  if (args_length > 0)
    memcpy (at, g_variant_get_data (args), args_length);

  self->ident = any_ident_of (self->bytes, self->length);

  return TRUE;
}

/* Makes a key of its own that is equal. */
void
any_key_init_copy (AnyKey       *self,
                   const AnyKey *other)
{
  self->length = other->length;
  self->ident = other->ident;
  self->bytes = self->length <= sizeof self->inline_bytes ? self->inline_bytes : g_malloc (self->length);
  memcpy (self->bytes, other->bytes, self->length);
}

void
any_key_clear (AnyKey *self)
{
  if (self->bytes != self->inline_bytes)
    g_free (self->bytes);
  self->bytes = NULL;
}

gboolean
any_key_equal (const AnyKey *self,
               gconstpointer bytes,
               gsize         length)
{
  return self->length == length && memcmp (self->bytes, bytes, length) == 0;
}

/* Whether stored key bytes belong to a function of this name, of whatever version. */
gboolean
any_key_bytes_have_name (gconstpointer bytes,
                         gsize         length,
                         const char   *name)
{
  guint64 prefix;
  gsize   name_length = strlen (name);

  if (length < sizeof prefix + name_length)
    return FALSE;

  memcpy (&prefix, bytes, sizeof prefix);

  return GUINT64_FROM_LE (prefix) == name_length &&
         memcmp ((const guint8 *) bytes + sizeof prefix, name, name_length) == 0;
}
