/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-owner.h"

#include "any-test.h"

/* Where and in which order an owner was visited. */
typedef struct
{
  GThread *thread;    /* of the last visit */
  GString *visits;    /* (owned), a letter each */
  int      n_visited; /* atomic */
} Log;

typedef struct
{
  Log *log;
  char letter;
} Guest;

static void
visit_cb (gpointer data)
{
  Guest *guest = data;

  guest->log->thread = g_thread_self ();
  g_string_append_c (guest->log->visits, guest->letter);
  g_atomic_int_inc (&guest->log->n_visited);
}

typedef struct
{
  const AnyOwner *owner;
  Guest          *guests;
  guint           n_guests;
} Trip;

static gpointer
travel_cb (gpointer data)
{
  Trip *trip = data;

  for (guint i = 0; i < trip->n_guests; i++)
    any_owner_visit (trip->owner, visit_cb, &trip->guests[i]);

  return NULL;
}

static void
visit_from_elsewhere (const AnyOwner *owner,
                      Guest          *guests,
                      guint           n_guests)
{
  Trip trip = { owner, guests, n_guests };

  g_thread_join (g_thread_new ("guest", travel_cb, &trip));
}

static void
run_until_visited (GMainContext *context,
                   Log          *log,
                   int           n_visits)
{
  gint64 deadline = any_test_deadline ();

  while (g_atomic_int_get (&log->n_visited) < n_visits)
    {
      ck_assert (any_test_wait (deadline));
      g_main_context_iteration (context, FALSE);
    }
}

START_TEST (test_at_home_at_once)
{
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guest = { &log, 'a' };

  any_owner_init (&owner);
  any_owner_visit (&owner, visit_cb, &guest);
  ck_assert_str_eq (log.visits->str, "a");
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

START_TEST (test_from_elsewhere_by_the_context)
{
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guests[] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' } };

  any_owner_init (&owner);
  visit_from_elsewhere (&owner, guests, G_N_ELEMENTS (guests));
  ck_assert_str_eq (log.visits->str, "");

  run_until_visited (NULL, &log, G_N_ELEMENTS (guests));
  ck_assert_str_eq (log.visits->str, "abc");
  ck_assert_ptr_eq (log.thread, g_thread_self ());
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

/* Not the default context, but the one that was thread-default when the owner settled. */
START_TEST (test_own_context)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guest = { &log, 'a' };

  g_main_context_push_thread_default (context);
  any_owner_init (&owner);
  g_main_context_pop_thread_default (context);

  visit_from_elsewhere (&owner, &guest, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ck_assert_str_eq (log.visits->str, "");

  run_until_visited (context, &log, 1);
  ck_assert_str_eq (log.visits->str, "a");
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

static gpointer
settle_cb (gpointer data)
{
  any_owner_init (data);

  return NULL;
}

/* A context that nobody runs loses the visit. What the visit was made of goes with the context: valgrind looks. */
START_TEST (test_nobody_at_home)
{
  GMainContext *context = g_main_context_new ();
  AnyOwner      owner;
  Log           log = { .visits = g_string_new (NULL) };
  Guest         guest = { &log, 'a' };

  g_main_context_push_thread_default (context);
  any_owner_init (&owner);
  g_main_context_pop_thread_default (context);

  visit_from_elsewhere (&owner, &guest, 1);
  any_owner_clear (&owner);
  g_main_context_unref (context);
  ck_assert_str_eq (log.visits->str, "");

  g_string_free (log.visits, TRUE);
}
END_TEST

/* The thread has ended, and its number may be given to another: whoever runs its context is at home. */
START_TEST (test_owner_has_ended)
{
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guest = { &log, 'a' };

  g_thread_join (g_thread_new ("owner", settle_cb, &owner));

  visit_from_elsewhere (&owner, &guest, 1);
  ck_assert_str_eq (log.visits->str, "");
  run_until_visited (NULL, &log, 1);
  ck_assert_str_eq (log.visits->str, "a");
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("owner");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_at_home_at_once);
  tcase_add_test (all, test_from_elsewhere_by_the_context);
  tcase_add_test (all, test_own_context);
  tcase_add_test (all, test_nobody_at_home);
  tcase_add_test (all, test_owner_has_ended);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
