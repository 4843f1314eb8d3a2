// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What makes the library at home in GJS: calls without a trailing null, promises, and remembered functions of native values.

/* exported _init */

function _init() {
    const AnyCache = this;
    const {adaptMethods} = imports.overrides.anycache.methods;
    const {memoize} = imports.overrides.anycache.memoize;
    const {NOT_MODIFIED} = imports.overrides.anycache.memo;

    for (const {prototype} of [AnyCache.Cache, AnyCache.Function, AnyCache.Request])
        adaptMethods(prototype);

    AnyCache.NOT_MODIFIED = NOT_MODIFIED;
    AnyCache.memoize = (...args) => memoize(AnyCache.Cache.get_default(), ...args);
    AnyCache.Cache.prototype.memoize = function (...args) {
        return memoize(this, ...args);
    };
}
