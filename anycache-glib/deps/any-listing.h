/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names in a directory that is open, in the order of their bytes; “.” and “..” as the system tells them. No more than one beyond
 * max is read, so that a directory without end comes to one. NULL with errno where it cannot be read. */
GPtrArray *any_listing_read (int   fd,
                             guint max);

G_END_DECLS
