// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The introspected methods, as one writes them in JavaScript: a cancellable may be left out, and without a callback there is a promise.

/* exported adaptMethods */

const {Gio} = imports.gi;

const ASYNC = '_async';
// Takes a cancellable, though it has no asynchronous form to be known by.
const WITHOUT_ASYNC = ['read_total_stats'];

// Without its last argument, the cancellable, a method gets null for it.
function makeCancellableOptional(prototype, name, arity) {
    const method = prototype[name];

    prototype[name] = function (...args) {
        if (args.length === arity - 1)
            args.push(null);
        return method.apply(this, args);
    };
}

function adaptMethods(prototype) {
    const names = Object.getOwnPropertyNames(prototype);

    for (const name of names.filter(candidate => candidate.endsWith(ASYNC))) {
        const syncName = name.slice(0, -ASYNC.length);
        const arity = prototype[syncName].length;

        Gio._promisify(prototype, name);
        makeCancellableOptional(prototype, name, arity);
        makeCancellableOptional(prototype, syncName, arity);
    }

    for (const name of WITHOUT_ASYNC.filter(candidate => names.includes(candidate)))
        makeCancellableOptional(prototype, name, prototype[name].length);
}
