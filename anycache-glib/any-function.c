/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-function-private.h"

#include "any-cache.h"
#include "any-definitions.h"
#include "any-error.h"
#include "any-function-signals.h"
#include "any-policy.h"
#include "any-revalidation.h"
#include "any-vigil.h"

/**
 * AnyFunction:
 *
 * A function whose results are remembered.
 *
 * Made by [method@AnyCache.Cache.define], or by [ctor@AnyCache.Function.new] where the computation is done by a handler of
 * [signal@AnyCache.Function::compute].
 *
 * A result is found by the function's name and version and by the type and value of the arguments, and by nothing else. It is
 * returned if it is not too old and if every file that it depends on was seen unchanged within the very call.
 *
 * Entries are shared with other languages: where arguments are made from native values, a declared
 * [property@AnyCache.Function:args-type] keeps the types the same everywhere. It is set where the object is constructed by its
 * properties, and so goes with the signal.
 *
 * All methods may be called from any thread. A computation runs in the thread of the call that asks for it.
 *
 * Since: 1.0
 */

typedef enum
{
  PROP_CACHE = 1,
  PROP_NAME,
  PROP_VERSION,
  PROP_ARGS_TYPE,
  PROP_FIRST_SETTING,
} AnyFunctionProperty;

static GParamSpec *properties[PROP_FIRST_SETTING];

G_DEFINE_FINAL_TYPE (AnyFunction, any_function, G_TYPE_OBJECT)

/* Asks the user for a result. Returns whether the request was accepted; the answer is in it. */
gboolean
any_function_compute (AnyFunction *self,
                      AnyRequest  *request,
                      GError     **error)
{
  gboolean closed;
  g_autoptr (AnyHook) hook = any_hooks_ref (&self->hooks, ANY_HOOK_COMPUTE, &closed);

  if (closed)
    {
      g_set_error (error, ANY_CACHE_ERROR, ANY_CACHE_ERROR_CLOSED,
                   "The function “%s” was closed, and the result is not in the cache", self->name);
      return FALSE;
    }

  if (hook != NULL)
    return ((AnyComputeFunc) any_hook_get_callback (hook)) (request, any_hook_get_data (hook), error);

  return any_function_emit_compute (self, request);
}

/* What names the files of a computation that begins now; kept over a close. NULL where nothing does. */
AnyHook *
any_function_ref_depfiles_hook (AnyFunction *self)
{
  gboolean closed;

  return any_hooks_ref (&self->hooks, ANY_HOOK_DEPFILES, &closed);
}

static void
any_function_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  AnyFunction *self = ANY_FUNCTION (object);

  switch ((AnyFunctionProperty) property_id)
    {
    case PROP_CACHE:
      g_value_set_object (value, self->cache);
      break;

    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_VERSION:
      g_value_set_string (value, self->version);
      break;

    case PROP_ARGS_TYPE:
      g_value_set_string (value, self->args_type);
      break;

    case PROP_FIRST_SETTING:
    default:
      any_function_settings_get (self, property_id - PROP_FIRST_SETTING, value, pspec);
    }
}

static void
any_function_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  AnyFunction *self = ANY_FUNCTION (object);

  switch ((AnyFunctionProperty) property_id)
    {
    case PROP_CACHE:
      self->cache = g_value_dup_object (value);
      break;

    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;

    case PROP_VERSION:
      self->version = g_value_dup_string (value);
      break;

    case PROP_ARGS_TYPE:
      self->args_type = g_value_dup_string (value);
      break;

    case PROP_FIRST_SETTING:
    default:
      any_function_settings_set (self, property_id - PROP_FIRST_SETTING, value, pspec);
    }
}

/* A property set by name can be anything; what cannot be used is said once, and replaced by what can. */
static void
any_function_constructed (GObject *object)
{
  AnyFunction *self = ANY_FUNCTION (object);

  if (self->cache == NULL)
    {
      g_critical ("A function needs a cache");
      self->cache = g_object_ref (any_cache_get_default ());
    }

  if (self->name == NULL || *self->name == '\0')
    {
      g_critical ("A function needs a name");
      g_free (self->name);
      self->name = g_strdup ("unnamed");
    }

  if (self->args_type != NULL &&
      (!g_variant_type_string_is_valid (self->args_type) || !g_variant_type_is_definite (G_VARIANT_TYPE (self->args_type))))
    {
      g_critical ("“%s” is not the type of a GVariant", self->args_type);
      g_clear_pointer (&self->args_type, g_free);
    }

  any_definitions_add (self->name, self->version);

  G_OBJECT_CLASS (any_function_parent_class)->constructed (object);
}

static void
any_function_dispose (GObject *object)
{
  any_function_close (ANY_FUNCTION (object));

  G_OBJECT_CLASS (any_function_parent_class)->dispose (object);
}

static void
any_function_finalize (GObject *object)
{
  AnyFunction *self = ANY_FUNCTION (object);

  any_definitions_remove (self->name, self->version);
  g_clear_object (&self->cache);
  g_free (self->name);
  g_free (self->version);
  g_free (self->args_type);
  any_vigil_free (self->vigil);
  any_revalidation_free (self->revalidation);
  any_owner_clear (&self->owner);
  any_hooks_clear (&self->hooks);

  G_OBJECT_CLASS (any_function_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags set_once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * AnyFunction:cache: (getter get_cache)
   *
   * The cache that remembers the results.
   *
   * Since: 1.0
   */
  properties[PROP_CACHE] = g_param_spec_object ("cache", NULL, NULL, ANY_TYPE_CACHE, set_once);

  /**
   * AnyFunction:name: (getter get_name)
   *
   * The name, which is part of the key of each result.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, set_once);

  /**
   * AnyFunction:version: (getter get_version)
   *
   * The version, which is part of the key of each result; %NULL is the same as "".
   *
   * Since: 1.0
   */
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, set_once);

  /**
   * AnyFunction:args-type: (getter get_args_type)
   *
   * The only GVariant type that the arguments may have, or %NULL for any.
   *
   * Since: 1.0
   */
  properties[PROP_ARGS_TYPE] = g_param_spec_string ("args-type", NULL, NULL, NULL, set_once);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  any_function_settings_install (object_class, PROP_FIRST_SETTING);
}

