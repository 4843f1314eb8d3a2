/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-canonical.h"

#include <string.h>

#include "any-test.h"

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  ck_assert_msg (value != NULL, "%s: %s", text, error != NULL ? error->message : "");

  return value;
}

static void
check_form (const char *text,
            const char *expected_text)
{
  g_autoptr (GVariant) value = parse (text);
  g_autoptr (GVariant) expected = parse (expected_text);
  g_autoptr (GVariant) form = any_canonical_form (value);
  g_autoptr (GVariant) again = any_canonical_form (form);
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (form);
  g_autoptr (GBytes) expected_bytes = g_variant_get_data_as_bytes (expected);
  g_autofree char *printed = g_variant_print (form, TRUE);

  ck_assert_msg (any_canonical_check (value, NULL), "%s is refused", text);
  ck_assert_msg (!g_variant_is_floating (form), "%s: the form floats", text);
  ck_assert_msg (g_variant_equal (form, expected), "%s becomes %s, not %s", text, printed, expected_text);
  ck_assert_msg (g_bytes_equal (bytes, expected_bytes), "%s: other bytes than %s", text, expected_text);
  ck_assert_msg (g_variant_equal (again, form), "%s: the form has another form", text);
}

START_TEST (test_one_form)
{
  static const struct
  {
    const char *text;
    const char *form;
  } rows[] = {
    { "{'a': 1, 'b': 2, 'c': 3}", "{'a': 1, 'b': 2, 'c': 3}" },
    { "{'c': 3, 'b': 2, 'a': 1}", "{'a': 1, 'b': 2, 'c': 3}" },
    { "{'b': 2, 'c': 3, 'a': 1}", "{'a': 1, 'b': 2, 'c': 3}" },
    { "{'ä': 4, 'a': 3, 'A': 2, '': 1}", "{'': 1, 'A': 2, 'a': 3, 'ä': 4}" },
    { "{'b': <{'y': 2, 'x': 1}>, 'a': <1>}", "{'a': <1>, 'b': <{'x': 1, 'y': 2}>}" },
    { "[{'b': 2, 'a': 1}, {'d': 4, 'c': 3}]", "[{'a': 1, 'b': 2}, {'c': 3, 'd': 4}]" },
    { "(1, <(2, <{'b': 2, 'a': 1}>)>)", "(1, <(2, <{'a': 1, 'b': 2}>)>)" },
    { "@a{sa{si}} {'b': {'y': 2, 'x': 1}, 'a': {}}", "@a{sa{si}} {'a': {}, 'b': {'x': 1, 'y': 2}}" },
    { "@ma{si} {'b': 2, 'a': 1}", "@ma{si} {'a': 1, 'b': 2}" },
    { "[<'z'>, <'a'>]", "[<'z'>, <'a'>]" },
    { "['z', 'a']", "['z', 'a']" },
    { "[{byte 200: 1, 3: 2}]", "[{byte 3: 2, 200: 1}]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_form (rows[i].text, rows[i].form);
}
END_TEST

/* What is said to need no check and no form must be right about it. */
START_TEST (test_plain_types)
{
  static const char *const plain[] = { "i", "()", "(si)", "(a(sy)msog)", "aay", "(bnqiuxt)" };
  static const char *const other[] = { "d", "ad", "(sd)", "v", "(sv)", "a{si}", "(im{si})", "h", "(iah)" };
  g_autofree char         *long_type = g_strnfill (ANY_CANONICAL_MAX_DEPTH, 'a');
  g_autofree char         *longer_type = g_strconcat (long_type, "i", NULL);

  long_type[ANY_CANONICAL_MAX_DEPTH - 1] = 'i';

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    ck_assert_msg (any_canonical_type_is_plain (plain[i]), "%s", plain[i]);
  for (guint i = 0; i < G_N_ELEMENTS (other); i++)
    ck_assert_msg (!any_canonical_type_is_plain (other[i]), "%s", other[i]);

  ck_assert (any_canonical_type_is_plain (long_type));
  ck_assert (!any_canonical_type_is_plain (longer_type));
}
END_TEST

/* Every type that a key of a dictionary may have, given in falling order. */
START_TEST (test_order_of_keys)
{
  static const struct
  {
    const char *text;
    const char *form;
  } rows[] = {
    { "{true: 1, false: 2}", "{false: 2, true: 1}" },
    { "{byte 200: 1, 3: 2, 0: 3}", "{byte 0: 3, 3: 2, 200: 1}" },
    { "{int16 300: 1, 3: 2, -3: 3, -300: 4}", "{int16 -300: 4, -3: 3, 3: 2, 300: 1}" },
    { "{uint16 65535: 1, 256: 2, 1: 3}", "{uint16 1: 3, 256: 2, 65535: 1}" },
    { "{300: 1, -300: 2}", "{-300: 2, 300: 1}" },
    { "{uint32 4294967295: 1, 256: 2, 1: 3}", "{uint32 1: 3, 256: 2, 4294967295: 1}" },
    { "{int64 9223372036854775807: 1, 0: 2, -9223372036854775808: 3}",
      "{int64 -9223372036854775808: 3, 0: 2, 9223372036854775807: 1}" },
    { "{uint64 18446744073709551615: 1, 256: 2, 1: 3}", "{uint64 1: 3, 256: 2, 18446744073709551615: 1}" },
    { "{'ab': 1, 'a': 2, '': 3}", "{'': 3, 'a': 2, 'ab': 1}" },
    { "{'ä': 1, 'z': 2, 'Z': 3}", "{'Z': 3, 'z': 2, 'ä': 1}" },
    { "{objectpath '/b': 1, '/a': 2, '/': 3}", "{objectpath '/': 3, '/a': 2, '/b': 1}" },
    { "{signature 'u': 1, 'a{sv}': 2, '': 3}", "{signature '': 3, 'a{sv}': 2, 'u': 1}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_form (rows[i].text, rows[i].form);
}
END_TEST

/* What a look-up finds in a dictionary with one key twice is the first; to sort may not change that. */
START_TEST (test_first_of_equal_keys_stays_first)
{
  check_form ("{'b': 1, 'a': 2, 'b': 3, 'a': 4}", "{'a': 2, 'a': 4, 'b': 1, 'b': 3}");
}
END_TEST

static GVariant *
double_of_bits (guint64 bits)
{
  double number;

  memcpy (&number, &bits, sizeof number);

  return g_variant_new_double (number);
}

static guint64
bits_of (GVariant *value)
{
  double  number = g_variant_get_double (value);
  guint64 bits;

  memcpy (&bits, &number, sizeof bits);

  return bits;
}

#define QUIET_NAN G_GUINT64_CONSTANT (0x7ff8000000000000)

static const struct
{
  guint64 bits;
  guint64 form;
} double_rows[] = {
  { QUIET_NAN, QUIET_NAN },
  { G_GUINT64_CONSTANT (0xfff8000000000000), QUIET_NAN },
  { G_GUINT64_CONSTANT (0x7ff8000000000001), QUIET_NAN },
  { G_GUINT64_CONSTANT (0x7fffffffffffffff), QUIET_NAN },
  { G_GUINT64_CONSTANT (0xffffffffffffffff), QUIET_NAN },
  { G_GUINT64_CONSTANT (0x7ff0000000000001), QUIET_NAN }, /* a signalling one */
  { G_GUINT64_CONSTANT (0x7ff0000000000000), G_GUINT64_CONSTANT (0x7ff0000000000000) },
  { G_GUINT64_CONSTANT (0xfff0000000000000), G_GUINT64_CONSTANT (0xfff0000000000000) },
  { 0, 0 },
  { G_GUINT64_CONSTANT (0x8000000000000000), G_GUINT64_CONSTANT (0x8000000000000000) },
  { 1, 1 }, /* the smallest there is */
  { G_GUINT64_CONSTANT (0x3ff0000000000000), G_GUINT64_CONSTANT (0x3ff0000000000000) },
};

/* Alone, in a tuple, in a variant, and in the array of numbers that has a way of its own. */
START_TEST (test_doubles)
{
  for (guint i = 0; i < G_N_ELEMENTS (double_rows); i++)
    {
      g_autoptr (GVariant) number = g_variant_ref_sink (double_of_bits (double_rows[i].bits));
      g_autoptr (GVariant) form = any_canonical_form (number);
      g_autoptr (GVariant) tuple = g_variant_ref_sink (g_variant_new ("(v@d)", number, number));
      g_autoptr (GVariant) tuple_form = any_canonical_form (tuple);
      g_autoptr (GVariant) expected = g_variant_ref_sink (double_of_bits (double_rows[i].form));
      g_autoptr (GVariant) expected_tuple = g_variant_ref_sink (g_variant_new ("(v@d)", expected, expected));

      ck_assert_uint_eq (bits_of (form), double_rows[i].form);
      ck_assert_mem_eq (g_variant_get_data (tuple_form), g_variant_get_data (expected_tuple), g_variant_get_size (expected_tuple));
    }
}
END_TEST

START_TEST (test_array_of_doubles)
{
  guint64        bits[G_N_ELEMENTS (double_rows)];
  const guint64 *forms;
  gsize          n_forms;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) form = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (double_rows); i++)
    bits[i] = double_rows[i].bits;

  value = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, bits, G_N_ELEMENTS (bits), sizeof *bits));
  form = any_canonical_form (value);
  forms = g_variant_get_fixed_array (form, &n_forms, sizeof *forms);

  ck_assert_str_eq (g_variant_get_type_string (form), "ad");
  ck_assert_uint_eq (n_forms, G_N_ELEMENTS (double_rows));
  for (guint i = 0; i < n_forms; i++)
    ck_assert_uint_eq (forms[i], double_rows[i].form);
}
END_TEST

