/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "peer.h"

#include <lmdb.h>
#include <string.h>

/* Room for the largest workload, a hundred thousand small results, with LMDB's half-filled pages. */
#define MAP_SIZE ((gsize) 1 << 28)

typedef struct
{
  MDB_env  *environment; /* (owned) */
  MDB_txn  *reader;      /* (owned) */
  MDB_dbi   database;
  Workload *workload; /* its values, and the order of its calls */
  char    **idents;   /* (owned) (array length=n_idents) */
  guint     n_idents;
} Map;

static void
check (int status)
{
  if (status != MDB_SUCCESS)
    g_error ("LMDB: %s", mdb_strerror (status));
}

static void
map_free (Map *self)
{
  mdb_txn_abort (self->reader);
  mdb_env_close (self->environment);
  g_strfreev (self->idents);
  g_free (self);
}

/* A transaction for each get: it is what makes a get see what other processes have written since. */
static guint
map_get (gpointer data,
         guint    first,
         guint    count)
{
  Map               *self = data;
  gsize              length = g_variant_get_size (self->workload->value);
  g_autofree guint8 *copy = g_malloc0 (length);
  guint              n_failed = 0;

  for (guint i = first; i < first + count; i++)
    {
      MDB_val key = { WORKLOAD_IDENT_LENGTH, self->idents[self->workload->order[i % self->n_idents]] };
      MDB_val value;

      mdb_txn_renew (self->reader);
      if (mdb_get (self->reader, self->database, &key, &value) == MDB_SUCCESS && value.mv_size == length)
        memcpy (copy, value.mv_data, length);
      else
        n_failed++;
      mdb_txn_reset (self->reader);
    }

  return n_failed + (memcmp (copy, g_variant_get_data (self->workload->value), length) != 0);
}

/* A transaction for each put, which reaches the file at once and the disk some time. */
static guint
map_put (gpointer data,
         guint    first,
         guint    count)
{
  Map     *self = data;
  MDB_val  bytes = { g_variant_get_size (self->workload->value), (gpointer) g_variant_get_data (self->workload->value) };
  MDB_txn *writer;
  guint    n_failed = 0;

  for (guint i = first; i < first + count; i++)
    {
      MDB_val key = { WORKLOAD_IDENT_LENGTH, self->idents[i] };

      check (mdb_txn_begin (self->environment, NULL, 0, &writer));
      n_failed += mdb_put (writer, self->database, &key, &bytes, 0) != MDB_SUCCESS;
      check (mdb_txn_commit (writer));
    }

  return n_failed;
}

static void
open_database (Map     *self,
               gboolean filled)
{
  GVariant *value = self->workload->value;
  MDB_val   bytes = { g_variant_get_size (value), (gpointer) g_variant_get_data (value) };
  MDB_txn  *writer;

  check (mdb_txn_begin (self->environment, NULL, 0, &writer));
  check (mdb_dbi_open (writer, NULL, 0, &self->database));
  for (guint i = 0; filled && i < self->n_idents; i++)
    {
      MDB_val key = { WORKLOAD_IDENT_LENGTH, self->idents[i] };

      check (mdb_put (writer, self->database, &key, &bytes, 0));
    }
  check (mdb_txn_commit (writer));
}

/* With filled, every call of the workload has its value from the beginning. Nothing waits for the disk, as nothing does on the
 * other sides. */
Peer *
peer_new_lmdb (const char *folder,
               Workload   *workload,
               gboolean    filled)
{
  Peer            *peer = g_new0 (Peer, 1);
  Map             *self = g_new0 (Map, 1);
  g_autofree char *path = g_build_filename (folder, "peer.lmdb", NULL);

  *peer = (Peer){ map_get, map_put, self, (GDestroyNotify) map_free };
  self->workload = workload;
  self->idents = workload_dup_idents (workload);
  self->n_idents = workload->n_args;

  check (mdb_env_create (&self->environment));
  check (mdb_env_set_mapsize (self->environment, MAP_SIZE));
  check (mdb_env_open (self->environment, path, MDB_NOSUBDIR | MDB_NOSYNC, 0600));
  open_database (self, filled);

  check (mdb_txn_begin (self->environment, NULL, MDB_RDONLY, &self->reader));
  mdb_txn_reset (self->reader);

  return peer;
}

const char *
peer_lmdb_version (void)
{
  g_autofree char *version = NULL;
  int              major, minor, patch;

  mdb_version (&major, &minor, &patch);

  version = g_strdup_printf ("%d.%d.%d", major, minor, patch);

  return g_intern_string (version);
}
