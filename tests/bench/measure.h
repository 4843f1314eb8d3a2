/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much is measured, and where. */
typedef struct
{
  const char *folder; /* empty at first; nothing in it is deleted before the end */
  gboolean    brief;  /* a few seconds: shows that all of it works, and little else */
  guint       repetitions;
} Plan;

char *plan_make_folder (const Plan *self,
                        const char *name);

/* Each prints its part of the table and gives how many operations failed or gave something wrong. */
guint measure_async_calls (const Plan *plan);
guint measure_disk_hits (const Plan *plan);
guint measure_memory_hits (const Plan *plan);
guint measure_size (const Plan *plan);
guint measure_stores (const Plan *plan);

G_END_DECLS
