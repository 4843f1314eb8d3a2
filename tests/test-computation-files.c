/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files that change while a result is made from them: it is returned, and nobody gets it again. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache-setup.h"

#define KEY "key"

/* A function that gives the text of a file, as it found it. */
typedef struct
{
  Setup        setup;
  AnyFunction *function;                                 /* (owned) */
  char        *path;                                     /* (owned): "place/file" in the folder */
  gboolean     afterwards;                               /* the file is named by the depfiles function, and not before it is read */
  void (*before) (const char *folder, const char *path); /* (nullable): the reading, and after the naming */
  void (*after) (const char *folder, const char *path);  /* (nullable): the reading */
} Reader;

static void
write_text (const char *path,
            const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_msg (fd >= 0, "%s cannot be written", path);
  ck_assert_int_eq (write (fd, text, strlen (text)), (int) strlen (text));
  close (fd);
}

static gboolean
read_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Reader          *reader = user_data;
  g_autofree char *text = NULL;

  if (!reader->afterwards)
    any_request_add_dependency (request, reader->path);

  if (reader->before != NULL)
    reader->before (reader->setup.folder, reader->path);
  if (!g_file_get_contents (reader->path, &text, NULL, NULL))
    text = g_strdup ("nothing");
  if (reader->after != NULL)
    reader->after (reader->setup.folder, reader->path);

  any_request_return_value (request, g_variant_new_string (text));

  return TRUE;
}

static char **
list_cb (GVariant *result,
         GVariant *args,
         gpointer  user_data,
         GError  **error)
{
  Reader     *reader = user_data;
  const char *paths[] = { reader->path, NULL };

  ck_assert (g_variant_is_of_type (result, G_VARIANT_TYPE_STRING));
  ck_assert (g_variant_is_of_type (args, G_VARIANT_TYPE ("(s)")));

  return g_strdupv ((char **) paths);
}

static void
reader_init (Reader *self)
{
  g_autofree char *place = NULL;

  setup_init (&self->setup);
  place = g_build_filename (self->setup.folder, "place", NULL);
  ck_assert_int_eq (mkdir (place, 0700), 0);
  self->path = g_build_filename (place, "file", NULL);
  self->function = any_cache_define (self->setup.cache, "org.example.Read", NULL, read_cb, self, NULL);
  if (self->afterwards)
    any_function_set_depfiles_func (self->function, list_cb, self, NULL);
}

