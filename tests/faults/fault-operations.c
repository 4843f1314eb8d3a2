/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The operations that the fault loop disturbs. A wrong result ends the process at once; an error is reported where the
 * operation has a way to report one.
 */

#include "fault-worker.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SWEEP_MS 100

static void
call (Rig *rig,
      int  key)
{
  if (!rig_call_is_right (rig, key))
    fault_fail ("The call of key %d gave a wrong result", key);
}

static void
look_up (FaultPair *pair,
         Rig       *rig,
         int        key)
{
  g_autoptr (GVariant) value = rig_lookup (rig, key);

  if (value == NULL)
    return;
  if (rig_judge (value, key) != 0)
    fault_fail ("The look-up of key %d gave a wrong result", key);
  pair->n_found++;
}

/* The question cannot fail but by being cancelled or refused. */
static void
ask_whether_outdated (FaultPair *pair,
                      Rig       *rig,
                      int        key)
{
  g_autoptr (GError) error = NULL;
  gboolean is_outdated = any_function_is_outdated (rig->function, rig_args (key), NULL, &error);

  if (error != NULL)
    fault_fail ("The question about key %d failed: %s", key, error->message);
  if (!is_outdated && key == FAULT_NEW_KEY)
    fault_fail ("What is not stored is said to be up to date");
  if (!is_outdated)
    pair->n_found++;
}

static gboolean
run_open (FaultPair *pair,
          GError   **error)
{
  fault_pair_open (pair);
  call (pair->one, 0);
  return TRUE;
}

static gboolean
run_reopen (FaultPair *pair,
            GError   **error)
{
  fault_pair_open (pair);
  call (pair->one, 0);
  call (pair->one, FAULT_NEW_KEY);
  return TRUE;
}

static gboolean
run_call (FaultPair *pair,
          GError   **error)
{
  call (pair->one, FAULT_NEW_KEY);
  call (pair->one, FAULT_NEW_BIG_KEY);
  call (pair->two, FAULT_NEW_KEY);
  return TRUE;
}

static void
called_cb (GObject      *function,
           GAsyncResult *call,
           gpointer      value)
{
  *(GVariant **) value = any_function_call_finish (ANY_FUNCTION (function), call, NULL);
  g_main_context_wakeup (NULL);
}

/* The main loop must not fail because the cache does. */
static void
call_async (Rig *rig,
            int  key)
{
  GVariant *value = NULL;

  any_function_call_async (rig->function, rig_args (key), NULL, called_cb, &value);
  while (value == NULL)
    g_main_context_iteration (NULL, TRUE);

  if (rig_judge (value, key) != rig->generation)
    fault_fail ("The asynchronous call of key %d gave a wrong result", key);
  g_variant_unref (value);
}

static gboolean
run_call_async (FaultPair *pair,
                GError   **error)
{
  call_async (pair->one, FAULT_NEW_KEY);
  call_async (pair->one, FAULT_NEW_BIG_KEY);
  call_async (pair->two, FAULT_NEW_KEY);
  return any_cache_flush (pair->one->cache, NULL, error);
}

static gboolean
run_hit (FaultPair *pair,
         GError   **error)
{
  call (pair->one, 0);
  call (pair->one, 3);
  call (pair->two, 0);
  return TRUE;
}

static gboolean
run_lookup (FaultPair *pair,
            GError   **error)
{
  look_up (pair, pair->one, 0);
  look_up (pair, pair->one, 3);
  look_up (pair, pair->two, 0);
  look_up (pair, pair->two, FAULT_NEW_KEY);
  return TRUE;
}

static gboolean
run_outdated (FaultPair *pair,
              GError   **error)
{
  ask_whether_outdated (pair, pair->one, 0);
  ask_whether_outdated (pair, pair->two, 0);
  ask_whether_outdated (pair, pair->one, FAULT_NEW_KEY);
  return TRUE;
}

static gboolean
run_store (FaultPair *pair,
           GError   **error)
{
  const char *const dependencies[] = { pair->dependency, NULL };

  return any_function_store (pair->one->function, rig_args (FAULT_NEW_KEY), rig_value (FAULT_NEW_KEY, 0), -1,
                             dependencies, NULL, error);
}

