/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-use.h"

#include "any-function-private.h"

/* What every operation does first: take floating arguments, and refuse what has no key. Is to be cleared even where it fails. */
gboolean
any_use_init (AnyUse       *self,
              AnyFunction  *function,
              GVariant     *args,
              GCancellable *cancellable,
              GError      **error)
{
  const char *type = function->args_type;

  self->args = args;
  self->sunk = g_variant_is_floating (args) ? g_variant_ref_sink (args) : NULL;
  self->key.bytes = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  if (type != NULL && !g_variant_is_of_type (args, G_VARIANT_TYPE (type)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Arguments of “%s”: the type is “%s”, but “%s” was declared",
                   function->name, g_variant_get_type_string (args), type);
      return FALSE;
    }

  return any_key_init (&self->key, function->name, function->version, args, error);
}

void
any_use_clear (AnyUse *self)
{
  g_clear_pointer (&self->sunk, g_variant_unref);
  any_key_clear (&self->key);
}
