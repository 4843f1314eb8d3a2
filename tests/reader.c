/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "reader.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In place. */
void
reader_write (const char *path,
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
    any_request_add_dependency_full (request, reader->path, reader->flags);

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

void
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

void
reader_clear (Reader *self)
{
  g_clear_object (&self->function);
  g_clear_pointer (&self->path, g_free);
  setup_clear (&self->setup);
}

char *
reader_call (Reader *self)
{
  g_autoptr (GVariant) result = any_function_call (self->function, text_args (READER_KEY), NULL, NULL);

  return g_variant_dup_string (result, NULL);
}

gboolean
reader_has_stored (Reader *self)
{
  g_autoptr (GVariant) result = any_function_lookup (self->function, text_args (READER_KEY), NULL, NULL);

  return result != NULL;
}