static gboolean
run_overwrite (FaultPair *pair,
               GError   **error)
{
  return any_function_store (pair->one->function, rig_args (0), rig_value (0, 1), -1, NULL, NULL, error);
}

static gboolean
run_refresh (FaultPair *pair,
             GError   **error)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) local_error = NULL;

  pair->one->generation = 1;
  value = any_function_refresh (pair->one->function, rig_args (0), NULL, &local_error);
  if (value == NULL)
    fault_fail ("The refresh failed: %s", local_error->message);
  if (rig_judge (value, 0) != 1)
    fault_fail ("The refresh gave a wrong result");
  return TRUE;
}

static gboolean
run_remove (FaultPair *pair,
            GError   **error)
{
  return any_function_remove (pair->one->function, rig_args (0), NULL, error);
}

/* The old entries are removed in the background, which is disturbed too: as long as it may take, if it comes to an end. It is looked for
 * in a way that the shim does not see. */
static void
await_sweep (const char *cachedir)
{
  g_autofree char *trash = g_build_filename (cachedir, "anycache-1", "trash.0", NULL);

  for (guint i = 0; i < SWEEP_MS && syscall (SYS_faccessat, AT_FDCWD, trash, F_OK) == 0; i++)
    g_usleep (1000);
}

static gboolean
run_clear (FaultPair *pair,
           GError   **error)
{
  gboolean cleared = any_cache_clear (pair->one->cache, NULL, error);

  await_sweep (pair->cachedir);

  return cleared;
}

static gboolean
run_function_clear (FaultPair *pair,
                    GError   **error)
{
  return any_function_clear (pair->one->function, NULL, error);
}

/* What was invalidated is gone for this process at once, also from memory. */
static gboolean
run_invalidate (FaultPair *pair,
                GError   **error)
{
  if (!any_cache_invalidate (pair->one->cache, pair->dependency, NULL, error))
    return FALSE;

  look_up (pair, pair->two, 0);
  if (pair->n_found > 0)
    fault_fail ("What was invalidated is found");
  return TRUE;
}

static void
warm_up (FaultPair *pair)
{
  call (pair->two, 0);
  rig_take_computed (pair->two);
}

/* What goes by the name of function one and behaves otherwise. */
static AnyFunction *
define_other (FaultPair     *pair,
              AnyComputeFunc compute,
              gpointer       user_data)
{
  return any_cache_define (pair->one->cache, "org.example.One", "1", compute, user_data, NULL);
}

static gboolean
fail_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  int *n_failed = user_data;

  *n_failed += 1;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "nobody there");
  return FALSE;
}

/* A failure is told as it is, and remembered if that can be done. */
static gboolean
run_fail (FaultPair *pair,
          GError   **error)
{
  int n_failed = 0;
  g_autoptr (AnyFunction) function = define_other (pair, fail_cb, &n_failed);

  any_function_set_error_maxage (function, G_MAXINT64);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (GVariant) value = any_function_call (function, rig_args (FAULT_NEW_KEY), NULL, &local_error);

      if (value != NULL || !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
        fault_fail ("The failure is told as %s", value != NULL ? "a result" : local_error->message);
    }
  pair->n_found += n_failed == 1;
  return TRUE;
}

typedef struct
{
  gint64 maxage;
  guint  n_renewed;
} Renewal;

static gboolean
renew_cb (AnyRequest *request,
          gpointer    user_data,
          GError    **error)
{
  Renewal *self = user_data;

  any_request_set_maxage (request, self->maxage);
  any_request_set_validator (request, "as it was");
  if (any_request_get_validator (request) != NULL)
    {
      self->n_renewed++;
      any_request_return_not_modified (request);
    }
  else
    any_request_return_value (request, rig_value (FAULT_NEW_KEY, 0));
  return TRUE;
}

static void
call_renewable (FaultPair *pair,
                Renewal   *renewal)
{
  g_autoptr (AnyFunction) function = define_other (pair, renew_cb, renewal);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = any_function_call (function, rig_args (FAULT_NEW_KEY), NULL, &error);

  if (value == NULL || rig_judge (value, FAULT_NEW_KEY) != 0)
    fault_fail ("What may be renewed gave %s", value == NULL ? error->message : "a wrong result");
}

/* A result whose age has run out at once. */
static void
age (FaultPair *pair)
{
  Renewal renewal = { .maxage = 1 };

  call_renewable (pair, &renewal);
}

