/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-marks.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "any-digest.h"

/* The bytes of marks. Integers are little endian:
 *
 *   marks  = magic:8 last:u64 base:u64 mark* digest:16
 *   mark   = name:u64 number:u64, in the order of the names
 *   last   = the number of the last mark; 0 for none
 *   base   = entries that know no mark of this number or a higher one are outdated, whatever they depend on but nothing
 *   name   = XXH3-64 of the marked dependency, seeded with 1 for “something below it”, else with 0
 *   digest = XXH3-128 of all before it
 *
 * A number is never used again: it is the time in us, or one more than the last where that is higher. (Where the marks were lost and the
 * clock was set back since, nothing is left that would say so.)
 */
#define MAX_MARKS 16384

/* Two dependencies of one name, once in 10^11 for a full table, share their marks: an entry is then computed once more than it must be. */
typedef struct
{
  guint64 name;
  guint64 number;
} Mark;

typedef struct
{
  guint8  magic[8];
  guint64 last;
  guint64 base;
} RawHead;

G_STATIC_ASSERT (sizeof (RawHead) == 24);
G_STATIC_ASSERT (sizeof (Mark) == 16);

static const guint8 magic[8] = { 0x8a, 'A', 'N', 'Y', 'm', 'r', 'k', '1' };

struct _AnyMarks
{
  guint64 last;
  guint64 base;  /* G_MAXUINT64 where it is not known what was marked */
  GArray *items; /* (owned) (element-type Mark), in the order of the names */
};

enum
{
  ITSELF = 0,
  BELOW = 1,
};

AnyMarks *
any_marks_new (void)
{
  AnyMarks *self = g_atomic_rc_box_new0 (AnyMarks);

  self->items = g_array_new (FALSE, FALSE, sizeof (Mark));

  return self;
}

AnyMarks *
any_marks_ref (AnyMarks *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
marks_clear (AnyMarks *self)
{
  g_array_unref (self->items);
}

void
any_marks_unref (AnyMarks *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) marks_clear);
}

/* FALSE where the bytes were damaged: nobody knows what was marked, so everything is. */
gboolean
any_marks_are_sound (const AnyMarks *self)
{
  return self->base != G_MAXUINT64;
}

static gboolean
read_head (const guint8 *bytes,
           gsize         length,
           AnyMarks     *self)
{
  RawHead raw;
  guint8  digest[ANY_DIGEST_SIZE];

  if (length < sizeof raw + sizeof digest || (length - sizeof raw - sizeof digest) % sizeof (Mark) != 0)
    return FALSE;

  memcpy (&raw, bytes, sizeof raw);
  any_digest_of (bytes, length - sizeof digest, digest);
  if (memcmp (raw.magic, magic, sizeof magic) != 0 || memcmp (digest, bytes + length - sizeof digest, sizeof digest) != 0)
    return FALSE;

  self->last = GUINT64_FROM_LE (raw.last);
  self->base = GUINT64_FROM_LE (raw.base);

  return self->base <= self->last && self->last < G_MAXINT64;
}

static gboolean
read_items (const guint8 *bytes,
            gsize         length,
            AnyMarks     *self)
{
  for (gsize offset = sizeof (RawHead); offset < length - ANY_DIGEST_SIZE; offset += sizeof (Mark))
    {
      const Mark *before = self->items->len > 0 ? &g_array_index (self->items, Mark, self->items->len - 1) : NULL;
      Mark        item;

      memcpy (&item, bytes + offset, sizeof item);
      item = (Mark){ GUINT64_FROM_LE (item.name), GUINT64_FROM_LE (item.number) };
      if ((before != NULL && item.name <= before->name) || item.number > self->last)
        return FALSE;
      g_array_append_val (self->items, item);
    }

  return TRUE;
}

/* Gives marks that concern everything where the bytes are not sound. */
AnyMarks *
any_marks_open (gconstpointer bytes,
                gsize         length)
{
  AnyMarks *self = any_marks_new ();

  if (!read_head (bytes, length, self) || !read_items (bytes, length, self))
    {
      self->last = 0;
      self->base = G_MAXUINT64;
      g_array_set_size (self->items, 0);
    }

  return self;
}

