/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-digest.h"

#include <string.h>
#include <xxhash.h>

/* Replaces functions by those of the same results that use AVX2 or AVX-512 where the processor has it: twice as fast. */
#ifdef HAVE_XXH_X86DISPATCH_H
#include <xxh_x86dispatch.h>
#endif

G_STATIC_ASSERT (sizeof (XXH128_canonical_t) == ANY_DIGEST_SIZE);

/* An AnyDigest is the library's own state: its size is not part of the library's interface, so it lives where the library put it. */
static XXH3_state_t *
state_of (AnyDigest *self)
{
  return (XXH3_state_t *) self;
}

static void
write_canonical (XXH128_hash_t hash,
                 guint8        digest[ANY_DIGEST_SIZE])
{
  XXH128_canonical_t canonical;

  XXH128_canonicalFromHash (&canonical, hash);
  memcpy (digest, &canonical, sizeof canonical);
}

void
any_digest_of (gconstpointer bytes,
               gsize         length,
               guint8        digest[ANY_DIGEST_SIZE])
{
  write_canonical (XXH3_128bits (bytes, length), digest);
}

AnyDigest *
any_digest_new (void)
{
  XXH3_state_t *state = XXH3_createState ();

  if (state == NULL)
    g_error ("No memory for a digest");
  XXH3_128bits_reset (state);

  return (AnyDigest *) state;
}

void
any_digest_update (AnyDigest    *self,
                   gconstpointer bytes,
                   gsize         length)
{
  if (length > 0)
    XXH3_128bits_update (state_of (self), bytes, length);
}

void
any_digest_finish (AnyDigest *self,
                   guint8     digest[ANY_DIGEST_SIZE])
{
  write_canonical (XXH3_128bits_digest (state_of (self)), digest);
}

void
any_digest_free (AnyDigest *self)
{
  XXH3_freeState (state_of (self));
}
