// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Hearing of changes: what is told, what is brought, and what is freed while something is to be told.

import {AnyCache, GLib, call, collectGarbage, equal, holds, lookup, main, pathArgs, runPart, waitUntil, writeText} from './fixture.js';

const NAME = 'org.example.WordCount';
const TOKEN = 'app:words';
const {WATCH, REFRESH} = AnyCache.FunctionFlags;

function defineWatched(fixture, flags) {
    const func = fixture.defineWordCount();
    func.set_flags(flags);
    return func;
}

const noteInto = told => (_func, args) => {
    told.push(args.deepUnpack()[0]);
};

// All the while the garbage collector runs.
function waitFor(told, nTold) {
    waitUntil(() => told.length >= nTold, 'nothing was told');
    equal(told.length, nTold, 'the number of signals');
}

const inItsOwnScope = action => action();

function raisingPart(fixture) {
    const told = [];
    const path = fixture.write('text', 'one two');
    const func = defineWatched(fixture, WATCH | REFRESH);
    func.connect('invalidated', () => {
        throw new RangeError('an exception that the test wants');
    });
    func.connect('invalidated', noteInto(told));
    func.connect('updated', (_func, _args, result) => told.push(result.deepUnpack()));

    equal(call(func, path), 2);
    writeText(path, 'one two three');
    waitFor(told, 2);
    equal(told, [path, 3]);
    print('told');
}

// Something that is told of, in a circle that only the garbage collector sees.
class Owner {
    constructor(fixture) {
        this.nUpdated = 0;
        this.func = defineWatched(fixture, WATCH | REFRESH);
        this.func.connect('updated', () => this.note());
    }

    note() {
        this.nUpdated++;
        collectGarbage();
    }
}

main({
    change_is_told(fixture) {
        const [told, echoes] = [[], []];
        const path = fixture.write('text', 'one two');
        const func = defineWatched(fixture, WATCH);
        func.connect('invalidated', noteInto(told));
        fixture.cache.connect('invalidated', (_cache, name, args) => echoes.push([name, args.deepUnpack()[0]]));

        equal(call(func, path), 2);
        writeText(path, 'one two three');
        waitFor(told, 1);
        equal(told, [path]);
        equal(echoes, [[NAME, path]]);
        equal(call(func, path), 3);
    },

    new_result_is_brought(fixture) {
        const told = [];
        const path = fixture.write('text', 'one two');
        const func = defineWatched(fixture, WATCH | REFRESH);
        func.connect('updated', (_func, args, result) => told.push([args.deepUnpack()[0], result.deepUnpack()]));

        equal(call(func, path), 2);
        writeText(path, 'one two three');
        waitFor(told, 1);
        equal(told, [[path, 3]]);
        equal(fixture.computed, 2, 'the number of computations');
        equal(call(func, path), 3);
        equal(fixture.computed, 2, 'the number of computations');
    },

    token_is_told(fixture) {
        const told = [];
        const func = AnyCache.Function.new(fixture.cache, NAME, null);
        func.set_flags(WATCH);
        func.connect('invalidated', noteInto(told));
        func.store(pathArgs('any'), pathArgs('any'), -1, [TOKEN], null);
        fixture.cache.invalidate(TOKEN, null);
        waitFor(told, 1);
        equal(told, ['any']);
    },

    handler_calls(fixture) {
        const told = [];
        const path = fixture.write('text', 'one');
        const func = defineWatched(fixture, WATCH);
        func.connect('invalidated', (_func, args) => told.push(func.call(args, null).deepUnpack()));

        equal(call(func, path), 1);
        writeText(path, 'one two');
        waitFor(told, 1);
        writeText(path, 'one two three');
        waitFor(told, 2);
        equal(told, [2, 3]);
    },

    // The binding logs such an exception as a critical, which is fatal in this process.
    raising_handler_stops_nothing() {
        const {output, errors} = runPart('raising', 'G_DEBUG', '');
        equal(output, 'told');
        holds(errors.includes('an exception that the test wants'), `the exception was not logged: ${errors}`);
    },

    dropped_function_tells_nothing(fixture) {
        const told = [];
        const path = fixture.write('text', 'one two');
        const other = fixture.write('other', 'one');
        inItsOwnScope(() => {
            const func = defineWatched(fixture, WATCH);
            func.connect('invalidated', noteInto(told));
            call(func, path);
            call(func, other);
        });
        collectGarbage();

        // What came of the second would come after what came of the first.
        const func = defineWatched(fixture, WATCH);
        func.connect('invalidated', noteInto(told));
        call(func, other);
        writeText(path, 'one two three');
        writeText(other, 'one two');
        waitFor(told, 1);
        equal(told, [other]);
    },

    // With what they were given, while it changes.
    owners_come_and_go(fixture) {
        const path = fixture.write('text', 'one');
        for (let number = 0; number < 100; number++) {
            inItsOwnScope(() => {
                call(new Owner(fixture).func, path);
                writeText(path, 'one '.repeat(number % 7));
            });
            collectGarbage();
        }

        const owner = new Owner(fixture);
        call(owner.func, path);
        writeText(path, 'one '.repeat(20));
        waitUntil(() => owner.nUpdated > 0, 'nothing was brought');
        equal(lookup(owner.func, path), 20);
        holds(GLib.main_depth() === 0, 'a main loop was left running');
    },
}, {raising: raisingPart});
