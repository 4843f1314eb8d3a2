/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-canonical.h"

#include <string.h>

#include "any-test.h"

/* So many that whoever looks at all of them for each of them is stopped by the limit of the test. */
#define N_CHILDREN 250000

/* A type string: opened n times, a middle, closed n times. */
static char *
nested_type (const char *open,
             const char *middle,
             const char *close,
             guint       n)
{
  GString *type = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (type, open);
  g_string_append (type, middle);
  for (guint i = 0; i < n; i++)
    g_string_append (type, close);

  return g_string_free (type, FALSE);
}

START_TEST (test_allowed_types)
{
  static const struct
  {
    const char *type;
    gboolean    allowed;
  } rows[] = {
    { "s", TRUE },
    { "v", TRUE },
    { "()", TRUE },
    { "a{sv}", TRUE },
    { "mmmms", TRUE },
    { "(si(ad(aa{sv}))v)", TRUE },
    { "h", FALSE },
    { "ah", FALSE },
    { "mh", FALSE },
    { "(sh)", FALSE },
    { "a{sh}", FALSE },
    { "a{s(i(ah))}", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (any_canonical_type_is_allowed (G_VARIANT_TYPE (rows[i].type)) == rows[i].allowed, "%s", rows[i].type);
}
END_TEST

START_TEST (test_depth_of_types)
{
  static const struct
  {
    const char *open;
    const char *close;
    guint       levels; /* that one pair makes */
  } rows[] = {
    { "a", "", 1 },
    { "m", "", 1 },
    { "(", ")", 1 },
    { "(s", "v)", 1 },
    { "a{s", "}", 2 },
    { "m(", ")", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint            most = ANY_CANONICAL_MAX_DEPTH / rows[i].levels;
      g_autofree char *deepest = nested_type (rows[i].open, "s", rows[i].close, most);
      g_autofree char *deeper = nested_type (rows[i].open, "s", rows[i].close, most + 1);

      ck_assert_msg (any_canonical_type_is_allowed (G_VARIANT_TYPE (deepest)), "%s", deepest);
      ck_assert_msg (!any_canonical_type_is_allowed (G_VARIANT_TYPE (deeper)), "%s", deeper);
    }
}
END_TEST

/* What stands side by side is no deeper than each of it. */
START_TEST (test_siblings)
{
  g_autoptr (GString) type = g_string_new ("(");

  for (guint i = 0; i < 200; i++)
    g_string_append (type, "a(ai)ma{sa(v)}()i");
  g_string_append_c (type, ')');
  ck_assert (any_canonical_type_is_allowed (G_VARIANT_TYPE (type->str)));
}
END_TEST

START_TEST (test_length_of_types)
{
  g_autofree char *members = g_strnfill (ANY_CANONICAL_MAX_TYPE_LENGTH - 2, 'y');
  g_autofree char *longest = g_strdup_printf ("(%s)", members);
  g_autofree char *longer = g_strdup_printf ("(y%s)", members);

  ck_assert (any_canonical_type_is_allowed (G_VARIANT_TYPE (longest)));
  ck_assert (!any_canonical_type_is_allowed (G_VARIANT_TYPE (longer)));
}
END_TEST

static void
check_refused (GVariant   *value,
               const char *reason)
{
  g_autoptr (GVariant) sunk = g_variant_take_ref (value);
  g_autoptr (GError) error = NULL;

  ck_assert_msg (!any_canonical_check (sunk, &error), "a value of type %s passes", g_variant_get_type_string (sunk));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
  ck_assert_msg (strstr (error->message, reason) != NULL, "“%s” does not say “%s”", error->message, reason);
}

static void
check_passes (GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_take_ref (value);
  g_autoptr (GError) error = NULL;

  ck_assert_msg (any_canonical_check (sunk, &error), "%s", error != NULL ? error->message : "without a reason");
  ck_assert_ptr_null (error);
}

START_TEST (test_handles)
{
  static const char *const rows[] = { "handle 0", "[handle 1]", "(1, handle 2)", "<handle 3>", "{'a': <(1, [<handle 4>])>}",
                                      "@ah []", "<@mh nothing>" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_refused (g_variant_parse (NULL, rows[i], NULL, NULL, NULL), "file handle");
}
END_TEST

static GVariant *
wrap (GVariant *value,
      guint     n_levels)
{
  for (guint i = 0; i < n_levels; i++)
    value = g_variant_new_variant (value);

  return value;
}

/* Each variant counts as one level, and so does each container in its type. */
START_TEST (test_depth_of_values)
{
  check_passes (wrap (g_variant_new_int32 (1), ANY_CANONICAL_MAX_DEPTH));
  check_refused (wrap (g_variant_new_int32 (1), ANY_CANONICAL_MAX_DEPTH + 1), "deeper than 64");

  check_passes (wrap (g_variant_new ("(i)", 1), ANY_CANONICAL_MAX_DEPTH - 1));
  check_refused (wrap (g_variant_new ("(i)", 1), ANY_CANONICAL_MAX_DEPTH), "deeper than 64");

  check_passes (wrap (g_variant_new_parsed ("{'a': <[1]>}"), ANY_CANONICAL_MAX_DEPTH - 4));
  check_refused (wrap (g_variant_new_parsed ("{'a': <[1]>}"), ANY_CANONICAL_MAX_DEPTH - 3), "deeper than 64");
}
END_TEST

/* The only variant that is too deep comes last. */
START_TEST (test_one_deep_among_many)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < 1000; i++)
    g_variant_builder_add (builder, "v", g_variant_new_uint32 (i));
  g_variant_builder_add_value (builder, wrap (g_variant_new_int32 (1), ANY_CANONICAL_MAX_DEPTH));

  check_refused (g_variant_builder_end (builder), "deeper than 64");
}
END_TEST

static GVariant *
from_bytes (const char   *type,
            gconstpointer bytes,
            gsize         length)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, length);

  return g_variant_new_from_bytes (G_VARIANT_TYPE (type), copy, FALSE);
}

