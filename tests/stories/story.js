// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The story: what becomes of a remembered call. C, Vala and Python tell the same one.

import {AnyCache, GLib, call, equal, holds, lookup, main, number, pathArgs, waitUntil, writeText} from './fixture.js';

function defineText(fixture) {
    return fixture.cache.define('org.example.Text', null, request => {
        fixture.computed++;
        const [path] = request.get_args().deepUnpack();
        request.return_bytes(GLib.Bytes.new(GLib.file_get_contents(path)[1]));
        return true;
    });
}

// Depends on one path, looked at in one way.
function defineLook(fixture, name, path, flags) {
    return fixture.cache.define(name, null, request => {
        request.add_dependency_full(path, flags);
        request.return_value(number(++fixture.computed));
        return true;
    });
}

function checkText(func, path, expected) {
    const value = func.call(pathArgs(path), null);
    equal(value.get_type_string(), 'ay', 'the type');
    equal(new TextDecoder().decode(value.deepUnpack()), expected, 'the text');
}

// Opens the directory anew. The old object goes when the garbage collector finds it; then nothing is left in memory.
function reopen(fixture, path) {
    const cachedir = fixture.cache.get_cachedir();

    waitUntil(() => {
        fixture.cache = AnyCache.Cache.new(cachedir, -1);
        if (fixture.defineWordCount().peek(pathArgs(path)) === null)
            return true;
        fixture.cache = null;
        return false;
    }, 'the old cache does not go');
}

