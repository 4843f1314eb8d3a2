/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of a value, compressed: one Zstandard frame (RFC 8878) that tells the length of its content and needs no dictionary. */

GBytes *any_frame_compress (gconstpointer content,
                            gsize         content_length);

guint32 any_frame_get_content_length (gconstpointer frame,
                                      gsize         length);

gboolean any_frame_decompress (gconstpointer frame,
                               gsize         length,
                               gpointer      content,
                               gsize         content_length);

G_END_DECLS
