/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-location.h"

#include "any-error.h"
#include "any-test-folder.h"
#include "any-test-process.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyLocation, any_location_free)

typedef struct
{
  AnyTestFolder *folder;   /* (owned) */
  char          *cachedir; /* (owned): in the folder, not made yet */
  AnyLocation   *location; /* (owned) */
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->cachedir = g_build_filename (self->folder, "cache", NULL);
  self->location = any_location_new (self->cachedir);

  return self;
}

static void
fixture_free (Fixture *self)
{
  any_location_free (self->location);
  g_free (self->cachedir);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static AnyDirectory *
make (AnyLocation *location)
{
  g_autoptr (GError) error = NULL;
  AnyDirectory *directory = any_location_ref_directory (location, TRUE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (directory);

  return directory;
}

/* What the path leads to now; NULL, and no error, where that is nothing. */
static AnyDirectory *
find (AnyLocation *location)
{
  g_autoptr (GError) error = NULL;
  AnyDirectory *directory = NULL;

  ck_assert (any_location_find_directory (location, &directory, &error));
  ck_assert_ptr_null (error);

  return directory;
}

static void
take_away (Fixture *self)
{
  any_test_remove_folder (g_strdup (self->cachedir));
}

START_TEST (test_nothing_yet)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AnyDirectory) directory = NULL;
  AnyGeneration *generation;

  ck_assert_ptr_null (any_location_ref_directory (self->location, FALSE, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  g_clear_error (&error);
  ck_assert_ptr_null (any_location_ref_writable_directory (self->location, FALSE, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  ck_assert_ptr_null (find (self->location));
  ck_assert (any_location_find_generation (self->location, &directory, &generation, NULL));
  ck_assert (directory == NULL && generation == NULL);
  any_test_assert_list (self->folder, "");

  /* A directory without a generation. */
  any_directory_unref (make (self->location));
  ck_assert (any_location_find_generation (self->location, &directory, &generation, NULL));
  ck_assert (directory != NULL && generation == NULL);
}
END_TEST

START_TEST (test_opened_once)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyDirectory) made = make (self->location);
  g_autoptr (AnyDirectory) found = any_location_ref_directory (self->location, FALSE, NULL);
  g_autoptr (AnyDirectory) in_place = find (self->location);
  g_autoptr (AnyDirectory) writable = any_location_ref_writable_directory (self->location, FALSE, NULL);
  g_autoptr (AnyGeneration) first = any_location_ref_generation (self->location, made, TRUE, NULL);
  g_autoptr (AnyGeneration) second = any_location_ref_generation (self->location, made, FALSE, NULL);

  ck_assert_ptr_eq (found, made);
  ck_assert_ptr_eq (in_place, made);
  ck_assert_ptr_eq (writable, made);
  ck_assert_ptr_nonnull (first);
  ck_assert_ptr_eq (second, first);
}
END_TEST

/* After a drop another one is opened; and one that was dropped long ago takes nothing with it. */
START_TEST (test_drop)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyDirectory) first = make (self->location);
  g_autoptr (AnyGeneration) generation = any_location_ref_generation (self->location, first, TRUE, NULL);
  g_autoptr (AnyDirectory) second = NULL;
  g_autoptr (AnyDirectory) third = NULL;
  g_autoptr (AnyGeneration) other = NULL;

  any_location_drop_directory (self->location, first);
  second = make (self->location);
  ck_assert_ptr_ne (second, first);
  other = any_location_ref_generation (self->location, second, FALSE, NULL);
  ck_assert_ptr_ne (other, generation);
  ck_assert_uint_eq (other->inode, generation->inode);

  any_location_drop_directory (self->location, first);
  third = make (self->location);
  ck_assert_ptr_eq (third, second);

  /* Whoever works with the old one goes on with it, which is not remembered. */
  ck_assert (any_directory_is_in_place (first));
  g_clear_pointer (&generation, any_generation_unref);
  generation = any_location_ref_generation (self->location, first, FALSE, NULL);
  ck_assert_ptr_nonnull (generation);
  ck_assert_ptr_ne (generation, other);
  g_clear_pointer (&generation, any_generation_unref);
  generation = any_location_ref_generation (self->location, second, FALSE, NULL);
  ck_assert_ptr_eq (generation, other);
}
END_TEST

START_TEST (test_cleared)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyDirectory) directory = make (self->location);
  g_autoptr (AnyGeneration) old = any_location_ref_generation (self->location, directory, TRUE, NULL);
  g_autoptr (AnyGeneration) new = NULL;
  g_autoptr (AnyGeneration) found = NULL;
  g_autoptr (AnyDirectory) found_directory = NULL;

  ck_assert (any_generation_replace (directory, NULL));
  new = any_location_ref_generation (self->location, directory, FALSE, NULL);
  ck_assert_uint_ne (new->inode, old->inode);
  ck_assert (any_location_find_generation (self->location, &found_directory, &found, NULL));
  ck_assert_ptr_eq (found_directory, directory);
  ck_assert_ptr_eq (found, new);
}
END_TEST

