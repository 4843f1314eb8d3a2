/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-miss.h"

/* The word for logs and statistics. */
const char *
any_miss_to_string (AnyMiss self)
{
  static const char *const words[] = {
    [ANY_MISS_NONE] = "hit",
    [ANY_MISS_ABSENT] = "absent",
    [ANY_MISS_EXPIRED] = "expired",
    [ANY_MISS_OUTDATED] = "outdated",
    [ANY_MISS_CORRUPT] = "corrupt",
    [ANY_MISS_FOREIGN] = "foreign",
    [ANY_MISS_OTHER_KEY] = "other-key",
    [ANY_MISS_IO] = "io",
  };

  g_return_val_if_fail (self < G_N_ELEMENTS (words), NULL);

  return words[self];
}
