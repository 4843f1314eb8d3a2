/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-cache-private.h"

#include <string.h>

#include "any-cache-settings.h"
#include "any-owner.h"
#include "any-policy.h"
#include "any-temporary.h"

/* Longer than what is worth to be waited for takes, and about as long as somebody waits who sees nothing happen. */
#define DEFAULT_WAIT_TIMEOUT_US (30 * G_USEC_PER_SEC)

/* Below, a result takes few blocks of the file system, and compressing it saves few of them. */
#define DEFAULT_COMPRESSION_THRESHOLD 65536

/**
 * AnyCache:
 *
 * A directory in which the results of functions are remembered.
 *
 * A function is a name and a callback that computes a [struct@GLib.Variant] from another one. Calling it returns the stored result,
 * or computes and stores it where there is none, or where something that it depends on has changed:
 *
 * ```c
 * g_autoptr (AnyCache)    cache = any_cache_new_for_app ("org.example.App", -1);
 * g_autoptr (AnyFunction) count = any_cache_define (cache, "org.example.Count", "1", count_bytes, NULL, NULL);
 * g_autoptr (GVariant)    bytes = any_function_call (count, g_variant_new ("(s)", "/etc/os-release"), NULL, &error);
 * ```
 *
 * Any number of processes, in any language, may use one directory at the same time. Objects that name one directory by the same
 * path share what they hold in memory.
 *
 * The directory is opened when it is first needed, and made before something is first computed. All files lie in a sub-directory
 * of it that only the user can enter; nothing beside that is ever touched. If the sub-directory belongs to somebody else, or
 * others may write to it, it is not used.
 *
 * A cache that fails does not fail a call: the result is computed and returned, and
 * [signal@AnyCache.Cache::store-failed] says what went wrong. Only the methods that manage the cache report errors.
 *
 * All methods may be called from any thread. Signals are emitted in the thread that made the object.
 *
 * The environment variable `ANYCACHE_DISABLE`, set to `1` (to anything but `0` and nothing), switches caches off that are made
 * after it.
 *
 * Since: 1.0
 */
struct _AnyCache
{
  GObject parent_instance;

  AnyOwner owner;
  char    *cachedir;  /* (owned), set once */
  gboolean temporary; /* set once */
  gboolean disabled;  /* set once */

  AnyCore          *core;     /* (owned), atomic: replaced in a child after a fork */
  AnyCacheSettings *settings; /* (owned), set once: outlives the cache while somebody looks whether there is too much */
  int               failing;  /* atomic: the last store failed, and it was said */
};

typedef enum
{
  PROP_CACHEDIR = 1,
  PROP_MAXSIZE,
  PROP_MAXENTRIES,
  PROP_MAXAGE,
  PROP_MAXMEMORY,
  PROP_CHECK_INTERVAL,
  PROP_WAIT_TIMEOUT,
  PROP_COMPRESSION_THRESHOLD,
  PROP_SIZE,
} AnyCacheProperty;

static GParamSpec *properties[PROP_SIZE + 1];

typedef enum
{
  SIGNAL_STORE_FAILED,
  SIGNAL_INVALIDATED,
} AnyCacheSignal;

static guint signals[SIGNAL_INVALIDATED + 1];

G_DEFINE_FINAL_TYPE (AnyCache, any_cache, G_TYPE_OBJECT)

/* The core of this process. One that a fork has brought along is left alone: it cannot be freed without its locks. */
AnyCore *
any_cache_get_core (AnyCache *self)
{
  AnyCore *core = g_atomic_pointer_get (&self->core);
  AnyCore *fresh;

  if (core != NULL && !any_core_is_inherited (core))
    return core;

  fresh = any_core_acquire (self->cachedir);
  if (core != NULL)
    any_core_set_max_memory (fresh, any_core_get_max_memory (core));

  if (g_atomic_pointer_compare_and_exchange (&self->core, core, fresh))
    return fresh;

  any_core_release (fresh);

  return g_atomic_pointer_get (&self->core);
}

