/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Fuzz target: makes a key of any value of any type.
 *
 *   input = type_length:u16 (little endian) type byte*
 */

#include <string.h>

#include "any-canonical.h"
#include "any-key.h"

#include "fuzz.h"

/* The value that the input describes, as a program could have read it from a file it should not have trusted. */
static GVariant *
read_input (const guint8 *data,
            gsize         size)
{
  g_autofree char *type = NULL;
  GVariant        *value;
  guint8          *bytes;
  guint16          type_length;
  gsize            length;

  if (size < sizeof type_length)
    return NULL;

  memcpy (&type_length, data, sizeof type_length);
  type_length = MIN (GUINT16_FROM_LE (type_length), size - sizeof type_length);

  type = g_strndup ((const char *) data + sizeof type_length, type_length);
  if (!g_variant_type_string_is_valid (type) || !g_variant_type_is_definite (G_VARIANT_TYPE (type)))
    return NULL;

  length = size - sizeof type_length - type_length;
  bytes = g_memdup2 (data + sizeof type_length + type_length, length);
  value = g_variant_new_from_data (G_VARIANT_TYPE (type), bytes, length, FALSE, g_free, bytes);

  return g_variant_ref_sink (value);
}

/* The canonical form is sound, is its own canonical form, and names the same key as the value that it was made of. */
static void
check_form (GVariant     *value,
            const AnyKey *key)
{
  g_autoptr (GVariant) form = any_canonical_form (value);
  g_autoptr (GVariant) again = any_canonical_form (form);
  g_auto (AnyKey) key_of_form = { 0 };

  g_assert_true (g_variant_is_normal_form (form));
  g_assert_true (g_variant_type_equal (g_variant_get_type (form), g_variant_get_type (value)));
  g_assert_cmpmem (g_variant_get_data (form), g_variant_get_size (form),
                   g_variant_get_data (again), g_variant_get_size (again));

  g_assert_true (any_key_init (&key_of_form, "fuzz", NULL, form, NULL));
  g_assert_true (any_key_equal (key, key_of_form.bytes, key_of_form.length));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GVariant) value = read_input (data, size);
  g_autoptr (GError) error = NULL;
  g_auto (AnyKey) key = { 0 };

  if (value == NULL)
    return 0;

  if (!any_key_init (&key, "fuzz", NULL, value, &error))
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      return 0;
    }

  check_form (value, &key);

  return 0;
}
