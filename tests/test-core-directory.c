/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The core when what it has opened is removed by the user or by a program that tidies up: whatever another process stores,
 * removes or clears under the path afterwards, this one sees within a second or so, and at once when the disk is asked. */

#include "any-core.h"

#include "any-test-store.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyCore, any_core_release)

typedef struct
{
  AnyTestFolder *folder;   /* (owned) */
  char          *cachedir; /* (owned): in the folder */
  AnyCore       *core;     /* (owned): has "old" in memory */
  AnyKey         key;
} Fixture;

static void
store (AnyCore      *core,
       const AnyKey *key,
       const char   *text)
{
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new (key, text, &head_length);
  gboolean stored = FALSE;

  /* That the directory was removed may show only when something is written to it. */
  for (guint i = 0; i < 2 && !stored; i++)
    {
      g_auto (AnyDraft) draft = { 0 };

      stored = any_core_begin (core, key, ANY_ORIGIN_CALL, &draft, NULL) &&
               any_core_publish (core, key, &draft, NULL, record, head_length, NULL) == ANY_PUBLISHED;
    }
  g_assert_true (stored);
}

static void
assert_text (AnyCore      *core,
             const AnyKey *key,
             const char   *text)
{
  g_autoptr (AnyRecord) record = NULL;

  any_core_lookup (core, key, &any_test_terms, &record);
  ck_assert_pstr_eq (record != NULL ? any_test_record_text (record) : NULL, text);
}

/* Waits until the core has noticed what another process has made of the directory. */
static void
await_text (AnyCore      *core,
            const AnyKey *key,
            const char   *text)
{
  for (gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;; g_usleep (20000))
    {
      g_autoptr (AnyRecord) record = NULL;

      any_core_lookup (core, key, &any_test_terms, &record);
      if (g_strcmp0 (record != NULL ? any_test_record_text (record) : NULL, text) == 0)
        return;
      ck_assert_msg (g_get_monotonic_time () < end, "the change of the directory goes unnoticed");
    }
}

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->cachedir = g_build_filename (self->folder, "cache", NULL);
  self->core = any_core_acquire (self->cachedir);
  any_test_key_init (&self->key, ANY_TEST_NAME, 1);
  for (guint i = 0; i < 5; i++)
    store (self->core, &self->key, "old");
  assert_text (self->core, &self->key, "old");

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_key_clear (&self->key);
  any_core_release (self->core);
  g_free (self->cachedir);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
new_part (int      line,
          gpointer data)
{
  g_autoptr (AnyCore) core = any_core_acquire (data);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  store (core, &key, "new");
}

static void
remove_part (int      line,
             gpointer data)
{
  g_autoptr (AnyCore) core = any_core_acquire (data);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 1);
  g_assert_true (any_core_remove (core, &key, NULL));
}

static void
clear_part (int      line,
            gpointer data)
{
  g_autoptr (AnyCore) core = any_core_acquire (data);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init (&key, ANY_TEST_NAME, 2);
  store (core, &key, "something else");
  g_assert_true (any_core_clear (core, NULL));
}

/* What others do, and what is there then. */
static const struct
{
  AnyTestPart part;
  const char *text;
} acts[] = {
  { new_part, "new" },
  { remove_part, NULL },
  { clear_part, NULL },
};

static void
take_away (Fixture *self,
           gboolean move)
{
  g_autofree char *away = g_build_filename (self->folder, "away", NULL);

  if (move)
    ck_assert_int_eq (rename (self->cachedir, away), 0);
  else
    any_test_remove_folder (g_strdup (self->cachedir));
}

START_TEST (test_directory_taken_away)
{
  g_autoptr (Fixture) self = fixture_new ();

  take_away (self, FALSE);
  any_test_process_run (acts[_i].part, self->cachedir);
  await_text (self->core, &self->key, acts[_i].text);
  assert_text (self->core, &self->key, acts[_i].text);
}
END_TEST

/* A program that tidies up removes files that have not changed for long; the epoch is the first to be one. */
START_TEST (test_epoch_taken_away)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", "epoch", NULL);

  ck_assert_int_eq (unlink (path), 0);
  any_test_process_run (acts[_i].part, self->cachedir);
  await_text (self->core, &self->key, acts[_i].text);
  assert_text (self->core, &self->key, acts[_i].text);
}
END_TEST

/* The count of changes in one directory says nothing of those in another. */
START_TEST (test_epochs_do_not_meet)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", NULL);
  g_autofree char *epoch_path = g_build_filename (path, "epoch", NULL);
  struct stat      before;

  ck_assert_int_eq (stat (epoch_path, &before), 0);
  take_away (self, _i);
  any_test_process_run (new_part, self->cachedir);

  /* As many changes as there were in the other one. */
  for (;;)
    {
      struct stat status;

      ck_assert_int_eq (stat (epoch_path, &status), 0);
      if (status.st_size >= before.st_size)
        break;
      any_test_process_run (new_part, self->cachedir);
    }

  any_core_get_size (self->core);
  assert_text (self->core, &self->key, "new");
}
END_TEST

/* The only user of a directory goes on without it, and with the next one. */
START_TEST (test_alone)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_auto (AnyKey) other = { 0 };

  any_test_key_init (&other, ANY_TEST_NAME, 2);
  take_away (self, FALSE);
  ck_assert_uint_eq (any_core_get_size (self->core), 0);
  ck_assert (any_core_remove (self->core, &self->key, NULL));
  assert_text (self->core, &self->key, NULL);
  ck_assert (any_core_clear (self->core, NULL));
  assert_text (self->core, &other, NULL);

  store (self->core, &other, "other");
  assert_text (self->core, &other, "other");
  assert_text (self->core, &self->key, NULL);
  ck_assert_uint_gt (any_core_get_size (self->core), 0);
}
END_TEST

static void
clear_only_part (int      line,
                 gpointer data)
{
  g_autoptr (AnyCore) core = any_core_acquire (data);
  g_autoptr (GError) error = NULL;

  any_core_get_size (core);
  if (!any_core_clear (core, &error))
    g_error ("%s", error->message);
}

static void
take_away_part (int      line,
                gpointer data)
{
  any_test_remove_folder (g_strdup (data));
}

/* Whenever the directory is deleted while it is cleared, it is clear. */
START_TEST (test_deleted_while_it_is_cleared)
{
  gboolean in_time = any_test_can_step ();

  for (guint n = 1; in_time; n++)
    {
      g_autoptr (Fixture) self = fixture_new ();

      /* What is in memory may be used for a moment longer. */
      any_core_set_max_memory (self->core, 0);
      in_time = any_test_process_race_at (clear_only_part, self->cachedir, n, take_away_part, self->cachedir);
      assert_text (self->core, &self->key, NULL);
    }
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("core-directory");
  TCase *places = tcase_create ("places");

  tcase_set_timeout (places, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (places, test_directory_taken_away, 0, G_N_ELEMENTS (acts));
  tcase_add_loop_test (places, test_epoch_taken_away, 0, G_N_ELEMENTS (acts));
  tcase_add_loop_test (places, test_epochs_do_not_meet, 0, 2);
  tcase_add_test (places, test_alone);
  tcase_add_test (places, test_deleted_while_it_is_cleared);
  suite_add_tcase (suite, places);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
