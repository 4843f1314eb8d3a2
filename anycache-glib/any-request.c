/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-request-private.h"

#include "any-policy.h"

/**
 * AnyRequest:
 *
 * A request for one computation, handed to the compute callback of a function.
 *
 * It carries the arguments in, and the result, its dependencies and its limits out. The callback names each file before it reads
 * it, and answers once:
 *
 * ```c
 * static gboolean
 * count_bytes (AnyRequest *request,
 *              gpointer    user_data,
 *              GError    **error)
 * {
 *   const char      *path;
 *   g_autofree char *content = NULL;
 *   gsize            length;
 *
 *   g_variant_get (any_request_get_args (request), "(&s)", &path);
 *   any_request_add_dependency (request, path);
 *
 *   if (!g_file_get_contents (path, &content, &length, error))
 *     return FALSE;
 *
 *   any_request_return_value (request, g_variant_new_uint64 (length));
 *
 *   return TRUE;
 * }
 * ```
 *
 * An answer that comes when nobody waits for it any more is dropped. To answer twice is a programming error.
 *
 * All methods may be called from any thread.
 *
 * Since: 1.0
 */
struct _AnyRequest
{
  GObject parent_instance;

  AnyAnswer *answer; /* (owned) (nullable), set once */
};

typedef enum
{
  PROP_ARGS = 1,
  PROP_NAME,
  PROP_CANCELLABLE,
} AnyRequestProperty;

static GParamSpec *properties[PROP_CANCELLABLE + 1];

G_DEFINE_FINAL_TYPE (AnyRequest, any_request, G_TYPE_OBJECT)

/* Languages can make one by themselves, which asks for nothing. */
static gboolean
is_handed_out (AnyRequest *self)
{
  return ANY_IS_REQUEST (self) && self->answer != NULL;
}

