/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-key.h"
#include "any-record.h"

G_BEGIN_DECLS

/* Records that are found by their keys. Holds no references and is not thread-safe.
 *
 * The hash stands beside the record: a look-up touches one line of memory before the record that it finds.
 */
typedef struct
{
  guint64    hash;
  AnyRecord *record; /* (nullable) */
} AnyRecordSlot;

typedef struct
{
  AnyRecordSlot *slots;   /* (owned) (nullable) */
  gsize          n_slots; /* 0, or a power of two */
  gsize          n_records;
} AnyRecordTable;

void any_record_table_clear (AnyRecordTable *self);

AnyRecord *any_record_table_find (const AnyRecordTable *self,
                                  const AnyKey         *key);

void any_record_table_add (AnyRecordTable *self,
                           AnyRecord      *record,
                           guint64         hash);

void any_record_table_remove (AnyRecordTable *self,
                              AnyRecord      *record);

G_END_DECLS
