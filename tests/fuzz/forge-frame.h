/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most that one block of a frame can make. */
#define FORGE_BLOCK_SIZE (1 << 17)

typedef enum
{
  FORGE_FRAME_PLAIN,
  FORGE_FRAME_SILENT,     /* does not say how long its content is */
  FORGE_FRAME_DICTIONARY, /* wants one */
} ForgeFrame;

GByteArray *forge_frame_new (ForgeFrame kind,
                             guint64    claimed,
                             guint64    real);

G_END_DECLS