static void
any_request_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  AnyRequest *self = ANY_REQUEST (object);

  if (self->answer == NULL)
    return;

  switch ((AnyRequestProperty) property_id)
    {
    case PROP_ARGS:
      g_value_set_variant (value, any_answer_get_args (self->answer));
      break;

    case PROP_NAME:
      g_value_set_string (value, any_answer_get_name (self->answer));
      break;

    case PROP_CANCELLABLE:
      g_value_set_object (value, any_answer_get_cancellable (self->answer));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* Not in dispose, which the wrapper of a language may run early and then go on. */
static void
any_request_finalize (GObject *object)
{
  AnyRequest *self = ANY_REQUEST (object);

  if (self->answer != NULL)
    any_answer_abandon (self->answer);
  g_clear_pointer (&self->answer, any_answer_unref);

  G_OBJECT_CLASS (any_request_parent_class)->finalize (object);
}

static void
any_request_class_init (AnyRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = any_request_get_property;
  object_class->finalize = any_request_finalize;

  /**
   * AnyRequest:args: (getter get_args)
   *
   * The arguments of the call.
   *
   * Since: 1.0
   */
  properties[PROP_ARGS] = g_param_spec_variant ("args", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * AnyRequest:name: (getter get_name)
   *
   * The name of the function.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * AnyRequest:cancellable: (getter get_cancellable)
   *
   * What tells the computation that nobody waits for it any more.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLABLE] = g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
any_request_init (AnyRequest *self)
{
}

AnyRequest *
any_request_new (AnyAnswer *answer)
{
  AnyRequest *self = g_object_new (ANY_TYPE_REQUEST, NULL);

  self->answer = any_answer_ref (answer);

  return self;
}

AnyAnswer *
any_request_get_answer (AnyRequest *self)
{
  return self->answer;
}

/**
 * any_request_get_args: (get-property args)
 * @self: a request
 *
 * Gets the arguments of the call.
 *
 * Returns: (transfer none): the arguments
 *
 * Since: 1.0
 */
GVariant *
any_request_get_args (AnyRequest *self)
{
  g_return_val_if_fail (is_handed_out (self), NULL);

  return any_answer_get_args (self->answer);
}

/**
 * any_request_get_name: (get-property name)
 * @self: a request
 *
 * Gets the name of the function that is asked.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
any_request_get_name (AnyRequest *self)
{
  g_return_val_if_fail (is_handed_out (self), NULL);

  return any_answer_get_name (self->answer);
}

/**
 * any_request_get_cancellable: (get-property cancellable)
 * @self: a request
 *
 * Gets what tells the computation that nobody waits for it any more.
 *
 * Returns: (transfer none): a cancellable
 *
 * Since: 1.0
 */
GCancellable *
any_request_get_cancellable (AnyRequest *self)
{
  g_return_val_if_fail (is_handed_out (self), NULL);

  return any_answer_get_cancellable (self->answer);
}

/**
 * any_request_add_dependency:
 * @self: a request
 * @path: (type filename): the path of a file or directory, or a token such as `app:account/42`
 *
 * Names a file, or something else, that the result depends on.
 *
 * The file is looked at now, so call this before you read it: a change that happens after this call is then noticed, whenever it
 * comes. A path where there is nothing is a dependency too; the result is outdated as soon as something appears there. Of a
 * directory, the list of its names counts.
 *
 * A relative path is taken from the current directory of this instant. A symbolic link stands for what it leads to.
 *
 * What can be neither read nor watched for changes (a pipe, a device, a file that may not be looked at) makes the result one
 * that is returned and not stored, and [signal@AnyCache.Cache::store-failed] says so.
 *
 * Where the file was changed within the current tick of the system's clock, this waits for the next one, for some milliseconds. Where
 * times have whole seconds only, or come from another machine, results that depend on what was changed within the last seconds are
 * not stored.
 *
 * What has a scheme and a colon in front, like a URI, is a token: a name for something that is no file, of which
 * [method@AnyCache.Cache.invalidate] says that it has changed. A `file:` URI stands for its path.
 *
 * [method@AnyCache.Request.add_dependency_full] can look at the content of a file, and at all that is in a directory.
 *
 * Since: 1.0
 */
void
any_request_add_dependency (AnyRequest *self,
                            const char *path)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (path != NULL && *path != '\0');

  any_request_add_dependency_full (self, path, ANY_DEPENDENCY_FLAGS_NONE);
}

/**
 * any_request_add_dependency_full:
 * @self: a request
 * @path: (type filename): the path of a file or directory
 * @flags: how it is looked at
 *
 * Names a file or directory that the result depends on, and says how it is looked at.
 *
 * All that [method@AnyCache.Request.add_dependency] does, this does too, and with %ANY_DEPENDENCY_FLAGS_NONE it is the same.
 *
 * With %ANY_DEPENDENCY_FLAGS_CONTENT, a hash of the content decides, and of a directory the names in it. A file that was touched,
 * written with the same bytes or replaced by an equal one does not outdate the result; one that was changed without a change of
 * its times does. Each hit then reads the file. One of more than 64 MiB is not read, and results that depend on it are
 * not stored.
 *
 * With %ANY_DEPENDENCY_FLAGS_RECURSIVE, all that is in a directory counts, at any depth: names, types, targets of symbolic links,
 * and of each file its size, times and inode; with both flags its content. Links are not followed, and of pipes, sockets and
 * devices the type alone counts. Each hit walks the whole tree. One of more than 100,000 items or 64 levels, or of more than
 * 64 MiB where the content is read, makes the result one that is not stored, and so does a directory in it that may not be read.
 * Of a file, this flag says nothing.
 *
 * A path that is named twice in different ways is two dependencies, and both must hold.
 *
 * Since: 1.0
 */
void
any_request_add_dependency_full (AnyRequest        *self,
                                 const char        *path,
                                 AnyDependencyFlags flags)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (path != NULL && *path != '\0');
  g_return_if_fail ((flags & ~(ANY_DEPENDENCY_FLAGS_CONTENT | ANY_DEPENDENCY_FLAGS_RECURSIVE)) == 0);

  any_answer_add_dependency (self->answer, path, flags);
}

/**
 * any_request_set_maxage:
 * @self: a request
 * @maxage: microseconds; 0 for a result that must not be stored, -1 for no limit
 *
 * Limits how long this result may be returned, counted from the beginning of its computation.
 *
 * The limits of the cache and of the function hold too; the shortest wins.
 *
 * Since: 1.0
 */
void
any_request_set_maxage (AnyRequest *self,
                        gint64      maxage)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (maxage >= ANY_POLICY_NO_LIMIT);

  any_answer_set_maxage (self->answer, maxage);
}

/**
 * any_request_set_no_store:
 * @self: a request
 *
 * Says that this result is for the caller alone and must not be stored, whatever age is set.
 *
 * Since: 1.0
 */
void
any_request_set_no_store (AnyRequest *self)
{
  g_return_if_fail (is_handed_out (self));

  any_answer_set_no_store (self->answer);
}