static gboolean
run_renew (FaultPair *pair,
           GError   **error)
{
  Renewal renewal = { .maxage = G_TIME_SPAN_DAY };

  call_renewable (pair, &renewal);
  pair->n_found += renewal.n_renewed;
  return TRUE;
}

/* As if somebody had died while changing the shard of key 0. */
static void
unsettle (FaultPair *pair)
{
  static const guint8 zeros[32];
  g_autofree char    *state = g_build_filename (pair->cachedir, RIG_STATE, NULL);
  g_autofree char    *entry = rig_dup_entry_path (pair->one, 0);
  g_autofree char    *shard = g_path_get_dirname (entry);
  guint64             index = g_ascii_strtoull (shard + strlen (shard) - 2, NULL, 16);
  int                 fd = g_open (state, O_WRONLY | O_CLOEXEC, 0);

  if (fd < 0 || pwrite (fd, zeros, sizeof zeros, (off_t) (index * sizeof zeros)) != sizeof zeros)
    fault_fail ("Writing %s failed", state);
  close (fd);
}

static gboolean
run_size (FaultPair *pair,
          GError   **error)
{
  pair->size = any_cache_get_size (pair->one->cache);
  return TRUE;
}

/* Nothing more may be stored unless something goes: key 0, which was not used for a day. */
static void
fill_up (FaultPair *pair)
{
  g_autofree char *path = rig_dup_entry_path (pair->one, 0);
  struct timespec  yesterday = { .tv_sec = time (NULL) - 24 * 60 * 60 };

  if (utimensat (AT_FDCWD, path, (struct timespec[]){ yesterday, yesterday }, 0) != 0)
    fault_fail ("Cannot set the time of %s", path);
  any_cache_set_maxentries (pair->one->cache, FAULT_N_PREPARED);

  /* That is looked at in the background, before anything is disturbed. */
  g_usleep (20000);
}

/* Something has been used and counted that others do not know of. */
static void
use (FaultPair *pair)
{
  for (int key = 0; key < 2; key++)
    {
      g_autoptr (GVariant) value = rig_lookup (pair->one, key);

      if (value == NULL)
        fault_fail ("Key %d is not there", key);
    }
}

static gboolean
run_flush (FaultPair *pair,
           GError   **error)
{
  return any_cache_flush (pair->one->cache, NULL, error);
}

static const FaultOperation operations[] = {
  { "open", TRUE, FALSE, 0, NULL, run_open },
  { "reopen", TRUE, TRUE, FAULT_NEW_KEY, NULL, run_reopen },
  { "call", FALSE, FALSE, FAULT_NEW_KEY, NULL, run_call },
  { "call-async", FALSE, FALSE, FAULT_NEW_KEY, NULL, run_call_async },
  { "hit", FALSE, TRUE, 0, NULL, run_hit },
  { "lookup", FALSE, TRUE, 0, NULL, run_lookup },
  { "outdated", FALSE, TRUE, 0, NULL, run_outdated },
  { "store", FALSE, FALSE, FAULT_NEW_KEY, NULL, run_store },
  { "evict", FALSE, FALSE, FAULT_NEW_KEY, fill_up, run_store },
  { "overwrite", FALSE, FALSE, 0, NULL, run_overwrite },
  { "refresh", FALSE, FALSE, 0, NULL, run_refresh },
  { "fail", FALSE, FALSE, FAULT_NEW_KEY, NULL, run_fail },
  { "renew", FALSE, FALSE, FAULT_NEW_KEY, age, run_renew },
  { "remove", FALSE, FALSE, 0, NULL, run_remove },
  { "clear", FALSE, FALSE, 0, NULL, run_clear },
  { "function-clear", FALSE, FALSE, 0, NULL, run_function_clear },
  { "invalidate", FALSE, FALSE, 0, warm_up, run_invalidate },
  { "size", FALSE, FALSE, 0, NULL, run_size },
  { "flush", FALSE, FALSE, 0, use, run_flush },
  { "count", FALSE, FALSE, 0, unsettle, run_size },
};

const FaultOperation *
fault_operation_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].name, name))
      return &operations[i];
  fault_fail ("There is no operation \"%s\"", name);
}
