/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-lookout.h"

void
any_lookout_leave (AnyLookout *self)
{
  for (guint i = 0; i < self->n_posts; i++)
    any_post_withdraw (&self->posts[i]);
  g_clear_pointer (&self->posts, g_free);
  self->n_posts = 0;
}

/* Leaves the posts that it had for those on a route. The new ones are taken first, so that no directory is dropped only to be
 * monitored again. TRUE where some place is monitored only since now: the way may have changed before it was. */
gboolean
any_lookout_take (AnyLookout     *self,
                  AnyMonitors    *monitors,
                  const AnyRoute *route,
                  gpointer        data)
{
  AnyLookout     next = { .n_posts = g_hash_table_size (route->places), .is_deaf = route->is_part };
  gboolean       any_is_fresh = FALSE;
  GHashTableIter iter;
  gpointer       place;
  AnyPost       *post;

  next.posts = post = g_new0 (AnyPost, next.n_posts);
  g_hash_table_iter_init (&iter, route->places);
  while (g_hash_table_iter_next (&iter, &place, NULL))
    {
      gboolean is_fresh;

      if (!any_monitors_post (monitors, post++, place, data, &is_fresh))
        next.is_deaf = TRUE;
      any_is_fresh = any_is_fresh || is_fresh;
    }

  any_lookout_leave (self);
  *self = next;

  return any_is_fresh;
}
