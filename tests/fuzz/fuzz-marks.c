/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Fuzz target: opens any bytes as marks, as they are and with a right digest, and marks something more. */

#include "any-marks.h"

#include <string.h>

#include "any-digest.h"

#include "fuzz.h"

/* A time between those that seeds have. */
#define NOW 1000000

static void
check_more (const AnyMarks *marks)
{
  g_autoptr (AnyMarks) more = any_marks_add (marks, "/a/b", NOW);
  guint64 last = any_marks_get_last (marks);

  g_assert_cmpuint (any_marks_get_last (more), >, last);
  g_assert_cmpuint (any_marks_get_last (more), >=, NOW);
  g_assert_true (any_marks_are_sound (more));
  g_assert_true (any_marks_concern (more, last, "/a/b", FALSE));
  g_assert_true (any_marks_concern (more, last, "/a", TRUE));
  g_assert_false (any_marks_concern_all (more, any_marks_get_last (more)));
  g_assert_cmpint (any_marks_concern_all (more, last), ==, !any_marks_are_sound (marks));
}

static void
open_once (const guint8 *bytes,
           gsize         length)
{
  g_autoptr (AnyMarks) marks = any_marks_open (bytes, length);
  g_autoptr (GBytes) again = any_marks_pack (marks);
  guint64 last = any_marks_get_last (marks);

  if (any_marks_are_sound (marks))
    {
      g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), bytes, length);
      g_assert_false (any_marks_concern (marks, last, "app:a", FALSE));
      g_assert_true (any_marks_concern_all (marks, last + 1));
    }
  else
    {
      g_assert_true (any_marks_concern_all (marks, last));
      g_assert_true (any_marks_concern (marks, last, "app:a", FALSE));
    }

  check_more (marks);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree guint8 *forged = g_memdup2 (data, size);

  open_once (data, size);

  if (size >= ANY_DIGEST_SIZE)
    {
      any_digest_of (forged, size - ANY_DIGEST_SIZE, forged + size - ANY_DIGEST_SIZE);
      open_once (forged, size);
    }

  return 0;
}
