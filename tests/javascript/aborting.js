// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls that an AbortSignal ends.

import {Gio, equal, holds, main, run, same, settled, sleep, thrownBy, throwsError, waitUntil} from './fixture.js';

const NAME = 'org.example.Aborting';

// What GJS lacks, as far as it matters here.
class Controller {
    #listeners = new Set();

    constructor() {
        this.signal = {
            aborted: false,
            reason: undefined,
            addEventListener: (type, listener) => this.#listeners.add(this.#check(type, listener)),
            removeEventListener: (type, listener) => this.#listeners.delete(this.#check(type, listener)),
        };
    }

    #check(type, listener) {
        equal(type, 'abort', 'the type of the event');
        return listener;
    }

    get nListeners() {
        return this.#listeners.size;
    }

    abort(reason) {
        Object.assign(this.signal, {aborted: true, reason});
        for (const listener of this.#listeners)
            listener();
    }
}

class Impatience extends Error {}

function aborted(reason) {
    const controller = new Controller();
    controller.abort(reason);
    return controller;
}

function slowly(fixture, compute = n => 2 * n) {
    return fixture.cache.memoize(NAME, async (n, request) => {
        fixture.computed++;
        fixture.request = request;
        await sleep(50);
        return compute(n);
    }, {request: true});
}

function atOnce(fixture) {
    return fixture.cache.memoize(NAME, n => {
        fixture.computed++;
        return 2 * n;
    });
}

main({
    // Even what is in the cache is not told then.
    aborted_before_it_begins(fixture) {
        const reason = new Impatience('too late');
        const {signal} = aborted(reason);
        const double = slowly(fixture);
        equal(settled(double.with({signal})(7)).error, reason);
        equal(fixture.computed, 0, 'the number of computations');
        same(run(double(7)), 14);
        equal(settled(double.with({signal})(7)).error, reason);
        equal(thrownBy(() => atOnce(fixture).with({signal})(7)), reason);
        equal(fixture.computed, 1, 'the number of computations');
    },

    every_question_is_aborted(fixture) {
        const reason = new Impatience('too late');
        const {signal} = aborted(reason);
        for (const question of ['lookup', 'refresh', 'isOutdated', 'remove', 'clear']) {
            equal(settled(slowly(fixture).with({signal})[question](7)).error, reason, question);
            equal(thrownBy(() => atOnce(fixture).with({signal})[question](7)), reason, question);
        }
        equal(fixture.computed, 0, 'the number of computations');
    },

    only_one_leaves(fixture) {
        const reason = new Impatience('that is enough');
        const controller = new Controller();
        const double = slowly(fixture);
        const others = [double(7), double.with({signal: new Controller().signal})(7)];
        const call = double.with({signal: controller.signal})(7);
        waitUntil(() => fixture.computed > 0, 'nobody was asked');
        controller.abort(reason);
        equal(settled(call).error, reason);
        same([run(Promise.all(others)), fixture.computed], [[14, 14], 1]);
    },

    last_one_cancels(fixture) {
        const controller = new Controller();
        const call = slowly(fixture).with({signal: controller.signal})(7);
        waitUntil(() => fixture.computed > 0, 'nobody was asked');
        controller.abort('any value');
        equal(settled(call).error, 'any value');
        holds(fixture.request.cancellable.is_cancelled(), 'the computation was not told');
    },

    function_without_promises(fixture) {
        const reason = new Impatience('while it computes');
        const controller = new Controller();
        const func = fixture.cache.memoize(NAME, (_n, request) => {
            controller.abort(reason);
            request.cancellable.set_error_if_cancelled();
            return 1;
        }, {request: true});
        equal(thrownBy(() => func.with({signal: controller.signal})(7)), reason);
        equal(controller.nListeners, 0, 'the number of listeners');
    },

    no_listener_is_left(fixture) {
        const controller = new Controller();
        const {signal} = controller;
        const double = slowly(fixture).with({signal});
        const call = double(7);
        equal(controller.nListeners, 1, 'the number of listeners');
        same([run(call), run(double(7)), run(double.lookup(8)), atOnce(fixture).with({signal})(7)], [14, 14, undefined, 14]);
        equal(controller.nListeners, 0, 'the number of listeners');

        throwsError(RangeError, ['its own'], () => run(slowly(fixture, () => {
            throw new RangeError('its own');
        }).with({signal})(8)));
        throwsError(TypeError, ['a Date'], () => run(double(new Date())));
        equal(controller.nListeners, 0, 'the number of listeners');

        const last = double(9);
        controller.abort(new Impatience());
        holds(settled(last).error instanceof Impatience, 'the call was not aborted');
        equal(controller.nListeners, 0, 'the number of listeners');
    },

    without_a_reason(fixture) {
        const {signal} = aborted();
        const {error} = settled(slowly(fixture).with({signal})(7));
        holds(error instanceof Error && error.name === 'AbortError' && error.message !== '', `thrown was ${error}`);
    },

    // Who has left is told that, whatever has become of the computation.
    leaving_comes_first(fixture) {
        const reason = new Impatience('that is enough');
        const controller = new Controller();
        const func = fixture.cache.memoize(NAME, () => {
            controller.abort(reason);
            throw new RangeError('its own');
        });
        equal(thrownBy(() => func.with({signal: controller.signal})(7)), reason);
    },

    refused(fixture) {
        const double = atOnce(fixture);
        const {signal} = new Controller();
        const cancellable = new Gio.Cancellable();
        throwsError(TypeError, ['“signal”'], () => double.with({signal: cancellable}));
        throwsError(TypeError, ['“signal”'], () => double.with({signal: 7}));
        throwsError(TypeError, ['not both'], () => double.with({signal, cancellable}));
        throwsError(TypeError, ['not both'], () => double.with({signal}).with({cancellable}));
        same([double.with({signal: null})(7), double.with({signal: undefined, cancellable})(7)], [14, 14]);
    },
});
