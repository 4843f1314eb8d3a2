/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-failure.h"

#include <string.h>

#include "any-error.h"
#include "any-test-process.h"
#include "any-test.h"

static void
check_round_trip (GQuark      domain,
                  int         code,
                  const char *message,
                  const char *told)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, message);
  g_autoptr (GVariant) failure = NULL;
  g_autoptr (GError) again = NULL;

  ck_assert (any_failure_is_memorable (error));
  failure = g_variant_ref_sink (any_failure_new (error));
  ck_assert (g_variant_is_of_type (failure, ANY_FAILURE_TYPE));
  ck_assert (g_variant_is_normal_form (failure));

  any_failure_propagate (failure, &again);
  ck_assert (g_error_matches (again, domain, code));
  ck_assert_str_eq (again->message, told);

  /* Who does not want it gets nothing. */
  any_failure_propagate (failure, NULL);
}

START_TEST (test_round_trip)
{
  g_autofree char *long_message = g_strnfill (1 << 20, 'x');
  GQuark           own = g_quark_from_string ("org-example-own");

  check_round_trip (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such word", "no such word");
  check_round_trip (G_IO_ERROR, G_IO_ERROR_FAILED, "", "");
  check_round_trip (own, 0, "größe", "größe");
  check_round_trip (own, -1, "two\nlines", "two\nlines");
  check_round_trip (own, G_MININT, long_message, long_message);
  check_round_trip (own, G_MAXINT, "100 % %s %n", "100 % %s %n");
  check_round_trip (g_quark_from_string ("größe"), 1, "x", "x");
  check_round_trip (g_quark_from_string (""), 1, "x", "x");
}
END_TEST

/* A message is for people, so they get what can be read of it. */
START_TEST (test_messages_that_are_no_text)
{
  check_round_trip (G_IO_ERROR, 1, "\xff", "\357\277\275");
  check_round_trip (G_IO_ERROR, 1, "before \xc3", "before \357\277\275");
  check_round_trip (G_IO_ERROR, 1, "\xc3\xa9 \xe9 after", "\xc3\xa9 \357\277\275 after");
}
END_TEST

static void
fail_part (int      line,
           gpointer data)
{
  int *ends = data;
  g_autoptr (GVariant) failure = NULL;
  g_autoptr (GError) error = NULL;

  /* So that the number is another there. */
  g_quark_from_string ("org-example-another-before-it");

  error = g_error_new_literal (g_quark_from_string ("org-example-of-a-child"), 7, "no");
  failure = g_variant_ref_sink (any_failure_new (error));
  g_assert_cmpint (write (ends[1], g_variant_get_data (failure), g_variant_get_size (failure)), ==, g_variant_get_size (failure));
}

/* Domains are known by their names. */
START_TEST (test_domain_of_another_process)
{
  g_autoptr (GVariant) failure = NULL;
  g_autoptr (GError) error = NULL;
  char   bytes[200];
  int    ends[2];
  gssize length;

  ck_assert_int_eq (pipe (ends), 0);
  any_test_process_run (fail_part, ends);
  length = read (ends[0], bytes, sizeof bytes);
  close (ends[0]);
  close (ends[1]);
  ck_assert_int_eq (g_quark_try_string ("org-example-of-a-child"), 0);

  failure = g_variant_ref_sink (g_variant_new_from_data (ANY_FAILURE_TYPE, bytes, length, FALSE, NULL, NULL));
  any_failure_propagate (failure, &error);
  ck_assert (g_error_matches (error, g_quark_try_string ("org-example-of-a-child"), 7));
  ck_assert_str_eq (error->message, "no");
}
END_TEST

/* What is told by others need not make sense, and comes out as an error all the same. */
START_TEST (test_empty)
{
  g_autoptr (GVariant) failure = g_variant_ref_sink (g_variant_new ("(sis)", "", 0, ""));
  g_autoptr (GError) error = NULL;

  any_failure_propagate (failure, &error);
  ck_assert_ptr_nonnull (error);
  ck_assert_str_eq (error->message, "");
}
END_TEST

START_TEST (test_memorable)
{
  static const struct
  {
    const char *domain;
    int         code;
    gboolean    memorable;
  } rows[] = {
    { "g-io-error-quark", G_IO_ERROR_FAILED, TRUE },
    { "g-io-error-quark", G_IO_ERROR_TIMED_OUT, TRUE },
    { "g-io-error-quark", G_IO_ERROR_BUSY, TRUE },
    { "g-io-error-quark", G_IO_ERROR_CANCELLED, FALSE },
    { "g-io-error-quark", G_IO_ERROR_WOULD_BLOCK, FALSE },
    { "org-example-own", G_IO_ERROR_CANCELLED, TRUE },
    { "org-example-own", G_IO_ERROR_WOULD_BLOCK, TRUE },
    { "no \xff name", 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (g_quark_from_string (rows[i].domain), rows[i].code, "no");

      ck_assert_msg (any_failure_is_memorable (error) == rows[i].memorable, "row %u", i);
    }

  for (int code = ANY_CACHE_ERROR_NO_RESULT; code <= ANY_CACHE_ERROR_UNSAFE_DIRECTORY; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (ANY_CACHE_ERROR, code, "no");

      ck_assert (!any_failure_is_memorable (error));
    }

  /* Not even an error, but it must not crash. */
  ck_assert (!any_failure_is_memorable (&(GError){ 0, 1, (char *) "no" }));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("failure");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_round_trip);
  tcase_add_test (all, test_messages_that_are_no_text);
  tcase_add_test (all, test_domain_of_another_process);
  tcase_add_test (all, test_empty);
  tcase_add_test (all, test_memorable);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
