/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-terms.h"

#include "any-dependency-list.h"
#include "any-policy.h"

/* The age that this kind of record may have. */
static gint64
limit (const AnyTerms  *self,
       const AnyRecord *record)
{
  return record->facts.failure ? any_policy_shorter (self->maxage, self->error_maxage) : self->maxage;
}

/* Until when a record may be used, by its own limit and by the asker's; us since the epoch, -1 for ever. */
gint64
any_terms_get_end (const AnyTerms  *self,
                   const AnyRecord *record)
{
  return any_policy_earlier (record->facts.expires, any_policy_expires (record->facts.created, limit (self, record)));
}

/* Whether its age has run out. */
gboolean
any_terms_are_over (const AnyTerms  *self,
                    const AnyRecord *record)
{
  gint64 end = any_terms_get_end (self, record);

  return end >= 0 && any_policy_is_expired (record->facts.created, end, g_get_real_time ());
}

/* Whether a record was seen to hold so lately that an asker who begins now goes by that. Looks that began up to the floor do not
 * count; us, monotonic. */
gboolean
any_terms_allow_earlier_look (const AnyTerms  *self,
                              const AnyRecord *record,
                              gint64           floor,
                              gint64           now)
{
  gint64 validated = __atomic_load_n (&record->validated, __ATOMIC_ACQUIRE);

  return validated > floor && now - validated < self->check_interval;
}

static gboolean
dependencies_hold (const AnyRecord *record)
{
  return any_dependency_list_hold (record->dependencies, record->dependencies_length);
}

/* Judges a record on a look that began at an instant, and notes whether it holds. Dependencies are looked at last, as late as the
 * answer allows. */
AnyMiss
any_terms_validate (const AnyTerms *self,
                    AnyRecord      *record,
                    gint64          began)
{
  AnyMiss miss = ANY_MISS_NONE;

  if (any_terms_are_over (self, record))
    miss = ANY_MISS_EXPIRED;
  else if (!dependencies_hold (record))
    miss = ANY_MISS_OUTDATED;

  if (began > 0 || miss != ANY_MISS_NONE)
    __atomic_store_n (&record->validated, miss == ANY_MISS_NONE ? began : 0, __ATOMIC_RELEASE);

  return miss;
}

/* Whether a record whose age has run out may be used for a moment. What it depends on must be unchanged all the same, and no failure is
 * worth it. */
gboolean
any_terms_allow_stale (const AnyTerms  *self,
                       const AnyRecord *record)
{
  gint64 end = any_terms_get_end (self, record);

  return self->stale_window > 0 && self->maxage != 0 && end >= 0 && !record->facts.failure &&
         !any_policy_is_expired (record->facts.created, any_policy_expires (end, self->stale_window), g_get_real_time ()) &&
         dependencies_hold (record);
}
