/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "any-answer.h"
#include "any-request.h"

G_BEGIN_DECLS

AnyRequest *any_request_new (AnyAnswer *answer);

AnyAnswer *any_request_get_answer (AnyRequest *self);

G_END_DECLS
