/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-error.h"

#include "any-test.h"

/* Numbers and nicks are seen by programs in every language: they are as fixed as a symbol. */
START_TEST (test_codes_stand)
{
  static const struct
  {
    int         code;
    const char *name;
    const char *nick;
  } rows[] = {
    { 0, "ANY_CACHE_ERROR_NO_RESULT", "no-result" },
    { 1, "ANY_CACHE_ERROR_ABANDONED", "abandoned" },
    { 2, "ANY_CACHE_ERROR_RECURSION", "recursion" },
    { 3, "ANY_CACHE_ERROR_TIMEOUT", "timeout" },
    { 4, "ANY_CACHE_ERROR_CLOSED", "closed" },
    { 5, "ANY_CACHE_ERROR_UNSAFE_DIRECTORY", "unsafe-directory" },
  };
  GEnumClass *codes = g_type_class_ref (ANY_TYPE_CACHE_ERROR);

  ck_assert_uint_eq (codes->n_values, G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GEnumValue *value = g_enum_get_value (codes, rows[i].code);

      ck_assert_ptr_nonnull (value);
      ck_assert_str_eq (value->value_name, rows[i].name);
      ck_assert_str_eq (value->value_nick, rows[i].nick);
    }

  g_type_class_unref (codes);
}
END_TEST

/* The bindings find the enumeration by the name of the type, and the domain by its string. */
START_TEST (test_domain_has_a_name)
{
  ck_assert_str_eq (g_quark_to_string (ANY_CACHE_ERROR), "any-cache-error-quark");
  ck_assert_str_eq (g_type_name (ANY_TYPE_CACHE_ERROR), "AnyCacheError");
  ck_assert (G_TYPE_IS_ENUM (ANY_TYPE_CACHE_ERROR));
}
END_TEST

START_TEST (test_matches)
{
  g_autoptr (GError) error = g_error_new_literal (ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION, "round and round");

  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_RECURSION));
  ck_assert (!g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_CLOSED));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("error");
  TCase *all = tcase_create ("all");

  tcase_add_test (all, test_codes_stand);
  tcase_add_test (all, test_domain_has_a_name);
  tcase_add_test (all, test_matches);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
