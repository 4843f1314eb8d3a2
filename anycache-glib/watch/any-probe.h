/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What GLib does not look for, or does not tell, when it watches a directory. For the watching thread alone. */

gboolean any_probe_has_descriptors (void);

gboolean any_probe_reaches (const char *directory);

void any_probe_rest (void);

G_END_DECLS
