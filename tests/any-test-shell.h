/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Does to the files in a folder what a shell script says, as another process. */
static inline void
any_test_shell (const char *folder,
                const char *script)
{
  const char *arguments[] = { "/bin/sh", "-ec", script, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (folder, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error) ||
      !g_spawn_check_wait_status (status, &error))
    g_error ("“%s”: %s", script, error->message);
}

G_END_DECLS
