/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-policy.h"

/* The shorter of two ages, where -1 sets no limit. */
gint64
any_policy_shorter (gint64 age_a,
                    gint64 age_b)
{
  if (age_a < 0)
    return age_b;
  if (age_b < 0)
    return age_a;

  return MIN (age_a, age_b);
}

/* The earlier of two times, where -1 is never. */
gint64
any_policy_earlier (gint64 time_a,
                    gint64 time_b)
{
  return any_policy_shorter (time_a, time_b);
}

/* When an entry made at a time expires; -1 for never. */
gint64
any_policy_expires (gint64 created,
                    gint64 maxage)
{
  if (maxage < 0)
    return ANY_POLICY_NO_LIMIT;
  if (created < 0)
    return 0;

  return maxage <= G_MAXINT64 - created ? created + maxage : ANY_POLICY_NO_LIMIT;
}

/* The age of an entry cannot be known if it is from the future, so that the clock was set back since, or from before 1970, when
 * no clock was right. Where age counts, it is a miss. */
gboolean
any_policy_is_expired (gint64 created,
                       gint64 expires,
                       gint64 now)
{
  return expires >= 0 && (now >= expires || now < created || created < 0);
}
