/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-normal.h"

#include <string.h>
#include <time.h>

#include "any-canonical.h"
#include "any-test.h"

/* More than what GLib is left to check by itself. */
#define LARGE (20 << 10)

/* GLib's own check of so much takes a tenth of a second. */
#define VERY_LARGE (4 << 20)

#define N_MUTATIONS 400

/* Where the offsets of a container are, and what comes before its large part. */
#define EDGE 48

/* Each "%" is bytes. */
static const char *const shapes[] = {
  "('pickle', %)",
  "(@u 3, @u 4, %)",
  "{'pickle': %}",
  "{'width': <@u 3>, 'pixels': <%>, 'name': <'rose'>}",
  "[%, %]",
  "(%, 'text', [%])",
  "<%>",
  "@may %",
  "(@mt nothing, @m(say) ('a', %), [true, false])",
  "<(1, <{'inner': <(%, 2.5)>}>)>",
  "[(@y 1, %)]",
};

static GVariant *
parse (const char *shape,
       gsize       length)
{
  g_autofree char *filling = g_strnfill (length - 1, 'x');
  g_autofree char *bytes = g_strdup_printf ("b'%s'", filling);
  g_auto (GStrv) parts = g_strsplit (shape, "%", -1);
  g_autofree char *text = g_strjoinv (bytes, parts);
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  ck_assert_msg (value != NULL, "%s: %s", shape, error != NULL ? error->message : "");

  return value;
}

/* A value that GLib knows nothing of but its bytes. */
static GVariant *
doubt (GVariant     *value,
       const guint8 *bytes,
       gsize         length)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, length);

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (value), copy, FALSE));
}

static GVariant *
doubt_all (GVariant *value)
{
  return doubt (value, g_variant_get_data (value), g_variant_get_size (value));
}

START_TEST (test_good_values)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GVariant) value = parse (shapes[i], LARGE);
      g_autoptr (GVariant) doubted = doubt_all (value);
      g_autoptr (GVariant) trusted = any_normal_trust (doubted);

      ck_assert_msg (trusted != NULL, "%s is refused", shapes[i]);
      ck_assert_msg (g_variant_equal (trusted, value), "%s has become something else", shapes[i]);
      ck_assert_ptr_eq (g_variant_get_data (trusted), g_variant_get_data (doubted));
    }
}
END_TEST

/* As GLib sees it, whatever a byte is changed to. */
static void
check_mutation (const char *shape,
                GVariant   *value,
                GRand      *random,
                guint8     *bytes,
                gsize       length)
{
  gsize  at = g_rand_boolean (random) ? g_rand_int_range (random, 0, EDGE) : g_rand_int_range (random, (gint32) length - EDGE, (gint32) length);
  guint8 old = bytes[at];
  gsize  kept = g_rand_int_range (random, 0, 8) == 0 ? length - g_rand_int_range (random, 0, EDGE) : length;
  g_autoptr (GVariant) doubted = NULL;
  g_autoptr (GVariant) twin = NULL;
  g_autoptr (GVariant) trusted = NULL;

  bytes[at] = g_rand_boolean (random) ? old ^ (1 << g_rand_int_range (random, 0, 8)) : g_rand_int_range (random, 0, 256);
  doubted = doubt (value, bytes, kept);
  twin = doubt (value, bytes, kept);
  trusted = any_normal_trust (doubted);
  ck_assert_msg ((trusted != NULL) == g_variant_is_normal_form (twin), "%s: byte %zu of %zu is %u, was %u", shape, at, kept, bytes[at], old);
  bytes[at] = old;
}

START_TEST (test_mutations)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (8);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GVariant) value = parse (shapes[i], LARGE);
      gsize              length = g_variant_get_size (value);
      g_autofree guint8 *bytes = g_memdup2 (g_variant_get_data (value), length);

      for (guint j = 0; j < N_MUTATIONS; j++)
        check_mutation (shapes[i], value, random, bytes, length);
    }
}
END_TEST

/* The first member and the third would be nearly all there is, since the second ends before it begins. */
START_TEST (test_members_that_overlap)
{
  guint16            ends[] = { GUINT16_TO_LE (LARGE - 6), GUINT16_TO_LE (8), GUINT16_TO_LE (LARGE - 6) };
  g_autofree guint8 *bytes = g_malloc0 (LARGE);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed ("(@ay [], @ay [], @ay [], @ay [])"));
  g_autoptr (GVariant) doubted = NULL;

  memcpy (bytes + LARGE - sizeof ends, ends, sizeof ends);
  doubted = doubt (value, bytes, LARGE);

  ck_assert_ptr_null (any_normal_trust (doubted));
}
END_TEST

