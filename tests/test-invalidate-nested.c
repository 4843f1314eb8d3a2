/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What was made from a result is outdated by each mark that outdates that result. */

#include "cache-setup.h"

#include "any-test-process.h"

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* A chain of functions: the first asks the second, which asks the third. Each depends on a token of its own, and gives how often any
 * of them was computed. */
#define N_LINKS 3

static const char *const tokens[] = { "app:first", "app:second", "app:third" };

typedef struct _Chain Chain;

typedef struct
{
  Chain       *chain;
  guint        place;
  AnyFunction *function; /* (owned) */
} Link;

struct _Chain
{
  Setup setup;
  Link  links[N_LINKS];
};

static gboolean
link_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Link *self = user_data;

  any_request_add_dependency (request, tokens[self->place]);
  if (self->place + 1 < N_LINKS)
    call (self->chain->links[self->place + 1].function, KEY);

  return setup_compute_cb (request, &self->chain->setup, error);
}

static void
chain_init (Chain *self)
{
  setup_init (&self->setup);
  for (guint i = 0; i < N_LINKS; i++)
    {
      g_autofree char *name = g_strdup_printf ("org.example.Link%u", i);

      self->links[i] = (Link){ self, i, NULL };
      self->links[i].function = any_cache_define (self->setup.cache, name, "1", link_cb, &self->links[i], NULL);
    }
}

static void
chain_clear (Chain *self)
{
  for (guint i = 0; i < N_LINKS; i++)
    g_clear_object (&self->links[i].function);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, chain_clear)

static gboolean
holds (Chain *self,
       guint  place)
{
  return lookup (self->links[place].function, KEY) != MISS;
}

static void
mark (Chain *self,
      guint  place)
{
  g_assert_true (any_cache_invalidate (self->setup.cache, tokens[place], NULL, NULL));
}

/* Whether the inner ones are computed on the way, or are there already, in memory or on disk. */
START_TEST (test_tokens_go_up)
{
  guint marked = _i % N_LINKS;

  for (guint known = 0; known < 3; known++)
    {
      g_auto (Chain) self = { 0 };

      chain_init (&self);
      if (known == 2)
        any_cache_set_maxmemory (self.setup.cache, 0);
      for (guint place = N_LINKS; known > 0 && place-- > 1;)
        call (self.links[place].function, KEY);
      call (self.links[0].function, KEY);
      ck_assert_int_eq (self.setup.n_computed, N_LINKS);

      mark (&self, marked);
      for (guint i = 0; i < N_LINKS; i++)
        ck_assert_msg (holds (&self, i) == (i > marked), "link %u", i);
      call (self.links[0].function, KEY);
      ck_assert_int_eq (self.setup.n_computed, N_LINKS + (int) marked + 1);
      for (guint i = 0; i < N_LINKS; i++)
        ck_assert_msg (holds (&self, i), "link %u", i);
    }
}
END_TEST

START_TEST (test_all_names)
{
  g_auto (Chain) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) names = NULL;

  chain_init (&self);
  call (self.links[0].function, KEY);
  entry = any_function_peek (self.links[0].function, text_args (KEY));
  names = any_entry_dup_dependencies (entry);
  ck_assert_uint_eq (g_strv_length (names), N_LINKS);
  for (guint i = 0; i < N_LINKS; i++)
    ck_assert (g_strv_contains ((const char *const *) names, tokens[i]));
}
END_TEST

/* An old result may be used again and again: marks on other things that came after it are none on it. */
START_TEST (test_an_old_inner_result)
{
  g_auto (Chain) self = { 0 };

  chain_init (&self);
  call (self.links[2].function, KEY);
  for (int i = 0; i < 5; i++)
    {
      mark (&self, i % 2);
      call (self.links[0].function, KEY);
      ck_assert (holds (&self, 0) && holds (&self, 1));
    }
  mark (&self, 2);
  ck_assert (!holds (&self, 0) && !holds (&self, 1));
}
END_TEST

static void
mark_last_part (int      line,
                gpointer data)
{
  mark (data, 2);
}

/* Within an interval the inner result may be one that another process has marked. What is made from it would know the mark and hide it, so
 * a computation goes by no interval. */
START_TEST (test_within_an_interval)
{
  g_auto (Chain) self = { 0 };

  chain_init (&self);
  any_cache_set_check_interval (self.setup.cache, HOUR);
  call (self.links[2].function, KEY);
  call (self.links[2].function, KEY);
  any_test_process_run (mark_last_part, &self);
  ck_assert (holds (&self, 2));
  call (self.links[0].function, KEY);
  ck_assert_int_eq (self.setup.n_computed, N_LINKS + 1);

  any_cache_set_check_interval (self.setup.cache, 0);
  for (guint i = 0; i < N_LINKS; i++)
    ck_assert_msg (holds (&self, i), "link %u", i);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("invalidate-nested");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (all, test_tokens_go_up, 0, N_LINKS);
  tcase_add_test (all, test_all_names);
  tcase_add_test (all, test_an_old_inner_result);
  tcase_add_test (all, test_within_an_interval);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
