// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What an application says to have changed: a token of its own, or a path.

import {AnyCache, Gio, GLib, call, equal, failsWith, holds, lookup, main, number, pathArgs, runPart} from './fixture.js';

const TOKEN = 'app:account/42';

// Another process on the directory that the environment names.
function invalidatingPart() {
    const cache = AnyCache.Cache.new(GLib.getenv('STORY_CACHEDIR'), -1);
    cache.invalidate(TOKEN, null);
}

function invalidate(fixture, dependency) {
    holds(fixture.cache.invalidate(dependency, null), 'nothing was invalidated');
}

// Depends on something that is no file.
function defineAccount(fixture) {
    return fixture.cache.define('org.example.Account', null, request => {
        request.add_dependency(TOKEN);
        fixture.computed++;
        request.return_value(number(fixture.computed));
        return true;
    });
}

main({
    token(fixture) {
        const func = defineAccount(fixture);
        equal(call(func, 'any'), 1);
        invalidate(fixture, 'app:account/43');
        equal(call(func, 'any'), 1);

        invalidate(fixture, TOKEN);
        equal(lookup(func, 'any'), null);
        equal(call(func, 'any'), 2);
        equal(call(func, 'any'), 2);
    },

    path(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        call(func, path);

        // The file is as it was, and nobody looks at that.
        invalidate(fixture, path);
        equal(lookup(func, path), null);
        equal(call(func, path), 2);
        equal(fixture.computed, 2);

        invalidate(fixture, Gio.File.new_for_path(path).get_uri());
        equal(lookup(func, path), null);
    },

    entry(fixture) {
        const func = defineAccount(fixture);
        call(func, 'any');
        const entry = func.peek(pathArgs('any'));
        equal(entry.dup_dependencies(), [TOKEN]);
        holds(entry.is_current(), 'the entry is not current');
        invalidate(fixture, TOKEN);
        holds(!entry.is_current(), 'the entry is still current');
    },

    stored_result(fixture) {
        const func = defineAccount(fixture);
        holds(func.store(pathArgs('any'), number(40), -1, [TOKEN], null), 'nothing was stored');
        equal(lookup(func, 'any'), 40);
        invalidate(fixture, TOKEN);
        equal(lookup(func, 'any'), null);
    },

    a_function_calls_another(fixture) {
        const account = defineAccount(fixture);
        const twice = fixture.cache.define('org.example.Twice', null, request => {
            request.return_value(number(2 * account.call(request.get_args(), null).deepUnpack()));
            return true;
        });
        equal(call(twice, 'any'), 2);
        invalidate(fixture, TOKEN);
        equal(lookup(twice, 'any'), null);
        equal(call(twice, 'any'), 4);
    },

    another_process(fixture) {
        const func = defineAccount(fixture);
        equal(call(func, 'any'), 1);
        equal(call(func, 'any'), 1);
        runPart('invalidating', 'STORY_CACHEDIR', fixture.cache.get_cachedir());
        equal(lookup(func, 'any'), null);
        equal(call(func, 'any'), 2);
    },

    refusals(fixture) {
        for (const name of ['', 'file://elsewhere/text'])
            failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_ARGUMENT, () => fixture.cache.invalidate(name, null));
    },
}, {invalidating: invalidatingPart});
