// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What becomes of a result whose age has run out, and of a failure.

import {AnyCache, Gio, GLib, equal, failsWith, holds, lookup, main, number, pathArgs, thrownBy, waitUntil, writeText} from './fixture.js';

const HOUR = 3600 * GLib.USEC_PER_SEC;

// Over before anybody can ask again.
const MOMENT = 1;

// A function that asks a server, which may have nothing, nothing new, or be away. It gives the number of its computation.
class Server {
    constructor(fixture) {
        this.computed = 0;
        this.maxage = -1; // of what it gives
        this.fails = false;
        this.path = null; // of a file without which it fails
        this.validator = null; // what the server knows its result by
        this.made = 0; // how often the server had to make it
        this.updates = [];
        this.func = fixture.cache.define('org.example.Ages', null, request => this.ask(request));
        this.func.connect('updated', (_func, args, result) => this.updates.push([args.deepUnpack(), result.deepUnpack()]));
    }

    ask(request) {
        this.computed++;
        request.set_maxage(this.maxage);
        if (this.path !== null)
            request.add_dependency(this.path);
        if (this.fails || (this.path !== null && !GLib.file_test(this.path, GLib.FileTest.EXISTS)))
            throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.HOST_UNREACHABLE, 'nobody there');

        if (this.validator !== null && request.get_validator() === this.validator) {
            request.return_not_modified();
            return true;
        }

        this.made++;
        request.set_validator(this.validator);
        request.return_value(number(this.computed));
        return true;
    }

    waitUntilComputed(computed) {
        waitUntil(() => this.computed >= computed, 'nothing was computed');
        // What came of it is told from the main loop.
        const end = GLib.get_monotonic_time() + 200000;
        waitUntil(() => GLib.get_monotonic_time() > end, 'time stands still');
    }

    checkGives(expected) {
        equal(this.func.call(pathArgs('any'), null).deepUnpack(), expected);
    }

    checkFails(computed) {
        const message = failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.HOST_UNREACHABLE, () => this.func.call(pathArgs('any'), null));
        equal(message, 'nobody there', 'the message');
        equal(this.computed, computed, 'the number of computations');
    }
}

main({
    failure_is_not_remembered(fixture) {
        const server = new Server(fixture);
        server.fails = true;
        server.checkFails(1);
        server.checkFails(2);
    },

    failure_is_remembered(fixture) {
        const server = new Server(fixture);
        server.fails = true;
        server.func.error_maxage = HOUR;
        server.checkFails(1);
        server.checkFails(1);
        equal(lookup(server.func, 'any'), null);
        equal(server.func.peek(pathArgs('any')), null);
        holds(!server.func.is_outdated(pathArgs('any'), null), 'a failure is outdated');

        server.func.remove(pathArgs('any'), null);
        server.fails = false;
        server.checkGives(2);
    },

    failure_is_forgotten(fixture) {
        const server = new Server(fixture);
        server.fails = true;
        server.func.error_maxage = MOMENT;
        server.checkFails(1);
        server.checkFails(2);
        server.fails = false;
        server.checkGives(3);
        server.checkGives(3);
    },

    failure_ends_with_its_cause(fixture) {
        const server = new Server(fixture);
        server.path = GLib.build_filenamev([fixture.directory, 'missing']);
        server.func.error_maxage = HOUR;
        server.checkFails(1);
        server.checkFails(1);
        writeText(server.path, 'here');
        server.checkGives(2);
    },

    // What the language throws of its own is remembered in the binding's domain, and is its own again.
    thrown_error_is_remembered(fixture) {
        const func = fixture.cache.define('org.example.Throwing', null, () => {
            fixture.computed++;
            throw new RangeError('too far');
        });
        func.error_maxage = HOUR;
        for (let i = 0; i < 3; i++)
            holds(`${thrownBy(() => func.call(pathArgs('any'), null))}`.includes('too far'), 'another error was thrown');
        equal(fixture.computed, 1, 'the number of computations');
    },

    // What is no answer is not remembered.
    no_answer(fixture) {
        const func = fixture.cache.define('org.example.Silent', null, () => {
            fixture.computed++;
            return false;
        });
        func.error_maxage = HOUR;
        for (const computed of [1, 2]) {
            failsWith(AnyCache.CacheError, AnyCache.CacheError.NO_RESULT, () => func.call(pathArgs('any'), null));
            equal(fixture.computed, computed, 'the number of computations');
        }
    },

    old_at_once_and_new_behind(fixture) {
        const server = new Server(fixture);
        server.maxage = MOMENT;
        server.func.stale_while_revalidate = HOUR;
        server.checkGives(1);
        server.maxage = HOUR;
        server.checkGives(1);
        server.checkGives(1);
        equal(server.computed, 1, 'the number of computations');
        equal(lookup(server.func, 'any'), null);

        waitUntil(() => server.updates.length > 0, 'nothing was told');
        equal(server.updates, [[['any'], 2]], 'what was told');
        server.checkGives(2);
        equal(server.computed, 2, 'the number of computations');
    },

    old_outlives_a_failure(fixture) {
        const server = new Server(fixture);
        server.maxage = MOMENT;
        server.func.stale_while_revalidate = HOUR;
        server.checkGives(1);
        server.fails = true;
        server.checkGives(1);
        server.waitUntilComputed(2);
        server.checkGives(1);
        server.waitUntilComputed(3);
        equal(server.updates, [], 'what was told');

        server.func.stale_while_revalidate = 0;
        server.checkFails(4);
    },

    not_modified(fixture) {
        const server = new Server(fixture);
        server.maxage = MOMENT;
        server.validator = '"one"';
        server.checkGives(1);
        server.maxage = HOUR;
        server.checkGives(1);
        equal(server.computed, 2, 'the number of computations');
        equal(server.made, 1, 'how often it was made');
        equal(lookup(server.func, 'any'), 1);
    },

    modified(fixture) {
        const server = new Server(fixture);
        server.maxage = MOMENT;
        server.validator = '"one"';
        server.checkGives(1);
        server.validator = '"two"';
        server.checkGives(2);
        server.checkGives(2);
        equal(server.computed, 3, 'the number of computations');
        equal(server.made, 2, 'how often it was made');
    },

    properties(fixture) {
        const {func} = new Server(fixture);
        equal(func.error_maxage, 0, 'error-maxage');
        equal(func.stale_while_revalidate, 0, 'stale-while-revalidate');
        func.error_maxage = HOUR;
        func.stale_while_revalidate = 2 * HOUR;
        equal(func.get_error_maxage(), HOUR, 'error-maxage');
        equal(func.get_stale_while_revalidate(), 2 * HOUR, 'stale-while-revalidate');
    },
});
