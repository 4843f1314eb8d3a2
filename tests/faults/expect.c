/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "expect.h"

#include "tree.h"

Rig *
expect_open (const char *cachedir)
{
  return rig_new (cachedir, "org.example.Directory", NULL);
}

void
expect_fill (const char *cachedir)
{
  g_autoptr (Rig) rig = expect_open (cachedir);

  for (int key = 0; key < EXPECT_N_KEYS; key++)
    {
      g_assert_true (rig_call_is_right (rig, key));
      g_assert_true (rig_is_stored (rig, key));
    }
}

/* The directory is as good as any. */
void
expect_works (const char *cachedir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Rig) rig = NULL;

  expect_fill (cachedir);
  rig = expect_open (cachedir);
  for (int key = 0; key < EXPECT_N_KEYS; key++)
    g_assert_true (rig_is_stored (rig, key));
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (cachedir));
  g_assert_cmpuint (any_cache_get_size (rig->cache), >, 0);
  any_cache_clear (rig->cache, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, 0);
  g_assert_false (rig_is_stored (rig, 0));
  g_assert_true (rig_call_is_right (rig, 0));
  g_assert_true (rig_is_stored (rig, 0));
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 0);
}

static gboolean
manage_store (Rig     *rig,
              GError **error)
{
  return any_function_store (rig->function, rig_args (0), rig_value (0, 0), -1, NULL, NULL, error);
}

static gboolean
manage_remove (Rig     *rig,
               GError **error)
{
  return any_function_remove (rig->function, rig_args (0), NULL, error);
}

static gboolean
manage_clear_function (Rig     *rig,
                       GError **error)
{
  return any_function_clear (rig->function, NULL, error);
}

static gboolean
manage_clear (Rig     *rig,
              GError **error)
{
  return any_cache_clear (rig->cache, NULL, error);
}

typedef struct
{
  gboolean (*run) (Rig *rig, GError **error);
  gboolean stores;
} Management;

static const Management managements[] = {
  { manage_store, TRUE },
  { manage_remove, FALSE },
  { manage_clear_function, FALSE },
  { manage_clear, FALSE },
};

/* What a management call says of a directory that cannot be used. Where nothing is there, nothing has to be removed. */
static void
expect_refused (const Management *management,
                const GError     *error,
                ExpectTrouble     trouble)
{
  if (trouble == EXPECT_NOTHING_THERE && !management->stores)
    return;

  g_assert_nonnull (error);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (trouble == EXPECT_UNSAFE)
    g_assert_true (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY));
}

static void
expect_unmanageable (Rig          *rig,
                     ExpectTrouble trouble)
{
  for (guint i = 0; i < G_N_ELEMENTS (managements); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done = managements[i].run (rig, &error);

      g_assert_true (done == (error == NULL));
      expect_refused (&managements[i], error, trouble);
    }
}

/* Nothing is found and nothing is stored, that is told once, and the directory stays as it is. */
void
expect_uncached (const char   *cachedir,
                 ExpectTrouble trouble)
{
  g_autofree char *before = tree_describe (cachedir);
  g_autofree char *after = NULL;
  g_autoptr (Rig) rig = expect_open (cachedir);

  for (int i = 0; i < 2; i++)
    for (int key = 0; key < EXPECT_N_KEYS; key++)
      {
        g_assert_false (rig_is_stored (rig, key));
        g_assert_true (rig_call_is_right (rig, key));
      }
  g_assert_cmpuint (rig_take_computed (rig), ==, 2 * EXPECT_N_KEYS);
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 1);
  expect_unmanageable (rig, trouble);

  after = tree_describe (cachedir);
  g_assert_cmpstr (before, ==, after);
}

/* What is stored is found, and all else is as if there were no cache; nobody tries to write. */
void
expect_read_only (const char *cachedir)
{
  g_autofree char *before = tree_describe (cachedir);
  g_autofree char *after = NULL;
  g_autoptr (Rig) rig = expect_open (cachedir);

  for (int key = 0; key < EXPECT_N_KEYS; key++)
    {
      g_assert_true (rig_is_stored (rig, key));
      g_assert_true (rig_call_is_right (rig, key));
    }
  g_assert_cmpuint (rig_take_computed (rig), ==, 0);
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 0);
  for (int i = 0; i < 2; i++)
    g_assert_true (rig_call_is_right (rig, EXPECT_N_KEYS));
  g_assert_cmpuint (rig_take_computed (rig), ==, 2);
  g_assert_cmpuint (rig_take_store_failed (rig), ==, 1);
  g_assert_cmpuint (any_cache_get_size (rig->cache), ==, rig_measure_entries (cachedir));
  expect_unmanageable (rig, EXPECT_UNUSABLE);
  for (int key = 0; key < EXPECT_N_KEYS; key++)
    g_assert_true (rig_is_stored (rig, key));

  after = tree_describe (cachedir);
  g_assert_cmpstr (before, ==, after);
}
