/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <time.h>

#include "any-clock.h"
#include "any-digest.h"
#include "any-enums.h"

G_BEGIN_DECLS

typedef enum
{
  ANY_STAMP_ABSENT = 0,
  ANY_STAMP_FILE = 1,
  ANY_STAMP_DIRECTORY = 2,
} AnyStampKind;

/* What a path looked like at one instant.
 *
 * A settled stamp is trusted by its times alone. An unsettled one was taken so soon after a change that the next change may
 * leave the same times behind; its digest decides. One that goes by the content is never settled. Of a tree, the digest decides
 * in any case: of the times of its files or of their content.
 */
typedef struct
{
  AnyStampKind       kind;
  AnyDependencyFlags flags; /* those that mean something for this kind */
  gboolean           settled;
  guint64            size;  /* of a tree zero, as all up to the inode */
  gint64             mtime; /* ns since the epoch */
  gint64             ctime; /* ns since the epoch */
  guint64            inode;
  guint8             digest[ANY_DIGEST_SIZE]; /* XXH3-128 of the content where it is not settled, or of a tree */

  /* For as long as a result is computed, and no part of an entry. */
  AnyClock     clock;
  guint8       times[ANY_DIGEST_SIZE]; /* of a tree, of all times in it */
  AnyFreshness freshness;              /* of the path, or of all that is in the tree */
} AnyStamp;

gint64 any_stamp_now (void);

gint64 any_stamp_nanoseconds (const struct timespec *time);

gboolean any_stamp_take (AnyStamp   *self,
                         const char *path,
                         GError    **error);

gboolean any_stamp_take_full (AnyStamp          *self,
                              const char        *path,
                              AnyDependencyFlags flags,
                              GError           **error);

gboolean any_stamp_holds (const AnyStamp *self,
                          const char     *path);

gboolean any_stamp_settle (AnyStamp   *self,
                           const char *path,
                           GError    **error);

gboolean any_stamp_is_older (const AnyStamp *self,
                             gint64          instant);

G_END_DECLS
