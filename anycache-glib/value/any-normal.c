/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-normal.h"

#include <string.h>

#include "any-buffer.h"

/* Below this, GLib's own check is quick whatever is in there. */
#define LARGE (16 << 10)

/* To make more children anew would take longer than GLib's own check, unless they are large. */
#define FEW_CHILDREN 16

/* What is deeper is not in normal form. */
#define MAX_DEPTH 128

/* Whether bytes are a text with its end, and nothing behind it. */
gboolean
any_normal_is_text (const char *bytes,
                    gsize       length)
{
  return length > 0 && memchr (bytes, '\0', length) == bytes + length - 1;
}

/* Eight at a time: GLib takes half a microsecond for what is here asked of a few hundred of them. */
static gboolean
is_ascii (const char *bytes,
          gsize       length)
{
  guint64 all = 0;

  for (; length >= sizeof all; bytes += sizeof all, length -= sizeof all)
    {
      guint64 some;

      memcpy (&some, bytes, sizeof some);
      all |= some;
    }
  for (; length > 0; bytes++, length--)
    all |= (guchar) *bytes;

  return (all & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

/* Whether it is seen at once that a value is in normal form: a text in ASCII, or an array of plain numbers, which is so whatever its
 * bytes are, if these are a whole number of elements. */
gboolean
any_normal_is_clear (const GVariantType *type,
                     const guint8       *bytes,
                     gsize               length)
{
  const char *string = g_variant_type_peek_string (type);
  gsize       width;

  if (string[0] == 's')
    return any_normal_is_text ((const char *) bytes, length) && is_ascii ((const char *) bytes, length);
  if (string[0] != 'a')
    return FALSE;

  switch (string[1])
    {
    case 'y':
      width = 1;
      break;
    case 'n':
    case 'q':
      width = 2;
      break;
    case 'i':
    case 'u':
      width = 4;
      break;
    case 'x':
    case 't':
    case 'd':
      width = 8;
      break;
    default:
      return FALSE;
    }

  return length % width == 0;
}

/* Makes a container of children that are of its type. */
GVariant *
any_normal_new_container (const GVariantType *type,
                          GVariant *const    *children,
                          gsize               n_children)
{
  if (g_variant_type_is_array (type))
    return g_variant_new_array (g_variant_type_element (type), children, n_children);
  if (g_variant_type_is_maybe (type))
    return g_variant_new_maybe (g_variant_type_element (type), n_children > 0 ? children[0] : NULL);
  if (g_variant_type_is_tuple (type))
    return g_variant_new_tuple (children, n_children);
  if (g_variant_type_is_dict_entry (type))
    return g_variant_new_dict_entry (children[0], children[1]);

  return g_variant_new_variant (children[0]);
}

static GVariant *
trust_bytes (GVariant *value)
{
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (value);

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (value), bytes, TRUE));
}

static GVariant *
trust_by_glib (GVariant *value)
{
  return g_variant_is_normal_form (value) ? g_variant_ref (value) : NULL;
}

static GVariant *rebuild (GVariant *value,
                          guint     depth);

/* Forged children can have bytes in common, and would take longer with every level. */
static gboolean
rebuild_children (GVariant  *value,
                  guint      depth,
                  GPtrArray *children)
{
  gsize n_children = g_variant_n_children (value);
  gsize room = g_variant_get_size (value);

  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      gsize     size = g_variant_get_size (child);
      GVariant *rebuilt = size <= room ? rebuild (child, depth + 1) : NULL;

      if (rebuilt == NULL)
        return FALSE;
      room -= size;
      g_ptr_array_add (children, rebuilt);
    }

  return TRUE;
}

/* Makes large containers anew of children that are in normal form, and so are the containers. Whatever is long in them keeps its bytes.
 * The depth is looked at first: below it, GLib gives other children than there are. */
static GVariant *
rebuild (GVariant *value,
         guint     depth)
{
  const GVariantType *type = g_variant_get_type (value);
  gsize               size = g_variant_get_size (value);
  g_autoptr (GPtrArray) children = NULL;

  if (depth == MAX_DEPTH)
    return NULL;
  if (size < LARGE)
    return trust_by_glib (value);
  if (any_normal_is_clear (type, g_variant_get_data (value), size))
    return trust_bytes (value);
  if (!g_variant_is_container (value) || g_variant_n_children (value) > FEW_CHILDREN)
    return trust_by_glib (value);

  children = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  if (!rebuild_children (value, depth, children))
    return NULL;

  return g_variant_ref_sink (any_normal_new_container (type, (GVariant *const *) children->pdata, children->len));
}

/* Whether a value has the same bytes as another; not, where there is no memory to see that. */
static gboolean
has_bytes_of (GVariant *value,
              GVariant *other)
{
  gsize              size = g_variant_get_size (value);
  g_autofree guint8 *bytes = NULL;

  if (size != g_variant_get_size (other))
    return FALSE;

  bytes = any_buffer_try_new (size);
  if (bytes == NULL)
    return FALSE;
  g_variant_store (value, bytes);

  return memcmp (bytes, g_variant_get_data (other), size) == 0;
}

/* Gives a value that is in normal form, which nobody has to check again; NULL where it is not.
 *
 * GLib (2.74) looks at each byte of a long array of bytes by itself once that is within something else, which takes seconds for what was
 * read in milliseconds. A container that is made anew of the same children is in normal form, and so is the one that has the same bytes.
 */
GVariant *
any_normal_trust (GVariant *value)
{
  g_autoptr (GVariant) rebuilt = rebuild (value, 0);

  if (rebuilt == NULL)
    return NULL;
  if (rebuilt == value)
    return g_steal_pointer (&rebuilt);

  return has_bytes_of (rebuilt, value) ? trust_bytes (value) : NULL;
}
