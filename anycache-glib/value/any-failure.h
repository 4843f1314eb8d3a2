/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The error that a computation has failed with, as a value that can be stored. */
#define ANY_FAILURE_TYPE G_VARIANT_TYPE ("(sis)")

gboolean any_failure_is_memorable (const GError *error);

GVariant *any_failure_new (const GError *error);

void any_failure_propagate (GVariant *self,
                            GError  **error);

G_END_DECLS
