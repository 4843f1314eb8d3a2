/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-function.h"

G_BEGIN_DECLS

/* What can be changed of a function at any time. Each field is atomic; ages are microseconds. */
typedef struct
{
  gint64 maxage; /* -1 for no limit */
  gint64 error_maxage;
  gint64 stale_while_revalidate;
  guint  flags; /* AnyFunctionFlags */
} AnyFunctionSettings;

/* The properties that go with them, in this order. */
typedef enum
{
  ANY_FUNCTION_SETTING_MAXAGE,
  ANY_FUNCTION_SETTING_ERROR_MAXAGE,
  ANY_FUNCTION_SETTING_STALE_WHILE_REVALIDATE,
  ANY_FUNCTION_SETTING_FLAGS,
} AnyFunctionSetting;

void any_function_settings_install (GObjectClass *object_class,
                                    guint         first_id);

void any_function_settings_get (AnyFunction       *self,
                                AnyFunctionSetting setting,
                                GValue            *value,
                                GParamSpec        *pspec);

void any_function_settings_set (AnyFunction       *self,
                                AnyFunctionSetting setting,
                                const GValue      *value,
                                GParamSpec        *pspec);

G_END_DECLS
