/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <check.h>
#include <glib.h>

G_BEGIN_DECLS

/* What the tests of all rooms begin with: a main function, and folders that are gone in the end. */

int any_test_run (Suite *suite);

char *any_test_make_folder (void);
void  any_test_remove_folder (char *folder);

/* A folder of its own for each test, gone at the end of the scope. */
typedef char AnyTestFolder;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyTestFolder, any_test_remove_folder)

/* For loops that wait: while (!done) ck_assert (any_test_wait (deadline)); */
guint    any_test_patience (void);
gint64   any_test_deadline (void);
gboolean any_test_wait (gint64 deadline);

/* Ends a test that computes for longer than a busy machine would explain: a fixture for cases whose only question is whether
 * they come to an end. */
void any_test_limit_cpu (void);

/* The end of a forked child for which all went well. */
void any_test_leave_child (void) G_GNUC_NORETURN;

G_END_DECLS
