/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "golden-entries.h"

#include <string.h>

#include "entry-bytes.h"
#include "golden-idents.h"

/* 2026-01-02 03:04:05.678901 UTC. */
#define CREATED G_GINT64_CONSTANT (1767323045678901)
#define HOUR    (3600 * G_TIME_SPAN_SECOND)
#define NS(us)  ((us) *1000 + 234)

#define NAME "org.example.Golden"

static const GoldenDependency file[] = {
  { "/usr/share/dict/words", ANY_STAMP_FILE, TRUE, 985084, NS (CREATED - HOUR), NS (CREATED - HOUR / 2), 1234567, 0, 0 },
};

static const GoldenDependency file_just_written[] = {
  { "/tmp/just written", ANY_STAMP_FILE, FALSE, 12, NS (CREATED), NS (CREATED), 42, 0xa5, 0 },
};

static const GoldenDependency directory[] = {
  { "/usr/share", ANY_STAMP_DIRECTORY, TRUE, 4096, NS (CREATED - HOUR), NS (CREATED - HOUR), G_MAXUINT64, 0, 0 },
};

static const GoldenDependency nothing[] = {
  { "/etc/not-there.conf", ANY_STAMP_ABSENT, TRUE, 0, 0, 0, 0, 0, 0 },
};

/* One of each kind, times before 1970 and beyond 2038, and a name that is no UTF-8. */
static const GoldenDependency all_kinds[] = {
  { "/", ANY_STAMP_DIRECTORY, TRUE, 4096, 0, 0, 2, 0, 0 },
  { "/a/b\xff/c", ANY_STAMP_FILE, TRUE, G_MAXUINT64, -1, -NS (HOUR), 1, 0, 0 },
  { "/größe/世界\nzwei", ANY_STAMP_FILE, FALSE, 0, G_MAXINT64, G_GINT64_CONSTANT (4102444800000000000), 7, 0xff, 0 },
  { "/list", ANY_STAMP_DIRECTORY, FALSE, 60, NS (CREATED), NS (CREATED), 8, 0x01, 0 },
  { "/link/../nothing", ANY_STAMP_ABSENT, TRUE, 0, 0, 0, 0, 0, 0 },
};

/* A function, in a version that this process has not defined. */
#define KIND_FUNCTION 3

static const GoldenDependency nested[] = {
  { "/etc/os-release", ANY_STAMP_FILE, TRUE, 267, NS (CREATED - HOUR), NS (CREATED - HOUR), 99, 0, 0 },
  { "org.example.Größe", KIND_FUNCTION, FALSE, 0, 0, 0, 0, 0x5c, 0 },
};

static const GoldenDependency file_content[] = {
  { "/usr/share/dict/words", ANY_STAMP_FILE, FALSE, 985084, NS (CREATED - HOUR), NS (CREATED - HOUR / 2), 1234567, 0x3c, 1 },
};

static const GoldenDependency directory_content[] = {
  { "/usr/share", ANY_STAMP_DIRECTORY, FALSE, 4096, NS (CREATED - HOUR), NS (CREATED - HOUR), 77, 0x11, 1 },
};

/* At rest, just changed, and by its content. */
static const GoldenDependency trees[] = {
  { "/usr/share/icons", ANY_STAMP_DIRECTORY, TRUE, 0, 0, 0, 0, 0x42, 2 },
  { "/tmp/just made", ANY_STAMP_DIRECTORY, FALSE, 0, 0, 0, 0, 0x80, 2 },
  { "/usr/share/themes", ANY_STAMP_DIRECTORY, FALSE, 0, 0, 0, 0, 0xee, 3 },
};

#define LONG_TEXT                                                                                                              \
  "'0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890" \
  "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901'"

/* A name of an application's own, of which only marks tell. */
#define KIND_TOKEN 4

static const GoldenDependency token[] = {
  { "app:account/42", KIND_TOKEN, FALSE, 0, 0, 0, 0, 0, 0 },
};

#define FACTS      CREATED, -1, 1500, 0, FALSE, 0, NULL
#define PLAIN      { FACTS }, NULL, 0
#define WITH(list) { FACTS }, list, G_N_ELEMENTS (list)

