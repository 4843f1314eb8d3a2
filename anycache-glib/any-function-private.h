/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-function-settings.h"
#include "any-hook.h"
#include "any-owner.h"
#include "any-terms.h"

G_BEGIN_DECLS

/* What goes on without a call, and what it tells. */
typedef struct _AnyRevalidation AnyRevalidation;
typedef struct _AnyVigil        AnyVigil;

/* Open to the rooms of the facade: a hit asks for much of it, and the public getters check each time whom they are asked of. */
struct _AnyFunction
{
  GObject parent_instance;

  AnyCache *cache;     /* (owned), set once */
  char     *name;      /* (owned), set once */
  char     *version;   /* (owned) (nullable), set once */
  char     *args_type; /* (owned) (nullable), set once */

  AnyFunctionSettings settings;
  AnyOwner            owner;
  AnyHooks            hooks;
  AnyRevalidation    *revalidation; /* (owned), set once */
  AnyVigil           *vigil;        /* (owned), set once */
};

gint64 any_function_get_limit (AnyFunction *self);

void any_function_get_terms (AnyFunction *self,
                             AnyTerms    *terms);

void any_function_call_fresh_async (AnyFunction        *self,
                                    GVariant           *args,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);

void any_function_call_for (AnyFunction *self,
                            GVariant    *args,
                            AnyAnswer   *outer,
                            GTask       *task);

gboolean any_function_compute (AnyFunction *self,
                               AnyRequest  *request,
                               GError     **error);

AnyHook *any_function_ref_depfiles_hook (AnyFunction *self);

G_END_DECLS
