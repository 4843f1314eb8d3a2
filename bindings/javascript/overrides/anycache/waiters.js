// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Those of this process who wait for results.

/* exported Waiters */

let lastCode = 0;

// What those who wait for one result have in common, beside that: what the first of them called with that does not count, and what
// its computation has thrown. It goes when nobody waits.
class Wait {
    #thrown = new Map();

    constructor(args) {
        this.args = args;
        this.nWaiters = 0;
    }

    // The code tells this exception from others of the computations that are waited for.
    note(value) {
        lastCode = (lastCode + 1) & 0x7fffffff;
        this.#thrown.set(lastCode, {value});
        return lastCode;
    }

    recall(code) {
        return this.#thrown.get(code);
    }
}

var Waiters = class Waiters {
    #waits = new Map();

    enter(ident, args) {
        let wait = this.#waits.get(ident);
        if (wait === undefined) {
            wait = new Wait(args);
            this.#waits.set(ident, wait);
        }
        wait.nWaiters++;
        return wait;
    }

    leave(ident) {
        const wait = this.#waits.get(ident);
        wait.nWaiters--;
        if (wait.nWaiters === 0)
            this.#waits.delete(ident);
    }

    // Undefined where nobody waits here: then it is computed behind, or for somebody else.
    find(ident) {
        return this.#waits.get(ident);
    }
};
