/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-dependencies.h"

#include <unistd.h>

#include "any-dependency.h"
#include "any-trouble.h"
#include "any-way.h"

/* Together three of the longest ticks of a kernel. */
#define PAUSE_US  500
#define MAX_LOOKS 60

/* The way is not part of the entry: it tells what happens while a result is computed, and whoever asks later goes the way anew. */
typedef struct
{
  char              *path; /* (owned) absolute */
  AnyDependencyFlags flags;
  gboolean           named_before;
  AnyWay             way; /* only where it was named before it was read */
  AnyStamp           stamp;
} Dependency;

struct _AnyDependencies
{
  GArray     *items;        /* (owned) (nullable) (element-type Dependency) */
  GHashTable *known;        /* (owned) (nullable) paths, which belong to items -> set of bits, one for each way to look */
  GPtrArray  *handed;       /* (owned) (nullable) (element-type GBytes) as an entry has it: tokens, and what was used depends on */
  GHashTable *handed_known; /* (owned) (nullable) set of the same */
  gint64      lead;         /* ns: of the clock at the beginning, see any_clock_read_lead() */
  GError     *trouble;      /* (owned) (nullable) the first thing that was named and that no stamp can vouch for */
};

static void
dependency_clear (Dependency *self)
{
  g_free (self->path);
}

AnyDependencies *
any_dependencies_new (void)
{
  AnyDependencies *self = g_new0 (AnyDependencies, 1);

  self->lead = any_clock_read_lead ();

  return self;
}

/* Most results depend on no file, so the list is made with its first item. */
static void
make_list (AnyDependencies *self)
{
  if (self->items != NULL)
    return;

  self->items = g_array_new (FALSE, FALSE, sizeof (Dependency));
  g_array_set_clear_func (self->items, (GDestroyNotify) dependency_clear);
  self->known = g_hash_table_new (g_str_hash, g_str_equal);
}

void
any_dependencies_free (AnyDependencies *self)
{
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->items, g_array_unref);
  g_clear_pointer (&self->handed_known, g_hash_table_unref);
  g_clear_pointer (&self->handed, g_ptr_array_unref);
  g_clear_error (&self->trouble);
  g_free (self);
}

static guint
count (AnyDependencies *self)
{
  return self->items != NULL ? self->items->len : 0;
}

/* Where to put trouble with something that is named. The first is kept: what comes later may come of it. */
static GError **
trouble_of (AnyDependencies *self)
{
  return self->trouble == NULL ? &self->trouble : NULL;
}

/* The bit for a way to look at a path. */
static guint
look_of (AnyDependencyFlags flags)
{
  return 1u << flags;
}

/* Takes the path. NULL where it is known already in one of these ways: its first stamp is the one that was taken before the file was
 * read. Two ways are two dependencies: what the one lets pass, the other may not. */
static Dependency *
append (AnyDependencies   *self,
        char              *path,
        AnyDependencyFlags flags,
        guint              known_looks)
{
  g_autofree char *owned = path;
  Dependency      *item;
  guint            looks;

  make_list (self);
  looks = GPOINTER_TO_UINT (g_hash_table_lookup (self->known, path));
  if (looks & known_looks)
    return NULL;

  g_array_set_size (self->items, self->items->len + 1);
  item = &g_array_index (self->items, Dependency, self->items->len - 1);
  *item = (Dependency){ .path = g_steal_pointer (&owned), .flags = flags };
  g_hash_table_insert (self->known, item->path, GUINT_TO_POINTER (looks | look_of (flags)));

  return item;
}

static void
hand (AnyDependencies *self,
      gconstpointer    bytes,
      gsize            length)
{
  g_autoptr (GBytes) item = g_bytes_new (bytes, length);

  if (self->handed == NULL)
    {
      self->handed = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      self->handed_known = g_hash_table_new (g_bytes_hash, g_bytes_equal);
    }

  if (g_hash_table_contains (self->handed_known, item))
    return;

  g_hash_table_add (self->handed_known, item);
  g_ptr_array_add (self->handed, g_steal_pointer (&item));
}

static void
hand_unstamped (AnyDependencies     *self,
                const AnyDependency *item)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  any_dependency_pack (item, bytes);
  hand (self, bytes->data, bytes->len);
}

/* Finds the place for what somebody has named. NULL where there is nothing to stamp: it is a token, known, or no name. */
static Dependency *
enter (AnyDependencies   *self,
       const char        *given,
       AnyDependencyFlags flags,
       guint              known_looks)
{
  AnyDependencyKind kind;
  AnyDependency     item;
  g_autofree char  *name = any_dependency_name (given, &kind, trouble_of (self));

  if (name == NULL)
    return NULL;
  if (kind == ANY_DEPENDENCY_PATH)
    return append (self, g_steal_pointer (&name), flags, known_looks);

  any_dependency_init_token (&item, name);
  hand_unstamped (self, &item);

  return NULL;
}

/* Looks at what was changed just now once more in the next tick: a change could still come that leaves its times as they are, and be
 * taken back when its result has been made. Where that goes on for seconds, nobody waits. */
