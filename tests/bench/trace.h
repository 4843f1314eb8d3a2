/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who is asked for, one after the other: numbers below n_keys. The same arguments always make the same one. */
typedef struct
{
  guint *requests; /* (owned) (array length=n_requests) */
  guint  n_requests;
  guint  n_keys;
} Trace;

Trace *trace_new_zipf (double alpha,
                       guint  n_keys,
                       guint  n_requests);

Trace *trace_new_scan (guint n_keys,
                       guint n_requests);

Trace *trace_new_zipf_with_scans (double alpha,
                                  guint  n_keys,
                                  guint  n_requests,
                                  guint  scan_length);

void trace_free (Trace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trace, trace_free)

G_END_DECLS
