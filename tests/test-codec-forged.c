/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Bytes that carry right checksums and lie. They may be believed where that does no harm; they may not crash, read beside
 * themselves, or take long. */

#include <string.h>

#include "any-test.h"
#include "entry-bytes.h"
#include "forge-frame.h"
#include "forge.h"

#define NAME "org.example.Function"
#define ARGS "(5,)"

/* So many that whoever looks at all of them for each of them is stopped by the limit of the test. */
#define N_ELEMENTS 250000

/* A sound entry with anything as its validator, type and value, and right lengths and checksums. */
static GByteArray *
forge_entry (const AnyKey *key,
             gconstpointer validator,
             gsize         validator_length,
             gconstpointer type,
             gsize         type_length,
             gconstpointer value,
             gsize         value_length)
{
  static const guint8 zeros[16] = { 0 };
  g_autofree guint8  *sound = NULL;
  GByteArray         *bytes = g_byte_array_new ();
  gsize               length;

  sound = entry_bytes_seal_simply (key, "'text'", &length);
  g_byte_array_append (bytes, sound, ANY_HEADER_SIZE + key->length);
  g_byte_array_append (bytes, validator, validator_length);
  g_byte_array_append (bytes, type, type_length);
  g_byte_array_append (bytes, zeros, (16 - bytes->len % 16) % 16);
  g_byte_array_append (bytes, value, value_length);
  g_byte_array_append (bytes, zeros, ANY_HEADER_TRAILER_SIZE);

  forge_put64 (bytes->data, FORGE_VALIDATOR_LENGTH, validator_length);
  forge_put64 (bytes->data, FORGE_TYPE_LENGTH, type_length);
  forge_put64 (bytes->data, FORGE_VALUE_LENGTH, value_length);
  forge_put64 (bytes->data, FORGE_TOTAL_LENGTH, bytes->len);
  forge_checksums (bytes->data, bytes->len);

  return bytes;
}

static AnyMiss
open_bytes (const GByteArray *bytes,
            const AnyKey     *key)
{
  AnyRecord *record = NULL;
  AnyMiss    miss = entry_bytes_open (bytes->data, bytes->len, key, &record);

  ck_assert ((miss == ANY_MISS_NONE) == (record != NULL));
  g_clear_pointer (&record, any_record_unref);

  return miss;
}

static AnyMiss
open_forged (gconstpointer type,
             gsize         type_length,
             gconstpointer value,
             gsize         value_length)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) bytes = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = forge_entry (&key, NULL, 0, type, type_length, value, value_length);

  return open_bytes (bytes, &key);
}

static AnyMiss
open_with_validator (gconstpointer validator,
                     gsize         length)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) bytes = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = forge_entry (&key, validator, length, "s", 2, "text", 5);

  return open_bytes (bytes, &key);
}

/* What says of itself that it is a failure. */
static AnyMiss
open_failure (const char   *type,
              gconstpointer value,
              gsize         length)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) bytes = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = forge_entry (&key, NULL, 0, type, strlen (type) + 1, value, length);
  forge_put16 (bytes->data, FORGE_FLAGS, 1);
  forge_checksums (bytes->data, bytes->len);

  return open_bytes (bytes, &key);
}

/* The forger's own work must be seen to be good, or nothing here means anything. */
START_TEST (test_forger)
{
  ck_assert_int_eq (open_forged ("s", 2, "text", 5), ANY_MISS_NONE);
  ck_assert_int_eq (open_forged ("as", 3, NULL, 0), ANY_MISS_NONE);
}
END_TEST

static AnyMiss
open_with_field (gsize   field,
                 guint64 number)
{
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *bytes = NULL;
  gsize              length;
  AnyRecord         *record = NULL;
  AnyMiss            miss;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = entry_bytes_seal_simply (&key, "'text'", &length);
  forge_put64 (bytes, field, number);
  forge_checksums (bytes, length);
  miss = entry_bytes_open (bytes, length, &key, &record);

  ck_assert ((miss == ANY_MISS_NONE) == (record != NULL));
  g_clear_pointer (&record, any_record_unref);

  return miss;
}

