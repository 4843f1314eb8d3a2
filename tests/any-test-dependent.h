/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-core.h"
#include "any-dependencies.h"
#include "any-test-entry.h"

G_BEGIN_DECLS

/* A record that depends on paths and tokens, made by a computation that began with a draft. */
static inline AnyRecord *
any_test_record_new_dependent (const AnyKey      *key,
                               const char        *text,
                               const char *const *names,
                               const AnyDraft    *draft,
                               gsize             *head_length)
{
  AnyFacts         facts = { .created = g_get_real_time (), .expires = -1, .cost = 1, .marks = draft->marks };
  AnyDependencies *dependencies = any_dependencies_new ();
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (text));
  g_autoptr (GBytes) packed = NULL;

  for (; *names != NULL; names++)
    any_dependencies_add (dependencies, *names);
  g_assert_true (any_dependencies_settle (dependencies, NULL));
  packed = any_dependencies_pack (dependencies);
  any_dependencies_free (dependencies);

  return any_codec_seal (key, packed, value, &facts, ANY_CODEC_NEVER_COMPRESS, head_length);
}

/* Ends what a draft has begun. */
static inline void
any_test_publish_dependent (AnyCore           *core,
                            const AnyKey      *key,
                            const char        *text,
                            const char *const *names,
                            const AnyDraft    *draft)
{
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new_dependent (key, text, names, draft, &head_length);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (any_core_publish (core, key, draft, NULL, record, head_length, &error), !=, ANY_PUBLISH_FAILED);
  g_assert_no_error (error);
}

G_END_DECLS