/* The bytes of a variant in a variant in a variant: GLib itself takes no more than 128 of them for normal. */
static GVariant *
very_deep (guint n_levels)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "\1\0y", 3);
  for (guint i = 0; i < n_levels; i++)
    g_byte_array_append (bytes, (const guint8 *) "\0v", 2);

  return from_bytes ("v", bytes->data, bytes->len);
}

START_TEST (test_forged_depth)
{
  static const guint rows[] = { 64, 65, 126, 127, 128, 129, 1000, 1000000 };

  check_passes (very_deep (ANY_CANONICAL_MAX_DEPTH - 1));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_refused (very_deep (rows[i]), "value");
}
END_TEST

START_TEST (test_not_normal)
{
  static const struct
  {
    const char *type;
    const char *bytes;
    gsize       length;
  } rows[] = {
    { "s", "a", 1 },                /* no end */
    { "s", "a\0b", 4 },             /* an end inside */
    { "s", "\xff", 2 },             /* no UTF-8 */
    { "s", "", 0 },                 /* not even empty */
    { "b", "\2", 1 },               /* neither */
    { "i", "abc", 3 },              /* too short */
    { "i", "abcde", 5 },            /* too long */
    { "ai", "abcde", 5 },           /* no whole number of elements */
    { "as", "a\0\7", 3 },           /* an offset that points outside */
    { "(yi)", "\1xxx\1\0\0\0", 8 }, /* padding that is not zero */
    { "v", "a\0(", 3 },             /* no type */
    { "v", "", 0 },
    { "o", "a/b", 4 },
    { "g", "((", 3 },
    { "mi", "abc", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_refused (from_bytes (rows[i].type, rows[i].bytes, rows[i].length), "not in normal form");
}
END_TEST

/* To repair one MiB of such zeros takes GLib a quarter of a minute, and so does it to walk them child by child; eight times as
 * many take 64 times as long. Who does either is stopped by the limit of the test. */
START_TEST (test_slow_inputs)
{
  static const struct
  {
    const char *type;
    gboolean    normal;
  } rows[] = {
    { "a(ss)", FALSE },
    { "as", FALSE },
    { "av", FALSE },
    { "a{sv}", FALSE },
    { "a{ss}", FALSE },
    { "a(sas)", FALSE },
    { "(sav)", FALSE },
    { "aas", TRUE }, /* nothing but empty arrays */
    { "aaaaas", TRUE },
  };
  const gsize        length = 8 << 20;
  g_autofree guint8 *zeros = g_malloc0 (length);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GVariant *value = from_bytes (rows[i].type, zeros, length);

      if (rows[i].normal)
        check_passes (value);
      else
        check_refused (value, "not in normal form");
    }
}
END_TEST

/* Good data, but GLib does not know that yet: it may be asked once, and not for each child again. */
START_TEST (test_large_untrusted_value)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("av"));
  g_autoptr (GVariant) value = NULL;

  for (guint i = 0; i < N_CHILDREN; i++)
    g_variant_builder_add (builder, "v", g_variant_new_uint32 (i));
  value = g_variant_ref_sink (g_variant_builder_end (builder));

  check_passes (from_bytes ("av", g_variant_get_data (value), g_variant_get_size (value)));
}
END_TEST

