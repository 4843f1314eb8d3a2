/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-digest.h"

G_BEGIN_DECLS

/* The versions in which this process has defined its functions.
 *
 * A result that was made from that of another function is outdated when the other one has another version now; which only a
 * process that defines it can know. Thread-safe.
 */

void any_definitions_add (const char *name,
                          const char *version);

void any_definitions_remove (const char *name,
                             const char *version);

gboolean any_definitions_allow (const char  *name,
                                const guint8 version[ANY_DIGEST_SIZE]);

void any_definitions_digest (const char *version,
                             guint8      digest[ANY_DIGEST_SIZE]);

G_END_DECLS