/* Two zeros are two keys, and go by their bits, as no comparison of numbers could order them. */
START_TEST (test_zeros_as_keys)
{
  check_form ("{-0.0: 1, 1.5: 2, 0.0: 3}", "{0.0: 3, 1.5: 2, -0.0: 1}");
}
END_TEST

START_TEST (test_empty_containers)
{
  static const char *const rows[] = {
    "@as []", "@ad []", "@a{sv} {}", "@aa{sv} []", "()", "@mv nothing", "@mmd just nothing", "@a{dd} {}", "<@av []>", "@mad nothing"
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_form (rows[i], rows[i]);
}
END_TEST

/* What has no two forms is not copied: large strings and bytes cost nothing here. */
START_TEST (test_plain_values_are_shared)
{
  static const char *const rows[] = { "'text'", "b'bytes'", "['a', 'b']", "(1, 'a')", "[[1, 2], [3]]", "@ms nothing" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GVariant) value = parse (rows[i]);
      g_autoptr (GVariant) form = any_canonical_form (value);

      ck_assert_ptr_eq (form, value);
    }
}
END_TEST

/* A dictionary from outside in the middle of a value: GLib 2.74 looks at all of it for each entry, if it is not told to trust it. */
START_TEST (test_large_untrusted_part)
{
  g_autoptr (GVariantBuilder) strings = g_variant_builder_new (G_VARIANT_TYPE ("a{is}"));
  g_autoptr (GVariant) dictionary = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) form = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (gint32 i = 0; i < 100000; i++)
    g_variant_builder_add (strings, "{is}", i, "text");
  dictionary = g_variant_ref_sink (g_variant_builder_end (strings));
  bytes = g_variant_get_data_as_bytes (dictionary);
  value = g_variant_ref_sink (g_variant_new ("(i@a{is})", 1, g_variant_new_from_bytes (G_VARIANT_TYPE ("a{is}"), bytes, FALSE)));

  ck_assert (any_canonical_check (value, NULL));
  form = any_canonical_form (value);
  ck_assert (g_variant_equal (form, value));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("canonical");
  TCase *form = tcase_create ("form");

  tcase_set_timeout (form, 110);
  tcase_add_checked_fixture (form, any_test_limit_cpu, NULL);
  tcase_add_test (form, test_one_form);
  tcase_add_test (form, test_plain_types);
  tcase_add_test (form, test_order_of_keys);
  tcase_add_test (form, test_first_of_equal_keys_stays_first);
  tcase_add_test (form, test_doubles);
  tcase_add_test (form, test_array_of_doubles);
  tcase_add_test (form, test_zeros_as_keys);
  tcase_add_test (form, test_empty_containers);
  tcase_add_test (form, test_plain_values_are_shared);
  tcase_add_test (form, test_large_untrusted_part);
  suite_add_tcase (suite, form);

  return any_test_run (suite);
}