static gboolean
look_before (Dependency *self,
             GError    **error)
{
  AnyFreshness freshness;

  for (guint attempt = 0; attempt < MAX_LOOKS; attempt++)
    {
      if (!any_way_take (&self->way, self->path, error) || !any_stamp_take_full (&self->stamp, self->path, self->flags, error))
        return FALSE;

      freshness = MAX (self->stamp.freshness, self->way.freshness);
      if (freshness == ANY_FRESHNESS_NONE)
        return TRUE;
      if (freshness == ANY_FRESHNESS_SECONDS)
        return any_trouble_set (error, G_IO_ERROR_BUSY, self->path, "has changed too lately to tell by its times whether it changes again");

      g_usleep (PAUSE_US);
    }

  return any_trouble_set (error, G_IO_ERROR_BUSY, self->path, "changes all the time");
}

void
any_dependencies_add (AnyDependencies *self,
                      const char      *path)
{
  any_dependencies_add_full (self, path, ANY_DEPENDENCY_FLAGS_NONE);
}

/* Stamps a path that is about to be read.
 *
 * The two looks at the way enclose all else: way, stamp, the reading, stamp, way. If the way has not changed from its first look to
 * its last, then both stamps and whoever read in between have been to the same place (but see any_way_holds()). A way that was taken
 * behind its stamp might lead to another file than the one that was stamped; a way that was compared before it might change in
 * between. */
void
any_dependencies_add_full (AnyDependencies   *self,
                           const char        *path,
                           AnyDependencyFlags flags)
{
  Dependency *item = enter (self, path, flags, look_of (flags));
  GError    **trouble = trouble_of (self);

  if (item == NULL)
    return;

  item->named_before = TRUE;
  /* To go the way by descriptors mounts nothing that is mounted when it is needed (autofs), and would end before it. */
  access (item->path, F_OK);
  look_before (item, trouble);
}

static gboolean
is_older (const Dependency *self,
          gint64            since,
          GError          **error)
{
  if (!any_stamp_is_older (&self->stamp, since))
    return any_trouble_set (error, G_IO_ERROR_BUSY, self->path, "may have changed after it was read");

  return any_way_is_older (self->path, self->stamp.kind == ANY_STAMP_ABSENT, since, error);
}

/* An instant by the clock as it is now. What was changed after the clock was set back may bear an earlier time than an instant
 * before. */
static gint64
translate (AnyDependencies *self,
           gint64           instant)
{
  gint64 lead = any_clock_read_lead ();

  return lead < self->lead ? instant - (self->lead - lead) : instant;
}

/* Stamps a path that may have been read at any time since an instant of any_stamp_now().
 *
 * The stamp comes first: if the way is still the old one behind it, it has led both the reader and the stamp to the same place. */
void
any_dependencies_add_read (AnyDependencies *self,
                           const char      *path,
                           gint64           since)
{
  Dependency *item = enter (self, path, ANY_DEPENDENCY_FLAGS_NONE, G_MAXUINT);
  GError    **trouble = trouble_of (self);

  if (item != NULL && any_stamp_take (&item->stamp, item->path, trouble))
    is_older (item, translate (self, since), trouble);
}

static gboolean
settle_item (Dependency *self,
             GError    **error)
{
  return any_stamp_settle (&self->stamp, self->path, error) &&
         (!self->named_before || any_way_holds (&self->way, self->path, error));
}

static gboolean
settle_handed (GBytes  *bytes,
               GError **error)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  AnyDependency item;

  return any_dependency_unpack (&item, &data, &length) &&
         (any_dependency_holds (&item) ||
          any_trouble_set (error, G_IO_ERROR_BUSY, item.name, "changed after a result that depends on it was used"));
}

/* Notes that the result of a function was used. */
void
any_dependencies_add_function (AnyDependencies *self,
                               const char      *name,
                               const char      *version)
{
  AnyDependency item;

  any_dependency_init_function (&item, name, version);
  hand_unstamped (self, &item);
}

/* Takes over what a result depends on that was used, as it lies in its entry: the stamps are those that it was made with. */
void
any_dependencies_add_entry (AnyDependencies *self,
                            const guint8    *bytes,
                            gsize            length)
{
  while (length > 0)
    {
      const guint8 *start = bytes;
      AnyDependency item;

      if (!any_dependency_unpack (&item, &bytes, &length))
        return;
      hand (self, start, bytes - start);
    }
}

/* Whether everything still looks like its stamp. Only then may the result be stored: otherwise nobody knows which state of the
 * files it was made from. */
gboolean
any_dependencies_settle (AnyDependencies *self,
                         GError         **error)
{
  if (self->trouble != NULL)
    {
      g_propagate_error (error, g_error_copy (self->trouble));
      return FALSE;
    }

  for (guint i = 0; i < count (self); i++)
    {
      if (!settle_item (&g_array_index (self->items, Dependency, i), error))
        return FALSE;
    }

  /* It does not matter what the files were like in between: what was used is the result. */
  for (guint i = 0; self->handed != NULL && i < self->handed->len; i++)
    {
      if (!settle_handed (g_ptr_array_index (self->handed, i), error))
        return FALSE;
    }

  return TRUE;
}

GBytes *
any_dependencies_pack (AnyDependencies *self)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < count (self); i++)
    {
      const Dependency *item = &g_array_index (self->items, Dependency, i);

      any_dependency_pack (&(AnyDependency){ ANY_DEPENDENCY_PATH, item->path, item->stamp }, bytes);
    }
  for (guint i = 0; self->handed != NULL && i < self->handed->len; i++)
    {
      GBytes *item = g_ptr_array_index (self->handed, i);

      g_byte_array_append (bytes, g_bytes_get_data (item, NULL), g_bytes_get_size (item));
    }

  return g_byte_array_free_to_bytes (bytes);
}
