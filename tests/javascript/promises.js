// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Remembered functions that give promises. All the while, the garbage collector runs.

import {AnyCache, Gio, GLib, holds, main, run, runPart, same, settled, sleep, throwsError, waitUntil, writeText} from './fixture.js';

const NAME = 'org.example.Promises';
const CALLERS = 50;
const LEAVE = 10;

function slowly(fixture, compute, options) {
    return fixture.cache.memoize(NAME, async (...args) => {
        fixture.computed++;
        await sleep(50);
        return compute(...args);
    }, options);
}

const readText = path => new TextDecoder().decode(GLib.file_get_contents(path)[1]);

const isCancelled = ({reason}) => reason instanceof GLib.Error && reason.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);

// Leaves at once, though its results are on their way to the disk; but not before they have been flushed.
async function flushPart(fixture) {
    const cache = AnyCache.Cache.new(GLib.getenv('PROMISES_DIRECTORY'), -1);
    const double = slowly({computed: 0, cache}, n => 2 * n);
    await Promise.all(Array.from({length: 100}, (_, n) => double(n)));
    await cache.flush_async();
    holds(fixture.computed === 0, 'another fixture was used');
    print('flushed');
}

main({
    computes_once(fixture) {
        const double = slowly(fixture, n => 2 * n);
        for (let call = 0; call < 3; call++)
            same(run(double(7)), 14);
        same(fixture.computed, 1, 'the number of computations');
        holds(double(7) instanceof Promise, 'this is no promise');
    },

    one_computation_for_all(fixture) {
        const double = slowly(fixture, n => [2 * n]);
        const cancellables = Array.from({length: CALLERS}, () => new Gio.Cancellable());
        const outcomes = run(Promise.allSettled(cancellables.map((cancellable, index) => {
            const call = double.with({cancellable})(7);
            if (index < LEAVE)
                cancellable.cancel();
            return call;
        })));

        holds(outcomes.slice(0, LEAVE).every(isCancelled), 'one who has left was answered');
        same(outcomes.slice(LEAVE).map(({value}) => value), new Array(CALLERS - LEAVE).fill([14]));
        same(fixture.computed, 1, 'the number of computations');
    },

    last_one_cancels(fixture) {
        let request = null;
        const wait = fixture.cache.memoize(NAME, async (_n, asked) => {
            request = asked;
            await sleep(100);
            return 1;
        }, {request: true});
        const cancellable = new Gio.Cancellable();
        const call = Promise.allSettled([wait.with({cancellable})(1)]);
        waitUntil(() => request !== null, 'nobody was asked');
        cancellable.cancel();
        holds(run(call).every(isCancelled), 'it was not cancelled');
        holds(request.cancellable.is_cancelled(), 'the computation was not told');
    },

    questions(fixture) {
        const next = slowly(fixture, () => fixture.computed);
        const ask = async () => {
            same([await next.lookup('a'), await next.isOutdated('a')], [undefined, true]);
            same([await next('a'), await next('a'), await next.lookup('a'), await next.isOutdated('a')], [1, 1, 1, false]);
            same([await next.refresh('a'), await next('a')], [2, 2]);
            await next('b');
            await next.remove('a');
            same([await next.lookup('a'), await next.lookup('b'), await next('a')], [undefined, 3, 4]);
            await next.clear();
            same([await next.lookup('a'), await next.lookup('b'), await next('a')], [undefined, undefined, 5]);
        };
        run(ask());
        same(next.getIdent('a').length, 32);
    },

    // A call never throws, so that what is refused is found where every error is.
    refused(fixture) {
        const {error} = settled(slowly(fixture, n => n)(new Date()));
        holds(error instanceof TypeError && error.message.includes('a Date'), `thrown was ${error}`);
    },

    // What is not written as an async function can be one.
    said_to_be_async(fixture) {
        const func = fixture.cache.memoize(NAME, n => sleep(10).then(() => 2 * n), {async: true});
        same([run(func(1)), run(func(1))], [2, 2]);
        const failing = fixture.cache.memoize('org.example.Failing', () => {
            throw new RangeError('at once');
        }, {async: true});
        throwsError(RangeError, ['at once'], () => run(failing()));
    },

    dependencies(fixture) {
        const path = fixture.write('text', 'one');
        fixture.settle(path);
        const read = slowly(fixture, (name, request) => {
            request.add_dependency(name);
            return readText(name);
        }, {request: true});
        same([run(read(path)), run(read(path)), run(read(path)), fixture.computed], ['one', 'one', 'one', 1]);
        writeText(path, 'other');
        same([run(read(path)), fixture.computed], ['other', 2]);
    },

    // Nothing in the thread of the caller waits for a disk. What depends on no file is not asked of another thread either.
    looks_at_no_file_itself(fixture) {
        const path = fixture.write('text', 'one');
        fixture.settle(path);
        const prototype = AnyCache.Entry.prototype;
        const {use} = prototype;
        let nUsed = 0;
        prototype.use = function () {
            nUsed++;
            return use.call(this);
        };
        const read = slowly(fixture, readText, {depfiles: (_text, name) => [name]});
        const double = slowly(fixture, n => 2 * n, {version: 'double'});
        for (let call = 0; call < 3; call++)
            same(run(read(path)), 'one');
        same(nUsed, 0, 'the number of entries that were asked');
        for (let call = 0; call < 3; call++)
            same(run(double(7)), 14);
        holds(nUsed > 0, 'nothing is kept');
        prototype.use = use;
    },

    // What runs after an await says for what it asks.
    nested(fixture) {
        const path = fixture.write('text', 'one');
        const other = fixture.write('other', 'other');
        fixture.settle(other);
        const read = slowly(fixture, (name, request) => {
            request.add_dependency(name);
            return readText(name);
        }, {request: true});
        const size = fixture.cache.memoize('org.example.Size', name => {
            fixture.nSizes = (fixture.nSizes ?? 0) + 1;
            return GLib.file_get_contents(name)[1].length;
        }, {depfiles: (_size, name) => [name]});
        const shout = fixture.cache.memoize('org.example.Shout', async (name, request) => {
            await sleep(10);
            const text = await read.with({request})(name);
            return `${text.toUpperCase()}${size.with({request})(other)}`;
        }, {request: true});

        same([run(read(path)), run(read(path)), size(other), size(other)], ['one', 'one', 5, 5]);
        same([run(shout(path)), run(shout(path))], ['ONE5', 'ONE5']);
        run(fixture.cache.flush_async());
        same(run(shout.isOutdated(path)), false);
        writeText(path, 'four');
        fixture.settle(path);
        same([run(shout.isOutdated(path)), run(shout(path)), fixture.computed, fixture.nSizes], [true, 'FOUR5', 2, 1]);
        run(fixture.cache.flush_async());
        same(run(shout.isOutdated(path)), false);
        writeText(other, 'another');
        same([run(shout.isOutdated(path)), run(shout(path)), fixture.computed, fixture.nSizes], [true, 'FOUR7', 2, 2]);
    },

    // An old result at once, and the new one behind; what does not count is unknown there.
    stale(fixture) {
        const seen = [], told = [];
        const next = slowly(fixture, (_key, log) => {
            seen.push(typeof log);
            return fixture.computed;
        }, {maxage: 0.05, staleWhileRevalidate: 3600, ignore: [1]});
        next.function.connect('updated', (_func, _args, result) => told.push(result.deepUnpack()));
        same(run(next('a', print)), 1);
        waitUntil(() => {
            run(next('a', print));
            return told.length > 0;
        }, 'nothing was computed behind');
        same([seen[0], seen[1], told[0]], ['function', 'undefined', 2]);
    },

    progress(fixture) {
        const told = [];
        const func = slowly(fixture, (n, request) => {
            request.set_progress(0.5);
            return n;
        }, {request: true});
        func.function.connect('progress', (_func, _args, fraction) => told.push(fraction));
        same([run(func(1)), told], [1, [0.5]]);
    },

    // Whoever never answers is found out when the garbage is collected.
    promise_that_is_dropped(fixture) {
        const func = fixture.cache.memoize(NAME, () => new Promise(() => {}), {async: true});
        const {error} = settled(func());
        holds(error.matches(AnyCache.CacheError, AnyCache.CacheError.ABANDONED), `thrown was ${error}`);
    },

    nothing_is_lost_after_a_flush(fixture) {
        same(runPart('flush', 'PROMISES_DIRECTORY', fixture.cachedir).output, 'flushed');
        const double = slowly(fixture, n => 2 * n);
        for (let n = 0; n < 100; n++)
            same(run(double.lookup(n)), 2 * n);
    },
}, {flush: fixture => run(flushPart(fixture))});
