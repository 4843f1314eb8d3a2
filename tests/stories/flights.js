// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Many who ask at once, computations that answer later, and what is made from them.

import {AnyCache, Gio, GLib, equal, failsWith, holds, lookup, main, number, pathArgs, waitUntil, writeText} from './fixture.js';

const NAME = 'org.example.Flights';
const CALLERS = 50;
const LEAVE = 10;

for (const name of ['call_async', 'lookup_async', 'refresh_async', 'store_async', 'is_outdated_async', 'remove_async', 'clear_async'])
    Gio._promisify(AnyCache.Function.prototype, name);
for (const name of ['clear_async', 'invalidate_async', 'flush_async'])
    Gio._promisify(AnyCache.Cache.prototype, name);
Gio._promisify(AnyCache.Request.prototype, 'call_async');

// Runs the main loop until a promise has come to something.
function settled(promise) {
    let outcome = null;
    promise.then(value => (outcome = {value}), error => (outcome = {error}));
    waitUntil(() => outcome !== null, 'nothing was told');
    return outcome;
}

function run(promise) {
    const {value, error} = settled(promise);
    if (error !== undefined)
        throw error;
    return value;
}

const sleep = milliseconds => new Promise(resolve => {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    });
});

// A function whose computations answer a while after they were asked, in a way.
function defineSlow(fixture, answer) {
    return fixture.cache.define(NAME, null, request => {
        fixture.computed++;
        sleep(100).then(() => answer(request)).catch(error => {
            request.return_error(error);
        });
        return true;
    });
}

function callInACrowd(func) {
    const cancellables = Array.from({length: CALLERS}, () => new Gio.Cancellable());
    const outcomes = run(Promise.allSettled(cancellables.map((cancellable, index) => {
        const call = func.call_async(pathArgs('any'), cancellable);
        if (index < LEAVE)
            cancellable.cancel();
        return call;
    })));
    for (const {reason} of outcomes.slice(0, LEAVE))
        holds(reason.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), `thrown was ${reason}`);
    return outcomes.slice(LEAVE);
}

main({
    one_computation_for_all(fixture) {
        const outcomes = callInACrowd(defineSlow(fixture, request => request.return_value(number(7))));
        equal(outcomes.map(({value}) => value.deepUnpack()), new Array(CALLERS - LEAVE).fill(7));
        equal(fixture.computed, 1, 'the number of computations');
    },

    error_reaches_all(fixture) {
        const func = defineSlow(fixture, () => {
            throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.HOST_UNREACHABLE, 'nobody there');
        });
        for (const {reason} of callInACrowd(func))
            holds(reason.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.HOST_UNREACHABLE), `thrown was ${reason}`);
        equal(fixture.computed, 1, 'the number of computations');
    },

    exception_reaches_all(fixture) {
        const func = fixture.cache.define(NAME, null, () => {
            fixture.computed++;
            throw new TypeError('no such thing');
        });
        for (const {reason} of callInACrowd(func))
            holds(reason instanceof Error && `${reason.message}`.includes('no such thing'), `thrown was ${reason}`);
        equal(fixture.computed, 1, 'the number of computations');
    },

    async_arrow(fixture) {
        const func = fixture.cache.define(NAME, null, async request => {
            await sleep(10);
            request.return_value(number(7));
        });
        equal(run(func.call_async(pathArgs('any'), null)).deepUnpack(), 7);
    },

    dropped_request(fixture) {
        const func = fixture.cache.define(NAME, null, () => true);
        failsWith(AnyCache.CacheError, AnyCache.CacheError.ABANDONED, () => run(func.call_async(pathArgs('any'), null)));
    },

    progress(fixture) {
        const seen = [];
        const func = defineSlow(fixture, request => {
            request.set_progress(0.5);
            request.return_value(number(7));
        });
        func.connect('progress', (_func, args, fraction) => seen.push([args.deepUnpack(), fraction]));
        run(func.call_async(pathArgs('any'), null));
        equal(seen, [[['any'], 0.5]]);
    },

    nested(fixture) {
        const path = fixture.write('text', 'one two three');
        fixture.settle(path);
        const words = fixture.defineWordCount();
        const double = defineSlow(fixture, async request => {
            const counted = await request.call_async(words, request.get_args(), null);
            request.return_value(number(2 * counted.deepUnpack()));
        });
        equal(run(double.call_async(pathArgs(path), null)).deepUnpack(), 6);
        run(fixture.cache.flush_async(null));
        equal(lookup(double, path), 6);

        writeText(path, 'one two three four');
        equal(lookup(double, path), null);
        equal(run(double.call_async(pathArgs(path), null)).deepUnpack(), 8);
    },

    own_result(fixture) {
        const func = defineSlow(fixture, request => request.call_async(func, request.get_args(), null));
        failsWith(AnyCache.CacheError, AnyCache.CacheError.RECURSION, () => run(func.call_async(pathArgs('any'), null)));
    },

    own_loop(fixture) {
        const func = defineSlow(fixture, request => request.return_value(number(7)));
        const call = func.call_async(pathArgs('any'), null);
        waitUntil(() => fixture.computed > 0, 'nobody was asked');
        failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.WOULD_BLOCK, () => func.call(pathArgs('any'), null));
        equal(run(call).deepUnpack(), 7);
    },

    flush(fixture) {
        run(defineSlow(fixture, request => request.return_value(number(7))).call_async(pathArgs('any'), null));
        fixture.cache.flush(null);
        fixture.cache.maxmemory = 0;
        equal(lookup(fixture.cache.define(NAME, null, null), 'any'), 7);
    },

    everything_else(fixture) {
        const args = pathArgs('any');
        const {cache} = fixture;
        const func = defineSlow(fixture, request => request.return_value(number(fixture.computed)));
        const tell = async () => {
            holds(await func.is_outdated_async(args, null), 'it is up to date');
            equal(await func.lookup_async(args, null), null);
            holds(await func.store_async(args, number(5), -1, null, null), 'it was not stored');
            equal((await func.lookup_async(args, null)).deepUnpack(), 5);
            holds(!await func.is_outdated_async(args, null), 'it is outdated');
            equal((await func.refresh_async(args, null)).deepUnpack(), 1);
            equal((await func.lookup_async(args, null)).deepUnpack(), 1);
            holds(await func.remove_async(args, null), 'it was not removed');
            equal(await func.lookup_async(args, null), null);
            equal((await func.call_async(args, null)).deepUnpack(), 2);
            holds(await func.clear_async(null), 'it was not cleared');
            equal(await func.lookup_async(args, null), null);
            holds(await cache.invalidate_async('app:account/42', null), 'it was not invalidated');
            holds(await cache.clear_async(null), 'it was not cleared');
            holds(await cache.flush_async(null), 'it was not flushed');
        };
        run(tell());
    },
});