/* The same in the middle of a value that was built, as most arguments are. */
START_TEST (test_untrusted_part)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("av"));
  g_autoptr (GVariant) value = NULL;
  const gsize        length = 8 << 20;
  g_autofree guint8 *zeros = g_malloc0 (length);

  for (guint i = 0; i < N_CHILDREN; i++)
    g_variant_builder_add (builder, "v", g_variant_new_uint32 (i));
  value = g_variant_ref_sink (g_variant_builder_end (builder));

  check_passes (g_variant_new ("(i@av)", 1, from_bytes ("av", g_variant_get_data (value), g_variant_get_size (value))));
  check_refused (g_variant_new ("(i@av)", 1, from_bytes ("av", zeros, length)), "not in normal form");
  check_refused (g_variant_new ("(iv)", 1, from_bytes ("a{sv}", zeros, length)), "not in normal form");
}
END_TEST

START_TEST (test_long_type)
{
  g_autofree char *members = g_strnfill (ANY_CANONICAL_MAX_TYPE_LENGTH, 'y');
  g_autofree char *type = g_strdup_printf ("(%s)", members);
  g_autofree char *bytes = g_malloc0 (ANY_CANONICAL_MAX_TYPE_LENGTH);

  check_refused (from_bytes (type, bytes, ANY_CANONICAL_MAX_TYPE_LENGTH), "more than 4096 characters");
  check_refused (wrap (from_bytes (type, bytes, ANY_CANONICAL_MAX_TYPE_LENGTH), 2), "more than 4096 characters");
}
END_TEST

START_TEST (test_good_values_pass)
{
  static const char *const rows[] = {
    "1", "'text'", "b'bytes'", "@as []", "()", "@mv nothing", "{'a': <1>}", "(1, <(2, <{'b': 2}>)>)", "[(true, 1.5)]",
    "{'a': 1, 'a': 2}", "objectpath '/a'", "signature 'a{sv}'", "<<<'deep'>>>"
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_passes (g_variant_parse (NULL, rows[i], NULL, NULL, NULL));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("canonical-check");
  TCase *types = tcase_create ("types");
  TCase *values = tcase_create ("values");

  tcase_add_test (types, test_allowed_types);
  tcase_add_test (types, test_depth_of_types);
  tcase_add_test (types, test_siblings);
  tcase_add_test (types, test_length_of_types);
  suite_add_tcase (suite, types);

  tcase_set_timeout (values, 110);
  tcase_add_checked_fixture (values, any_test_limit_cpu, NULL);
  tcase_add_test (values, test_handles);
  tcase_add_test (values, test_depth_of_values);
  tcase_add_test (values, test_one_deep_among_many);
  tcase_add_test (values, test_forged_depth);
  tcase_add_test (values, test_not_normal);
  tcase_add_test (values, test_slow_inputs);
  tcase_add_test (values, test_large_untrusted_value);
  tcase_add_test (values, test_untrusted_part);
  tcase_add_test (values, test_long_type);
  tcase_add_test (values, test_good_values_pass);
  suite_add_tcase (suite, values);

  return any_test_run (suite);
}
