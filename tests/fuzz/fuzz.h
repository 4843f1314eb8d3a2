/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry, which every target defines and the driver calls. */
int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);