const GoldenEntry golden_entries[] = {
  { "string", NAME, "1", "('a',)", "'größe 世界 🌍'", PLAIN },
  { "string-empty", NAME, "1", "('b',)", "''", PLAIN },
  { "bytes", NAME, "1", "('c',)", "[byte 0, 1, 127, 128, 255]", PLAIN },
  { "strings", NAME, "1", "('d',)", "['one', 'two', '', 'three']", PLAIN },
  { "dictionary", NAME, "1", "('e',)", "{'size': <uint64 5>, 'name': <'a'>, 'tags': <['x', 'y']>}", PLAIN },
  { "tuple", NAME, "1", "('f',)", "('a', -5)", PLAIN },
  { "double", NAME, "1", "('g',)", "-0.0", PLAIN },
  { "nothing", NAME, "1", "('h',)", "@mv nothing", PLAIN },
  { "just-nothing", NAME, "1", "('i',)", "@mmv just nothing", PLAIN },
  { "variants", NAME, "1", "('j',)", "<<<(1, <'two'>, [<3.0>])>>>", PLAIN },
  { "array-empty", NAME, "1", "('k',)", "@a(sa{sv}) []", PLAIN },
  { "unit", NAME, "1", "('l',)", "()", PLAIN },
  { "doubles", NAME, "1", "('m',)", "=doubles 1000", PLAIN },
  { "basics", NAME, "1", "('n',)",
    "(byte 200, true, int16 -2, uint16 3, -4, uint32 5, int64 -6, uint64 7, 8.5, objectpath '/a/b', signature 'a{sv}')", PLAIN },
  { "structures", NAME, "1", "('o',)", "[(1, 'a', [true, false]), (2, 'b', [])]", PLAIN },
  { "without-version", NAME, NULL, "()", "1", PLAIN },
  { "long-key", "org.example.Größe.世界", "2026-01 β", "(" LONG_TEXT ", {'b': <2>, 'a': <1>})", "1", PLAIN },
  { "expires", NAME, "1", "('p',)", "1", { CREATED, CREATED + HOUR, 0, 0, FALSE, 0, NULL }, NULL, 0 },
  { "extremes", NAME, "1", "('q',)", "1", { 0, G_MAXINT64, G_MAXINT64, G_MAXUINT64, FALSE, 0, NULL }, NULL, 0 },
  { "file", NAME, "1", "('r',)", "1", WITH (file) },
  { "file-just-written", NAME, "1", "('s',)", "1", WITH (file_just_written) },
  { "directory", NAME, "1", "('t',)", "1", WITH (directory) },
  { "absent", NAME, "1", "('u',)", "1", WITH (nothing) },
  { "all-kinds", NAME, "1", "('v',)", "'v'", WITH (all_kinds) },
  { "nested", NAME, "1", "('w',)", "1", WITH (nested) },
  { "file-content", NAME, "1", "('x',)", "1", WITH (file_content) },
  { "directory-content", NAME, "1", "('y',)", "1", WITH (directory_content) },
  { "trees", NAME, "1", "('z',)", "1", WITH (trees) },
  { "token", NAME, "1", "('aa',)", "1", { CREATED, -1, 1500, CREATED, FALSE, 0, NULL }, token, G_N_ELEMENTS (token) },
  { "validator", NAME, "1", "('ab',)", "'page'", { CREATED, -1, 1500, 0, FALSE, 0, "W/\"größe\"" }, file, G_N_ELEMENTS (file) },
  { "failure", NAME, "1", "('ac',)", "('g-io-error-quark', 1, 'größe')", { CREATED, CREATED + HOUR, 1500, 0, TRUE, 0, NULL }, NULL, 0 },
  { "frame", NAME, "1", "('ad',)", "=strings 500", { CREATED, -1, 1500, 0, FALSE, 6390, NULL }, file, G_N_ELEMENTS (file) },
};

const guint golden_n_entries = G_N_ELEMENTS (golden_entries);

static void
put (GByteArray *bytes,
     guint64     number,
     guint       width)
{
  for (guint i = 0; i < width; i++)
    {
      guint8 byte = (guint8) (number >> 8 * i);

      g_byte_array_append (bytes, &byte, 1);
    }
}

/* By the grammar, and not by the library: its own lists have the stamps of this machine. */
GBytes *
golden_entry_pack_dependencies (const GoldenEntry *self)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < self->n_dependencies; i++)
    {
      const GoldenDependency *item = &self->dependencies[i];

      put (bytes, item->kind, 1);
      put (bytes, item->settled, 1);
      put (bytes, item->flags, 2);
      put (bytes, strlen (item->path), 4);
      put (bytes, item->size, 8);
      put (bytes, (guint64) item->mtime, 8);
      put (bytes, (guint64) item->ctime, 8);
      put (bytes, item->inode, 8);
      for (guint j = 0; j < ANY_DIGEST_SIZE; j++)
        put (bytes, item->digest, 1);
      g_byte_array_append (bytes, (const guint8 *) item->path, strlen (item->path) + 1);
    }

  return g_byte_array_free_to_bytes (bytes);
}

guint8 *
golden_entry_seal (const GoldenEntry *self,
                   gsize             *length)
{
  g_auto (AnyKey) key = { 0 };
  g_autoptr (GVariant) value = golden_args_parse (self->value);
  g_autoptr (GBytes) dependencies = golden_entry_pack_dependencies (self);
  entry_bytes_make_key (&key, self->name, self->version, self->args);

  return entry_bytes_seal_from (self->facts.content_length > 0 ? 0 : ANY_CODEC_NEVER_COMPRESS,
                                &key, dependencies, value, &self->facts, length);
}
