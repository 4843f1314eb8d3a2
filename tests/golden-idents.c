/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "golden-idents.h"

#include <string.h>

#include "any-key.h"
#include "any-test.h"
#include "entry-bytes.h"

#define N_COLUMNS 5

static const char head[] =
  "# SPDX-FileCopyrightText: 2026 The AnyCache Authors\n"
  "# SPDX-License-Identifier: LGPL-2.1-or-later\n"
  "#\n"
  "# Keys and their names, for ever. Columns are separated by tabs: group, function, version, arguments, ident.\n"
  "# Rows of one group name the same key. Arguments are GVariant text; those with an equals sign are made by golden-idents.c.\n"
  "# How to write rows is said in test-golden.c.\n";

static void
golden_ident_free (GoldenIdent *self)
{
  g_free (self->group);
  g_free (self->name);
  g_free (self->version);
  g_free (self->args);
  g_free (self->ident);
  g_free (self);
}

GPtrArray *
golden_idents_read (const char *path)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) golden_ident_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  ck_assert_msg (g_file_get_contents (path, &text, NULL, &error), "%s", error != NULL ? error->message : "");
  lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
      GoldenIdent *row;

      if (lines[i][0] == '#' || lines[i][0] == '\0')
        continue;

      ck_assert_msg (g_strv_length (cells) == N_COLUMNS, "line %u of %s", i + 1, path);
      row = g_new (GoldenIdent, 1);
      *row = (GoldenIdent){ cells[0], cells[1], cells[2], cells[3], cells[4] };
      g_free (g_steal_pointer (&cells));
      g_ptr_array_add (rows, row);
    }

  return rows;
}

char *
golden_idents_print (GPtrArray *rows)
{
  GString *text = g_string_new (head);

  for (guint i = 0; i < rows->len; i++)
    {
      GoldenIdent     *row = g_ptr_array_index (rows, i);
      g_autofree char *ident = golden_ident_compute (row);

      g_string_append_printf (text, "%s\t%s\t%s\t%s\t%s\n", row->group, row->name, row->version, row->args, ident);
    }

  return g_string_free (text, FALSE);
}

/* Where there is no version, both ways to say so are tried. */
char *
golden_ident_compute (const GoldenIdent *row)
{
  g_autoptr (GVariant) args = golden_args_parse (row->args);
  g_autoptr (GError) error = NULL;
  g_auto (AnyKey) key = { 0 };
  g_auto (AnyKey) without = { 0 };
  char *digits = g_malloc (ANY_IDENT_LENGTH + 1);

  ck_assert_msg (any_key_init (&key, row->name, row->version, args, &error), "%s", error != NULL ? error->message : "");
  any_ident_write (&key.ident, digits);

  if (*row->version == '\0')
    {
      ck_assert (any_key_init (&without, row->name, NULL, args, &error));
      ck_assert (any_key_equal (&key, without.bytes, without.length));
    }

  return digits;
}

static GVariant *
double_of_bits (const char *digits)
{
  guint64 bits = g_ascii_strtoull (digits, NULL, 16);
  double  number;

  memcpy (&number, &bits, sizeof number);

  return g_variant_new_double (number);
}

static GVariant *
many_bytes (guint n)
{
  guint8 *bytes = g_malloc (n);

  for (guint i = 0; i < n; i++)
    bytes[i] = (guint8) (i * 31 ^ i >> 8);

  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, bytes, n, TRUE, g_free, bytes);
}

static GVariant *
many_doubles (guint n)
{
  g_autofree double *numbers = g_new (double, n);

  for (guint i = 0; i < n; i++)
    numbers[i] = i * 0.5;

  return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, numbers, n, sizeof (double));
}

static GVariant *
many_strings (guint n)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("as"));

  for (guint i = 0; i < n; i++)
    {
      char text[16];

      g_snprintf (text, sizeof text, "string %u", i);
      g_variant_builder_add (builder, "s", text);
    }

  return g_variant_builder_end (builder);
}

/* Steps of a number that has no divisor in common with n visit each key once, in another order. */
static GVariant *
many_entries (guint n,
              guint step)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("a{si}"));

  for (guint i = 0; i < n; i++)
    {
      guint number = i * step % n;
      char  text[16];

      g_snprintf (text, sizeof text, "key %u", number);
      g_variant_builder_add (builder, "{si}", text, (gint32) number);
    }

  return g_variant_builder_end (builder);
}

static GVariant *
make_args (const char *what,
           const char *how)
{
  guint n = strtoul (how, NULL, 10);

  if (g_str_equal (what, "=double"))
    return double_of_bits (how);
  if (g_str_equal (what, "=bytes"))
    return many_bytes (n);
  if (g_str_equal (what, "=doubles"))
    return many_doubles (n);
  if (g_str_equal (what, "=strings"))
    return many_strings (n);
  if (g_str_equal (what, "=entries"))
    return many_entries (n, 1);
  if (g_str_equal (what, "=entries-mixed"))
    return many_entries (n, 7919);

  ck_abort_msg ("nothing is made by %s", what);

  return NULL;
}

/* GVariant text, or a word with an equals sign and a number. */
GVariant *
golden_args_parse (const char *text)
{
  g_auto (GStrv) words = NULL;

  if (*text != '=')
    return entry_bytes_parse (text);

  words = g_strsplit (text, " ", 2);

  return g_variant_ref_sink (make_args (words[0], words[1]));
}
