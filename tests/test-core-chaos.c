/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The core, with its memory, among processes that are killed: entries are removed, or what they depend on is marked. */

#include "any-core.h"

#include "any-error.h"
#include "any-test-chaos.h"
#include "any-test-dependent.h"

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
  any_core_publish (core, key, draft, NULL, record, head_length, NULL);
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

/* What a key depends on: itself, its function, and what all have in common. */
#define EVERYTHING "app:everything"

static char *
token_of_key (const AnyKey *key)
{
  return g_strdup_printf ("app:key/%" G_GINT64_MODIFIER "x", key->ident.high);
}

static char *
token_of_name (const char *name)
{
  return g_strconcat ("app:name/", name, NULL);
}

/* It depends on what was marked, or on what could not be read for the death of a writer. */
static AnyRecord *
lookup_marked (gpointer      core,
               const AnyKey *key)
{
  g_autoptr (AnyRecord) record = NULL;
  AnyMiss miss = any_core_lookup (core, key, &any_test_terms, &record);

  if (miss != ANY_MISS_NONE && miss != ANY_MISS_ABSENT && miss != ANY_MISS_OUTDATED)
    g_error ("An entry is not there because it is %s", any_miss_to_string (miss));

  return miss == ANY_MISS_NONE ? g_steal_pointer (&record) : NULL;
}

static void
publish_dependent (gpointer        core,
                   const AnyKey   *key,
                   const AnyDraft *draft,
                   AnyRecord      *record,
                   gsize           head_length)
{
  g_autofree char *of_key = token_of_key (key);
  g_autofree char *of_even = token_of_name (any_test_chaos_name (0));
  g_autofree char *of_odd = token_of_name (any_test_chaos_name (1));
  int              number = atoi (any_test_record_text (record));
  const char      *names[] = { of_key, number % 2 == 0 ? of_even : of_odd, EVERYTHING, NULL };
  g_autoptr (AnyRecord) dependent = any_test_record_new_dependent (key, any_test_record_text (record), names, draft, &head_length);

  publish (core, key, draft, dependent, head_length);
}

static gboolean
invalidate (gpointer    core,
            const char *token)
{
  GError  *error = NULL;
  gboolean done = any_core_invalidate (core, token, &error);

  return succeeds (done, error);
}

static gboolean
invalidate_key (gpointer      core,
                const AnyKey *key)
{
  g_autofree char *token = token_of_key (key);

  return invalidate (core, token);
}

static gboolean
invalidate_name (gpointer    core,
                 const char *name)
{
  g_autofree char *token = token_of_name (name);

  return invalidate (core, token);
}

/* And cleared: that is what the last of all looks for. */
static gboolean
invalidate_all (gpointer core)
{
  return invalidate (core, EVERYTHING) && clear (core);
}

static const AnyTestSubject marked_subject = {
  open_core,
  close_core,
  lookup_marked,
  begin,
  publish_dependent,
  invalidate_key,
  invalidate_name,
  invalidate_all,
  get_size,
};

START_TEST (test_chaos)
{
  any_test_chaos_run (_i == 0 ? &subject : &marked_subject);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("core-chaos");
  TCase *chaos = tcase_create ("chaos");

  tcase_set_timeout (chaos, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (chaos, test_chaos, 0, 2);
  suite_add_tcase (suite, chaos);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
