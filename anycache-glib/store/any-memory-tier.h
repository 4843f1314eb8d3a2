/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"

G_BEGIN_DECLS

/* The records that a process has used last, up to a number of bytes. Says nothing of whether they still hold. Thread-safe. */
typedef struct _AnyMemoryTier AnyMemoryTier;

AnyMemoryTier *any_memory_tier_new (gint64 max_bytes);
void           any_memory_tier_free (AnyMemoryTier *self);

gint64 any_memory_tier_get_max_bytes (AnyMemoryTier *self);
void   any_memory_tier_set_max_bytes (AnyMemoryTier *self,
                                      gint64         max_bytes);

AnyRecord *any_memory_tier_find (AnyMemoryTier *self,
                                 const AnyKey  *key);

void any_memory_tier_put (AnyMemoryTier *self,
                          const AnyKey  *key,
                          AnyRecord     *record);

void any_memory_tier_remove (AnyMemoryTier *self,
                             const AnyKey  *key);

void any_memory_tier_remove_name (AnyMemoryTier *self,
                                  const char    *name);

void any_memory_tier_clear (AnyMemoryTier *self);

G_END_DECLS
