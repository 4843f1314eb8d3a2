/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "shim-next.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* dlsym() gives an object pointer, and C knows no cast from that to a function. */
void
shim_find_next (const char *name,
                void       *function,
                size_t      size)
{
  void *symbol = dlsym (RTLD_NEXT, name);

  if (symbol == NULL)
    {
      fprintf (stderr, "shim: the C library has no %s\n", name);
      abort ();
    }
  memcpy (function, &symbol, size);
}
