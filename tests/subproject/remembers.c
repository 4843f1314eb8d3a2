/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <anycache-glib/anycache.h>

static gboolean
square (AnyRequest *request,
        gpointer    user_data,
        GError    **error)
{
  gint64 number;
  guint *computed = user_data;

  g_variant_get (any_request_get_args (request), "(x)", &number);
  *computed += 1;
  any_request_return_value (request, g_variant_new_int64 (number * number));

  return TRUE;
}

int
main (void)
{
  guint computed = 0;
  g_autoptr (AnyCache) cache = any_cache_new (NULL, -1);
  g_autoptr (AnyFunction) function = any_cache_define (cache, "org.example.Square", NULL, square, &computed, NULL);

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) result = any_function_call (function, g_variant_new ("(x)", (gint64) 12), NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (g_variant_get_int64 (result), ==, 144);
    }
  g_assert_cmpuint (computed, ==, 1);

  return 0;
}
