/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-miss.h"

#include "any-test.h"

/* People search their logs for these words. */
START_TEST (test_words_stand)
{
  static const struct
  {
    AnyMiss     miss;
    const char *word;
  } rows[] = {
    { ANY_MISS_NONE, "hit" },
    { ANY_MISS_ABSENT, "absent" },
    { ANY_MISS_EXPIRED, "expired" },
    { ANY_MISS_OUTDATED, "outdated" },
    { ANY_MISS_CORRUPT, "corrupt" },
    { ANY_MISS_FOREIGN, "foreign" },
    { ANY_MISS_OTHER_KEY, "other-key" },
    { ANY_MISS_IO, "io" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ck_assert_uint_eq (rows[i].miss, i);
      ck_assert_str_eq (any_miss_to_string (rows[i].miss), rows[i].word);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("miss");
  TCase *all = tcase_create ("all");

  tcase_add_test (all, test_words_stand);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
