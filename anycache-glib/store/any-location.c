/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-location.h"

#include "any-marks-file.h"

struct _AnyLocation
{
  char *cachedir; /* (owned), set once */

  GMutex         lock;
  AnyDirectory  *directory;  /* (owned) (nullable), protected by lock */
  AnyGeneration *generation; /* (owned) (nullable), protected by lock: the one last seen to be current */
  AnyMarks      *marks;      /* (owned) (nullable), protected by lock: those of the directory */
  guint64        epoch;      /* protected by lock: in which the marks were read */
};

static void
forget_locked (AnyLocation *self)
{
  g_clear_pointer (&self->marks, any_marks_unref);
  g_clear_pointer (&self->generation, any_generation_unref);
  g_clear_pointer (&self->directory, any_directory_unref);
}

AnyLocation *
any_location_new (const char *cachedir)
{
  AnyLocation *self = g_new0 (AnyLocation, 1);

  self->cachedir = g_strdup (cachedir);
  g_mutex_init (&self->lock);

  return self;
}

void
any_location_free (AnyLocation *self)
{
  forget_locked (self);
  g_mutex_clear (&self->lock);
  g_free (self->cachedir);
  g_free (self);
}

/* The opened directory. Without create, NULL with G_IO_ERROR_NOT_FOUND where there is none yet. */
AnyDirectory *
any_location_ref_directory (AnyLocation *self,
                            gboolean     create,
                            GError     **error)
{
  AnyDirectory *directory;

  g_mutex_lock (&self->lock);

  if (self->directory != NULL && any_directory_is_gone (self->directory))
    forget_locked (self);
  if (self->directory == NULL)
    self->directory = any_directory_open (self->cachedir, create, error);
  directory = self->directory != NULL ? any_directory_ref (self->directory) : NULL;

  g_mutex_unlock (&self->lock);

  return directory;
}

/* Forgets a directory that is no longer what the path leads to, so that the next use opens it anew. */
void
any_location_drop_directory (AnyLocation  *self,
                             AnyDirectory *directory)
{
  g_mutex_lock (&self->lock);
  if (self->directory == directory)
    forget_locked (self);
  g_mutex_unlock (&self->lock);
}

/* Forgets a directory that was removed or replaced, and one that could not be written to: it may have been made writable since. */
void
any_location_verify (AnyLocation *self)
{
  g_autoptr (AnyDirectory) directory = NULL;

  g_mutex_lock (&self->lock);
  directory = self->directory != NULL ? any_directory_ref (self->directory) : NULL;
  g_mutex_unlock (&self->lock);

  if (directory != NULL && (!directory->writable || !any_directory_is_in_place (directory)))
    any_location_drop_directory (self, directory);
}

AnyDirectory *
any_location_ref_writable_directory (AnyLocation *self,
                                     gboolean     create,
                                     GError     **error)
{
  g_autoptr (AnyDirectory) directory = any_location_ref_directory (self, create, error);

  if (directory != NULL && !directory->writable)
    {
      g_clear_pointer (&directory, any_directory_unref);
      any_location_verify (self);
      directory = any_location_ref_directory (self, create, error);
    }

  if (directory != NULL && !any_directory_require_writable (directory, error))
    return NULL;

  return g_steal_pointer (&directory);
}

AnyGeneration *
any_location_ref_generation (AnyLocation  *self,
                             AnyDirectory *directory,
                             gboolean      create,
                             GError      **error)
{
  g_autoptr (AnyGeneration) generation = NULL;

  g_mutex_lock (&self->lock);
  if (self->directory == directory && self->generation != NULL)
    generation = any_generation_ref (self->generation);
  g_mutex_unlock (&self->lock);

  if (generation != NULL && any_generation_is_current (generation, directory))
    return g_steal_pointer (&generation);

  g_clear_pointer (&generation, any_generation_unref);
  generation = any_generation_open (directory, create, error);
  if (generation == NULL)
    return NULL;

  g_mutex_lock (&self->lock);
  if (self->directory == directory)
    {
      g_clear_pointer (&self->generation, any_generation_unref);
      self->generation = any_generation_ref (generation);
    }
  g_mutex_unlock (&self->lock);

  return g_steal_pointer (&generation);
}

/* The marks as they are in an epoch of the directory, or were changed since. Whoever knows no epoch reads them anew, and so does who
 * could not read them: that may have been for want of descriptors. */
AnyMarks *
any_location_ref_marks (AnyLocation  *self,
                        AnyDirectory *directory,
                        guint64       epoch)
{
  AnyMarks *marks = NULL;

  g_mutex_lock (&self->lock);
  if (self->directory == directory && self->marks != NULL && self->epoch == epoch && epoch != ANY_EPOCH_UNKNOWN)
    marks = any_marks_ref (self->marks);
  g_mutex_unlock (&self->lock);

  if (marks != NULL)
    return marks;

  marks = any_marks_file_read (directory);

  g_mutex_lock (&self->lock);
  if (self->directory == directory && any_marks_are_sound (marks))
    {
      g_clear_pointer (&self->marks, any_marks_unref);
      self->marks = any_marks_ref (marks);
      self->epoch = epoch;
    }
  g_mutex_unlock (&self->lock);

  return marks;
}

/* That nothing is there yet is not an error. */
static gboolean
ignore_not_found (GError  *local_error,
                  GError **error)
{
  if (local_error == NULL)
    return TRUE;

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_error_free (local_error);
      return TRUE;
    }

  g_propagate_error (error, local_error);

  return FALSE;
}

/* Gives the directory that the path leads to now, or NULL where there is none. */
gboolean
any_location_find_directory (AnyLocation   *self,
                             AnyDirectory **directory,
                             GError       **error)
{
  GError *local_error = NULL;

  any_location_verify (self);
  *directory = any_location_ref_directory (self, FALSE, &local_error);

  return ignore_not_found (local_error, error);
}

/* Gives the current generation with its directory, or NULL where there is none. */
gboolean
any_location_find_generation (AnyLocation    *self,
                              AnyDirectory  **directory,
                              AnyGeneration **generation,
                              GError        **error)
{
  GError *local_error = NULL;

  *generation = NULL;
  if (!any_location_find_directory (self, directory, error))
    return FALSE;

  if (*directory != NULL)
    *generation = any_location_ref_generation (self, *directory, FALSE, &local_error);

  return ignore_not_found (local_error, error);
}