static void
reader_clear (Reader *self)
{
  g_clear_object (&self->function);
  g_clear_pointer (&self->path, g_free);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static char *
read_call (Reader *self)
{
  g_autoptr (GVariant) result = any_function_call (self->function, text_args (KEY), NULL, NULL);

  return g_variant_dup_string (result, NULL);
}

static gboolean
is_stored (Reader *self)
{
  g_autoptr (GVariant) result = any_function_lookup (self->function, text_args (KEY), NULL, NULL);

  return result != NULL;
}

static void
leave (const char *folder,
       const char *path)
{
}

static void
write_some (const char *folder,
            const char *path)
{
  write_text (path, "some");
}

static void
write_else (const char *folder,
            const char *path)
{
  write_text (path, "else");
}

static void
remove_file (const char *folder,
             const char *path)
{
  ck_assert_int_eq (g_remove (path), 0);
}

/* Another file of the same length, that has been there for long, takes the place of this one. */
static void
put_old_file_there (const char *folder,
                    const char *path)
{
  g_autofree char *other = g_build_filename (folder, "other", NULL);

  ck_assert_int_eq (rename (other, path), 0);
}

/* The folder around the file is exchanged for another that has been there for long. */
static void
put_old_folder_there (const char *folder,
                      const char *path)
{
  g_autofree char *place = g_path_get_dirname (path);
  g_autofree char *away = g_build_filename (folder, "away", NULL);
  g_autofree char *elsewhere = g_build_filename (folder, "elsewhere", NULL);

  ck_assert_int_eq (rename (place, away), 0);
  ck_assert_int_eq (rename (elsewhere, place), 0);
}

static void
prepare_others (const char *folder)
{
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  g_autofree char *elsewhere = g_build_filename (folder, "elsewhere", NULL);
  g_autofree char *file = g_build_filename (elsewhere, "file", NULL);

  write_text (other, "else");
  ck_assert_int_eq (mkdir (elsewhere, 0700), 0);
  write_text (file, "else");
}

typedef struct
{
  const char *what;
  void (*prepare) (const char *folder, const char *path);
  void (*before) (const char *folder, const char *path);
  void (*after) (const char *folder, const char *path);
  gboolean stored;
} Change;

static const Change changes[] = {
  { "nothing", write_some, leave, leave, TRUE },
  { "nothing where nothing is", leave, leave, leave, TRUE },
  { "written before it is read", write_some, write_else, leave, FALSE },
  { "written after it was read", write_some, leave, write_else, FALSE },
  { "written before and after", write_some, write_else, write_some, FALSE },
  { "removed before it is read", write_some, remove_file, leave, FALSE },
  { "removed after it was read", write_some, leave, remove_file, FALSE },
  { "appeared before it is read", leave, write_some, leave, FALSE },
  { "appeared after it was found missing", leave, leave, write_some, FALSE },
  { "replaced after it was read", write_some, leave, put_old_file_there, FALSE },
  { "folder replaced after it was read", write_some, leave, put_old_folder_there, FALSE },
};

/* Until all file times are past, for certain. A file system that counts whole seconds takes its time. */
static void
let_rest (const char *folder)
{
  struct stat status;

  ck_assert_int_eq (stat (folder, &status), 0);
  g_usleep (status.st_mtim.tv_nsec == 0 && status.st_ctim.tv_nsec == 0 ? 3 * G_USEC_PER_SEC : G_USEC_PER_SEC / 20);
}

static void
check_change (const Change *change,
              gboolean      at_rest,
              gboolean      afterwards)
{
  g_auto (Reader) reader = { .afterwards = afterwards, .before = change->before, .after = change->after };
  g_auto (Failures) failures = { 0 };
  g_autofree char *first = NULL;
  g_autofree char *now = NULL;
  g_autofree char *second = NULL;

  reader_init (&reader);
  failures_watch (&failures, reader.setup.cache);
  prepare_others (reader.setup.folder);
  change->prepare (reader.setup.folder, reader.path);
  if (at_rest)
    let_rest (reader.setup.folder);

  first = read_call (&reader);
  ck_assert_msg (is_stored (&reader) == change->stored, "%s%s%s", change->what, at_rest ? ", at rest" : "", afterwards ? ", named afterwards" : "");
  ck_assert_int_eq (failures.n_told, 0);

  /* In any case, what comes next is what is in the file now. */
  reader.before = reader.after = NULL;
  second = read_call (&reader);
  if (!g_file_get_contents (reader.path, &now, NULL, NULL))
    now = g_strdup ("nothing");
  ck_assert_msg (g_str_equal (second, now), "%s: “%s” is told, and “%s” is there", change->what, second, now);
}

START_TEST (test_named_before)
{
  check_change (&changes[_i], FALSE, FALSE);
  check_change (&changes[_i], TRUE, FALSE);
}
END_TEST

START_TEST (test_named_afterwards)
{
  check_change (&changes[_i], TRUE, TRUE);
}
END_TEST

/* A file that was written just before may have been written just after: it is not stored, and nothing is wrong. */
START_TEST (test_just_written_and_named_afterwards)
{
  g_auto (Reader) reader = { .afterwards = TRUE };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  gint64           deadline = any_test_deadline ();

  reader_init (&reader);
  write_text (reader.path, "some");
  first = read_call (&reader);
  ck_assert_str_eq (first, "some");

  while (!is_stored (&reader))
    {
      g_autofree char *again = read_call (&reader);

      ck_assert_str_eq (again, "some");
      ck_assert (any_test_wait (deadline));
    }
  write_text (reader.path, "else");
  second = read_call (&reader);
  ck_assert_str_eq (second, "else");
}
END_TEST

/* That a file changes is nobody's fault. One that no stamp can vouch for is told: results that depend on it are never stored. */
START_TEST (test_trouble_is_told)
{
  static const struct
  {
    gboolean    afterwards;
    const char *path;
    int         code;
  } rows[] = {
    { FALSE, "/dev/null", G_IO_ERROR_NOT_SUPPORTED },
    { TRUE, "/dev/null", G_IO_ERROR_NOT_SUPPORTED },
    { TRUE, "", G_IO_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *paths[] = { rows[i].path, NULL };
      g_auto (Reader) reader = { .afterwards = rows[i].afterwards };
      g_auto (Failures) failures = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *first = NULL;

      reader_init (&reader);
      failures_watch (&failures, reader.setup.cache);
      g_free (reader.path);
      reader.path = g_strdup (rows[i].path);
      first = read_call (&reader);

      ck_assert (first != NULL && !is_stored (&reader));
      ck_assert_int_eq (failures.n_told, 1);
      ck_assert (g_error_matches (failures.error, G_IO_ERROR, rows[i].code));

      ck_assert (!any_function_store (reader.function, text_args (KEY), g_variant_new_string (""), -1, paths, NULL, &error));
      ck_assert (g_error_matches (error, G_IO_ERROR, rows[i].code));
    }
}
END_TEST

/* Written, asked, written again within one tick of any clock: each answer is right, and each is kept until the next change. */
START_TEST (test_write_and_ask_by_turns)
{
  g_auto (Reader) reader = { 0 };

  reader_init (&reader);
  for (guint i = 0; i < 300; i++)
    {
      char text[8];

      g_snprintf (text, sizeof text, "%03u", i);
      write_text (reader.path, text);

      for (guint j = 0; j < 2; j++)
        {
          g_autofree char *told = read_call (&reader);

          ck_assert_str_eq (told, text);
        }
      ck_assert (is_stored (&reader));
    }
}
END_TEST

/* Relative to where the process was when it was named. */
START_TEST (test_relative_path)
{
  g_auto (Reader) reader = { 0 };
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *path = NULL;
  g_autofree char *first = NULL;

  reader_init (&reader);
  path = g_steal_pointer (&reader.path);
  write_text (path, "some");
  ck_assert_int_eq (chdir (reader.setup.folder), 0);
  reader.path = g_strdup ("place/file");
  first = read_call (&reader);
  ck_assert_int_eq (chdir (here), 0);

  ck_assert_str_eq (first, "some");
  ck_assert (is_stored (&reader));
  write_text (path, "else");
  ck_assert (!is_stored (&reader));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("computation-files");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_loop_test (all, test_named_before, 0, G_N_ELEMENTS (changes));
  tcase_add_loop_test (all, test_named_afterwards, 0, G_N_ELEMENTS (changes));
  tcase_add_test (all, test_just_written_and_named_afterwards);
  tcase_add_test (all, test_trouble_is_told);
  tcase_add_test (all, test_write_and_ask_by_turns);
  tcase_add_test (all, test_relative_path);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
