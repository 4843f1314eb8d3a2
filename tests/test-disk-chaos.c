/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The disk tier among processes that are killed. */

#include "any-disk-tier.h"

#include "any-error.h"
#include "any-test-chaos.h"

static gpointer
open_tier (const char *cachedir)
{
  return any_disk_tier_new (cachedir);
}

static void
close_tier (gpointer tier)
{
  any_disk_tier_free (tier);
}

static AnyRecord *
lookup (gpointer      tier,
        const AnyKey *key)
{
  AnyRecord *record = NULL;
  AnyMiss    miss = any_disk_tier_read (tier, key, &record);

  /* Nothing here damages an entry. */
  if (miss != ANY_MISS_NONE && miss != ANY_MISS_ABSENT)
    g_error ("An entry is not there because it is %s", any_miss_to_string (miss));

  return record;
}

/* The machine may be too slow for the waits; all else must succeed. */
static gboolean
succeeds (gboolean done,
          GError  *error)
{
  if (!done && !g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_TIMEOUT))
    g_error ("%s", error != NULL ? error->message : "A failure without an error");
  g_clear_error (&error);

  return done;
}

static gboolean
begin (gpointer      tier,
       const AnyKey *key,
       AnyDraft     *draft)
{
  GError  *error = NULL;
  gboolean done = any_disk_tier_begin (tier, key, ANY_ORIGIN_CALL, draft, &error);

  return succeeds (done, error);
}

/* What a removal has overtaken is not stored, and may say so in any way. */
static void
publish (gpointer        tier,
         const AnyKey   *key,
         const AnyDraft *draft,
         AnyRecord      *record,
         gsize           head_length)
{
  any_disk_tier_publish (tier, key, draft, NULL, record, head_length, NULL);
}

static gboolean
remove_key (gpointer      tier,
            const AnyKey *key)
{
  GError  *error = NULL;
  gboolean done = any_disk_tier_remove (tier, key, &error);

  return succeeds (done, error);
}

static gboolean
remove_name (gpointer    tier,
             const char *name)
{
  GError  *error = NULL;
  gboolean done = any_disk_tier_remove_name (tier, name, &error);

  return succeeds (done, error);
}

static gboolean
clear (gpointer tier)
{
  GError  *error = NULL;
  gboolean done = any_disk_tier_clear (tier, &error);

  return succeeds (done, error);
}

static guint64
get_size (gpointer tier)
{
  return any_disk_tier_get_size (tier);
}

static const AnyTestSubject subject = {
  open_tier,
  close_tier,
  lookup,
  begin,
  publish,
  remove_key,
  remove_name,
  clear,
  get_size,
};

START_TEST (test_chaos)
{
  any_test_chaos_run (&subject);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("disk-chaos");
  TCase *chaos = tcase_create ("chaos");

  tcase_set_timeout (chaos, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (chaos, test_chaos);
  suite_add_tcase (suite, chaos);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
