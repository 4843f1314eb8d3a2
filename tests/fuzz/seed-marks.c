/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Marks: sound ones, whose fields the fuzzer changes. */

#include "any-marks.h"

#include "seeds.h"

/* The marks that come of marking so many things, and a base below them. */
static AnyMarks *
make (guint  n_marks,
      gint64 base)
{
  AnyMarks *marks = base > 0 ? any_marks_new_since (base) : any_marks_new ();

  for (guint i = 0; i < n_marks; i++)
    {
      g_autofree char *name = g_strdup_printf (i % 2 == 0 ? "app:%u" : "/a/%u", i);
      AnyMarks        *more = any_marks_add (marks, name, 10 * i);

      any_marks_unref (marks);
      marks = more;
    }

  return marks;
}

/* Fills the folder; gives how many seeds were not what they were meant to be. */
guint
seed_marks (const char *folder)
{
  static const struct
  {
    const char *name;
    guint       n_marks;
    gint64      base;
  } rows[] = {
    { "none", 0, 0 },
    { "only-base", 0, 1700000000000000 },
    { "one", 1, 0 },
    { "some", 5, 3 },
    { "last-but-one", 1, G_MAXINT64 - 2 },
    { "last", 1, G_MAXINT64 - 1 },
    { "many", 300, 0 },
    { "too-many", 20000, 0 },
  };
  guint n_wrong = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnyMarks) marks = make (rows[i].n_marks, rows[i].base);
      g_autoptr (GBytes) bytes = any_marks_pack (marks);

      n_wrong += !any_marks_are_sound (marks);
      seed_write (folder, rows[i].name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }

  return n_wrong;
}
