/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How large results lie on disk, and that whoever reads them need not know. */

#include "cache-setup.h"

#include <string.h>

#define DEFAULT_THRESHOLD 65536
#define LENGTH            200000

/* More than every entry has beside its value. */
#define HEAD 1000

static GVariant *
make_text (gsize length)
{
  g_autofree char *text = g_malloc (length);

  for (gsize i = 0; i < length - 1; i++)
    text[i] = "once upon a time "[i % 17];
  text[length - 1] = '\0';

  return g_variant_new_string (text);
}

static GVariant *
make_noise (gsize length)
{
  g_autofree guint32 *noise = g_new (guint32, length / sizeof (guint32));
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gsize i = 0; i < length / sizeof *noise; i++)
    noise[i] = g_rand_int (rand);

  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, noise, length, 1);
}

/* Gives how many bytes an entry takes on disk. */
static guint64
store (AnyCache   *cache,
       const char *name,
       GVariant   *value)
{
  g_autoptr (AnyFunction) function = any_function_new (cache, name, NULL);
  g_autoptr (GError) error = NULL;
  guint64 before = any_cache_get_size (cache);

  ck_assert (any_function_store (function, text_args ("any"), value, -1, NULL, NULL, &error));

  return any_cache_get_size (cache) - before;
}

static void
check_found (AnyCache   *cache,
             const char *name,
             GVariant   *value)
{
  g_autoptr (AnyFunction) function = any_function_new (cache, name, NULL);
  g_autoptr (GVariant) expected = g_variant_ref_sink (value);
  g_autoptr (GVariant) found = any_function_lookup (function, text_args ("any"), NULL, NULL);

  ck_assert_ptr_nonnull (found);
  ck_assert (g_variant_equal (found, expected));
}

static gboolean
is_in_memory (AnyCache   *cache,
              const char *name)
{
  g_autoptr (AnyFunction) function = any_function_new (cache, name, NULL);
  g_autoptr (AnyEntry) entry = any_function_peek (function, text_args ("any"));

  return entry != NULL;
}

START_TEST (test_large_results)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  ck_assert_int_eq (any_cache_get_compression_threshold (setup.cache), DEFAULT_THRESHOLD);
  ck_assert_uint_ge (store (setup.cache, "org.example.Small", make_text (DEFAULT_THRESHOLD - 1)), DEFAULT_THRESHOLD - 1);
  ck_assert_uint_lt (store (setup.cache, "org.example.Large", make_text (DEFAULT_THRESHOLD)), DEFAULT_THRESHOLD / 4);
  ck_assert_uint_lt (store (setup.cache, "org.example.Text", make_text (LENGTH)), LENGTH / 4);
  ck_assert_uint_ge (store (setup.cache, "org.example.Noise", make_noise (LENGTH)), LENGTH);
  ck_assert_uint_lt (any_cache_get_size (setup.cache), DEFAULT_THRESHOLD + LENGTH + LENGTH / 2);
}
END_TEST

START_TEST (test_never_and_always)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  any_cache_set_compression_threshold (setup.cache, -1);
  ck_assert_uint_ge (store (setup.cache, "org.example.Text", make_text (LENGTH)), LENGTH);

  any_cache_set_compression_threshold (setup.cache, 0);
  ck_assert_uint_lt (store (setup.cache, "org.example.Text2", make_text (4 * HEAD)), HEAD);
  ck_assert_uint_ge (store (setup.cache, "org.example.Noise", make_noise (4 * HEAD)), 4 * HEAD);
}
END_TEST

/* Each object reads what the other has stored, from the disk. */
START_TEST (test_readers_need_not_know)
{
  g_auto (Setup) setup = { 0 };
  g_autoptr (AnyCache) other = NULL;

  setup_init (&setup);
  other = any_cache_new (setup.cachedir, -1);
  any_cache_set_maxmemory (other, 0);
  any_cache_set_compression_threshold (other, -1);
  store (setup.cache, "org.example.Compressed", make_text (LENGTH));
  store (other, "org.example.Plain", make_text (LENGTH));

  check_found (other, "org.example.Compressed", make_text (LENGTH));
  check_found (setup.cache, "org.example.Compressed", make_text (LENGTH));
  check_found (other, "org.example.Plain", make_text (LENGTH));
  check_found (setup.cache, "org.example.Plain", make_text (LENGTH));
}
END_TEST

/* What is bounded on disk is what lies there. */
START_TEST (test_maxsize)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  any_cache_set_maxsize (setup.cache, LENGTH);
  store (setup.cache, "org.example.One", make_text (LENGTH));
  store (setup.cache, "org.example.Two", make_text (LENGTH));
  check_found (setup.cache, "org.example.One", make_text (LENGTH));
  check_found (setup.cache, "org.example.Two", make_text (LENGTH));
}
END_TEST

/* What is bounded in memory is what lies there, after it was stored and after it was read. */
START_TEST (test_maxmemory)
{
  g_auto (Setup) setup = { 0 };

  setup_init (&setup);
  for (guint i = 0; i < 2; i++)
    {
      any_cache_set_maxmemory (setup.cache, 0);
      any_cache_set_maxmemory (setup.cache, LENGTH);
      if (i == 0)
        store (setup.cache, "org.example.Text", make_text (LENGTH));
      else
        check_found (setup.cache, "org.example.Text", make_text (LENGTH));
      ck_assert (!is_in_memory (setup.cache, "org.example.Text"));

      any_cache_set_maxmemory (setup.cache, LENGTH + HEAD);
      if (i == 0)
        store (setup.cache, "org.example.Text", make_text (LENGTH));
      else
        check_found (setup.cache, "org.example.Text", make_text (LENGTH));
      ck_assert (is_in_memory (setup.cache, "org.example.Text"));
      check_found (setup.cache, "org.example.Text", make_text (LENGTH));
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("compression");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_large_results);
  tcase_add_test (all, test_never_and_always);
  tcase_add_test (all, test_readers_need_not_know);
  tcase_add_test (all, test_maxsize);
  tcase_add_test (all, test_maxmemory);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
