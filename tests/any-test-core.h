/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"
#include "any-test-entry.h"
#include "any-test.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyCore, any_core_release)

/* A core on a directory of its own, and a key in it. */
typedef struct
{
  AnyTestFolder *folder;   /* (owned) */
  char          *cachedir; /* (owned): in the folder, not made yet */
  AnyCore       *core;     /* (owned) */
  AnyKey         key;
} Fixture;

static inline Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->folder = any_test_make_folder ();
  self->cachedir = g_build_filename (self->folder, "cache", NULL);
  self->core = any_core_acquire (self->cachedir);
  any_test_key_init (&self->key, ANY_TEST_NAME, 1);

  return self;
}

static inline void
fixture_free (Fixture *self)
{
  any_key_clear (&self->key);
  any_core_release (self->core);
  g_free (self->cachedir);
  any_test_remove_folder (self->folder);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

G_END_DECLS
