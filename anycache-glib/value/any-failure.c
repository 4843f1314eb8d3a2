/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-failure.h"

#include "any-error.h"

/* Domains are known by their names: the number that stands for one is another in each process. */
static gboolean
has_name (GQuark domain)
{
  const char *name = g_quark_to_string (domain);

  return name != NULL && g_utf8_validate (name, -1, NULL);
}

/* Whether the next call would fail alike. What somebody has cancelled, and what went wrong in the cache, says nothing of the function. */
gboolean
any_failure_is_memorable (const GError *error)
{
  return has_name (error->domain) &&
         error->domain != ANY_CACHE_ERROR &&
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Of an error that is memorable. A message that is no UTF-8 is made so, as a GVariant holds no other. */
GVariant *
any_failure_new (const GError *error)
{
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  return g_variant_new ("(sis)", g_quark_to_string (error->domain), error->code, message);
}

void
any_failure_propagate (GVariant *self,
                       GError  **error)
{
  const char *domain;
  const char *message;
  gint32      code;

  g_variant_get (self, "(&si&s)", &domain, &code, &message);
  g_set_error_literal (error, g_quark_from_string (domain), code, message);
}