START_TEST (test_taken_away)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autoptr (AnyDirectory) first = make (self->location);
  g_autoptr (AnyDirectory) second = NULL;

  take_away (self);
  ck_assert_ptr_null (find (self->location));
  ck_assert_ptr_null (any_location_ref_directory (self->location, FALSE, NULL));

  /* Another one in its place, made by somebody else. */
  second = any_directory_open (self->cachedir, TRUE, NULL);
  g_clear_pointer (&first, any_directory_unref);
  first = find (self->location);
  ck_assert_uint_eq (first->inode, second->inode);
  take_away (self);
  g_clear_pointer (&second, any_directory_unref);
  second = any_directory_open (self->cachedir, TRUE, NULL);
  ck_assert (!any_directory_is_in_place (first));
  g_clear_pointer (&first, any_directory_unref);
  first = find (self->location);
  ck_assert (any_directory_is_in_place (first));
}
END_TEST

START_TEST (test_unusable)
{
  g_autoptr (Fixture) self = fixture_new ();
  g_autofree char *path = g_build_filename (self->cachedir, "anycache-1", NULL);
  g_autofree char *gen = g_build_filename (path, "gen", NULL);
  g_autoptr (AnyDirectory) directory = NULL;
  AnyGeneration *generation = NULL;
  g_autoptr (GError) error = NULL;

  any_directory_unref (any_directory_open (self->cachedir, TRUE, NULL));
  ck_assert_int_eq (chmod (path, 0777), 0);
  ck_assert (!any_location_find_directory (self->location, &directory, &error));
  ck_assert_ptr_null (directory);
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY));
  g_clear_error (&error);
  ck_assert (!any_location_find_generation (self->location, &directory, &generation, &error));
  ck_assert (g_error_matches (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_UNSAFE_DIRECTORY));
  g_clear_error (&error);
  ck_assert_int_eq (chmod (path, 0700), 0);

  ck_assert (g_file_set_contents (gen, "", 0, NULL));
  ck_assert (!any_location_find_generation (self->location, &directory, &generation, &error));
  ck_assert_ptr_nonnull (directory);
  ck_assert_ptr_null (generation);
  ck_assert_ptr_nonnull (error);
}
END_TEST

static void
read_only_part (int      line,
                gpointer data)
{
  g_autoptr (AnyLocation) location = NULL;
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyDirectory) writable = NULL;
  g_autoptr (GError) error = NULL;

  any_test_become_ordinary (data);
  location = any_location_new (".");
  any_directory_unref (any_directory_open (".", TRUE, NULL));
  g_assert_cmpint (chmod ("anycache-1", 0500), ==, 0);

  directory = any_location_ref_directory (location, TRUE, NULL);
  g_assert_false (directory->writable);
  g_assert_null (any_location_ref_writable_directory (location, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);

  /* What has become writable is seen the next time. */
  g_assert_cmpint (chmod ("anycache-1", 0700), ==, 0);
  writable = any_location_ref_writable_directory (location, TRUE, NULL);
  g_assert_true (writable->writable);
  g_clear_pointer (&directory, any_directory_unref);
  directory = any_location_ref_directory (location, FALSE, NULL);
  g_assert_true (directory == writable);
}

START_TEST (test_read_only)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();

  any_test_process_run (read_only_part, folder);
}
END_TEST

static gpointer
work_thread (gpointer data)
{
  AnyLocation *location = data;

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (AnyDirectory) directory = make (location);
      g_autoptr (GError) error = NULL;
      g_autoptr (AnyGeneration) generation = any_location_ref_generation (location, directory, TRUE, &error);

      /* Another thread may have swept away what this one was about to open. */
      g_assert_true ((generation == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      if (i % 7 == 0)
        any_location_drop_directory (location, directory);
      if (i % 11 == 0)
        g_assert_true (any_generation_replace (directory, NULL));
    }

  return NULL;
}

START_TEST (test_threads)
{
  g_autoptr (Fixture) self = fixture_new ();
  GThread *threads[3];
  guint    n_descriptors = any_test_count_descriptors ();

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("worker", work_thread, self->location);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  any_location_free (self->location);
  self->location = any_location_new (self->cachedir);
  any_test_assert_descriptors (n_descriptors);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("location");
  TCase *places = tcase_create ("places");

  tcase_set_timeout (places, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (places, test_nothing_yet);
  tcase_add_test (places, test_opened_once);
  tcase_add_test (places, test_drop);
  tcase_add_test (places, test_cleared);
  tcase_add_test (places, test_taken_away);
  tcase_add_test (places, test_unusable);
  tcase_add_test (places, test_read_only);
  tcase_add_test (places, test_threads);
  suite_add_tcase (suite, places);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
