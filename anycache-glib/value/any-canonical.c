/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-canonical.h"

#include <math.h>
#include <string.h>

#include "any-normal.h"

/* The bits of the NaN that stands for all of them: quiet, positive, no payload. */
#define CANONICAL_NAN G_GUINT64_CONSTANT (0x7ff8000000000000)

/* Up to this many, what is quadratic is still quick. */
#define FEW_CHILDREN 16

/* Whether a type is one of those that most calls have: allowed, and without a dictionary, a double or a variant, so that equal values
 * have the same bytes. A container takes a letter at least, so a short type cannot be too deep. */
gboolean
any_canonical_type_is_plain (const char *type)
{
  for (guint i = 0; i <= ANY_CANONICAL_MAX_DEPTH; i++)
    {
      switch (type[i])
        {
        case '\0':
          return TRUE;
        case 'd':
        case 'h':
        case 'v':
        case '{':
          return FALSE;
        default:
          break;
        }
    }

  return FALSE;
}

/* What a type string tells at one glance, for each call has to look. */
typedef struct
{
  gsize    length; /* characters */
  guint    depth;  /* 0 for a basic type or a variant, one more for each container around it */
  gboolean has_handle;
  gboolean has_variant;
  gboolean has_forms; /* a dictionary, a double or a variant, of which equal values may have different bytes */
} TypeShape;

static TypeShape
shape_of (const GVariantType *type)
{
  const char *string = g_variant_type_peek_string (type);
  TypeShape   self = { .length = g_variant_type_get_string_length (type) };
  guint       inside[ANY_CANONICAL_MAX_DEPTH + 2]; /* the depth within each open bracket, and outside of all */
  guint       n_open = 0;
  guint       depth = 0;

  inside[0] = 0;

  /* What is deeper than allowed is not looked at to its end, so there are never more brackets open than one too many. */
  for (gsize i = 0; i < self.length && self.depth <= ANY_CANONICAL_MAX_DEPTH; i++)
    {
      const char letter = string[i];

      if (letter == 'a' || letter == 'm')
        depth++;
      else if (letter == '(' || letter == '{')
        inside[++n_open] = ++depth;
      else if (letter == ')' || letter == '}')
        depth = inside[--n_open];
      else
        depth = inside[n_open];

      self.depth = MAX (self.depth, depth);
      self.has_handle |= letter == 'h';
      self.has_variant |= letter == 'v';
      self.has_forms |= letter == 'v' || letter == 'd' || letter == '{';
    }

  return self;
}

/* Whether values of a type may be stored: not too long, not too deep, and without handles. */
gboolean
any_canonical_type_is_allowed (const GVariantType *type)
{
  TypeShape shape = shape_of (type);

  return shape.length <= ANY_CANONICAL_MAX_TYPE_LENGTH && shape.depth <= ANY_CANONICAL_MAX_DEPTH && !shape.has_handle;
}

/* A value from bytes makes its children anew at each look; one that was built gives those that it was built from. */
static gboolean
is_from_bytes (GVariant *value)
{
  g_autoptr (GVariant) first = g_variant_get_child_value (value, 0);
  g_autoptr (GVariant) again = g_variant_get_child_value (value, 0);

  return first != again;
}

/* Gives a container in a form whose children are reached in constant time.
 *
 * GLib (2.74) looks at all offsets of an array from outside again for each of its elements, even after they were found to be in
 * normal form, but not at those of bytes that it is told to trust. Data that is not sound stays as it is.
 */
GVariant *
any_canonical_make_walkable (GVariant *value)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!g_variant_is_container (value) ||
      g_variant_n_children (value) <= FEW_CHILDREN || !is_from_bytes (value) || !g_variant_is_normal_form (value))
    return g_variant_ref (value);

  bytes = g_variant_get_data_as_bytes (value);

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (value), bytes, TRUE));
}

static gboolean
check_normal_form (GVariant *value,
                   GError  **error)
{
  if (g_variant_is_normal_form (value))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "The value of type “%s” is not in normal form", g_variant_get_type_string (value));

  return FALSE;
}

static gboolean
check_type (GVariant        *value,
            const TypeShape *shape,
            guint            depth,
            GError         **error)
{
  if (shape->length > ANY_CANONICAL_MAX_TYPE_LENGTH)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "The type of the value takes more than %d characters", ANY_CANONICAL_MAX_TYPE_LENGTH);
  else if (depth + shape->depth > ANY_CANONICAL_MAX_DEPTH)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "The value nests deeper than %d levels", ANY_CANONICAL_MAX_DEPTH);
  else if (shape->has_handle)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "The value holds a file handle (type “%s”), which means nothing to another process",
                 g_variant_get_type_string (value));
  else
    return TRUE;

  return FALSE;
}

