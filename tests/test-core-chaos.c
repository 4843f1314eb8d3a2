/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The core, with its memory, among processes that are killed. */

#include "any-core.h"

#include "any-error.h"
#include "any-test-chaos.h"

static gpointer
open_core (const char *cachedir)
{
  return any_core_acquire (cachedir);
}

static void
close_core (gpointer core)
{
  any_core_release (core);
}

static AnyRecord *
lookup (gpointer      core,
        const AnyKey *key)
{
  AnyRecord *record = NULL;
  AnyMiss    miss = any_core_lookup (core, key, &any_test_terms, &record);

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
begin (gpointer      core,
       const AnyKey *key,
       AnyDraft     *draft)
{
  GError  *error = NULL;
  gboolean done = any_core_begin (core, key, ANY_ORIGIN_CALL, draft, &error);

  return succeeds (done, error);
}

static void
publish (gpointer        core,
         const AnyKey   *key,
         const AnyDraft *draft,
         AnyRecord      *record,
         gsize           head_length)
{
  any_core_publish (core, key, draft, record, head_length, NULL);
}

static gboolean
remove_key (gpointer      core,
            const AnyKey *key)
{
  GError  *error = NULL;
  gboolean done = any_core_remove (core, key, &error);

  return succeeds (done, error);
}

static gboolean
remove_name (gpointer    core,
             const char *name)
{
  GError  *error = NULL;
  gboolean done = any_core_remove_name (core, name, &error);

  return succeeds (done, error);
}

static gboolean
clear (gpointer core)
{
  GError  *error = NULL;
  gboolean done = any_core_clear (core, &error);

  return succeeds (done, error);
}

static guint64
get_size (gpointer core)
{
  return any_core_get_size (core);
}

static const AnyTestSubject subject = {
  open_core,
  close_core,
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
  Suite *suite = suite_create ("core-chaos");
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
