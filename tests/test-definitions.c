/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-definitions.h"

#include "any-test-process.h"

static gboolean
allows (const char *name,
        const char *version)
{
  guint8 digest[ANY_DIGEST_SIZE];

  any_definitions_digest (version, digest);

  return any_definitions_allow (name, digest);
}

START_TEST (test_unknown_functions)
{
  ck_assert (allows ("function", "1"));
  any_definitions_add ("other", "1");
  ck_assert (allows ("function", "1"));
  ck_assert (allows ("function", NULL));
  any_definitions_remove ("other", "1");
}
END_TEST

START_TEST (test_versions)
{
  any_definitions_add ("function", "1");
  ck_assert (allows ("function", "1"));
  ck_assert (!allows ("function", "2"));
  ck_assert (!allows ("function", NULL));

  any_definitions_add ("function", "2");
  ck_assert (allows ("function", "1") && allows ("function", "2"));
  any_definitions_remove ("function", "1");
  ck_assert (!allows ("function", "1") && allows ("function", "2"));
  any_definitions_remove ("function", "2");
  ck_assert (allows ("function", "1"));
}
END_TEST

/* It is defined as long as one object of it is left. */
START_TEST (test_objects)
{
  for (guint i = 0; i < 3; i++)
    any_definitions_add ("function", "1");
  any_definitions_add ("function", "2");
  for (guint i = 0; i < 3; i++)
    {
      ck_assert (allows ("function", "1"));
      any_definitions_remove ("function", "1");
    }
  ck_assert (!allows ("function", "1"));
  any_definitions_remove ("function", "2");
}
END_TEST

START_TEST (test_no_version)
{
  any_definitions_add ("function", NULL);
  ck_assert (allows ("function", "") && allows ("function", NULL) && !allows ("function", "1"));
  any_definitions_remove ("function", "");
  ck_assert (allows ("function", "1"));
}
END_TEST

typedef struct
{
  int done; /* atomic */
} Worker;

static gpointer
define_cb (gpointer data)
{
  Worker *self = data;

  while (!g_atomic_int_get (&self->done))
    {
      any_definitions_add ("busy", "1");
      g_assert_true (allows ("busy", "1"));
      any_definitions_remove ("busy", "1");
    }

  return NULL;
}

static void
child_part (int      line,
            gpointer data)
{
  any_definitions_add ("child", "1");
  g_assert_false (allows ("child", "2"));
  any_definitions_remove ("child", "1");
}

/* The child finds the table whole and its lock free. */
START_TEST (test_forks)
{
  Worker   worker = { FALSE };
  GThread *threads[2];

  if (!any_test_can_fork_from_threads ())
    return;

  any_definitions_add ("function", "1");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("definer", define_cb, &worker);
  for (guint i = 0; i < 50; i++)
    any_test_process_run (child_part, NULL);
  g_atomic_int_set (&worker.done, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  any_definitions_remove ("function", "1");
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("definitions");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, ANY_TEST_PROCESS_SECONDS);
  tcase_add_test (all, test_unknown_functions);
  tcase_add_test (all, test_versions);
  tcase_add_test (all, test_objects);
  tcase_add_test (all, test_no_version);
  tcase_add_test (all, test_forks);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