START_TEST (test_one_length)
{
  static const gsize   fields[] = { FORGE_TOTAL_LENGTH, FORGE_KEY_LENGTH, FORGE_DEPENDENCIES_LENGTH, FORGE_VALIDATOR_LENGTH,
                                    FORGE_TYPE_LENGTH,
                                    FORGE_VALUE_LENGTH };
  static const guint64 numbers[] = {
    16, 31, 95, 1000, 4097, 0x7fffffff, 0x80000000, 0xffffffff, G_GUINT64_CONSTANT (0x100000000), G_MAXINT64,
    G_GUINT64_CONSTANT (0x8000000000000000), G_MAXUINT64 - 200, G_MAXUINT64 - 111, G_MAXUINT64 - 15, G_MAXUINT64 - 1, G_MAXUINT64
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (numbers); j++)
        {
          AnyMiss miss = open_with_field (fields[i], numbers[j]);

          ck_assert_msg (miss == ANY_MISS_CORRUPT || miss == ANY_MISS_OTHER_KEY, "field %u: %" G_GUINT64_FORMAT, (guint) fields[i], numbers[j]);
        }
    }

  ck_assert_int_eq (open_with_field (FORGE_TOTAL_LENGTH, 0), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_with_field (FORGE_KEY_LENGTH, 0), ANY_MISS_CORRUPT);
}
END_TEST

/* Lengths that add up to the right total, by running over the edge or by taking from each other. */
START_TEST (test_lengths_that_add_up)
{
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *sound = NULL;
  gsize              length;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  sound = entry_bytes_seal_simply (&key, "'a text of some length'", &length);

  for (gsize from = FORGE_KEY_LENGTH; from <= FORGE_VALUE_LENGTH; from += 8)
    {
      for (gsize to = FORGE_KEY_LENGTH; to <= FORGE_VALUE_LENGTH; to += 8)
        {
          static const guint64 amounts[] = { 1, 2, 16, 23, G_GUINT64_CONSTANT (0x8000000000000000), G_MAXUINT64 - 31 };

          for (guint i = 0; i < G_N_ELEMENTS (amounts); i++)
            {
              g_autofree guint8 *bytes = g_memdup2 (sound, length);
              g_autoptr (AnyRecord) record = NULL;
              AnyMiss miss;

              forge_put64 (bytes, from, forge_get64 (bytes, from) - amounts[i]);
              forge_put64 (bytes, to, forge_get64 (bytes, to) + amounts[i]);
              forge_checksums (bytes, length);
              miss = entry_bytes_open (bytes, length, &key, &record);
              ck_assert_msg (from == to || miss != ANY_MISS_NONE, "%u of %u to %u", i, (guint) from, (guint) to);
            }
        }
    }
}
END_TEST

/* The dependencies take minus one byte, and so the type begins with the last of the key, which would make it a sound one. */
START_TEST (test_lengths_that_wrap)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) bytes = NULL;
  AnyRecord *record = NULL;

  entry_bytes_make_key (&key, NAME, NULL, "[byte 97]");
  bytes = forge_entry (&key, NULL, 0, "s", 2, "x\0\2", 3);
  ck_assert_int_eq (bytes->data[ANY_HEADER_SIZE + key.length - 1], 'a');

  forge_put64 (bytes->data, FORGE_DEPENDENCIES_LENGTH, G_MAXUINT64);
  forge_put64 (bytes->data, FORGE_TYPE_LENGTH, 3);
  forge_checksums (bytes->data, bytes->len);
  ck_assert_int_eq (entry_bytes_open (bytes->data, bytes->len, &key, &record), ANY_MISS_CORRUPT);
  ck_assert_ptr_null (record);
}
END_TEST

/* A sound entry with something behind it that the checksum covers. */
START_TEST (test_more_than_the_total)
{
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *sound = NULL;
  gsize              length;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  sound = entry_bytes_seal_simply (&key, "'text'", &length);

  for (gsize more = 1; more < 40; more++)
    {
      g_autofree guint8 *bytes = g_malloc0 (length + more);
      AnyRecord         *record = NULL;

      memcpy (bytes, sound, length);
      forge_checksums (bytes, length + more);
      ck_assert_int_eq (entry_bytes_open (bytes, length + more, &key, &record), ANY_MISS_CORRUPT);
      ck_assert_ptr_null (record);
    }
}
END_TEST