AnyCacheSettings *
any_cache_get_settings (AnyCache *self)
{
  return self->settings;
}

gboolean
any_cache_is_on (AnyCache *self)
{
  return !self->disabled &&
         __atomic_load_n (&self->settings->maxsize, __ATOMIC_RELAXED) != 0 &&
         __atomic_load_n (&self->settings->maxentries, __ATOMIC_RELAXED) != 0;
}

/* The core, or NULL where nobody has needed one yet. */
AnyCore *
any_cache_peek_core (AnyCache *self)
{
  return g_atomic_pointer_get (&self->core) != NULL ? any_cache_get_core (self) : NULL;
}

/* The core, or NULL where the cache is off. */
AnyCore *
any_cache_get_active_core (AnyCache *self)
{
  return any_cache_is_on (self) ? any_cache_get_core (self) : NULL;
}

void
any_cache_note_stored (AnyCache *self)
{
  g_atomic_int_set (&self->failing, FALSE);
}

/* Says that results are not being stored: once, until one is again. */
void
any_cache_note_failure (AnyCache     *self,
                        const GError *error)
{
  g_debug ("Not stored in %s: %s", self->cachedir, error->message);

  if (g_atomic_int_compare_and_exchange (&self->failing, FALSE, TRUE))
    any_owner_emit (&self->owner, G_OBJECT (self), signals[SIGNAL_STORE_FAILED], error);
}

void
any_cache_emit_invalidated (AnyCache   *self,
                            const char *name,
                            GVariant   *args)
{
  any_owner_emit (&self->owner, G_OBJECT (self), signals[SIGNAL_INVALIDATED], name, args);
}

