/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-dependency.h"

#include <string.h>

#include "any-definitions.h"

/* The bytes of dependencies, one after the other. Integers are little endian:
 *
 *   dependencies = dependency*
 *   dependency   = kind:u8 settled:u8 flags:u16 name_length:u32
 *                  size:u64 mtime:i64 ctime:i64 inode:u64 digest:16 name NUL
 *   kind         = 0 absent, 1 file, 2 directory, 3 function, 4 token
 *   settled      = 1 where the times decide, 0 where the content does
 *   flags        = 1 by its content, of a file or directory that is not settled; 2 a tree, of a directory
 *   mtime, ctime = ns since the epoch
 *   digest       = XXH3-128 of the content, or of the sorted names of a directory with a NUL behind each; zero where settled;
 *                  of a tree, what any-item.c says, by its times where settled, and size, mtime, ctime and inode are zero
 *   name         = path: absolute, in the encoding of the file system, without NUL
 *
 * Where there are flags, the digest is never zero. Of a function whose result was used, the name is its own, UTF-8, and the digest
 * the XXH3-128 of its version; all else is zero. Of a token, the name is all there is: marks tell of it. The NUL
 * lets a path be handed to the system as it lies in the entry.
 */

typedef struct
{
  guint8  kind;
  guint8  settled;
  guint16 flags;
  guint32 name_length;
  guint64 size;
  gint64  mtime;
  gint64  ctime;
  guint64 inode;
  guint8  digest[ANY_DIGEST_SIZE];
} RawDependency;

G_STATIC_ASSERT (sizeof (RawDependency) == 56);

/* Behind the kinds of stamps. */
#define KIND_FUNCTION 3
#define KIND_TOKEN    4

G_STATIC_ASSERT (KIND_FUNCTION == ANY_STAMP_DIRECTORY + 1);

/* Kept as it was given: to fold “link/..” by its letters would name another file. */
static char *
make_absolute (const char *path)
{
  g_autofree char *here = NULL;

  if (g_path_is_absolute (path))
    return g_strdup (path);

  here = g_get_current_dir ();

  return g_build_filename (here, path, NULL);
}

static char *
path_of_uri (const char *uri,
             GError    **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *host = NULL;
  g_autofree char *path = g_filename_from_uri (uri, &host, &local_error);

  if (path != NULL && host != NULL && g_ascii_strcasecmp (host, "localhost") != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "The file of the URI “%s” is on another machine", uri);
      return NULL;
    }
  if (path == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, local_error->message);

  return g_steal_pointer (&path);
}

/* Gives the name of what somebody calls a dependency: a path, or what has a scheme like a URI. That of a file is its path. */
char *
any_dependency_name (const char        *given,
                     AnyDependencyKind *kind,
                     GError           **error)
{
  const char *scheme = g_uri_peek_scheme (given);

  if (*given == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "The path of a dependency is empty");
      return NULL;
    }

  *kind = scheme != NULL && !g_str_equal (scheme, "file") ? ANY_DEPENDENCY_TOKEN : ANY_DEPENDENCY_PATH;
  if (scheme == NULL)
    return make_absolute (given);
  if (*kind == ANY_DEPENDENCY_TOKEN)
    return g_strdup (given);

  return path_of_uri (given, error);
}

void
any_dependency_init_function (AnyDependency *self,
                              const char    *name,
                              const char    *version)
{
  *self = (AnyDependency){ .kind = ANY_DEPENDENCY_FUNCTION, .name = name };
  any_definitions_digest (version, self->stamp.digest);
}

void
any_dependency_init_token (AnyDependency *self,
                           const char    *token)
{
  *self = (AnyDependency){ .kind = ANY_DEPENDENCY_TOKEN, .name = token };
}

static guint8
raw_kind (const AnyDependency *self)
{
  switch (self->kind)
    {
    case ANY_DEPENDENCY_FUNCTION:
      return KIND_FUNCTION;
    case ANY_DEPENDENCY_TOKEN:
      return KIND_TOKEN;
    case ANY_DEPENDENCY_PATH:
    default:
      return self->stamp.kind;
    }
}

void
any_dependency_pack (const AnyDependency *self,
                     GByteArray          *bytes)
{
  const AnyStamp *stamp = &self->stamp;
  gsize           name_length = strlen (self->name);
  RawDependency   raw = {
      .kind = raw_kind (self),
      .settled = stamp->settled,
      .flags = GUINT16_TO_LE ((guint16) stamp->flags),
      .name_length = GUINT32_TO_LE ((guint32) name_length),
      .size = GUINT64_TO_LE (stamp->size),
      .mtime = GINT64_TO_LE (stamp->mtime),
      .ctime = GINT64_TO_LE (stamp->ctime),
      .inode = GUINT64_TO_LE (stamp->inode),
  };

  memcpy (raw.digest, stamp->digest, sizeof raw.digest);
  g_byte_array_append (bytes, (const guint8 *) &raw, sizeof raw);
  g_byte_array_append (bytes, (const guint8 *) self->name, name_length + 1);
}