static void
any_function_class_init (AnyFunctionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = any_function_constructed;
  object_class->get_property = any_function_get_property;
  object_class->set_property = any_function_set_property;
  object_class->dispose = any_function_dispose;
  object_class->finalize = any_function_finalize;

  install_properties (object_class);
  any_function_signals_install ();
}

static void
any_function_init (AnyFunction *self)
{
  any_owner_init (&self->owner);
  any_hooks_init (&self->hooks);
  self->revalidation = any_revalidation_new ();
  self->vigil = any_vigil_new ();
  self->settings.maxage = ANY_POLICY_NO_LIMIT;
}

/**
 * any_function_new:
 * @cache: the cache that remembers the results
 * @name: the function's name, such as `org.example.Thumbnail`
 * @version: (nullable): what changes when the function gives other results for the same arguments; %NULL is the same as ""
 *
 * Makes a function whose results come from the handlers of [signal@AnyCache.Function::compute].
 *
 * Returns: (transfer full): a new function
 *
 * Since: 1.0
 */
AnyFunction *
any_function_new (AnyCache   *cache,
                  const char *name,
                  const char *version)
{
  g_return_val_if_fail (ANY_IS_CACHE (cache), NULL);
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);

  return g_object_new (ANY_TYPE_FUNCTION, "cache", cache, "name", name, "version", version, NULL);
}

/* Here and not with the cache, which knows nothing of functions. */
/**
 * any_cache_define:
 * @self: a cache
 * @name: the function's name, such as `org.example.Thumbnail`
 * @version: (nullable): what changes when the function gives other results for the same arguments; %NULL is the same as ""
 * @compute: (nullable) (scope notified) (closure user_data) (destroy destroy): computes a result;
 *   %NULL to ask the handlers of [signal@AnyCache.Function::compute]
 * @user_data: data for @compute
 * @destroy: (nullable): frees @user_data
 *
 * Defines a function whose results are remembered in this cache.
 *
 * Name, version and arguments together name a result, in every process and language. To define one name twice gives two objects
 * and one set of entries.
 *
 * Where @compute refers to an object that owns the function, [method@AnyCache.Function.close] breaks the cycle.
 *
 * Returns: (transfer full): a new function
 *
 * Since: 1.0
 */
AnyFunction *
any_cache_define (AnyCache      *self,
                  const char    *name,
                  const char    *version,
                  AnyComputeFunc compute,
                  gpointer       user_data,
                  GDestroyNotify destroy)
{
  AnyFunction *function;

  g_return_val_if_fail (ANY_IS_CACHE (self), NULL);
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);

  function = any_function_new (self, name, version);
  any_hooks_set (&function->hooks, ANY_HOOK_COMPUTE, G_CALLBACK (compute), user_data, destroy);

  return function;
}

/**
 * any_function_get_cache: (get-property cache)
 * @self: a function
 *
 * Gets the cache that remembers the results.
 *
 * Returns: (transfer none): the cache
 *
 * Since: 1.0
 */
AnyCache *
any_function_get_cache (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);

  return self->cache;
}

/**
 * any_function_get_name: (get-property name)
 * @self: a function
 *
 * Gets the name of the function.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
any_function_get_name (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);

  return self->name;
}

/**
 * any_function_get_version: (get-property version)
 * @self: a function
 *
 * Gets the version of the function.
 *
 * Returns: (transfer none) (nullable): the version
 *
 * Since: 1.0
 */
const char *
any_function_get_version (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);

  return self->version;
}

/**
 * any_function_get_args_type: (get-property args-type)
 * @self: a function
 *
 * Gets the only GVariant type that the arguments may have.
 *
 * Returns: (transfer none) (nullable): a type string, or %NULL for any type
 *
 * Since: 1.0
 */
const char *
any_function_get_args_type (AnyFunction *self)
{
  g_return_val_if_fail (ANY_IS_FUNCTION (self), NULL);

  return self->args_type;
}

/**
 * any_function_set_depfiles_func:
 * @self: a function
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): lists the files that a result was made from
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what names the files that a result depends on, once it is known.
 *
 * It is asked after computations that begin from now on. Where the files are known before they are read,
 * [method@AnyCache.Request.add_dependency] is the better way.
 *
 * Since: 1.0
 */
void
any_function_set_depfiles_func (AnyFunction    *self,
                                AnyDepfilesFunc func,
                                gpointer        user_data,
                                GDestroyNotify  destroy)
{
  g_return_if_fail (ANY_IS_FUNCTION (self));

  any_hooks_set (&self->hooks, ANY_HOOK_DEPFILES, G_CALLBACK (func), user_data, destroy);
}

/**
 * any_function_close:
 * @self: a function
 *
 * Lets the callbacks go, and with them what they refer to.
 *
 * Stored results are still returned. Where a result would have to be computed, [error@AnyCache.CacheError.CLOSED] says that it
 * cannot. A computation that is running ends as it would have.
 *
 * Since: 1.0
 */
void
any_function_close (AnyFunction *self)
{
  g_return_if_fail (ANY_IS_FUNCTION (self));

  any_hooks_close (&self->hooks);
}
