/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Why nobody can vouch for a path. Returns FALSE, for the caller to return. */

gboolean any_trouble_set (GError     **error,
                          GIOErrorEnum code,
                          const char  *path,
                          const char  *what);

gboolean any_trouble_set_from_errno (GError    **error,
                                     int         saved_errno,
                                     const char *path);

G_END_DECLS
