/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-use.h"

/* What every operation does first: take floating arguments, and refuse what has no key. */
gboolean
any_use_init (AnyUse       *self,
              AnyFunction  *function,
              GVariant     *args,
              GCancellable *cancellable,
              GError      **error)
{
  const char *name = any_function_get_name (function);
  const char *type = any_function_get_args_type (function);

  self->args = g_variant_ref_sink (args);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (type != NULL && !g_variant_is_of_type (args, G_VARIANT_TYPE (type)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Arguments of “%s”: the type is “%s”, but “%s” was declared",
                   name, g_variant_get_type_string (args), type);
      return FALSE;
    }

  return any_key_init (&self->key, name, any_function_get_version (function), args, error);
}

void
any_use_clear (AnyUse *self)
{
  g_clear_pointer (&self->args, g_variant_unref);
  any_key_clear (&self->key);
}
