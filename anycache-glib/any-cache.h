/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(ANY_INSIDE) && !defined(ANY_COMPILATION)
#error "Only <anycache-glib/anycache.h> can be included directly."
#endif

#include "any-stats.h"
#include "any-types.h"

G_BEGIN_DECLS

#define ANY_TYPE_CACHE (any_cache_get_type ())

ANY_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (AnyCache, any_cache, ANY, CACHE, GObject)

ANY_AVAILABLE_IN_1_0
AnyCache *any_cache_new (const char *cachedir,
                         gint64      maxsize);

ANY_AVAILABLE_IN_1_0
AnyCache *any_cache_new_for_app (const char *app_id,
                                 gint64      maxsize);

ANY_AVAILABLE_IN_1_0
AnyCache *any_cache_get_default (void);

ANY_AVAILABLE_IN_1_0
AnyFunction *any_cache_define (AnyCache      *self,
                               const char    *name,
                               const char    *version,
                               AnyComputeFunc compute,
                               gpointer       user_data,
                               GDestroyNotify destroy);

ANY_AVAILABLE_IN_1_0
const char *any_cache_get_cachedir (AnyCache *self);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_maxsize (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_maxsize (AnyCache *self,
                            gint64    maxsize);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_maxentries (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_maxentries (AnyCache *self,
                               gint64    maxentries);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_maxage (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_maxage (AnyCache *self,
                           gint64    maxage);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_maxmemory (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_maxmemory (AnyCache *self,
                              gint64    maxmemory);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_check_interval (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_check_interval (AnyCache *self,
                                   gint64    check_interval);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_wait_timeout (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_wait_timeout (AnyCache *self,
                                 gint64    wait_timeout);

ANY_AVAILABLE_IN_1_0
gint64 any_cache_get_compression_threshold (AnyCache *self);

ANY_AVAILABLE_IN_1_0
void any_cache_set_compression_threshold (AnyCache *self,
                                          gint64    compression_threshold);

ANY_AVAILABLE_IN_1_0
AnyStats *any_cache_get_stats (AnyCache *self);

ANY_AVAILABLE_IN_1_0
AnyStats *any_cache_read_total_stats (AnyCache     *self,
                                      GCancellable *cancellable,
                                      GError      **error);

ANY_AVAILABLE_IN_1_0
guint64 any_cache_get_size (AnyCache *self);

ANY_AVAILABLE_IN_1_0
gboolean any_cache_invalidate (AnyCache     *self,
                               const char   *dependency,
                               GCancellable *cancellable,
                               GError      **error);

ANY_AVAILABLE_IN_1_0
void any_cache_invalidate_async (AnyCache           *self,
                                 const char         *dependency,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_cache_invalidate_finish (AnyCache     *self,
                                      GAsyncResult *result,
                                      GError      **error);

ANY_AVAILABLE_IN_1_0
gboolean any_cache_flush (AnyCache     *self,
                          GCancellable *cancellable,
                          GError      **error);

ANY_AVAILABLE_IN_1_0
void any_cache_flush_async (AnyCache           *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_cache_flush_finish (AnyCache     *self,
                                 GAsyncResult *result,
                                 GError      **error);

ANY_AVAILABLE_IN_1_0
gboolean any_cache_clear (AnyCache     *self,
                          GCancellable *cancellable,
                          GError      **error);

ANY_AVAILABLE_IN_1_0
void any_cache_clear_async (AnyCache           *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data);

ANY_AVAILABLE_IN_1_0
gboolean any_cache_clear_finish (AnyCache     *self,
                                 GAsyncResult *result,
                                 GError      **error);

G_END_DECLS
