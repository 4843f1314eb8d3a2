// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The signal door, closing, and what is freed when.

import {AnyCache, Gio, GLib, call, collectGarbage, equal, failsWith, holds, lookup, main, number, pathArgs, runPart, waitUntil} from './fixture.js';

const NAME = 'org.example.Lifetime';
const {CacheError} = AnyCache;

const make = fixture => AnyCache.Function.new(fixture.cache, NAME, null);

function answer(fixture) {
    return (_func, request) => {
        fixture.computed++;
        request.return_value(number(fixture.computed));
        return true;
    };
}

function answerSeven(request) {
    request.return_value(number(7));
    return true;
}

function checkCallFails(func, code) {
    failsWith(CacheError, code, () => func.call(pathArgs('new'), null));
    failsWith(CacheError, code, () => func.refresh(pathArgs('new'), null));
}

// Something that closes its file when it is freed, which can be seen from outside.
function openToken(fixture, name) {
    return Gio.File.new_for_path(fixture.write(name, '')).read(null);
}

function isHeld(fixture, name) {
    const path = GLib.build_filenamev([fixture.directory, name]);
    const folder = Gio.File.new_for_path('/proc/self/fd');
    const children = folder.enumerate_children('standard::symlink-target', Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    let held = false;
    for (let info = children.next_file(null); info !== null; info = children.next_file(null))
        held ||= info.get_symlink_target() === path;
    children.close(null);
    return held;
}

const checkFreed = (fixture, name, complaint) => waitUntil(() => !isHeld(fixture, name), complaint);

function checkKept(fixture, name, complaint) {
    collectGarbage();
    holds(isHeld(fixture, name), complaint);
}

// Owns a function that asks its owner, by the door that a garbage collector can see through.
class BySignal {
    constructor(fixture) {
        this.token = openToken(fixture, 'by-signal');
        this.func = make(fixture);
        this.func.connect('compute', (_func, request) => this.compute(request));
    }

    compute(request) {
        request.return_value(number(5));
        return !this.token.is_closed();
    }
}

// Owns a function that asks its owner by its callback; only close () ends that circle.
class ByCallback {
    constructor(fixture) {
        this.token = openToken(fixture, 'by-callback');
        this.func = fixture.cache.define(NAME, 'callback', request => this.compute(request));
    }

    compute(request) {
        request.return_value(number(6));
        return !this.token.is_closed();
    }
}

function defineHolding(fixture, name) {
    const token = openToken(fixture, name);
    return fixture.cache.define(NAME, null, () => token.is_closed());
}

function setDepfilesHolding(fixture, func, name) {
    const token = openToken(fixture, name);
    func.set_depfiles_func(() => [`${token}`]);
}

// The garbage collector frees what nothing holds; what is made in a function of its own is held by no variable here.
const inItsOwnScope = action => action();

function raisingPart(fixture) {
    const func = make(fixture);
    func.connect('compute', () => {
        throw new RangeError('an exception that the test wants');
    });
    checkCallFails(func, CacheError.NO_RESULT);
    print('no result');
}

main({
    first_handler_that_answers_wins(fixture) {
        const asked = [];
        const func = make(fixture);
        func.connect('compute', () => {
            asked.push('passes');
            return false;
        });
        func.connect('compute', answer(fixture));
        func.connect('compute', () => {
            asked.push('late');
            return false;
        });

        equal(call(func, 'any'), 1);
        equal(call(func, 'any'), 1);
        equal(asked, ['passes'], 'the list of the others asked');
    },

    no_handler_is_no_result(fixture) {
        const made = make(fixture);
        made.connect('compute', () => false);
        checkCallFails(fixture.cache.define(NAME, null, null), CacheError.NO_RESULT);
        checkCallFails(made, CacheError.NO_RESULT);
    },

    defined_without_callback_asks_handlers(fixture) {
        const func = fixture.cache.define(NAME, null, null);
        func.connect('compute', answer(fixture));
        equal(call(func, 'any'), 1);
    },

    callback_goes_before_handlers(fixture) {
        const func = fixture.cache.define(NAME, null, answerSeven);
        func.connect('compute', answer(fixture));
        equal(call(func, 'any'), 7);
        equal(fixture.computed, 0, 'the number of computations');
    },

    handler_reports_an_error(fixture) {
        const func = make(fixture);
        func.connect('compute', (_func, request) => {
            request.return_error(new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND, 'no such word'));
            return true;
        });
        const message = failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND, () => func.call(pathArgs('any'), null));
        equal(message, 'no such word', 'the message');
        equal(lookup(func, 'any'), null);
    },

    // The binding logs such an exception as a critical, which is fatal in this process.
    raising_handler_is_no_result() {
        const {output, errors} = runPart('raising', 'G_DEBUG', '');
        equal(output, 'no result');
        holds(errors.includes('an exception that the test wants'), `the exception was not logged: ${errors}`);
    },

    closed_function_still_hits(fixture) {
        const byCallback = fixture.cache.define(NAME, null, answerSeven);
        const bySignal = make(fixture);
        bySignal.connect('compute', answer(fixture));
        equal(call(byCallback, 'any'), 7);

        byCallback.close();
        byCallback.close();
        bySignal.close();
        equal(call(byCallback, 'any'), 7);
        equal(call(bySignal, 'any'), 7);
        checkCallFails(byCallback, CacheError.CLOSED);
        checkCallFails(bySignal, CacheError.CLOSED);
        equal(fixture.computed, 0, 'the number of computations');
    },

    callbacks_are_let_go(fixture) {
        inItsOwnScope(() => {
            const func = defineHolding(fixture, 'never-called');
            checkKept(fixture, 'never-called', 'a callback was let go too early');
            holds(func !== null, 'no function');
        });
        checkFreed(fixture, 'never-called', 'a callback that was never called was kept');

        const func = defineHolding(fixture, 'closed');
        setDepfilesHolding(fixture, func, 'first');
        setDepfilesHolding(fixture, func, 'second');
        checkFreed(fixture, 'first', 'the first depfiles function was kept');
        checkKept(fixture, 'second', 'the second depfiles function was let go too early');
        checkKept(fixture, 'closed', 'a callback was let go too early');
        func.close();
        checkFreed(fixture, 'second', 'the depfiles function of a closed function was kept');
        checkFreed(fixture, 'closed', 'the callback of a closed function was kept');
    },

    owner_by_signal_is_freed(fixture) {
        inItsOwnScope(() => {
            const owner = new BySignal(fixture);
            equal(call(owner.func, 'any'), 5);
            checkKept(fixture, 'by-signal', 'the owner was let go too early');
            equal(call(owner.func, 'other'), 5);
        });
        checkFreed(fixture, 'by-signal', 'the owner leaks by its signal handler');
    },

    owner_by_callback_is_freed_by_close(fixture) {
        inItsOwnScope(() => {
            const owner = new ByCallback(fixture);
            equal(call(owner.func, 'any'), 6);
            checkKept(fixture, 'by-callback', 'the owner was let go too early');
            owner.func.close();
        });
        checkFreed(fixture, 'by-callback', 'the owner of a closed function leaks');
    },

    function_keeps_its_cache_and_callback(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        fixture.cache = null;
        collectGarbage();
        equal(call(func, path), 2);
        equal(lookup(func, path), 2);
    },
}, {raising: raisingPart});