/**
 * any_request_set_validator:
 * @self: a request
 * @validator: (nullable): a text by which the computation knows this result again, such as the `ETag` of a web page; UTF-8
 *
 * Has a text stored with the result, by which a later computation can find out whether it still holds.
 *
 * See [method@AnyCache.Request.get_validator].
 *
 * Since: 1.0
 */
void
any_request_set_validator (AnyRequest *self,
                           const char *validator)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (validator == NULL || g_utf8_validate (validator, -1, NULL));

  any_answer_set_validator (self->answer, validator);
}

/**
 * any_request_get_validator:
 * @self: a request
 *
 * Gets the text that was stored with the result that this computation is to replace.
 *
 * There is one only where nothing speaks against that result but its age, or where it is refreshed. If the computation finds that it
 * still holds (a server has answered “304 Not Modified”), it answers with [method@AnyCache.Request.return_not_modified], and need
 * not make it again.
 *
 * Returns: (transfer none) (nullable): what [method@AnyCache.Request.set_validator] was given then, or %NULL
 *
 * Since: 1.0
 */
const char *
any_request_get_validator (AnyRequest *self)
{
  g_return_val_if_fail (is_handed_out (self), NULL);

  return any_answer_get_validator (self->answer);
}

/**
 * any_request_set_progress:
 * @self: a request
 * @fraction: from 0 to 1
 *
 * Tells how far the computation is: from 0 to 1.
 *
 * It reaches everybody who waits for this result, by [signal@AnyCache.Function::progress], in the main context where each function is
 * at home. What is told when the request is answered, or when nobody waits any more, is dropped.
 *
 * Since: 1.0
 */
void
any_request_set_progress (AnyRequest *self,
                          double      fraction)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (fraction >= 0.0 && fraction <= 1.0);

  any_answer_set_progress (self->answer, fraction);
}

/**
 * any_request_return_value:
 * @self: a request
 * @value: the result; a floating one is taken
 *
 * Answers the request with a result.
 *
 * A value that holds file handles, nests deeper than 64 levels, has a type of more than 4096 characters or is not in normal form
 * is returned to the caller and not stored.
 *
 * Since: 1.0
 */
void
any_request_return_value (AnyRequest *self,
                          GVariant   *value)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (value != NULL);

  any_answer_give (self->answer, g_variant_ref_sink (value), FALSE, NULL);
}

/**
 * any_request_return_bytes:
 * @self: a request
 * @bytes: the result
 *
 * Answers the request with bytes: a value of type `ay` that shares them.
 *
 * Since: 1.0
 */
void
any_request_return_bytes (AnyRequest *self,
                          GBytes     *bytes)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (bytes != NULL);

  any_request_return_value (self, g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

/**
 * any_request_return_not_modified:
 * @self: a request that has a validator, see [method@AnyCache.Request.get_validator]
 *
 * Answers the request with the result that is stored, which still holds.
 *
 * It is stored anew: its age counts from the beginning of this computation, and it depends on what it depended on before and on what
 * this computation has named. The validator stays if no other was set, and so does the span after which it expires.
 *
 * Since: 1.0
 */
void
any_request_return_not_modified (AnyRequest *self)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (any_answer_get_old (self->answer) != NULL);

  any_answer_give (self->answer, g_variant_ref (any_answer_get_old (self->answer)->value), TRUE, NULL);
}

/**
 * any_request_return_error:
 * @self: a request
 * @error: why there is no result
 *
 * Answers the request with an error. It is not stored, unless [property@AnyCache.Function:error-maxage] is set.
 *
 * Since: 1.0
 */
void
any_request_return_error (AnyRequest   *self,
                          const GError *error)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (error != NULL);

  any_answer_give (self->answer, NULL, FALSE, g_error_copy (error));
}

/**
 * any_request_return_error_literal:
 * @self: a request
 * @domain: an error domain
 * @code: an error code
 * @message: a message for people
 *
 * Answers the request with an error that is made from its parts.
 *
 * Since: 1.0
 */
void
any_request_return_error_literal (AnyRequest *self,
                                  GQuark      domain,
                                  int         code,
                                  const char *message)
{
  g_return_if_fail (is_handed_out (self));
  g_return_if_fail (domain != 0);
  g_return_if_fail (message != NULL);

  any_answer_give (self->answer, NULL, FALSE, g_error_new_literal (domain, code, message));
}
