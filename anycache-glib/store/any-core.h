/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-counters.h"
#include "any-disk-tier.h"
#include "any-memory-tier.h"
#include "any-terms.h"

G_BEGIN_DECLS

/* All that a process keeps of one cache directory, shared by every object that names it. Thread-safe.
 *
 * After a fork, the child makes new cores and never touches its parent's: a lock in them may be held by a thread that the child
 * does not have.
 */
typedef struct _AnyCore AnyCore;

AnyCore *any_core_acquire (const char *cachedir);
AnyCore *any_core_ref (AnyCore *self);
void     any_core_release (AnyCore *self);

gboolean any_core_is_inherited (AnyCore *self);

gint64 any_core_get_max_memory (AnyCore *self);
void   any_core_set_max_memory (AnyCore *self,
                                gint64   max_bytes);

AnyMiss any_core_lookup (AnyCore        *self,
                         const AnyKey   *key,
                         const AnyTerms *terms,
                         AnyRecord     **record);

AnyRecord *any_core_glance (AnyCore        *self,
                            const AnyKey   *key,
                            const AnyTerms *terms);

gboolean any_core_is_marked (AnyCore         *self,
                             const AnyRecord *record);

AnyRecord *any_core_read (AnyCore      *self,
                          const AnyKey *key);

AnyRecord *any_core_peek (AnyCore      *self,
                          const AnyKey *key);

gboolean any_core_holds (AnyCore   *self,
                         AnyRecord *record);

gboolean any_core_is_current (AnyCore        *self,
                              AnyRecord      *record,
                              const AnyTerms *terms);

gboolean any_core_dependencies_hold (AnyCore         *self,
                                     const AnyRecord *record);

char *any_core_dup_marks_path (AnyCore *self);

void any_core_forget_validations (AnyCore *self);

AnyDirectory *any_core_make_directory (AnyCore *self,
                                       GError **error);

gboolean any_core_begin (AnyCore      *self,
                         const AnyKey *key,
                         AnyOrigin     origin,
                         AnyDraft     *draft,
                         GError      **error);

gboolean any_core_has_moved (AnyCore        *self,
                             const AnyDraft *draft);

AnyPublish any_core_publish (AnyCore         *self,
                             const AnyKey    *key,
                             const AnyDraft  *draft,
                             const AnyBounds *bounds,
                             AnyRecord       *record,
                             gsize            head_length,
                             GError         **error);

void any_core_note_use (AnyCore   *self,
                        AnyRecord *record);

void any_core_record (AnyCore *self);

void any_core_flush (AnyCore *self);

void any_core_trim (AnyCore         *self,
                    const AnyBounds *bounds);

gboolean any_core_discard (AnyCore        *self,
                           const AnyKey   *key,
                           const AnyDraft *draft,
                           GError        **error);

gboolean any_core_remove (AnyCore      *self,
                          const AnyKey *key,
                          GError      **error);

gboolean any_core_remove_name (AnyCore    *self,
                               const char *name,
                               GError    **error);

gboolean any_core_clear (AnyCore *self,
                         GError **error);

gboolean any_core_invalidate (AnyCore    *self,
                              const char *dependency,
                              GError    **error);

AnyCounters *any_core_get_counters (AnyCore *self);

AnyStats *any_core_get_stats (AnyCore *self);

AnyStats *any_core_read_total_stats (AnyCore *self,
                                     GError **error);

guint64 any_core_get_size (AnyCore *self);

G_END_DECLS