/* Only the checksum over all sees this one: the header's covers its own bytes. */
START_TEST (test_one_checksum)
{
  g_auto (AnyKey) key = { 0 };
  g_autofree guint8 *bytes = NULL;
  gsize              length;
  AnyRecord         *record = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = entry_bytes_seal_simply (&key, "'text'", &length);
  bytes[FORGE_CHECKSUM] ^= 1;
  ck_assert_int_eq (entry_bytes_open (bytes, length, &key, &record), ANY_MISS_CORRUPT);

  bytes[FORGE_CHECKSUM] ^= 1;
  bytes[FORGE_LIBRARY] ^= 1;
  ck_assert_int_eq (entry_bytes_open (bytes, length, &key, &record), ANY_MISS_CORRUPT);
}
END_TEST

/* Of another format, byte order or flag: not understood, and told apart from what is broken. The lengths may mean anything. */
START_TEST (test_foreign)
{
  static const struct
  {
    gsize   offset;
    guint16 number;
  } rows[] = {
    { FORGE_FORMAT, 0 },
    { FORGE_FORMAT, 2 },
    { FORGE_FORMAT, 0x0100 },
    { FORGE_FORMAT, 0xffff },
    { FORGE_ORDER, 0 },
    { FORGE_ORDER, G_BYTE_ORDER == G_LITTLE_ENDIAN ? 2 : 1 },
    { FORGE_ORDER, 3 },
    { FORGE_FLAGS, 4 },
    { FORGE_FLAGS, 6 },
    { FORGE_FLAGS, 0x8000 },
    { FORGE_FLAGS + 2, 1 },
    { FORGE_FLAGS + 2, 0x8000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (AnyKey) key = { 0 };
      g_autofree guint8 *bytes = NULL;
      gsize              length;
      AnyRecord         *record = NULL;
      AnyHeader          header;

      entry_bytes_make_key (&key, NAME, NULL, ARGS);
      bytes = entry_bytes_seal_simply (&key, "'text'", &length);
      forge_put16 (bytes, rows[i].offset, rows[i].number);
      forge_put64 (bytes, FORGE_TOTAL_LENGTH, 1);
      forge_checksums (bytes, length);

      ck_assert_msg (entry_bytes_open (bytes, length, &key, &record) == ANY_MISS_FOREIGN, "row %u", i);
      ck_assert_int_eq (any_header_read (&header, bytes, ANY_HEADER_SIZE), ANY_MISS_FOREIGN);
      ck_assert_ptr_null (record);
    }
}
END_TEST

/* An older or newer library of the same format is at home here. */
START_TEST (test_other_library)
{
  ck_assert_int_eq (open_with_field (FORGE_LIBRARY, 0), ANY_MISS_NONE);
  ck_assert_int_eq (open_with_field (FORGE_LIBRARY, 0x00ffffff), ANY_MISS_NONE);
}
END_TEST

START_TEST (test_validators)
{
  static const struct
  {
    const char *text;
    gsize       length; /* with the NUL, where there is one */
    AnyMiss     miss;
  } rows[] = {
    { "", 0, ANY_MISS_NONE },
    { "", 1, ANY_MISS_NONE },
    { "one", 4, ANY_MISS_NONE },
    { "größe", 8, ANY_MISS_NONE },
    { "one", 3, ANY_MISS_CORRUPT },      /* no end */
    { "o", 1, ANY_MISS_CORRUPT },        /* the same */
    { "one\0two", 8, ANY_MISS_CORRUPT }, /* an end inside */
    { "one\0", 5, ANY_MISS_CORRUPT },    /* two of them */
    { "\0", 2, ANY_MISS_CORRUPT },       /* the same */
    { "\xff", 2, ANY_MISS_CORRUPT },     /* no UTF-8 */
    { "\xc3", 2, ANY_MISS_CORRUPT },     /* half a letter */
    { "\xc0\x80", 3, ANY_MISS_CORRUPT }, /* an end in disguise */
  };
  const gsize      length = 8 << 20;
  g_autofree char *long_text = g_strnfill (length - 1, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (open_with_validator (rows[i].text, rows[i].length) == rows[i].miss, "row %u", i);

  ck_assert_int_eq (open_with_validator (long_text, length), ANY_MISS_NONE);
  long_text[length - 2] = '\xff';
  ck_assert_int_eq (open_with_validator (long_text, length), ANY_MISS_CORRUPT);
}
END_TEST

/* Lengths that give the validator a part of what is before or behind it. Where its own beginning goes to the dependencies, the rest is
 * a text, and they are for their own room to refuse. */
START_TEST (test_validators_that_overlap)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) sound = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  sound = forge_entry (&key, "one", 4, "s", 2, "text", 5);
  ck_assert_int_eq (open_bytes (sound, &key), ANY_MISS_NONE);

  for (gsize field = FORGE_KEY_LENGTH; field <= FORGE_VALUE_LENGTH; field += 8)
    {
      for (int amount = -32; amount <= 32; amount++)
        {
          g_autoptr (GByteArray) bytes = g_byte_array_new ();

          if (field == FORGE_VALIDATOR_LENGTH || amount == 0)
            continue;
          g_byte_array_append (bytes, sound->data, sound->len);
          forge_put64 (bytes->data, field, forge_get64 (bytes->data, field) - (guint64) amount);
          forge_put64 (bytes->data, FORGE_VALIDATOR_LENGTH, (guint64) (4 + amount));
          forge_checksums (bytes->data, bytes->len);
          ck_assert_msg ((open_bytes (bytes, &key) == ANY_MISS_NONE) == (field == FORGE_DEPENDENCIES_LENGTH && amount >= -4 && amount < 0),
                         "%d of field %u", amount, (guint) field);
        }
    }
}
END_TEST

