/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-entry-file.h"
#include "any-entry-writer.h"
#include "any-shard.h"
#include "any-test-entry.h"
#include "any-test-folder.h"
#include "any-test-process.h"

G_BEGIN_DECLS

/* The innermost of a cache directory: what entries are put into, one shard at a time. */
typedef struct
{
  char          *cachedir;   /* (owned) */
  AnyDirectory  *directory;  /* (owned) */
  AnyGeneration *generation; /* (owned) */
} AnyTestStore;

static inline AnyTestStore *
any_test_store_open (const char *cachedir)
{
  AnyTestStore *self = g_new0 (AnyTestStore, 1);
  g_autoptr (GError) error = NULL;

  self->cachedir = g_strdup (cachedir);
  self->directory = any_directory_open (cachedir, TRUE, &error);
  g_assert_no_error (error);
  self->generation = any_generation_open (self->directory, TRUE, &error);
  g_assert_no_error (error);

  return self;
}

static inline void
any_test_store_free (AnyTestStore *self)
{
  any_generation_unref (self->generation);
  any_directory_unref (self->directory);
  g_free (self->cachedir);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyTestStore, any_test_store_free)

static inline void
any_test_store_enter (AnyTestStore *self,
                      guint         shard,
                      AnyShard     *entered)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (any_shard_enter (entered, self->generation, shard, ANY_GATE_WAIT_US, &error));
  g_assert_no_error (error);
}

/* What the ledger says of a shard, once nothing is in doubt. */
static inline void
any_test_store_assert_record (AnyTestStore *self,
                              guint         shard,
                              guint64       bytes,
                              guint64       entries)
{
  AnyShard entered;

  any_test_store_enter (self, shard, &entered);
  g_assert_true (entered.record.settled);
  g_assert_cmpuint (entered.record.bytes, ==, bytes);
  g_assert_cmpuint (entered.record.entries, ==, entries);
  any_shard_leave (&entered);
}

static inline gboolean
any_test_store_write (AnyTestStore    *self,
                      const AnyKey    *key,
                      const AnyRecord *record,
                      gsize            head_length,
                      GError         **error)
{
  AnyEntryWriter writer = { .record = record, .head_length = head_length, .bounds = ANY_BOUNDS_NONE };
  AnyShardPath   path;
  AnyShard       shard;
  gboolean       written;

  any_shard_path_init (&path, &key->ident);
  any_test_store_enter (self, path.index, &shard);
  written = any_entry_writer_write (&writer, &shard, &path, self->directory->epoch, error) == ANY_WRITTEN;
  any_shard_leave (&shard);

  return written;
}

/* Stores a text, and gives the record as the writer has it. */
static inline AnyRecord *
any_test_store_put (AnyTestStore *self,
                    const AnyKey *key,
                    const char   *text)
{
  gsize      head_length;
  AnyRecord *record = any_test_record_new (key, text, &head_length);
  g_autoptr (GError) error = NULL;

  g_assert_true (any_test_store_write (self, key, record, head_length, &error));
  g_assert_no_error (error);

  return record;
}

/* Stores a text, and gives the length of its entry. */
static inline guint64
any_test_store_add (AnyTestStore *self,
                    const AnyKey *key,
                    const char   *text)
{
  g_autoptr (AnyRecord) record = any_test_store_put (self, key, text);

  return record->total_length;
}

static inline AnyMiss
any_test_store_read (AnyTestStore *self,
                     const AnyKey *key,
                     AnyRecord   **record)
{
  AnyShardPath path;

  any_shard_path_init (&path, &key->ident);

  return any_entry_file_read (self->directory, &path, key, record);
}

static inline AnyMiss
any_test_store_look (AnyTestStore *self,
                     const AnyKey *key)
{
  g_autoptr (AnyRecord) record = NULL;

  return any_test_store_read (self, key, &record);
}

/* The text under a key, or NULL where there is none. */
static inline char *
any_test_store_dup_text (AnyTestStore *self,
                         const AnyKey *key)
{
  g_autoptr (AnyRecord) record = NULL;

  if (any_test_store_read (self, key, &record) != ANY_MISS_NONE)
    return NULL;

  return g_strdup (any_test_record_text (record));
}

/* The file of a key, below the generation. */
static inline char *
any_test_entry_path (const AnyKey *key)
{
  AnyShardPath path;

  any_shard_path_init (&path, &key->ident);

  return g_build_filename (path.shard, path.file, NULL);
}

/* The names in a key's shard. */
static inline char *
any_test_store_list_shard (AnyTestStore *self,
                           const AnyKey *key)
{
  AnyShardPath     path;
  g_autofree char *folder = NULL;

  any_shard_path_init (&path, &key->ident);
  folder = g_build_filename (self->generation->path, path.shard, NULL);

  return any_test_list (folder);
}

G_END_DECLS
