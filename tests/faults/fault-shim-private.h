/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>

/* What a call does, as far as it decides which faults can befall it. */
typedef enum
{
  FAULT_CALL_OPEN = 1 << 0,   /* gives a descriptor */
  FAULT_CALL_CREATE = 1 << 1, /* makes a file or a directory */
  FAULT_CALL_READ = 1 << 2,
  FAULT_CALL_WRITE = 1 << 3,
  FAULT_CALL_CLOSE = 1 << 4,
  FAULT_CALL_RENAME = 1 << 5, /* also links */
  FAULT_CALL_UNLINK = 1 << 6,
  FAULT_CALL_STAT = 1 << 7,
  FAULT_CALL_LOCK = 1 << 8,
  FAULT_CALL_SYNC = 1 << 9,
  FAULT_CALL_RESIZE = 1 << 10,
  FAULT_CALL_SEEK = 1 << 11,
  FAULT_CALL_LIST = 1 << 12,
  FAULT_CALL_CHMOD = 1 << 13,   /* also times */
  FAULT_CALL_NEWER = 1 << 14,   /* not in every kernel that the library meets */
  FAULT_CALL_FLAGGED = 1 << 15, /* not in every file system that it meets */
} FaultCall;

bool fault_within_fd (int fd);
bool fault_within_path (int         dirfd,
                        const char *path);
bool fault_befalls (const char *name,
                    unsigned    calls,
                    bool        within);
bool fault_shortens (const char *name,
                     bool        within);