/* An error has one type, and is sound or is not. */
START_TEST (test_failures)
{
  g_autoptr (GVariant) failure = g_variant_ref_sink (g_variant_new ("(sis)", "domain", 1, "no"));
  gsize              length = g_variant_get_size (failure);
  g_autofree guint8 *bytes = g_memdup2 (g_variant_get_data (failure), length);

  ck_assert_int_eq (open_failure ("(sis)", bytes, length), ANY_MISS_NONE);
  ck_assert_int_eq (open_failure ("s", "text", 5), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_failure ("(siv)", bytes, length), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_failure ("((sis))", bytes, length), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_failure ("ay", bytes, length), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_failure ("(sis)", NULL, 0), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_failure ("(sis)", bytes, length - 1), ANY_MISS_CORRUPT);
  bytes[0] = 0xff;
  ck_assert_int_eq (open_failure ("(sis)", bytes, length), ANY_MISS_CORRUPT);
}
END_TEST

/* What says of itself that its value is in a frame. */
static AnyMiss
open_frame (const char       *type,
            guint32           content_length,
            const GByteArray *frame)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) bytes = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = forge_entry (&key, NULL, 0, type, strlen (type) + 1, frame->data, frame->len);
  forge_frame (bytes->data, content_length);
  forge_checksums (bytes->data, bytes->len);

  return open_bytes (bytes, &key);
}

static AnyMiss
open_forged_frame (ForgeFrame kind,
                   guint64    claimed,
                   guint32    content_length)
{
  g_autoptr (GByteArray) frame = forge_frame_new (kind, claimed, 1000);

  return open_frame ("ay", content_length, frame);
}

/* The header, the frame and what is in the frame must agree. */
START_TEST (test_frames)
{
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, 1000, 1000), ANY_MISS_NONE);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, 1000, 999), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, 1000, 1001), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, 1000, G_MAXUINT32), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, 999, 999), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, 1001, 1001), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, G_MAXUINT32, G_MAXUINT32), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, (G_GUINT64_CONSTANT (1) << 32) + 1000, 1000), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_PLAIN, G_MAXUINT64, 1000), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_SILENT, 0, 1000), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged_frame (FORGE_FRAME_DICTIONARY, 1000, 1000), ANY_MISS_CORRUPT);
}
END_TEST

