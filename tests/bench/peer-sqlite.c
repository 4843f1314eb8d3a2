/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "peer.h"

#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3      *database; /* (owned) */
  sqlite3_stmt *select;   /* (owned) */
  sqlite3_stmt *insert;   /* (owned) */
  Workload     *workload; /* its values, and the order of its calls */
  char        **idents;   /* (owned) (array length=n_idents) */
  guint         n_idents;
} Table;

static void
table_free (Table *self)
{
  sqlite3_finalize (self->select);
  sqlite3_finalize (self->insert);
  sqlite3_close (self->database);
  g_strfreev (self->idents);
  g_free (self);
}

static guint
table_select (gpointer data,
              guint    first,
              guint    count)
{
  Table             *self = data;
  gsize              length = g_variant_get_size (self->workload->value);
  g_autofree guint8 *copy = g_malloc0 (length);
  guint              n_failed = 0;

  for (guint i = first; i < first + count; i++)
    {
      sqlite3_bind_text (self->select, 1, self->idents[self->workload->order[i % self->n_idents]], WORKLOAD_IDENT_LENGTH, SQLITE_STATIC);
      if (sqlite3_step (self->select) == SQLITE_ROW && (gsize) sqlite3_column_bytes (self->select, 0) == length)
        memcpy (copy, sqlite3_column_blob (self->select, 0), length);
      else
        n_failed++;
      sqlite3_reset (self->select);
    }

  return n_failed + (memcmp (copy, g_variant_get_data (self->workload->value), length) != 0);
}

static guint
table_insert (gpointer data,
              guint    first,
              guint    count)
{
  Table        *self = data;
  gconstpointer value = g_variant_get_data (self->workload->value);
  gsize         length = g_variant_get_size (self->workload->value);
  guint         n_failed = 0;

  for (guint i = first; i < first + count; i++)
    {
      sqlite3_bind_text (self->insert, 1, self->idents[i], WORKLOAD_IDENT_LENGTH, SQLITE_STATIC);
      sqlite3_bind_blob (self->insert, 2, value, length, SQLITE_STATIC);
      n_failed += sqlite3_step (self->insert) != SQLITE_DONE;
      sqlite3_reset (self->insert);
    }

  return n_failed;
}

static void
execute (Table      *self,
         const char *sql)
{
  if (sqlite3_exec (self->database, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->database));
}

static sqlite3_stmt *
prepare (Table      *self,
         const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->database, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->database));

  return statement;
}

static void
open_table (Table      *self,
            const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "peer.sqlite", NULL);

  if (sqlite3_open (path, &self->database) != SQLITE_OK)
    g_error ("%s: %s", path, sqlite3_errmsg (self->database));

  execute (self, "PRAGMA journal_mode = WAL");
  execute (self, "PRAGMA synchronous = NORMAL");
  execute (self, "CREATE TABLE entries (ident TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID");
  self->select = prepare (self, "SELECT value FROM entries WHERE ident = ?");
  self->insert = prepare (self, "INSERT INTO entries VALUES (?, ?)");
}

/* With filled, every call of the workload has its row from the beginning. */
Peer *
peer_new_sqlite (const char *folder,
                 Workload   *workload,
                 gboolean    filled)
{
  Peer  *peer = g_new0 (Peer, 1);
  Table *self = g_new0 (Table, 1);

  *peer = (Peer){ table_select, table_insert, self, (GDestroyNotify) table_free };
  open_table (self, folder);
  self->workload = workload;
  self->idents = workload_dup_idents (workload);
  self->n_idents = workload->n_args;

  if (filled)
    {
      execute (self, "BEGIN");
      if (table_insert (self, 0, self->n_idents) > 0)
        g_error ("The table could not be filled");
      execute (self, "COMMIT");
    }

  return peer;
}

const char *
peer_sqlite_version (void)
{
  return sqlite3_libversion ();
}
