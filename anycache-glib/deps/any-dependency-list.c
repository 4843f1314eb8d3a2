/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-dependency-list.h"

#include "any-dependency.h"

/* Whether each dependency was seen equal to its stamp inside this call; FALSE for bytes that are no such list. */
gboolean
any_dependency_list_hold (const guint8 *bytes,
                          gsize         length)
{
  while (length > 0)
    {
      AnyDependency item;

      if (!any_dependency_unpack (&item, &bytes, &length) || !any_dependency_holds (&item))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_marked (const AnyDependency *item,
           const AnyMarks      *marks,
           guint64              since)
{
  gboolean recursive = (item->stamp.flags & ANY_DEPENDENCY_FLAGS_RECURSIVE) != 0;

  return item->kind != ANY_DEPENDENCY_FUNCTION && any_marks_concern (marks, since, item->name, recursive);
}

/* Whether one of them was marked after a number; TRUE for bytes that are no such list. */
gboolean
any_dependency_list_is_marked (const guint8   *bytes,
                               gsize           length,
                               const AnyMarks *marks,
                               guint64         since)
{
  if (any_marks_concern_all (marks, since))
    return TRUE;
  if (any_marks_get_last (marks) == since)
    return FALSE;

  while (length > 0)
    {
      AnyDependency item;

      if (!any_dependency_unpack (&item, &bytes, &length) || is_marked (&item, marks, since))
        return TRUE;
    }

  return FALSE;
}

/* Whether a result was made from that of a function; TRUE for bytes that are no such list. */
gboolean
any_dependency_list_has_functions (const guint8 *bytes,
                                   gsize         length)
{
  while (length > 0)
    {
      AnyDependency item;

      if (!any_dependency_unpack (&item, &bytes, &length) || item.kind == ANY_DEPENDENCY_FUNCTION)
        return TRUE;
    }

  return FALSE;
}

/* The paths and tokens of a list, up to the first that does not follow the grammar. */
char **
any_dependency_list_dup_names (const guint8 *bytes,
                               gsize         length)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  AnyDependency item;

  while (any_dependency_unpack (&item, &bytes, &length))
    {
      if (item.kind != ANY_DEPENDENCY_FUNCTION)
        g_strv_builder_add (names, item.name);
    }

  return g_strv_builder_end (names);
}
