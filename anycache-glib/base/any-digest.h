/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ANY_DIGEST_SIZE 16

/* XXH3-128 of bytes, high half first: finds accidents, and is no proof against somebody who wants two contents to look alike. */
void any_digest_of (gconstpointer bytes,
                    gsize         length,
                    guint8        digest[ANY_DIGEST_SIZE]);

/* The same, of bytes that come in pieces. */
typedef struct _AnyDigest AnyDigest;

AnyDigest *any_digest_new (void);

void any_digest_update (AnyDigest    *self,
                        gconstpointer bytes,
                        gsize         length);

void any_digest_finish (AnyDigest *self,
                        guint8     digest[ANY_DIGEST_SIZE]);

void any_digest_free (AnyDigest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyDigest, any_digest_free)

G_END_DECLS