/* A frame without the length of its content, a length without a frame, and a frame with nothing in it. */
START_TEST (test_half_a_frame)
{
  g_autoptr (GByteArray) frame = forge_frame_new (FORGE_FRAME_PLAIN, 1000, 1000);
  g_autoptr (GByteArray) none = g_byte_array_new ();
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GByteArray) bytes = NULL;

  entry_bytes_make_key (&key, NAME, NULL, ARGS);
  bytes = forge_entry (&key, NULL, 0, "ay", 3, frame->data, frame->len);
  ck_assert_int_eq (open_bytes (bytes, &key), ANY_MISS_NONE);

  forge_put32 (bytes->data, FORGE_CONTENT_LENGTH, 1000);
  forge_checksums (bytes->data, bytes->len);
  ck_assert_int_eq (open_bytes (bytes, &key), ANY_MISS_CORRUPT);

  forge_frame (bytes->data, 0);
  forge_checksums (bytes->data, bytes->len);
  ck_assert_int_eq (open_bytes (bytes, &key), ANY_MISS_CORRUPT);

  ck_assert_int_eq (open_frame ("ay", 1000, none), ANY_MISS_CORRUPT);
}
END_TEST

/* What comes out of a frame is checked as if it had been there as it is. */
START_TEST (test_content_of_frames)
{
  static const char *const types[] = { "s", "as", "av", "a{sv}", "(sas)", "ad" };
  g_autoptr (GByteArray) frame = forge_frame_new (FORGE_FRAME_PLAIN, (8 << 20) - 1, (8 << 20) - 1);

  ck_assert_int_eq (open_frame ("ay", (8 << 20) - 1, frame), ANY_MISS_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    ck_assert_msg (open_frame (types[i], (8 << 20) - 1, frame) == ANY_MISS_CORRUPT, "%s", types[i]);
}
END_TEST

START_TEST (test_types)
{
  static const struct
  {
    const char *type;
    gsize       length; /* with the NUL, where there is one */
  } rows[] = {
    { "", 0 },     /* none at all */
    { "", 1 },     /* empty */
    { "s", 1 },    /* no NUL */
    { "s\0s", 4 }, /* a NUL inside */
    { "s\0", 3 },  /* two of them */
    { "ss", 3 },   /* two types */
    { "k", 2 },    /* none that there is */
    { "a", 2 },    /* of nothing */
    { "(s", 3 },   /* not closed */
    { "{vs}", 5 }, /* a key that is none */
    { "*", 2 },    /* any */
    { "?", 2 },    /* any basic one */
    { "r", 2 },    /* any tuple */
    { "a*", 3 },
    { "m?", 3 },
    { "(sr)", 5 },
    { "h", 2 },
    { "ah", 3 },
    { "(sa{sh})", 9 },
    { "\xff", 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (open_forged (rows[i].type, rows[i].length, "text", 5) == ANY_MISS_CORRUPT, "row %u: %s", i, rows[i].type);
}
END_TEST

/* A string opened n times, a middle, closed n times. */
static char *
nested (const char *open,
        const char *middle,
        const char *close,
        guint       n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, open);
  g_string_append (text, middle);
  for (guint i = 0; i < n; i++)
    g_string_append (text, close);

  return g_string_free (text, FALSE);
}

START_TEST (test_deep_types)
{
  static const struct
  {
    const char *open;
    const char *close;
  } rows[] = { { "a", "" }, { "m", "" }, { "(", ")" }, { "a{s", "}" }, { "a(", ")" }, { "(s", "s)" } };
  static const guint depths[] = { 65, 127, 128, 129, 1000, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (depths); j++)
        {
          g_autofree char *type = nested (rows[i].open, "s", rows[i].close, depths[j]);

          ck_assert_msg (open_forged (type, strlen (type) + 1, NULL, 0) == ANY_MISS_CORRUPT, "%s %u", rows[i].open, depths[j]);
        }
    }

  /* What is just deep enough is looked at in no time. */
  for (guint depth = 1; depth <= 64; depth++)
    {
      g_autofree char *tuples = nested ("(", "as", ")", depth - 1);

      ck_assert_int_eq (open_forged (tuples, strlen (tuples) + 1, NULL, 0), ANY_MISS_NONE);
    }
}
END_TEST

START_TEST (test_long_types)
{
  g_autofree char *just = nested ("", "(yyyy)", "", 1);
  g_autofree char *members = g_strnfill (4094, 'y');
  g_autofree char *longest = g_strdup_printf ("(%s)", members);
  g_autofree char *longer = g_strdup_printf ("(y%s)", members);
  g_autofree char *many = g_strnfill (5000, 'y');
  g_autofree char *much_longer = g_strdup_printf ("(%s)", many);
  g_autofree char *zeros = g_malloc0 (5000);

  ck_assert_int_eq (open_forged (just, strlen (just) + 1, zeros, 4), ANY_MISS_NONE);
  ck_assert_int_eq (open_forged (longest, strlen (longest) + 1, zeros, 4094), ANY_MISS_NONE);
  ck_assert_int_eq (open_forged (longer, strlen (longer) + 1, zeros, 4095), ANY_MISS_CORRUPT);
  ck_assert_int_eq (open_forged (much_longer, strlen (much_longer) + 1, zeros, 5000), ANY_MISS_CORRUPT);
}
END_TEST

START_TEST (test_values)
{
  static const struct
  {
    const char *type;
    const char *value;
    gsize       length;
  } rows[] = {
    { "s", "a", 1 },                /* no end */
    { "s", "a\0b", 4 },             /* an end inside */
    { "s", "\xff", 2 },             /* no UTF-8 */
    { "s", "", 0 },                 /* not even empty */
    { "b", "\2", 1 },               /* neither */
    { "ab", "\0\1\2", 3 },          /* the last is neither */
    { "i", "abc", 3 },              /* too short */
    { "i", "abcde", 5 },            /* too long */
    { "ai", "abcde", 5 },           /* no whole number of elements */
    { "ad", "abcdefghi", 9 },       /* the same */
    { "aq", "abc", 3 },             /* the same */
    { "at", "abcdefg", 7 },         /* the same */
    { "as", "a\0\7", 3 },           /* an offset that points outside */
    { "as", "a\0b\0\4\2", 6 },      /* offsets that go back */
    { "(yi)", "\1xxx\1\0\0\0", 8 }, /* padding that is not zero */
    { "v", "a\0(", 3 },             /* no type */
    { "v", "", 0 },                 /* nothing */
    { "v", "\1\0h", 3 },            /* shorter than a handle */
    { "o", "a/b", 4 },              /* no object path */
    { "g", "((", 3 },               /* no signature */
    { "mi", "abc", 3 },             /* neither nothing nor a number */
    { "()", "", 0 },                /* the one value of this type takes a byte */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    ck_assert_msg (open_forged (rows[i].type, strlen (rows[i].type) + 1, rows[i].value, rows[i].length) == ANY_MISS_CORRUPT,
                   "row %u: %s", i, rows[i].type);
}
END_TEST

/* What is wrong with a text is wrong wherever in it, and what is not ASCII is still a text. */
START_TEST (test_texts)
{
  for (gsize length = 1; length <= 40; length++)
    {
      g_autofree char *text = g_strnfill (length + 1, 'x');

      text[length] = '\0';
      ck_assert_int_eq (open_forged ("s", 2, text, length + 1), ANY_MISS_NONE);

      for (gsize i = 0; i < length; i++)
        {
          text[i] = '\xff';
          ck_assert_int_eq (open_forged ("s", 2, text, length + 1), ANY_MISS_CORRUPT);
          text[i] = '\0';
          ck_assert_int_eq (open_forged ("s", 2, text, length + 1), ANY_MISS_CORRUPT);
          text[i] = 'x';
          if (i + 1 == length)
            continue;

          memcpy (text + i, "ä", 2);
          ck_assert_int_eq (open_forged ("s", 2, text, length + 1), ANY_MISS_NONE);
          memset (text + i, 'x', 2);
        }
    }
}
END_TEST

/* Any bytes are numbers, and need not be looked at. */
START_TEST (test_arrays_of_numbers)
{
  static const char *const types[] = { "ay", "an", "aq", "ai", "au", "ax", "at", "ad" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    ck_assert_int_eq (open_forged (types[i], 3, "\xff\x7f\x80\1\2\3\4\5\xff\xff\xff\xff\xff\xff\xf0\x7f", 16), ANY_MISS_NONE);
}
END_TEST

/* A variant in a variant, as often as it takes. GLib takes 128 of them for normal; more are refused, without a walk to the end. */
START_TEST (test_deep_values)
{
  static const guint depths[] = { 129, 130, 1000, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    {
      g_autoptr (GByteArray) value = g_byte_array_new ();

      g_byte_array_append (value, (const guint8 *) "\1\0y", 3);
      for (guint j = 0; j < depths[i]; j++)
        g_byte_array_append (value, (const guint8 *) "\0v", 2);

      ck_assert_msg (open_forged ("v", 2, value->data, value->len) == ANY_MISS_CORRUPT, "%u levels", depths[i]);
    }
}
END_TEST

/* What takes GLib a quarter of a minute for each MiB to repair, or to walk, is refused at a glance; eight MiB would take 64 times
 * as long, and the limit of the test comes first. */
START_TEST (test_slow_values)
{
  static const char *const types[] = { "a(ss)", "as", "av", "a{sv}", "a{ss}", "a(sas)", "(sav)" };
  const gsize              length = 8 << 20;
  g_autofree guint8       *zeros = g_malloc0 (length);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      AnyMiss miss = open_forged (types[i], strlen (types[i]) + 1, zeros, length);

      ck_assert_msg (miss == ANY_MISS_CORRUPT, "%s: %s", types[i], any_miss_to_string (miss));
    }
}
END_TEST

/* Every element is sound but the last, so everything must be read, and once is enough. */
START_TEST (test_bad_end)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("as"));
  g_autoptr (GVariant) value = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize              length;

  for (guint i = 0; i < N_ELEMENTS; i++)
    g_variant_builder_add (builder, "s", "text");
  value = g_variant_ref_sink (g_variant_builder_end (builder));
  length = g_variant_get_size (value);
  bytes = g_memdup2 (g_variant_get_data (value), length);

  ck_assert_int_eq (open_forged ("as", 3, bytes, length), ANY_MISS_NONE);
  bytes[(gsize) N_ELEMENTS * 5 - 1] = 'x';
  ck_assert_int_eq (open_forged ("as", 3, bytes, length), ANY_MISS_CORRUPT);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("codec-forged");
  TCase *headers = tcase_create ("headers");
  TCase *contents = tcase_create ("contents");

  tcase_set_timeout (headers, 60);
  tcase_add_test (headers, test_forger);
  tcase_add_test (headers, test_one_length);
  tcase_add_test (headers, test_lengths_that_add_up);
  tcase_add_test (headers, test_lengths_that_wrap);
  tcase_add_test (headers, test_more_than_the_total);
  tcase_add_test (headers, test_one_checksum);
  tcase_add_test (headers, test_foreign);
  tcase_add_test (headers, test_other_library);
  suite_add_tcase (suite, headers);

  tcase_set_timeout (contents, 110);
  tcase_add_checked_fixture (contents, any_test_limit_cpu, NULL);
  tcase_add_test (contents, test_validators);
  tcase_add_test (contents, test_validators_that_overlap);
  tcase_add_test (contents, test_failures);
  tcase_add_test (contents, test_frames);
  tcase_add_test (contents, test_half_a_frame);
  tcase_add_test (contents, test_content_of_frames);
  tcase_add_test (contents, test_types);
  tcase_add_test (contents, test_deep_types);
  tcase_add_test (contents, test_long_types);
  tcase_add_test (contents, test_values);
  tcase_add_test (contents, test_texts);
  tcase_add_test (contents, test_arrays_of_numbers);
  tcase_add_test (contents, test_deep_values);
  tcase_add_test (contents, test_slow_values);
  tcase_add_test (contents, test_bad_end);
  suite_add_tcase (suite, contents);

  return any_test_run (suite);
}
