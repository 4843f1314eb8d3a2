// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What is refused before anything is computed, and what is computed but not kept.

import {AnyCache, Gio, GLib, call, equal, failsWith, holds, lookup, main, number, pathArgs, writeText} from './fixture.js';

const NAME = 'org.example.Refusals';

function count(fixture) {
    return request => {
        fixture.computed++;
        request.return_value(number(fixture.computed));
        return true;
    };
}

const defineCounter = fixture => fixture.cache.define(NAME, null, count(fixture));

// A number in so many boxes.
function nested(nLevels) {
    let value = number(1);
    for (let i = 0; i < nLevels; i++)
        value = GLib.Variant.new_variant(value);
    return value;
}

// Does everything with the arguments that can be done, and expects that all of it fails alike.
function checkAllFail(func, args, cancellable, code) {
    for (const operation of ['call', 'lookup', 'refresh', 'is_outdated', 'remove'])
        failsWith(Gio.IOErrorEnum, code, () => func[operation](args, cancellable));
    failsWith(Gio.IOErrorEnum, code, () => func.store(args, number(5), -1, null, cancellable));
}

function checkRefused(func, args) {
    checkAllFail(func, args, null, Gio.IOErrorEnum.INVALID_ARGUMENT);
    failsWith(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_ARGUMENT, () => func.dup_ident(args));
    equal(func.peek(args), null);
}

function checkFirstIsNotStored(fixture, func, path) {
    fixture.settle(path);
    equal(call(func, path), 1);
    equal(lookup(func, path), null);
    fixture.settle(path);
    equal(call(func, path), 2);
    equal(call(func, path), 2);
}

main({
    handles_are_refused(fixture) {
        const func = defineCounter(fixture);
        checkRefused(func, GLib.Variant.new_handle(0));
        checkRefused(func, GLib.Variant.new_tuple([GLib.Variant.new_string('file'), GLib.Variant.new_handle(0)]));
        checkRefused(func, GLib.Variant.new_tuple([GLib.Variant.new_variant(GLib.Variant.new_handle(0))]));
        checkRefused(func, GLib.Variant.new_array(new GLib.VariantType('h'), []));
        equal(fixture.computed, 0, 'the number of computations');
    },

    deep_nesting_is_refused(fixture) {
        const func = defineCounter(fixture);
        checkRefused(func, nested(70));
        equal(fixture.computed, 0, 'the number of computations');
        equal(func.call(nested(60), null).deepUnpack(), 1);
    },

    other_types_are_refused(fixture) {
        const func = new AnyCache.Function({cache: fixture.cache, name: NAME, args_type: '(si)'});
        checkRefused(func, new GLib.Variant('(sx)', ['two', 2]));
        checkRefused(func, new GLib.Variant('s', 'two'));
    },

    cancelled_computes_nothing(fixture) {
        const func = defineCounter(fixture);
        const cancellable = new Gio.Cancellable();
        const {CANCELLED} = Gio.IOErrorEnum;
        cancellable.cancel();
        checkAllFail(func, pathArgs('any'), cancellable, CANCELLED);
        equal(fixture.computed, 0, 'the number of computations');

        // What is stored stays, and is not told to who has cancelled.
        call(func, 'any');
        checkAllFail(func, pathArgs('any'), cancellable, CANCELLED);
        failsWith(Gio.IOErrorEnum, CANCELLED, () => func.clear(cancellable));
        failsWith(Gio.IOErrorEnum, CANCELLED, () => fixture.cache.clear(cancellable));
        equal(lookup(func, 'any'), 1);
        equal(fixture.computed, 1, 'the number of computations');
    },

    // Without its files a result may be told, but not kept.
    unknown_files_are_not_stored(fixture) {
        const ways = [
            () => null,
            () => {
                throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND, 'the list is lost');
            },
            () => {
                throw new RangeError('an exception that the test wants');
            },
            () => [{}, 5],
        ];
        for (const way of ways) {
            fixture.computed = 0;
            fixture.cache.clear(null);
            const func = defineCounter(fixture);
            func.set_depfiles_func(way);
            equal(call(func, 'any'), 1);
            equal(lookup(func, 'any'), null);
            equal(call(func, 'any'), 2);
            equal(fixture.cache.get_size(), 0, 'the size');

            // A new list of files counts from the next call on.
            func.set_depfiles_func(null);
            equal(call(func, 'any'), 3);
            equal(call(func, 'any'), 3);
        }
    },

    file_changed_meanwhile_is_not_stored(fixture) {
        const path = fixture.write('text', 'one two');
        const disturbed = request => {
            fixture.computed++;
            if (fixture.computed === 1)
                writeText(path, 'changed meanwhile');
            request.return_value(number(fixture.computed));
            return true;
        };
        const namedAndDisturbed = request => {
            request.add_dependency(path);
            return disturbed(request);
        };
        checkFirstIsNotStored(fixture, fixture.cache.define(NAME, null, namedAndDisturbed), path);

        fixture.computed = 0;
        const listed = fixture.cache.define(NAME, 'listed', disturbed);
        listed.set_depfiles_func(() => [path]);
        checkFirstIsNotStored(fixture, listed, path);
    },

    // A cache that cannot store is a slow cache, not a broken program.
    trouble_is_told_once(fixture) {
        const told = [];
        const cache = AnyCache.Cache.new(fixture.write('file', 'not a directory'), -1);
        cache.connect('store-failed', (_cache, error) => told.push(error));
        const func = cache.define(NAME, null, count(fixture));
        equal(call(func, 'any'), 1);
        equal(call(func, 'any'), 2);
        equal(told.length, 1, 'the number of complaints');
        holds(told[0] instanceof GLib.Error, `told was ${told[0]}`);
        equal(cache.get_size(), 0, 'the size');
    },
});
