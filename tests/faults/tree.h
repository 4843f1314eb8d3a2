/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Directory trees that a test makes, looks at from outside, and removes. No function here follows a symbolic link below
 * the path that it is given, and none of them needs the library under test.
 */

char *tree_make (void);
char *tree_make_in_memory (void);
void  tree_remove (const char *path);

char **tree_list (const char *path);
char  *tree_describe (const char *path);

void    tree_write (const char *path,
                    const void *data,
                    gsize       size);
GBytes *tree_read (const char *path);

guint tree_count_fds (void);

/* A directory of its own for each test, gone at the end of the scope. */
typedef char TreePath;

static inline void
tree_path_clear (TreePath *path)
{
  tree_remove (path);
  g_free (path);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TreePath, tree_path_clear)

G_END_DECLS
