/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Ages are microseconds; times are microseconds since the Unix epoch, UTC. */
#define ANY_POLICY_NO_LIMIT (-1)

gint64 any_policy_shorter (gint64 age_a,
                           gint64 age_b);

gint64 any_policy_earlier (gint64 time_a,
                           gint64 time_b);

gint64 any_policy_expires (gint64 created,
                           gint64 maxage);

gboolean any_policy_is_expired (gint64 created,
                                gint64 expires,
                                gint64 now);

G_END_DECLS
