// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What may be set: ages, switches, directories, types; and the names of entries, which nothing may move.

import {AnyCache, Gio, GLib, call, equal, holds, lookup, main, number, pathArgs, readText, runPart, waitUntil} from './fixture.js';

const HOUR = 3600 * GLib.USEC_PER_SEC;

const openOther = cache => AnyCache.Function.new(cache, 'org.example.Other', null);
const exists = path => GLib.file_test(path, GLib.FileTest.EXISTS);

function store(func, value, maxage = -1) {
    holds(func.store(pathArgs('any'), number(value), maxage, null, null), 'nothing was stored');
}

function defineLimited(fixture, maxage, noStore) {
    return fixture.cache.define('org.example.Limited', null, request => {
        fixture.computed++;
        if (noStore)
            request.set_no_store();
        request.set_maxage(maxage);
        request.return_value(number(fixture.computed));
        return true;
    });
}

function ageGiven(func) {
    const entry = func.peek(pathArgs('any'));
    return entry.get_expires() === -1 ? -1 : entry.get_expires() - entry.get_created();
}

function checkNotStored(fixture, [ofCache, ofFunction, ofRequest], noStore = false) {
    fixture.computed = 0;
    const func = defineLimited(fixture, ofRequest, noStore);
    fixture.cache.set_maxage(ofCache);
    func.set_maxage(ofFunction);
    equal(call(func, 'any'), 1);
    equal(lookup(func, 'any'), null);
    equal(call(func, 'any'), 2);
    equal(fixture.cache.get_size(), 0, 'the size');
}

function usePrivateCache() {
    const cache = AnyCache.Cache.new(null, -1);
    const other = AnyCache.Cache.new(null, -1);
    const func = openOther(cache);
    const cachedir = cache.get_cachedir();
    holds(cachedir !== other.get_cachedir(), 'two private directories are one');
    store(func, 5);
    equal(lookup(func, 'any'), 5);
    const info = Gio.File.new_for_path(cachedir).query_info('unix::mode', Gio.FileQueryInfoFlags.NONE, null);
    equal(info.get_attribute_uint32('unix::mode') & 0o7777, 0o700, 'the mode');
    return cachedir;
}

// What a process sees whose environment switches the cache off.
function disabledPart(fixture) {
    const path = fixture.write('text', 'one two');
    const func = fixture.defineWordCount();
    const results = [call(func, path), call(func, path)];
    print(`results ${results}, computed ${fixture.computed}, found ${lookup(func, path)}, size ${fixture.cache.get_size()}`);
}

function defaultPart() {
    const cache = AnyCache.Cache.get_default();
    const func = openOther(cache);
    store(func, 5);
    const same = cache === AnyCache.Cache.get_default();
    print(`same ${same}, maxsize ${cache.get_maxsize()}, found ${lookup(func, 'any')}, ${cache.get_cachedir()}`);
}

function appPart() {
    const cache = AnyCache.Cache.new_for_app('org.example.App', -1);
    const func = openOther(cache);
    const found = lookup(func, 'any');
    store(func, 5);
    print(`found ${found}, ${cache.get_cachedir()}`);
}

