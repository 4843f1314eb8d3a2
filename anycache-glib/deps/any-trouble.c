/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-trouble.h"

#include <errno.h>

/* What is the matter with a path, said behind its name. A hit asks without an error, and then nothing is spelled out. */
gboolean
any_trouble_set (GError     **error,
                 GIOErrorEnum code,
                 const char  *path,
                 const char  *what)
{
  g_autofree char *display = NULL;

  if (error == NULL)
    return FALSE;

  display = g_filename_display_name (path);
  g_set_error (error, G_IO_ERROR, code, "“%s” %s", display, what);

  return FALSE;
}

/* For calls that fail on what was there a moment ago: if it is gone now, it is changing. */
gboolean
any_trouble_set_from_errno (GError    **error,
                            int         saved_errno,
                            const char *path)
{
  g_autofree char *what = NULL;

  if (saved_errno == ENOENT || saved_errno == ENOTDIR)
    return any_trouble_set (error, G_IO_ERROR_BUSY, path, "changed while it was looked at");

  what = g_strconcat ("cannot be looked at: ", g_strerror (saved_errno), NULL);

  return any_trouble_set (error, G_IO_ERROR_NOT_SUPPORTED, path, what);
}
