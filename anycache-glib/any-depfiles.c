/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-depfiles.h"

#include "any-error.h"
#include "any-types.h"

/* Asks which files a result was made from. NULL with an error where that could not be said. */
char **
any_depfiles_list (AnyHook   *hook,
                   AnyAnswer *answer,
                   GVariant  *result,
                   GError   **error)
{
  AnyDepfilesFunc func = (AnyDepfilesFunc) any_hook_get_callback (hook);
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) paths = func (result, any_answer_get_args (answer), any_hook_get_data (hook), &local_error);

  if (local_error == NULL && paths != NULL)
    return g_steal_pointer (&paths);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_NO_RESULT,
                 "The depfiles function of “%s” gave no list of files", any_answer_get_name (answer));

  return NULL;
}
