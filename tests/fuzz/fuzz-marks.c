/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Any bytes in the place of a directory's marks: what is not sound concerns everybody, and what is is what was written. */

#include "fuzz.h"

#include <string.h>

#include "any-digest.h"
#include "any-marks.h"

static const char *const dependencies[] = { "app:account/42", "/", "/etc/../etc/hosts", "/usr/share/pictures" };

static void
ask (const AnyMarks *marks)
{
  guint64 last = any_marks_get_last (marks);

  for (guint i = 0; i < G_N_ELEMENTS (dependencies); i++)
    {
      gboolean all = any_marks_concern_all (marks, last);

      g_assert_true (all == !any_marks_are_sound (marks));
      g_assert_true (any_marks_concern (marks, last, dependencies[i], TRUE) == all);
      g_assert_true (!any_marks_concern_all (marks, 0) || any_marks_concern (marks, 0, dependencies[i], FALSE));
    }
}

/* Whoever knew of all marks is outdated by one more, and by no other than that. */
static void
add (const AnyMarks *marks)
{
  g_autoptr (AnyMarks) more = any_marks_add (marks, dependencies[0], 0);

  g_assert_true (any_marks_are_sound (more));
  g_assert_cmpuint (any_marks_get_last (more), >, any_marks_get_last (marks));
  g_assert_true (any_marks_concern (more, any_marks_get_last (marks), dependencies[0], FALSE));
  g_assert_true (!any_marks_concern (more, any_marks_get_last (more), dependencies[0], FALSE));
}

static void
open_once (const guint8 *bytes,
           gsize         length)
{
  g_autoptr (AnyMarks) marks = any_marks_open (bytes, length);

  if (any_marks_are_sound (marks))
    {
      g_autoptr (GBytes) packed = any_marks_pack (marks);

      g_assert_cmpmem (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), bytes, length);
    }

  ask (marks);
  add (marks);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree guint8 *forged = g_memdup2 (data, size);

  open_once (data, size);

  if (size < ANY_DIGEST_SIZE)
    return 0;

  any_digest_of (forged, size - ANY_DIGEST_SIZE, forged + size - ANY_DIGEST_SIZE);
  open_once (forged, size);

  return 0;
}
