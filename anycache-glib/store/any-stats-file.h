/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-directory.h"
#include "any-stats-private.h"

G_BEGIN_DECLS

/* The file in which the processes that use a directory add up what they have done. */

gboolean any_stats_file_add (AnyDirectory   *directory,
                             const AnyStats *stats);

AnyStats *any_stats_file_read (AnyDirectory *directory,
                               GError      **error);

G_END_DECLS
