/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-directory.h"
#include "any-marks.h"

G_BEGIN_DECLS

/* The file that holds the marks of a directory, made before the first computation begins. It is replaced as a whole. */
#define ANY_MARKS_FILE_NAME "marks"

AnyMarks *any_marks_file_read (AnyDirectory *directory);

gboolean any_marks_file_add (AnyDirectory *directory,
                             const char   *dependency,
                             GError      **error);

gboolean any_marks_file_mend (AnyDirectory *directory,
                              GError      **error);

G_END_DECLS
