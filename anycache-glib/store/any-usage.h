/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-codec.h"
#include "any-location.h"

G_BEGIN_DECLS

/* When the entries of a directory were last used by this process: known here at once, and to others some time later, when it is
 * recorded as the time of the last change of the entry's file. A use makes no system call. Thread-safe.
 *
 * Times come from a hybrid logical clock (Kulkarni et al., 2014): it is the machine's, read now and then, and moves by a nanosecond with
 * each use in between. So the order is right, and the times are nearly.
 */
typedef struct _AnyUsage AnyUsage;

/* For so long at most a use is not known to other processes. */
#define ANY_USAGE_INTERVAL_US (30 * G_USEC_PER_SEC)

AnyUsage *any_usage_new (AnyLocation *location);
void      any_usage_free (AnyUsage *self);

void any_usage_note (AnyUsage  *self,
                     AnyRecord *record);

guint64 any_usage_tick (AnyUsage *self);

guint64 any_usage_find (AnyUsage       *self,
                        const AnyIdent *ident);

void any_usage_record (AnyUsage *self);

G_END_DECLS
