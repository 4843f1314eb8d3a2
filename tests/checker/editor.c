/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "editor.h"

#include <unistd.h>

#include "hand.h"

/* The longest that a place is left alone, if it is not to rest. */
#define QUIET_NS (60 * G_GINT64_CONSTANT (1000000))

/* Edits at one go, one right after the other. */
#define MAX_BURST 6

struct _Editor
{
  World   *world;
  Hand     hand;
  Place   *away; /* (nullable): where something is to be put back */
  guint    content;
  gboolean turned; /* put back by where a link leads */
};

static gint64
get_quiet (Editor *self)
{
  gint64 longest = g_rand_int_range (self->hand.random, 0, 4) > 0 ? QUIET_NS : MAX (QUIET_NS, self->world->rest);

  return (gint64) (g_rand_double (self->hand.random) * (double) longest);
}

static void
edit (Editor *self,
      Place  *place)
{
  hand_edit (&self->hand, place);
  __atomic_add_fetch (&self->world->memory->n_edits, 1, __ATOMIC_RELAXED);
}

/* Some edits at one go, if the place has had its rest. */
static void
visit (Editor *self,
       Place  *place)
{
  pthread_mutex_lock (&place->history->lock);
  if (history_now () >= place->history->quiet_until)
    {
      for (int i = g_rand_int_range (self->hand.random, 0, MAX_BURST); i >= 0; i--)
        edit (self, place);
      place->history->quiet_until = history_now () + get_quiet (self);
    }
  pthread_mutex_unlock (&place->history->lock);
}

/* A place that is to be seen at rest is let alone. */
static gboolean
may_be_disturbed (Place *place)
{
  return history_now () + QUIET_NS >= place->history->quiet_until;
}

/* One edit. */
void
editor_edit (Editor *self,
             Place  *place)
{
  pthread_mutex_lock (&place->history->lock);
  if (may_be_disturbed (place))
    edit (self, place);
  pthread_mutex_unlock (&place->history->lock);
}

/* Changes a place for a while: what it holds, or where a link leads. */
void
editor_go (Editor *self,
           Place  *place)
{
  pthread_mutex_lock (&place->history->lock);
  self->content = history_get_content (place->history);
  if (self->content != HISTORY_NOTHING && may_be_disturbed (place))
    {
      self->away = place;
      self->turned = place->kind == PLACE_LINKED && g_rand_boolean (self->hand.random);
      if (self->turned)
        hand_retarget (&self->hand, place);
      else
        hand_set_content (&self->hand, place, history_make_content (place->history));
    }
  pthread_mutex_unlock (&place->history->lock);
}

/* Somebody else may have edited it meanwhile. */
void
editor_return (Editor *self)
{
  Place *place = g_steal_pointer (&self->away);

  if (place == NULL)
    return;

  pthread_mutex_lock (&place->history->lock);
  if (self->turned)
    hand_retarget (&self->hand, place);
  else
    hand_set_content (&self->hand, place, self->content);
  pthread_mutex_unlock (&place->history->lock);
}

Editor *
editor_new (World *world,
            GRand *random)
{
  Editor          *self = g_new0 (Editor, 1);
  g_autofree char *name = g_strdup_printf ("%d", (int) getpid ());

  self->world = world;
  self->hand.random = random;
  self->hand.spare = g_build_filename (world->spare, name, NULL);

  return self;
}

void
editor_free (Editor *self)
{
  g_free (self->hand.spare);
  g_free (self);
}

/* Edits places at random until the world stops. */
void
editor_run (Editor *self)
{
  while (!g_atomic_int_get (&self->world->memory->stop))
    {
      visit (self, &self->world->places[g_rand_int_range (self->hand.random, 0, WORLD_N_PLACES)]);
      g_usleep (g_rand_int_range (self->hand.random, 0, 2000));
    }
}