static void
any_cache_get_property (GObject    *object,
                        guint       property_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  AnyCache *self = ANY_CACHE (object);

  switch ((AnyCacheProperty) property_id)
    {
    case PROP_CACHEDIR:
      g_value_set_string (value, self->cachedir);
      break;

    case PROP_MAXSIZE:
      g_value_set_int64 (value, any_cache_get_maxsize (self));
      break;

    case PROP_MAXENTRIES:
      g_value_set_int64 (value, any_cache_get_maxentries (self));
      break;

    case PROP_MAXAGE:
      g_value_set_int64 (value, any_cache_get_maxage (self));
      break;

    case PROP_MAXMEMORY:
      g_value_set_int64 (value, any_cache_get_maxmemory (self));
      break;

    case PROP_CHECK_INTERVAL:
      g_value_set_int64 (value, any_cache_get_check_interval (self));
      break;

    case PROP_WAIT_TIMEOUT:
      g_value_set_int64 (value, any_cache_get_wait_timeout (self));
      break;

    case PROP_COMPRESSION_THRESHOLD:
      g_value_set_int64 (value, any_cache_get_compression_threshold (self));
      break;

    case PROP_SIZE:
      g_value_set_uint64 (value, any_cache_get_size (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
any_cache_set_property (GObject      *object,
                        guint         property_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  AnyCache *self = ANY_CACHE (object);

  switch ((AnyCacheProperty) property_id)
    {
    case PROP_CACHEDIR:
      if (g_value_get_string (value) != NULL)
        self->cachedir = g_canonicalize_filename (g_value_get_string (value), NULL);
      break;

    case PROP_MAXSIZE:
      any_cache_set_maxsize (self, g_value_get_int64 (value));
      break;

    case PROP_MAXENTRIES:
      any_cache_set_maxentries (self, g_value_get_int64 (value));
      break;

    case PROP_MAXAGE:
      any_cache_set_maxage (self, g_value_get_int64 (value));
      break;

    case PROP_MAXMEMORY:
      any_cache_set_maxmemory (self, g_value_get_int64 (value));
      break;

    case PROP_CHECK_INTERVAL:
      any_cache_set_check_interval (self, g_value_get_int64 (value));
      break;

    case PROP_WAIT_TIMEOUT:
      any_cache_set_wait_timeout (self, g_value_get_int64 (value));
      break;

    case PROP_COMPRESSION_THRESHOLD:
      any_cache_set_compression_threshold (self, g_value_get_int64 (value));
      break;

    case PROP_SIZE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
any_cache_constructed (GObject *object)
{
  AnyCache   *self = ANY_CACHE (object);
  const char *disable = g_getenv ("ANYCACHE_DISABLE");

  self->disabled = disable != NULL && *disable != '\0' && !g_str_equal (disable, "0");

  if (self->cachedir == NULL)
    {
      self->cachedir = any_temporary_make ();
      self->temporary = TRUE;
    }

  G_OBJECT_CLASS (any_cache_parent_class)->constructed (object);
}

static void
any_cache_finalize (GObject *object)
{
  AnyCache *self = ANY_CACHE (object);

  if (self->core != NULL)
    any_core_release (self->core);
  if (self->temporary)
    any_temporary_remove (self->cachedir);
  g_atomic_rc_box_release (self->settings);
  any_owner_clear (&self->owner);
  g_free (self->cachedir);

  G_OBJECT_CLASS (any_cache_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags writable = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * AnyCache:cachedir: (type filename) (getter get_cachedir)
   *
   * The directory that holds the cache.
   *
   * Where none is given, the cache has a private temporary directory, which is removed with it.
   *
   * Bindings take the property for text. Where the name of the directory may be no UTF-8, use [ctor@AnyCache.Cache.new] and
   * [method@AnyCache.Cache.get_cachedir].
   *
   * Since: 1.0
   */
  properties[PROP_CACHEDIR] = g_param_spec_string ("cachedir", NULL, NULL, NULL,
                                                   G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * AnyCache:maxsize: (getter get_maxsize) (setter set_maxsize)
   *
   * The number of bytes that the entries may take: 0 to switch the cache off, -1 for no limit.
   *
   * A cache that is off computes every call anew, and leaves what is stored as it is.
   *
   * The limit holds for all entries of the directory together, whichever process has stored them, and for each result that is stored
   * through this object, at every instant: before it is written, what was used longest ago goes, and no more than needed. Results whose
   * age has run out go first. The order is exact for up to 4096 entries; of more, those go that were used longest ago of some, chosen by
   * chance. A use by another process is known after half a minute at the latest.
   *
   * The result that was stored last stays, even if it is larger than the limit; then it is the only one. All processes that use a
   * directory should set the same limit. Bytes are those of the entries' files, not of the blocks that a file system uses for them.
   *
   * Since: 1.0
   */
  properties[PROP_MAXSIZE] = g_param_spec_int64 ("maxsize", NULL, NULL, -1, G_MAXINT64, -1, writable | G_PARAM_CONSTRUCT);

  /**
   * AnyCache:maxentries: (getter get_maxentries) (setter set_maxentries)
   *
   * The number of entries that there may be: 0 to switch the cache off, -1 for no limit.
   *
   * It holds as [property@AnyCache.Cache:maxsize] does, and beside it.
   *
   * Since: 1.0
   */
  properties[PROP_MAXENTRIES] = g_param_spec_int64 ("maxentries", NULL, NULL, -1, G_MAXINT64, -1, writable);

  /**
   * AnyCache:maxage: (getter get_maxage) (setter set_maxage)
   *
   * How long results may be returned, in microseconds from the beginning of their computation; -1 for no limit.
   *
   * The limits of the function and of the single result hold too; the shortest wins. With 0, nothing is stored.
   *
   * Since: 1.0
   */
  properties[PROP_MAXAGE] = g_param_spec_int64 ("maxage", NULL, NULL, -1, G_MAXINT64, -1, writable);

  /**
   * AnyCache:maxmemory: (getter get_maxmemory) (setter set_maxmemory)
   *
   * The number of bytes of entries that are kept in memory besides: 0 for none, -1 for no limit.
   *
   * It is a property of the directory in this process: all objects on one directory share what is in memory.
   *
   * Since: 1.0
   */
  properties[PROP_MAXMEMORY] = g_param_spec_int64 ("maxmemory", NULL, NULL, -1, G_MAXINT64, G_GINT64_CONSTANT (16) << 20, writable);

  /**
   * AnyCache:check-interval: (getter get_check_interval) (setter set_check_interval)
   *
   * For how long a result that is in memory may be returned without another look at its files and at what other processes have
   * done, in microseconds; 0 to look each time.
   *
   * Within the interval, a hit makes no system call. What this process removes, clears, stores, refreshes or invalidates, it sees at
   * once, and an age that has run out too; a change of a file, and what other processes do, it sees after the interval at the latest.
   * A call from within a computation looks each time: what is made from its result may be kept for longer.
   *
   * Since: 1.0
   */
  properties[PROP_CHECK_INTERVAL] = g_param_spec_int64 ("check-interval", NULL, NULL, 0, G_MAXINT64, 0, writable);

  /**
   * AnyCache:wait-timeout: (getter get_wait_timeout) (setter set_wait_timeout)
   *
   * For how long a call waits for another process that computes the same result, in microseconds; then it computes the result itself. 0
   * not to wait.
   *
   * What the other process stores is returned as soon as it is there, and where that process dies nobody waits for it any longer. Within
   * one process, calls wait for one computation however long it takes, unless they are cancelled. A change holds for the calls that
   * begin after it.
   *
   * Since: 1.0
   */
  properties[PROP_WAIT_TIMEOUT] = g_param_spec_int64 ("wait-timeout", NULL, NULL, 0, G_MAXINT64, DEFAULT_WAIT_TIMEOUT_US, writable);

  /**
   * AnyCache:compression-threshold: (getter get_compression_threshold) (setter set_compression_threshold)
   *
   * How large a result must be, in bytes, to be compressed when it is stored through this object; 0 to compress all, -1 to compress
   * nothing.
   *
   * Only what shrinks by a quarter or more is kept compressed: text and records take a tenth to a third of their size. 1 MB of records,
   * kept as 0.33 MB, is stored in 4 ms in place of 0.5, and read from files that the system has in memory in 1.1 ms in place of 0.3. A
   * picture or a film stays as it is, and costs next to nothing more: a part of a large result tells whether it shrinks. What is in
   * memory is not compressed, so hits there are as fast as ever.
   *
   * [property@AnyCache.Cache:maxsize] and [property@AnyCache.Cache:size] count what is on disk, [property@AnyCache.Cache:maxmemory] what
   * is in memory. Any object reads what any other has stored, whatever this is set to.
   *
   * Since: 1.0
   */
  properties[PROP_COMPRESSION_THRESHOLD] = g_param_spec_int64 ("compression-threshold", NULL, NULL, -1, G_MAXINT64,
                                                               DEFAULT_COMPRESSION_THRESHOLD, writable);

  /**
   * AnyCache:size: (getter get_size)
   *
   * The number of bytes that all entries in the directory take, whichever process has stored them.
   *
   * Since: 1.0
   */
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
install_signals (void)
{
  /**
   * AnyCache::store-failed:
   * @self: the cache
   * @error: why
   *
   * Says that a result was returned and could not be stored.
   *
   * Of a series of failures, only the first is told; the next after a result was stored again. A result whose files changed while
   * it was computed is no failure; one with a dependency that nothing can vouch for, such as a device, is.
   *
   * Since: 1.0
   */
  signals[SIGNAL_STORE_FAILED] = g_signal_new ("store-failed", ANY_TYPE_CACHE, G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL,
                                               G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * AnyCache::invalidated:
   * @self: the cache
   * @name: the name of a function
   * @args: the arguments of the result
   *
   * Says that something which a result depends on has changed, for each function of this object whose results are watched.
   *
   * See [signal@AnyCache.Function::invalidated].
   *
   * Since: 1.0
   */
  signals[SIGNAL_INVALIDATED] = g_signal_new ("invalidated", ANY_TYPE_CACHE, G_SIGNAL_RUN_LAST,
                                              0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void
any_cache_class_init (AnyCacheClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = any_cache_constructed;
  object_class->get_property = any_cache_get_property;
  object_class->set_property = any_cache_set_property;
  object_class->finalize = any_cache_finalize;

  install_properties (object_class);
  install_signals ();
}

static void
any_cache_init (AnyCache *self)
{
  any_owner_init (&self->owner);
  self->settings = g_atomic_rc_box_new0 (AnyCacheSettings);
  self->settings->maxsize = -1;
  self->settings->maxentries = -1;
  self->settings->maxage = ANY_POLICY_NO_LIMIT;
  self->settings->wait_timeout = DEFAULT_WAIT_TIMEOUT_US;
  self->settings->compression_threshold = DEFAULT_COMPRESSION_THRESHOLD;
}

/**
 * any_cache_new:
 * @cachedir: (type filename) (nullable): a directory, or %NULL for a private temporary one
 * @maxsize: the number of bytes that the entries may take, see [property@AnyCache.Cache:maxsize]: 0 to switch the cache off, -1
 *   for no limit
 *
 * Makes a cache on a directory.
 *
 * The directory need not exist. Nothing is opened yet, so this cannot fail.
 *
 * Returns: (transfer full): a new cache
 *
 * Since: 1.0
 */
AnyCache *
any_cache_new (const char *cachedir,
               gint64      maxsize)
{
  g_return_val_if_fail (cachedir == NULL || *cachedir != '\0', NULL);
  g_return_val_if_fail (maxsize >= -1, NULL);

  return g_object_new (ANY_TYPE_CACHE, "cachedir", cachedir, "maxsize", maxsize, NULL);
}

/**
 * any_cache_new_for_app:
 * @app_id: the application's id, such as `org.example.App`; without a slash, and not beginning with a dot
 * @maxsize: the number of bytes that the entries may take, see [property@AnyCache.Cache:maxsize]: 0 to switch the cache off, -1
 *   for no limit
 *
 * Makes a cache in the user's cache directory, where it outlives the application: `$XDG_CACHE_HOME/app_id`.
 *
 * Returns: (transfer full): a new cache
 *
 * Since: 1.0
 */
AnyCache *
any_cache_new_for_app (const char *app_id,
                       gint64      maxsize)
{
  g_autofree char *cachedir = NULL;

  g_return_val_if_fail (app_id != NULL && *app_id != '\0' && *app_id != '.' && strchr (app_id, '/') == NULL, NULL);

  cachedir = g_build_filename (g_get_user_cache_dir (), app_id, NULL);

  return any_cache_new (cachedir, maxsize);
}

/**
 * any_cache_get_default:
 *
 * Gets the cache of this process: without a limit, in a private temporary directory that is removed when the process ends.
 *
 * Its signals are emitted in the thread that calls this first.
 *
 * Returns: (transfer none): the cache
 *
 * Since: 1.0
 */
AnyCache *
any_cache_get_default (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) any_cache_new (NULL, -1));

  return (AnyCache *) once;
}

/**
 * any_cache_get_cachedir: (get-property cachedir)
 * @self: a cache
 *
 * Gets the directory that holds the cache.
 *
 * Returns: (type filename) (transfer none): an absolute path
 *
 * Since: 1.0
 */
const char *
any_cache_get_cachedir (AnyCache *self)
{
  g_return_val_if_fail (ANY_IS_CACHE (self), NULL);

  return self->cachedir;
}
