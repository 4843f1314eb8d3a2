/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes frames by the book (RFC 8878, section 3.1.1), and not by the library that reads them: that would not lie. */

#include "forge-frame.h"

/* Bits of the frame header's descriptor. */
#define LENGTH_OF_4     (2 << 6)
#define LENGTH_OF_8     (3 << 6)
#define SINGLE_SEGMENT  (1 << 5)
#define DICTIONARY_OF_1 1

/* A window of 1 MiB, where there is no length that tells how much to keep. */
#define WINDOW (10 << 3)

#define LAST_BLOCK 1
#define REPEATED   (1 << 1)

static void
put (GByteArray *bytes,
     guint64     number,
     guint       width)
{
  for (guint i = 0; i < width; i++)
    {
      guint8 byte = (guint8) (number >> 8 * i);

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
put_header (GByteArray *bytes,
            ForgeFrame  kind,
            guint64     claimed)
{
  gboolean long_length = claimed > G_MAXUINT32;

  put (bytes, 0xfd2fb528, 4);

  if (kind == FORGE_FRAME_SILENT)
    {
      put (bytes, 0, 1);
      put (bytes, WINDOW, 1);
      return;
    }

  put (bytes, (long_length ? LENGTH_OF_8 : LENGTH_OF_4) | SINGLE_SEGMENT | (kind == FORGE_FRAME_DICTIONARY ? DICTIONARY_OF_1 : 0), 1);
  if (kind == FORGE_FRAME_DICTIONARY)
    put (bytes, 7, 1);
  put (bytes, claimed, long_length ? 8 : 4);
}

/* A frame whose content is one letter, as often as it is real, in blocks of four bytes each. */
GByteArray *
forge_frame_new (ForgeFrame kind,
                 guint64    claimed,
                 guint64    real)
{
  GByteArray *bytes = g_byte_array_new ();

  put_header (bytes, kind, claimed);

  for (guint64 left = real; left > 0;)
    {
      guint64 size = MIN (left, FORGE_BLOCK_SIZE);

      left -= size;
      put (bytes, (left == 0 ? LAST_BLOCK : 0) | REPEATED | size << 3, 3);
      put (bytes, 'x', 1);
    }

  return bytes;
}