static void
unpack_stamp (const RawDependency *raw,
              AnyStamp            *stamp)
{
  *stamp = (AnyStamp){
    .kind = raw->kind <= ANY_STAMP_DIRECTORY ? raw->kind : ANY_STAMP_ABSENT,
    .settled = raw->settled,
    .flags = GUINT16_FROM_LE (raw->flags),
    .size = GUINT64_FROM_LE (raw->size),
    .mtime = GINT64_FROM_LE (raw->mtime),
    .ctime = GINT64_FROM_LE (raw->ctime),
    .inode = GUINT64_FROM_LE (raw->inode),
  };
  memcpy (stamp->digest, raw->digest, sizeof raw->digest);
}

static gboolean
has_no_status (const RawDependency *raw)
{
  return raw->size == 0 && raw->mtime == 0 && raw->ctime == 0 && raw->inode == 0;
}

static gboolean
has_no_digest (const RawDependency *raw)
{
  static const guint8 nothing[ANY_DIGEST_SIZE] = { 0 };

  return memcmp (raw->digest, nothing, sizeof nothing) == 0;
}

/* Each look is written in one way only. */
static gboolean
flags_are_sound (const RawDependency *raw)
{
  guint flags = GUINT16_FROM_LE (raw->flags);

  if (flags == ANY_DEPENDENCY_FLAGS_NONE)
    return TRUE;
  if (flags > (ANY_DEPENDENCY_FLAGS_CONTENT | ANY_DEPENDENCY_FLAGS_RECURSIVE) || has_no_digest (raw))
    return FALSE;
  if ((flags & ANY_DEPENDENCY_FLAGS_CONTENT) && raw->settled)
    return FALSE;
  if (flags & ANY_DEPENDENCY_FLAGS_RECURSIVE)
    return raw->kind == ANY_STAMP_DIRECTORY && has_no_status (raw);

  return raw->kind == ANY_STAMP_FILE || raw->kind == ANY_STAMP_DIRECTORY;
}

static gboolean
is_sound (const RawDependency *raw,
          const char          *name)
{
  if (raw->kind == KIND_FUNCTION)
    return !raw->settled && raw->flags == 0 && has_no_status (raw);
  if (raw->kind == KIND_TOKEN)
    return !raw->settled && raw->flags == 0 && has_no_status (raw) && has_no_digest (raw) && g_uri_peek_scheme (name) != NULL;

  return raw->kind <= ANY_STAMP_DIRECTORY && raw->settled <= 1 && flags_are_sound (raw) && g_path_is_absolute (name);
}

/* Takes one dependency off the front of the bytes. FALSE where they do not follow the grammar. */
gboolean
any_dependency_unpack (AnyDependency *self,
                       const guint8 **bytes,
                       gsize         *length)
{
  RawDependency raw;
  gsize         name_length;

  if (*length < sizeof raw)
    return FALSE;

  memcpy (&raw, *bytes, sizeof raw);
  name_length = GUINT32_FROM_LE (raw.name_length);
  self->name = (const char *) *bytes + sizeof raw;

  if (name_length >= *length - sizeof raw ||
      memchr (self->name, '\0', name_length + 1) != self->name + name_length ||
      !is_sound (&raw, self->name))
    return FALSE;

  self->kind = raw.kind == KIND_FUNCTION ? ANY_DEPENDENCY_FUNCTION : raw.kind == KIND_TOKEN ? ANY_DEPENDENCY_TOKEN
                                                                                            : ANY_DEPENDENCY_PATH;
  unpack_stamp (&raw, &self->stamp);

  *bytes += sizeof raw + name_length + 1;
  *length -= sizeof raw + name_length + 1;

  return TRUE;
}

/* Whether it was seen inside this call as it was. Whether it was marked, the marks know. */
gboolean
any_dependency_holds (const AnyDependency *self)
{
  switch (self->kind)
    {
    case ANY_DEPENDENCY_FUNCTION:
      return any_definitions_allow (self->name, self->stamp.digest);
    case ANY_DEPENDENCY_TOKEN:
      return TRUE;
    case ANY_DEPENDENCY_PATH:
    default:
      return any_stamp_holds (&self->stamp, self->name);
    }
}