/* Types are checked before anything is read, so that a deep value is never walked to its end. */
static gboolean
check_types (GVariant *value,
             guint     depth,
             GError  **error)
{
  TypeShape shape = shape_of (g_variant_get_type (value));
  g_autoptr (GVariant) walkable = NULL;

  if (!check_type (value, &shape, depth, error))
    return FALSE;
  if (!shape.has_variant)
    return TRUE;

  walkable = any_canonical_make_walkable (value);
  /* Of bytes that are not sound, children can be the same ones over and over. */
  if (g_variant_n_children (walkable) > 0 && is_from_bytes (walkable) && !check_normal_form (walkable, error))
    return FALSE;

  for (gsize i = 0; i < g_variant_n_children (walkable); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (walkable, i);

      if (!check_types (child, depth + 1, error))
        return FALSE;
    }

  return TRUE;
}

/* Refuses what has no stable bytes: handles, values that nest too deep, and data that is not in normal form.
 *
 * Such data is refused and not repaired, because the repair takes seconds for each MiB that was made to be slow.
 */
gboolean
any_canonical_check (GVariant *value,
                     GError  **error)
{
  return check_types (value, 0, error) && check_normal_form (value, error);
}

static guint64
double_bits (double number)
{
  guint64 bits;

  memcpy (&bits, &number, sizeof bits);

  return bits;
}

static guint64
canonical_bits (double number)
{
  return isnan (number) ? CANONICAL_NAN : double_bits (number);
}

static GVariant *
canonical_double (GVariant *value)
{
  guint64 bits = canonical_bits (g_variant_get_double (value));
  double  number;

  memcpy (&number, &bits, sizeof number);

  return g_variant_ref_sink (g_variant_new_double (number));
}

static GVariant *
canonical_doubles (GVariant *value)
{
  gsize               n_numbers;
  const double       *numbers = g_variant_get_fixed_array (value, &n_numbers, sizeof (double));
  g_autofree guint64 *bits = g_new (guint64, n_numbers);

  for (gsize i = 0; i < n_numbers; i++)
    bits[i] = canonical_bits (numbers[i]);

  return g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, bits, n_numbers, sizeof (guint64)));
}

/* A total order on basic values that is the same on every machine. Doubles go by their bits: 0.0 and -0.0 are two keys. */
static int
compare_entries (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  g_autoptr (GVariant) key_a = g_variant_get_child_value (*(GVariant *const *) a, 0);
  g_autoptr (GVariant) key_b = g_variant_get_child_value (*(GVariant *const *) b, 0);

  if (g_variant_is_of_type (key_a, G_VARIANT_TYPE_DOUBLE))
    {
      guint64 bits_a = double_bits (g_variant_get_double (key_a));
      guint64 bits_b = double_bits (g_variant_get_double (key_b));

      return (bits_a > bits_b) - (bits_a < bits_b);
    }

  return g_variant_compare (key_a, key_b);
}

static void
unref_all (GVariant **children,
           gsize      n_children)
{
  for (gsize i = 0; i < n_children; i++)
    g_variant_unref (children[i]);
  g_free (children);
}

static GVariant *
canonical_container (GVariant *value)
{
  g_autoptr (GVariant) walkable = any_canonical_make_walkable (value);
  const GVariantType *type = g_variant_get_type (value);
  gsize               n_children = g_variant_n_children (value);
  GVariant          **children = g_new (GVariant *, n_children);
  GVariant           *form;

  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (walkable, i);

      children[i] = any_canonical_form (child);
    }

  /* The sort is stable: of two entries with one key, the first stays the one that a look-up in the dictionary finds. */
  if (g_variant_type_is_subtype_of (type, G_VARIANT_TYPE_DICTIONARY))
    g_qsort_with_data (children, n_children, sizeof *children, compare_entries, NULL);

  form = any_normal_new_container (type, children, n_children);
  unref_all (children, n_children);

  return g_variant_ref_sink (form);
}

/* Gives the one form of all equal values: dictionaries sorted by key at every depth, every NaN the same.
 *
 * The value must have passed any_canonical_check(), which bounds the recursion.
 */
GVariant *
any_canonical_form (GVariant *value)
{
  const GVariantType *type = g_variant_get_type (value);

  if (!shape_of (type).has_forms)
    return g_variant_ref (value);

  if (g_variant_type_equal (type, G_VARIANT_TYPE_DOUBLE))
    return canonical_double (value);

  if (g_variant_type_equal (type, G_VARIANT_TYPE ("ad")))
    return canonical_doubles (value);

  return canonical_container (value);
}
