// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls that end when an AbortSignal says so, as on the web. GJS 1.74 has none: whatever is like one will do.

/* exported Aborting, checkSignal */

const {Gio, GLib} = imports.gi;
const {describe} = imports.overrides.anycache.refusal;

const isCancelled = error => error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);

const isSignal = value => typeof value.aborted === 'boolean' &&
    typeof value.addEventListener === 'function' && typeof value.removeEventListener === 'function';

function checkSignal({cancellable = null, signal = null}) {
    if (signal !== null && !isSignal(signal))
        throw new TypeError(`The option “signal” is an AbortSignal, not ${describe(signal)}`);
    if (signal !== null && cancellable !== null)
        throw new TypeError('A call has a cancellable or a signal, not both');
}

// Signals of older polyfills tell no reason.
function reasonOf({reason}) {
    return reason ?? Object.assign(new Error('The call was aborted'), {name: 'AbortError'});
}

// One call that a signal may abort: while it lasts, its cancellable follows the signal. To be ended by end ().
var Aborting = class Aborting {
    #signal;
    #listener;

    constructor(signal) {
        if (signal.aborted)
            throw reasonOf(signal);
        this.cancellable = new Gio.Cancellable();
        this.#signal = signal;
        this.#listener = () => this.cancellable.cancel();
        signal.addEventListener('abort', this.#listener);
    }

    end() {
        this.#signal.removeEventListener('abort', this.#listener);
    }

    // What the caller is to see of an error.
    translate(error) {
        return this.#signal.aborted && isCancelled(error) ? reasonOf(this.#signal) : error;
    }
};
