/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "rig.h"

G_BEGIN_DECLS

/* What can be expected of a cache directory in this or that state. They check with g_assert_*(), so that they serve in forked
 * processes too.
 */

/* The keys that expect_fill() stores: one of each shape. */
#define EXPECT_N_KEYS RIG_N_SHAPES

/* Why a directory cannot be used. */
typedef enum
{
  EXPECT_NOTHING_THERE, /* it is not there, and cannot be made */
  EXPECT_UNUSABLE,      /* it is there */
  EXPECT_UNSAFE,        /* it is there, and others could have a hand in it */
} ExpectTrouble;

Rig *expect_open (const char *cachedir);
void expect_fill (const char *cachedir);

void expect_works (const char *cachedir);
void expect_uncached (const char   *cachedir,
                      ExpectTrouble trouble);
void expect_read_only (const char *cachedir);

G_END_DECLS
