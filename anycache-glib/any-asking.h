/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-attempt.h"
#include "any-flight.h"
#include "any-request.h"

G_BEGIN_DECLS

/* How the user is asked for a result, and what is made of it. */

AnyRequest *any_asking_call (AnyAttempt              *attempt,
                             AnyFlight               *flight,
                             const AnyAnswerListener *listener,
                             gpointer                 audience,
                             gboolean                *accepted,
                             GError                 **error);

GVariant *any_asking_take (AnyAttempt *attempt,
                           gboolean    accepted,
                           GError     *callback_error,
                           GError    **error);

void any_asking_tell_progress (AnyFlight *flight,
                               AnyAnswer *answer,
                               double     fraction);

gboolean any_asking_concerns_one (const GError *failure);

G_END_DECLS