#define OVERLAPPING   "(ayayvayvayvayvayvayvayvay)"
#define N_OVERLAPPING 15 /* offsets */

/* Of each level, seven members are all of the next one, since the first member ends nowhere, and GLib then takes offsets as they come. */
static GVariant *
forge_overlapping (guint n_levels)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) forged = NULL;

  g_byte_array_set_size (bytes, LARGE);
  memset (bytes->data, 'x', bytes->len);
  g_byte_array_append (bytes, (const guint8 *) "\0ay", 3);

  for (guint i = 0; i < n_levels; i++)
    {
      guint16 length = GUINT16_TO_LE (bytes->len);
      guint16 ends[N_OVERLAPPING];

      /* The first member's is the last. */
      for (guint j = 0; j < N_OVERLAPPING; j++)
        ends[N_OVERLAPPING - 1 - j] = j == 0 ? G_MAXUINT16 : j % 2 == 0 ? length
                                                                        : 0;
      g_byte_array_append (bytes, (const guint8 *) ends, sizeof ends);
      g_byte_array_append (bytes, (const guint8 *) "\0" OVERLAPPING, sizeof OVERLAPPING);
    }
  forged = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));

  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARIANT, forged, FALSE));
}

/* The limit of the test stops whoever looks at all of them. */
START_TEST (test_levels_that_overlap)
{
  static const guint levels[] = { 1, 2, 30, 60, 100, 200 };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autoptr (GVariant) forged = forge_overlapping (levels[i]);
      g_autoptr (GVariant) again = forge_overlapping (levels[i]);
      g_autoptr (GError) error = NULL;

      ck_assert_ptr_null (any_normal_trust (forged));
      ck_assert (!any_canonical_check (again, &error));
      ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
    }
}
END_TEST

/* A variant of a variant, and so on: deeper than what may be stored. */
START_TEST (test_deep_values)
{
  g_autoptr (GVariant) value = parse ("<%>", LARGE);
  g_autoptr (GVariant) doubted = NULL;
  g_autoptr (GVariant) trusted = NULL;

  for (guint i = 0; i < 100; i++)
    {
      GVariant *outer = g_variant_ref_sink (g_variant_new_variant (value));

      g_variant_unref (value);
      value = outer;
    }
  doubted = doubt_all (value);
  trusted = any_normal_trust (doubted);

  ck_assert_ptr_nonnull (trusted);
  ck_assert (g_variant_equal (trusted, value));
}
END_TEST

static gint64
cpu_time (void)
{
  return (gint64) clock () * G_USEC_PER_SEC / CLOCKS_PER_SEC;
}

/* What GLib does byte by byte is what this is there to avoid. */
START_TEST (test_long_bytes)
{
  g_autoptr (GVariant) value = parse ("('pickle', %)", VERY_LARGE);
  g_autoptr (GVariant) doubted = doubt_all (value);
  g_autoptr (GVariant) twin = doubt_all (value);
  g_autoptr (GVariant) trusted = NULL;
  gint64 began = cpu_time ();
  gint64 ours;
  gint64 theirs;

  trusted = any_normal_trust (doubted);
  ours = cpu_time () - began;
  ck_assert_ptr_nonnull (trusted);

  began = cpu_time ();
  ck_assert (g_variant_is_normal_form (twin));
  theirs = cpu_time () - began;

  ck_assert_msg (ours < theirs || theirs < G_USEC_PER_SEC / 100, "%" G_GINT64_FORMAT " us, GLib %" G_GINT64_FORMAT " us", ours, theirs);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("normal");
  TCase *values = tcase_create ("values");

  tcase_set_timeout (values, 110);
  tcase_add_checked_fixture (values, any_test_limit_cpu, NULL);
  tcase_add_test (values, test_good_values);
  tcase_add_test (values, test_mutations);
  tcase_add_test (values, test_members_that_overlap);
  tcase_add_test (values, test_levels_that_overlap);
  tcase_add_test (values, test_deep_values);
  tcase_add_test (values, test_long_bytes);
  suite_add_tcase (suite, values);

  return any_test_run (suite);
}