main({
    call_computes_once(fixture) {
        const path = fixture.write('text', 'one two three');
        const func = fixture.defineWordCount();

        equal(call(func, path), 3);
        equal(call(func, path), 3);
        equal(fixture.computed, 1, 'the number of computations');
    },

    hit_after_reopening(fixture) {
        const path = fixture.write('text', 'one two three');
        equal(call(fixture.defineWordCount(), path), 3);

        reopen(fixture, path);
        equal(call(fixture.defineWordCount(), path), 3);
        equal(fixture.computed, 1, 'the number of computations');
    },

    changed_file_computes_once_more(fixture) {
        const path = fixture.write('text', 'a b c d');
        const func = fixture.defineWordCount();
        equal(call(func, path), 4);

        // The size stays, so that only the times and the content tell.
        writeText(path, 'abc def');
        equal(call(func, path), 2);
        equal(call(func, path), 2);
        equal(fixture.computed, 2, 'the number of computations');
    },

    missing_file_appears(fixture) {
        const path = GLib.build_filenamev([fixture.directory, 'later']);
        const func = fixture.defineWordCount();
        equal(call(func, path), 0);
        equal(call(func, path), 0);
        equal(fixture.computed, 1, 'the number of computations');

        writeText(path, 'here now');
        equal(call(func, path), 2);
        equal(fixture.computed, 2, 'the number of computations');

        GLib.unlink(path);
        equal(call(func, path), 0);
        equal(fixture.computed, 3, 'the number of computations');
    },

    remove(fixture) {
        const path = fixture.write('text', 'one two');
        const other = fixture.write('other', 'three');
        const func = fixture.defineWordCount();
        call(func, path);
        call(func, other);

        holds(func.remove(pathArgs(path), null), 'nothing was removed');
        equal(lookup(func, path), null);
        equal(lookup(func, other), 1);

        // Nothing to remove is nothing wrong.
        holds(func.remove(pathArgs(path), null), 'removing nothing is an error');

        equal(call(func, path), 2);
        equal(fixture.computed, 3, 'the number of computations');
    },

    clear_empties_the_cache(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        equal(fixture.cache.get_size(), 0, 'the size');
        call(func, path);
        holds(fixture.cache.get_size() > 0, 'an entry has no size');

        holds(fixture.cache.clear(null), 'nothing was cleared');
        equal(fixture.cache.get_size(), 0, 'the size');
        equal(lookup(func, path), null);

        equal(call(func, path), 2);
        equal(fixture.computed, 2, 'the number of computations');
        holds(fixture.cache.get_size() > 0, 'an entry has no size');
    },

    clearing_a_function_spares_others(fixture) {
        const path = fixture.write('text', 'one two');
        const plain = fixture.defineWordCount();
        const versioned = fixture.defineWordCount('2');
        const other = AnyCache.Function.new(fixture.cache, 'org.example.Other', null);
        call(plain, path);
        call(versioned, path);
        holds(other.store(pathArgs(path), number(7), -1, null, null), 'nothing was stored');

        // All entries of the name go, whatever their version.
        holds(plain.clear(null), 'nothing was cleared');
        equal(lookup(plain, path), null);
        equal(lookup(versioned, path), null);
        equal(lookup(other, path), 7);
    },

    lookup_never_computes(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        equal(lookup(func, path), null);
        equal(fixture.computed, 0, 'the number of computations');

        call(func, path);
        equal(lookup(func, path), 2);

        writeText(path, 'one two three');
        equal(lookup(func, path), null);
        equal(fixture.computed, 1, 'the number of computations');
    },

    store_then_lookup(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        holds(func.store(pathArgs(path), number(40), -1, [path], null), 'nothing was stored');
        equal(lookup(func, path), 40);

        // A later store takes the place of an earlier one, and a call takes what was stored.
        holds(func.store(pathArgs(path), number(41), -1, [path], null), 'nothing was stored');
        equal(call(func, path), 41);
        equal(fixture.computed, 0, 'the number of computations');

        writeText(path, 'one two three');
        equal(lookup(func, path), null);
        equal(call(func, path), 3);
        equal(fixture.computed, 1, 'the number of computations');
    },

    refresh_computes_anew(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        holds(func.store(pathArgs(path), number(40), -1, null, null), 'nothing was stored');

        equal(func.refresh(pathArgs(path), null).deepUnpack(), 2);
        equal(fixture.computed, 1, 'the number of computations');
        equal(lookup(func, path), 2);
    },

    is_outdated(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        const isOutdated = () => func.is_outdated(pathArgs(path), null);

        equal(isOutdated(), true);
        call(func, path);
        equal(isOutdated(), false);
        writeText(path, 'one two three');
        equal(isOutdated(), true);

        equal(fixture.computed, 1, 'the number of computations');
    },

    version_is_another_entry(fixture) {
        const path = fixture.write('text', 'one two');
        const [none, empty, first, second] = [null, '', '1', '2'].map(version => fixture.defineWordCount(version));

        call(none, path);
        call(empty, path);
        equal(fixture.computed, 1, 'the number of computations');
        call(first, path);
        call(second, path);
        equal(fixture.computed, 3, 'the number of computations');

        // They stand side by side.
        call(first, path);
        call(none, path);
        equal(fixture.computed, 3, 'the number of computations');
    },

    peek_shows_what_memory_holds(fixture) {
        const path = fixture.write('text', 'one two');
        const func = fixture.defineWordCount();
        equal(func.peek(pathArgs(path)), null);
        call(func, path);
        const entry = func.peek(pathArgs(path));

        equal(entry.get_value().deepUnpack(), 2);
        holds(entry.get_created() > 0, 'the entry was never created');
        equal(entry.get_expires(), -1, 'the expiry');
        holds(entry.get_cost() >= 0, 'the entry cost less than nothing');
        equal(entry.dup_dependencies(), [path], 'the dependencies');

        // The entry keeps what it found; whether a call would return it is asked anew.
        equal(entry.is_current(), true);
        writeText(path, 'one two three');
        equal(entry.is_current(), false);
        equal(entry.get_value().deepUnpack(), 2);
    },

    depfiles_function(fixture) {
        const path = fixture.write('text', 'one two');
        const func = defineText(fixture);
        func.set_depfiles_func((result, args) => args.deepUnpack());
        fixture.settle(path);
        checkText(func, path, 'one two');
        checkText(func, path, 'one two');
        equal(fixture.computed, 1, 'the number of computations');

        writeText(path, 'six ten');
        fixture.settle(path);
        checkText(func, path, 'six ten');
        checkText(func, path, 'six ten');
        equal(fixture.computed, 2, 'the number of computations');
    },

    depfiles_function_names_no_file(fixture) {
        const path = fixture.write('text', 'one two');
        const func = defineText(fixture);
        func.set_depfiles_func(() => []);
        checkText(func, path, 'one two');

        // Nobody said that the file matters.
        writeText(path, 'six ten');
        checkText(func, path, 'one two');
        equal(fixture.computed, 1, 'the number of computations');
    },

    a_function_calls_another(fixture) {
        const path = fixture.write('text', 'one two');
        const words = fixture.defineWordCount();
        const twice = fixture.cache.define('org.example.Twice', null, request => {
            request.return_value(number(2 * words.call(request.get_args(), null).deepUnpack()));
            return true;
        });

        equal(call(twice, path), 4);
        equal(call(twice, path), 4);
        equal(fixture.computed, 1, 'the number of computations');

        // It names no file itself.
        writeText(path, 'one two three');
        equal(lookup(twice, path), null);
        equal(call(twice, path), 6);
        equal(fixture.computed, 2, 'the number of computations');
    },

    content_dependency(fixture) {
        const path = fixture.write('text', 'one two');
        const func = defineLook(fixture, 'org.example.Content', path, AnyCache.DependencyFlags.CONTENT);
        equal(call(func, path), 1);

        // The same bytes at another time, and at rest.
        fixture.settle(path);
        writeText(path, 'one two');
        fixture.settle(path);
        equal(call(func, path), 1);

        writeText(path, 'six ten');
        equal(call(func, path), 2);
    },

    tree_dependency(fixture) {
        const tree = GLib.build_filenamev([fixture.directory, 'tree']);
        const deep = GLib.build_filenamev([tree, 'one', 'two']);
        const path = GLib.build_filenamev([deep, 'text']);
        const beside = fixture.write('beside', 'text');
        const func = defineLook(fixture, 'org.example.Tree', tree, AnyCache.DependencyFlags.RECURSIVE);
        GLib.mkdir_with_parents(deep, 0o700);
        writeText(path, 'one two');
        equal(call(func, tree), 1);
        writeText(beside, 'other');
        equal(call(func, tree), 1);

        writeText(path, 'six ten');
        equal(call(func, tree), 2);
        GLib.unlink(path);
        equal(call(func, tree), 3);
        equal(call(func, tree), 3);
    },
});
