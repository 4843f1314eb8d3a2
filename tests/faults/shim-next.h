/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stddef.h>

/* Finds the function of the C library whose place a shim has taken. */
void shim_find_next (const char *name,
                     void       *function,
                     size_t      size);

/* clang-format off */

#define SHIM_FIND(name) \
  static __typeof__ (name) *real; \
  if (real == NULL) \
    shim_find_next (#name, &real, sizeof real)

/* clang-format on */
