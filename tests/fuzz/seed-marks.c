/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Marks, sound ones and forged ones. */

#include <string.h>

#include "any-digest.h"
#include "any-marks.h"

#include "seeds.h"

#define HEAD_LENGTH 24
#define MARK_LENGTH 16

/* So many marks on different tokens. */
static GByteArray *
make (guint n)
{
  AnyMarks *marks = any_marks_new ();
  g_autoptr (GBytes) packed = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *token = g_strdup_printf ("app:account/%u", i);
      AnyMarks        *more = any_marks_add (marks, token, 1700000000000000);

      any_marks_unref (marks);
      marks = more;
    }
  packed = any_marks_pack (marks);
  any_marks_unref (marks);

  return g_bytes_unref_to_array (g_steal_pointer (&packed));
}

static guint
keep (const char *folder,
      const char *name,
      gboolean    sound,
      GByteArray *bytes)
{
  g_autoptr (GByteArray) owned = bytes;
  g_autoptr (AnyMarks) marks = NULL;

  any_digest_of (bytes->data, bytes->len - ANY_DIGEST_SIZE, bytes->data + bytes->len - ANY_DIGEST_SIZE);
  marks = any_marks_open (bytes->data, bytes->len);
  seed_write (folder, name, bytes->data, bytes->len);

  return any_marks_are_sound (marks) != sound;
}

/* Two marks, the second of which says something else. */
static GByteArray *
forge (gsize  offset,
       guint8 byte)
{
  GByteArray *bytes = make (2);

  memset (bytes->data + offset, byte, sizeof (guint64));

  return bytes;
}

/* Fills the folder; gives how many seeds were not what they were meant to be. */
guint
seed_marks (const char *into)
{
  return keep (into, "none", TRUE, make (0)) +
         keep (into, "one", TRUE, make (1)) +
         keep (into, "many", TRUE, make (200)) +
         keep (into, "last-max", FALSE, forge (8, 0xff)) +
         keep (into, "base-max", FALSE, forge (16, 0xff)) +
         keep (into, "order", FALSE, forge (HEAD_LENGTH + MARK_LENGTH, 0)) +
         keep (into, "number-max", FALSE, forge (HEAD_LENGTH + MARK_LENGTH + 8, 0xff));
}
