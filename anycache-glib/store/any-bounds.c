/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-bounds.h"

gboolean
any_bounds_are_set (const AnyBounds *self)
{
  return self->max_bytes >= 0 || self->max_entries >= 0;
}

/* Whether all that there is may be there. One entry may be, of whatever size: the one that is stored last. */
gboolean
any_bounds_allow (const AnyBounds      *self,
                  const AnyLedgerTotal *total,
                  guint64               largest)
{
  return (self->max_bytes < 0 || total->bytes <= MAX ((guint64) self->max_bytes, largest)) &&
         (self->max_entries < 0 || total->entries <= MAX ((guint64) self->max_entries, 1));
}
