/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-generation.h"
#include "any-marks.h"

G_BEGIN_DECLS

/* Others can pull the directory away while it is opened or cleared; each attempt needs another one to fail. */
#define ANY_LOCATION_ATTEMPTS 8

/* The path of a cache, and what it leads to: a directory that need not be there yet, or be there still. Thread-safe. */
typedef struct _AnyLocation AnyLocation;

AnyLocation *any_location_new (const char *cachedir);
void         any_location_free (AnyLocation *self);

AnyDirectory *any_location_ref_directory (AnyLocation *self,
                                          gboolean     create,
                                          GError     **error);

void any_location_verify (AnyLocation *self);

AnyDirectory *any_location_ref_writable_directory (AnyLocation *self,
                                                   gboolean     create,
                                                   GError     **error);

void any_location_drop_directory (AnyLocation  *self,
                                  AnyDirectory *directory);

AnyGeneration *any_location_ref_generation (AnyLocation  *self,
                                            AnyDirectory *directory,
                                            gboolean      create,
                                            GError      **error);

AnyMarks *any_location_ref_marks (AnyLocation  *self,
                                  AnyDirectory *directory,
                                  guint64       epoch);

gboolean any_location_find_directory (AnyLocation   *self,
                                      AnyDirectory **directory,
                                      GError       **error);

gboolean any_location_find_generation (AnyLocation    *self,
                                       AnyDirectory  **directory,
                                       AnyGeneration **generation,
                                       GError        **error);

G_END_DECLS