main({
    shortest_age_wins(fixture) {
        const rows = [
            [-1, -1, -1, -1],
            [HOUR, -1, -1, HOUR],
            [-1, HOUR, -1, HOUR],
            [-1, -1, HOUR, HOUR],
            [HOUR, 2 * HOUR, 3 * HOUR, HOUR],
            [2 * HOUR, HOUR, 3 * HOUR, HOUR],
            [3 * HOUR, 2 * HOUR, HOUR, HOUR],
        ];
        for (const [ofCache, ofFunction, ofRequest, expected] of rows) {
            fixture.cache.clear(null);
            fixture.cache.set_maxage(ofCache);
            const func = defineLimited(fixture, ofRequest, false);
            func.set_maxage(ofFunction);
            call(func, 'any');
            equal(ageGiven(func), expected, `the age of ${[ofCache, ofFunction, ofRequest]}`);
        }
    },

    stored_age_is_limited_too(fixture) {
        const func = fixture.defineWordCount();
        func.set_maxage(2 * HOUR);
        store(func, 1, HOUR);
        equal(ageGiven(func), HOUR, 'the age');
        store(func, 1, 3 * HOUR);
        equal(ageGiven(func), 2 * HOUR, 'the age');
    },

    age_zero_is_not_stored(fixture) {
        checkNotStored(fixture, [0, HOUR, HOUR]);
        checkNotStored(fixture, [HOUR, 0, HOUR]);
        checkNotStored(fixture, [HOUR, HOUR, 0]);
    },

    no_store(fixture) {
        checkNotStored(fixture, [-1, -1, -1], true);
    },

    expired_computes_again(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        holds(func.store(pathArgs(path), number(9), 50000, null, null), 'nothing was stored');

        // Looking again and again must not keep it alive.
        waitUntil(() => lookup(func, path) === null, 'the entry does not expire');

        equal(call(func, path), 2);
        equal(fixture.computed, 1, 'the number of computations');
    },

    maxsize_zero_is_off(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        fixture.cache.set_maxsize(0);
        call(func, path);
        call(func, path);
        equal(fixture.computed, 2, 'the number of computations');
        equal(lookup(func, path), null);
        equal(func.peek(pathArgs(path)), null);
        equal(fixture.cache.get_size(), 0, 'the size');

        fixture.cache.set_maxsize(-1);
        call(func, path);
        call(func, path);
        equal(fixture.computed, 3, 'the number of computations');

        fixture.cache.set_maxsize(0);
        equal(lookup(func, path), null);
        call(func, path);
        equal(fixture.computed, 4, 'the number of computations');
    },

    environment_switches_off() {
        const {output} = runPart('disabled', 'ANYCACHE_DISABLE', '1');
        equal(output, 'results 2,2, computed 2, found null, size 0');
    },

    private_directory() {
        const cachedir = usePrivateCache();
        waitUntil(() => !exists(cachedir), 'the directory was left behind');
    },

    default_cache(fixture) {
        const {output} = runPart('default', 'TMPDIR', fixture.directory);
        holds(output.startsWith(`same true, maxsize -1, found 5, ${fixture.directory}/`), output);
        holds(!exists(output.split(', ').pop()), 'the directory was left behind');
    },

    app_cache_is_persistent(fixture) {
        for (const found of [null, 5]) {
            const {output} = runPart('app', 'XDG_CACHE_HOME', fixture.directory);
            equal(output, `found ${found}, ${fixture.directory}/org.example.App`);
        }
    },

    args_type(fixture) {
        const func = new AnyCache.Function({cache: fixture.cache, name: 'org.example.Typed', args_type: '(s)'});
        equal(func.get_args_type(), '(s)', 'the type');
        store(func, 5);
        equal(lookup(func, 'any'), 5);
    },

    properties(fixture) {
        const {cache} = fixture;
        const func = fixture.defineWordCount('7');
        equal(cache.cachedir, GLib.build_filenamev([fixture.directory, 'cache']), 'cachedir');
        equal(cache.maxsize, -1, 'maxsize');
        equal(cache.maxage, -1, 'maxage');
        equal(cache.maxmemory, 16 * 1024 * 1024, 'maxmemory');
        equal(cache.check_interval, 0, 'check-interval');
        equal(cache.wait_timeout, 30 * 1000 * 1000, 'wait-timeout');
        equal(cache.size, 0, 'size');

        cache.maxage = HOUR;
        cache.maxmemory = 0;
        cache.check_interval = HOUR;
        cache.wait_timeout = HOUR;
        equal(cache.get_maxage(), HOUR, 'maxage');
        equal(cache.get_maxmemory(), 0, 'maxmemory');
        equal(cache.get_check_interval(), HOUR, 'check-interval');
        equal(cache.get_wait_timeout(), HOUR, 'wait-timeout');

        holds(func.cache === cache, 'the function has another cache');
        equal(func.name, 'org.example.WordCount', 'name');
        equal(func.version, '7', 'version');
        equal(func.args_type, null, 'args-type');
        equal(func.maxage, -1, 'maxage');
    },

    // The names of entries, the same in every language, process and release of one format.
    idents_are_golden(fixture) {
        const [folder] = GLib.filename_from_uri(import.meta.url);
        const table = readText(GLib.build_filenamev([GLib.path_get_dirname(folder), 'idents.txt']));
        const rows = table.split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(' | '));
        holds(rows.length > 0, 'the table is empty');
        for (const [name, version, text, expected] of rows) {
            const func = AnyCache.Function.new(fixture.cache, name, version);
            const ident = func.dup_ident(GLib.Variant.parse(null, text, null, null));
            print(`# ${name} | ${version} | ${text} | ${ident}`);
            equal(ident, expected, text);
        }
    },
}, {disabled: disabledPart, default: defaultPart, app: appPart});
