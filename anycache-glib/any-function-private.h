/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-function.h"
#include "any-hook.h"
#include "any-owner.h"
#include "any-terms.h"

G_BEGIN_DECLS

gint64 any_function_get_limit (AnyFunction *self);

void any_function_get_terms (AnyFunction *self,
                             AnyTerms    *terms);

const AnyOwner *any_function_get_owner (AnyFunction *self);

void any_function_call_fresh_async (AnyFunction        *self,
                                    GVariant           *args,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);

void any_function_call_for (AnyFunction *self,
                            GVariant    *args,
                            AnyAnswer   *outer,
                            GTask       *task);

/* What goes on without a call, and what it tells. */
typedef struct _AnyRevalidation AnyRevalidation;
typedef struct _AnyVigil        AnyVigil;

AnyRevalidation *any_function_get_revalidation (AnyFunction *self);

AnyVigil *any_function_get_vigil (AnyFunction *self);

gboolean any_function_compute (AnyFunction *self,
                               AnyRequest  *request,
                               GError     **error);

AnyHook *any_function_ref_depfiles_hook (AnyFunction *self);

G_END_DECLS
