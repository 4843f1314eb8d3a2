/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-test.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Long enough for a loaded machine; only a test that fails waits for it. */
#define PATIENCE_S 60

/* Twenty times what such a test takes, and half of what it would take if the work grew with the square of its size. */
#define CPU_LIMIT_S 20

/* Holds the folders of all tests, so that a test that died leaves nothing behind. Its name is none that the library takes for
 * its own in the temporary directory. */
static char *root;

static int
remove_cb (const char        *path,
           const struct stat *status,
           int                type,
           struct FTW        *where)
{
  return remove (path);
}

static void
remove_tree (const char *path)
{
  nftw (path, remove_cb, 16, FTW_DEPTH | FTW_PHYS);
}

/* What main() returns: runs the suite, which is freed. CK_FORK=no and the other variables of libcheck count. */
int
any_test_run (Suite *suite)
{
  g_autoptr (GError) error = NULL;
  SRunner *runner;
  int      n_failed;

  root = g_dir_make_tmp ("any-test-XXXXXX", &error);
  if (root == NULL)
    g_error ("No temporary folder: %s", error->message);

  /* So that what refuses another user is the folder that the test has closed. */
  g_chmod (root, 0711);

  runner = srunner_create (suite);
  srunner_run_all (runner, CK_ENV);
  n_failed = srunner_ntests_failed (runner);
  srunner_free (runner);

  remove_tree (root);
  g_free (root);

  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

char *
any_test_make_folder (void)
{
  char *folder = g_build_filename (root, "XXXXXX", NULL);

  ck_assert_msg (g_mkdtemp (folder) != NULL, "no folder %s", folder);

  return folder;
}

void
any_test_remove_folder (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

/* Seconds that no wait outlasts. Where everything is slower, libcheck is told how much, and so are we. */
guint
any_test_patience (void)
{
  const char *multiplier = g_getenv ("CK_TIMEOUT_MULTIPLIER");
  double      factor = multiplier != NULL ? g_ascii_strtod (multiplier, NULL) : 1;

  return (guint) (PATIENCE_S * CLAMP (factor, 1, 60));
}

gint64
any_test_deadline (void)
{
  return g_get_monotonic_time () + any_test_patience () * G_USEC_PER_SEC;
}

/* Sleeps for a moment. FALSE once the deadline has passed. */
gboolean
any_test_wait (gint64 deadline)
{
  g_usleep (1000);

  return g_get_monotonic_time () < deadline;
}

/* Seconds of work, and not of waiting. Without a process of its own, a test has no limits at all. */
void
any_test_limit_cpu (void)
{
  const struct rlimit limit = { CPU_LIMIT_S, RLIM_INFINITY };

  if (g_strcmp0 (g_getenv ("CK_FORK"), "no") != 0)
    ck_assert_int_eq (setrlimit (RLIMIT_CPU, &limit), 0);
}

/* As another program, so that no tool counts as lost what the child has inherited and may not free. */
void
any_test_leave_child (void)
{
  execl ("/bin/true", "true", NULL);
  _exit (EXIT_FAILURE);
}
