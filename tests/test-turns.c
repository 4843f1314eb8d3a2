/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-turns.h"

#include "any-test.h"

#define N 100

typedef struct
{
  AnyTurn turn;
  guint   n_taken;
} Visitee;

static AnyTurns *turns;
static Visitee   visitees[N];

static void
begin (void)
{
  turns = any_turns_new ();
  for (guint i = 0; i < N; i++)
    visitees[i] = (Visitee){ .turn.data = &visitees[i] };
}

static void
end (void)
{
  for (guint i = 0; i < N; i++)
    any_turns_drop (&visitees[i].turn);
  ck_assert_int_eq (any_turns_get_next (turns), -1);
  ck_assert_ptr_null (any_turns_take (turns, G_MAXINT64));
  any_turns_free (turns);
}

START_TEST (test_order)
{
  for (guint i = 0; i < N; i++)
    any_turns_set (turns, &visitees[i].turn, i * 37 % N);
  for (guint due = 0; due < N; due++)
    {
      Visitee *next;

      ck_assert_int_eq (any_turns_get_next (turns), due);
      ck_assert_ptr_null (any_turns_take (turns, (gint64) due - 1));
      next = any_turns_take (turns, due);
      ck_assert_int_eq (next->turn.due, due);
      ck_assert_ptr_null (next->turn.place);
      ck_assert_uint_eq (next->n_taken++, 0);
    }
}
END_TEST

START_TEST (test_other_times)
{
  any_turns_set (turns, &visitees[0].turn, 10);
  any_turns_set (turns, &visitees[1].turn, 20);
  any_turns_set (turns, &visitees[0].turn, 30);
  ck_assert_int_eq (any_turns_get_next (turns), 20);
  any_turns_set (turns, &visitees[0].turn, 5);
  ck_assert_ptr_eq (any_turns_take (turns, 30), &visitees[0]);
  ck_assert_ptr_eq (any_turns_take (turns, 30), &visitees[1]);
  ck_assert_ptr_null (any_turns_take (turns, 30));
}
END_TEST

/* Who comes first at the same time does so for good: nobody is passed over. */
START_TEST (test_same_time)
{
  for (guint i = 0; i < N; i++)
    any_turns_set (turns, &visitees[i].turn, 7);
  for (guint i = 0; i < N; i++)
    ck_assert_ptr_eq (any_turns_take (turns, 7), &visitees[i]);
}
END_TEST

START_TEST (test_drop)
{
  any_turns_drop (&visitees[0].turn);
  any_turns_set (turns, &visitees[0].turn, 1);
  any_turns_set (turns, &visitees[1].turn, 2);
  any_turns_drop (&visitees[0].turn);
  any_turns_drop (&visitees[0].turn);
  ck_assert_ptr_eq (any_turns_take (turns, 3), &visitees[1]);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("turns");
  TCase *all = tcase_create ("all");

  tcase_add_checked_fixture (all, begin, end);
  tcase_add_test (all, test_order);
  tcase_add_test (all, test_other_times);
  tcase_add_test (all, test_same_time);
  tcase_add_test (all, test_drop);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
