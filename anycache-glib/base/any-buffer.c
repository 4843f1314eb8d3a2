/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-buffer.h"

#include <stdlib.h>
#include <sys/mman.h>

/* What a huge page has on the machines that matter. Elsewhere the advice is worth less, and nothing goes wrong. */
#define HUGE_PAGE (2 << 20)

/* Less would waste much of the last page. */
#define MIN_HUGE (4 * HUGE_PAGE)

/* Memory for something that is read or unpacked at once, freed by g_free(); NULL where there is none. To fill 64 MiB page by page takes
 * twice as long as in huge pages. */
gpointer
any_buffer_try_new (gsize length)
{
  void *block;

  if (length < MIN_HUGE)
    return g_try_malloc (length);
  if (posix_memalign (&block, HUGE_PAGE, length) != 0)
    return NULL;

  madvise (block, length, MADV_HUGEPAGE);

  return block;
}
