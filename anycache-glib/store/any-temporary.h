/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Private directories for caches that end with their process. */

char *any_temporary_make (void);

void any_temporary_remove (const char *path);

G_END_DECLS
