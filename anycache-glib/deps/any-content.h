/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-digest.h"

G_BEGIN_DECLS

/* Reading more than this to learn whether a file is the same would cost more than most computations. */
#define ANY_CONTENT_MAX_SIZE (G_GINT64_CONSTANT (64) << 20)

/* What is in a file, or which names are in a directory: for when times cannot tell. */

gboolean any_content_digest_descriptor (int     fd,
                                        gint64 *room,
                                        guint8  digest[ANY_DIGEST_SIZE]);

gboolean any_content_digest_file (const char *path,
                                  guint8      digest[ANY_DIGEST_SIZE],
                                  GError    **error);

gboolean any_content_digest_directory (const char *path,
                                       guint8      digest[ANY_DIGEST_SIZE],
                                       GError    **error);

G_END_DECLS