GBytes *
any_marks_pack (const AnyMarks *self)
{
  GByteArray *bytes = g_byte_array_new ();
  RawHead     raw = { .last = GUINT64_TO_LE (self->last), .base = GUINT64_TO_LE (self->base) };
  guint8      digest[ANY_DIGEST_SIZE];

  memcpy (raw.magic, magic, sizeof magic);
  g_byte_array_append (bytes, (const guint8 *) &raw, sizeof raw);

  for (guint i = 0; i < self->items->len; i++)
    {
      const Mark *item = &g_array_index (self->items, Mark, i);
      Mark        little = { GUINT64_TO_LE (item->name), GUINT64_TO_LE (item->number) };

      g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
    }

  any_digest_of (bytes->data, bytes->len, digest);
  g_byte_array_append (bytes, digest, sizeof digest);

  return g_byte_array_free_to_bytes (bytes);
}

/* Two spellings of one path become one. That “link/..” is folded by its letters does no harm here: both sides are. GLib keeps two
 * slashes in front, which mean nothing here. */
static char *
canonicalize (const char *path)
{
  return g_canonicalize_filename (path + strspn (path, "/") - 1, NULL);
}

static guint64
name_of (const char *dependency,
         guint       part)
{
  g_autofree char *path = *dependency == '/' ? canonicalize (dependency) : NULL;
  const char      *text = path != NULL ? path : dependency;

  return XXH3_64bits_withSeed (text, strlen (text), part);
}

/* Where a name is, or would be. */
static guint
locate (const AnyMarks *self,
        guint64         name)
{
  guint low = 0;
  guint high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->items, Mark, middle).name < name)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static Mark *
find (const AnyMarks *self,
      guint64         name)
{
  guint index = locate (self, name);
  Mark *item = index < self->items->len ? &g_array_index (self->items, Mark, index) : NULL;

  return item != NULL && item->name == name ? item : NULL;
}

static void
mark (AnyMarks *self,
      guint64   name)
{
  Mark *item = find (self, name);
  Mark  fresh = { name, self->last };

  if (item != NULL)
    item->number = self->last;
  else
    g_array_insert_val (self->items, locate (self, name), fresh);
}

/* Lets the marks go that are older than the middle of the time that they span, and at least one. Whoever is older than they are is
 * outdated then, whatever it depends on. */
static void
forget_half (AnyMarks *self)
{
  guint64 lowest = self->last;
  guint   n_kept = 0;

  for (guint i = 0; i < self->items->len; i++)
    lowest = MIN (lowest, g_array_index (self->items, Mark, i).number);

  self->base = lowest + (self->last - lowest) / 2;
  for (guint i = 0; i < self->items->len; i++)
    {
      Mark item = g_array_index (self->items, Mark, i);

      if (item.number > self->base)
        g_array_index (self->items, Mark, n_kept++) = item;
    }
  g_array_set_size (self->items, n_kept);
}

/* A tree depends on what is below it, too. */
static void
mark_above (AnyMarks   *self,
            const char *path)
{
  g_autofree char *above = canonicalize (path);

  while (!g_str_equal (above, "/"))
    {
      char *parent = g_path_get_dirname (above);

      g_free (above);
      above = parent;
      mark (self, name_of (above, BELOW));
    }
}

/* Gives marks that concern everybody who came before, in the place of unsound ones. */
AnyMarks *
any_marks_new_since (gint64 now)
{
  AnyMarks *self = any_marks_new ();

  self->base = self->last = (guint64) MAX (now, 1);

  return self;
}

/* Gives marks that have one more, on a path or on a name of the application's own. */
AnyMarks *
any_marks_add (const AnyMarks *self,
               const char     *dependency,
               gint64          now)
{
  AnyMarks *more = any_marks_new_since (MAX ((gint64) self->last + 1, now));

  if (any_marks_are_sound (self))
    more->base = self->base;
  if (self->items->len > 0)
    g_array_append_vals (more->items, self->items->data, self->items->len);

  mark (more, name_of (dependency, ITSELF));
  if (*dependency == '/')
    mark_above (more, dependency);
  while (more->items->len > MAX_MARKS)
    forget_half (more);

  return more;
}

guint64
any_marks_get_last (const AnyMarks *self)
{
  return self->last;
}

/* Whether somebody who knew of the marks up to a number must take everything for marked since. Also where the number is not from
 * here: the marks that it counts were lost. */
gboolean
any_marks_concern_all (const AnyMarks *self,
                       guint64         since)
{
  return since < self->base || since > self->last || !any_marks_are_sound (self);
}

/* Whether a dependency was marked after a number. */
gboolean
any_marks_concern (const AnyMarks *self,
                   guint64         since,
                   const char     *dependency,
                   gboolean        recursive)
{
  const Mark *itself = find (self, name_of (dependency, ITSELF));
  const Mark *below = recursive ? find (self, name_of (dependency, BELOW)) : NULL;

  return any_marks_concern_all (self, since) ||
         (itself != NULL && itself->number > since) ||
         (below != NULL && below->number > since);
}
