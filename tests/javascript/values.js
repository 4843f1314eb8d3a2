// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Native values on their way into the cache and back.

import {AnyCache, Gio, GLib, holds, main, same, throwsError} from './fixture.js';

const {Keys} = imports.overrides.anycache.keys;
const {pack} = imports.overrides.anycache.packing;

const BIG = 2n ** 60n;
const file = Gio.File.new_for_path('/any file');

class Point {
    x = 1;
}

function loop() {
    const list = [1];
    list.push({list});
    return list;
}

// What goes in, its type, and what comes out where that is something else.
const ROWS = [
    [true, 'b'],
    [false, 'b'],
    [0, 'x'],
    [-7, 'x'],
    [Number.MAX_SAFE_INTEGER, 'x'],
    [Number.MIN_SAFE_INTEGER, 'x'],
    [5n, 'x', 5],
    [BIG, 'x'],
    [-(2n ** 63n), 'x'],
    [2n ** 63n, 't'],
    [2n ** 64n - 1n, 't'],
    [1.5, 'd'],
    [-0, 'd'],
    [NaN, 'd'],
    [-Infinity, 'd'],
    [2 ** 53, 'd'],
    ['', 's'],
    ['Grüße, 世界 🙂', 's'],
    [new Uint8Array([0, 1, 255]), 'ay'],
    [new Uint8Array(), 'ay'],
    [new GLib.Bytes(new Uint8Array([7, 8])), 'ay', new Uint8Array([7, 8])],
    [null, 'mv'],
    [[], 'av'],
    [['a', ''], 'as'],
    [[1, -2, BIG], 'ax'],
    [[0.5, NaN], 'ad'],
    [[1, 0.5], 'av'],
    [[0, -0], 'av'],
    [[2n ** 63n, 1], 'av'],
    [[1, 'a', null, [true], {b: []}], 'av'],
    [[undefined, 1], 'av', [null, 1]],
    [[1, , 'a'], 'av', [1, null, 'a']],
    [[, 'a'], 'av', [null, 'a']],
    [[, 1], 'av', [null, 1]],
    [[, 0.5], 'av', [null, 0.5]],
    [new Array(2), 'av', [null, null]],
    [{}, 'a{sv}'],
    [{b: 1, a: [1.5], 'any key': {nested: new Uint8Array([1])}}, 'a{sv}'],
    [{nothing: undefined}, 'a{sv}', {nothing: null}],
    [JSON.parse('{"__proto__": {"a": 1}}'), 'a{sv}'],
    [Object.assign(Object.create(null), {a: 1}), 'a{sv}'],
    [file, 's', file.get_uri()],
    [new GLib.Variant('(si)', ['a', 1]), '(si)', ['a', 1]],
    [new GLib.Variant('q', 7), 'q', 7],
    [[new GLib.Variant('u', 7), 'a'], 'av', [7, 'a']],
    [new GLib.Variant('a{us}', {7: 'seven'}), 'a{us}', new Map([[7, 'seven']])],
    [new GLib.Variant('ms', 'a'), 'ms', 'a'],
    [GLib.Variant.new_variant(GLib.Variant.new_variant(new GLib.Variant('o', '/a'))), 'v', '/a'],
];

// What cannot be remembered, and what is said of it.
const REFUSED = [
    [new Date(), 'is a Date'],
    [new Map(), 'is a Map'],
    [new Set(), 'is a Set'],
    [/any/, 'is a RegExp'],
    [new Point(), 'is a Point'],
    [new Float32Array(2), 'is a Float32Array'],
    [new Error('any'), 'is an Error'],
    [Promise.resolve(), 'is a Promise'],
    [new Gio.Cancellable(), 'Cancellable'],
    [() => {}, 'is a function'],
    [Symbol('any'), 'is a symbol'],
    [{[Symbol('any')]: 1}, 'is an object'],
    [loop(), 'contains itself'],
    ['a\0b', 'a NUL'],
    ['\ud83d', 'half a surrogate pair'],
    [['a', '\udc00'], 'half a surrogate pair'],
    [{'\ud83d': 1}, 'half a surrogate pair'],
];

// Gives what it was called with, and checks what it is given.
function echoing(fixture, value, expected) {
    return fixture.cache.memoize('org.example.Echo', (given, request) => {
        same(given, expected, 'what the function was given');
        fixture.computed++;
        fixture.type = request.get_args().get_type_string();
        return value;
    }, {request: true});
}

// What is likely to look like something else.
const ATOMS = [null, undefined, true, false, 0, -0, 1, 12, 1n, 1.5, NaN, '', ',', 'a', 'n1', 's1:a', 'null', 'true', 'as1:a,',
    'os1:a,n1,', new Uint8Array(), new Uint8Array([44]), new Uint8Array([44, 110, 49])];
const TEXTS = ATOMS.filter(atom => typeof atom === 'string');

const oneOf = list => list[GLib.random_int_range(0, list.length)];

function makeRandomly(depth) {
    const kind = GLib.random_int_range(0, depth > 0 ? 4 : 2);
    const items = Array.from({length: GLib.random_int_range(0, 3)}, () => depth > 0 ? makeRandomly(depth - 1) : null);
    if (kind < 2)
        return oneOf(ATOMS);
    return kind < 3 ? items : Object.fromEntries(items.map(item => [oneOf(TEXTS), item]));
}

main({
    // Else one call would get the result of another.
    keys_tell_apart() {
        GLib.random_set_seed(7);
        const texts = new Map();
        for (let i = 0; i < 20000; i++) {
            const values = [makeRandomly(2), makeRandomly(1)].slice(0, GLib.random_int_range(1, 3));
            const key = Keys.ofAll(values);
            const text = values.map(value => pack(value, 'a value').print(true)).join('; ');
            same(texts.get(key) ?? text, text, `what has the key ${key}`);
            texts.set(key, text);
        }
        holds(texts.size > 1000, 'there are few values');
    },

    table_round_trips(fixture) {
        for (const [value, type, expected = value] of ROWS) {
            fixture.computed = 0;
            const echo = echoing(fixture, value, expected);
            for (let call = 0; call < 3; call++)
                same(echo(value), expected, 'the result');
            same([fixture.computed, fixture.type], [1, `(${type})`], 'the number of computations and the type');

            fixture.cache.maxmemory = 0;
            same(echoing(fixture)(value), expected, 'the result on disk');
            same(echo.function.lookup(GLib.Variant.new_tuple([pack(value)])).get_type_string(), type, 'the type of the result');
            same(echo.lookup(value), expected, 'what is looked up');
            same(fixture.computed, 1, 'the number of computations');
            fixture.cache.maxmemory = 1 << 20;
            echo.clear();
        }
    },

    types_count(fixture) {
        const kindOf = fixture.cache.memoize('org.example.Kind', value => {
            fixture.computed++;
            return value === null ? 'null' : typeof value;
        });
        const values = [1, '1', true, 'true', 1.5, '1.5', null, 'null', ['1'], [1], [], {}, 'a,b', '', 0, -0];
        const kinds = values.map(value => value === null ? 'null' : typeof value);
        for (let call = 0; call < 3; call++)
            same(values.map(value => kindOf(value)), kinds);
        same(fixture.computed, values.length, 'the number of computations');
        same(kindOf(1n), 'number');
        same(fixture.computed, values.length, 'the number of computations');
    },

    boundaries_count(fixture) {
        const count = fixture.cache.memoize('org.example.Count', (...args) => {
            fixture.computed++;
            return JSON.stringify(args);
        });
        const calls = [[], ['a', 'b'], ['a,s1:b'], ['a,sb'], ['a'], [['a', 'b']], [['a'], 'b'], [[['a'], 'b']], [{a: 'b'}], [null],
            [undefined, 1], [null, null], ['a', [], 'b'], ['a', ['b']]];
        for (let call = 0; call < 3; call++) {
            same(calls.map(args => count(...args)), calls.map(args => JSON.stringify(args)));
            same(fixture.computed, calls.length, 'the number of computations');
        }
    },

    refused_values_are_named(fixture) {
        const func = fixture.cache.memoize('org.example.Refuse', (size, when = 1) => [size, when]);
        for (const [value, words] of REFUSED) {
            throwsError(TypeError, [words, 'the parameter “when”', 'org.example.Refuse'], () => func(1, value));
            throwsError(TypeError, [words, 'item 1 of “list” of the parameter “size”'], () => func({list: [1, value]}));
            throwsError(TypeError, [words, 'the result of'], () => fixture.cache.memoize('org.example.Result', () => [value])());
        }
        throwsError(RangeError, ['more than 64 bits', '“size”'], () => func(2n ** 64n));
        throwsError(TypeError, ['parameter 0'], () => fixture.cache.memoize('org.example.Pattern', ({a}) => a)(Symbol.iterator));
    },

    // Those who are refused once were not kept.
    refused_again(fixture) {
        const func = fixture.cache.memoize('org.example.Refuse', value => value);
        const list = [1];
        for (let call = 0; call < 3; call++)
            func(list);
        list.push(list);
        throwsError(TypeError, ['contains itself'], () => func(list));
    },

    nobody_changes_the_cache(fixture) {
        const original = {list: [1, 'a'], bytes: new Uint8Array([1, 2]), deep: {deep: [{}]}};
        const make = fixture.cache.memoize('org.example.Make', () => original);
        for (let call = 0; call < 4; call++) {
            const result = make();
            same(result, original);
            result.list.push(2);
            result.bytes.fill(9);
            result.deep.deep[0].changed = true;
        }
        same(make.lookup(), original);
        original.bytes.fill(7);
        original.list.push('b');
        same(make(), {list: [1, 'a'], bytes: new Uint8Array([1, 2]), deep: {deep: [{}]}});

        // Memory that came from the cache, and a part of a buffer.
        const given = new GLib.Bytes(new Uint8Array([1, 2, 3, 4])).toArray();
        const part = fixture.cache.memoize('org.example.Part', () => given.subarray(1, 3));
        same([part(), given.fill(9), part(), part.lookup()], [[2, 3], given, [2, 3], [2, 3]].map(list => new Uint8Array(list)));
        const bytes = fixture.cache.memoize('org.example.Bytes', () => new Uint8Array(100000));
        bytes().fill(9);
        same(bytes()[0], 0);
    },

    // What the caller changes after the call, and what the function does to its arguments, reaches nobody.
    arguments_are_snapshots(fixture) {
        const sort = fixture.cache.memoize('org.example.Sort', list => list.sort());
        const list = ['b', 'a'];
        same(sort(list), ['a', 'b']);
        same(list, ['b', 'a']);
        list.push('c');
        same(sort(list), ['a', 'b', 'c']);
    },

    objects_of_python(fixture) {
        const pickle = GLib.Variant.new_dict_entry(GLib.Variant.new_string('application/x-python-pickle'),
            GLib.Variant.new_from_bytes(new GLib.VariantType('ay'), new GLib.Bytes(new Uint8Array([128])), true));
        same(pickle.get_type_string(), '{say}');
        const func = fixture.cache.memoize('org.example.Python', () => 1);
        for (const value of [pickle, new GLib.Variant('av', [pickle])]) {
            func.function.store(new GLib.Variant('()', []), value, -1, null);
            throwsError(TypeError, ['Python'], () => func());
        }
        holds(func.refresh() === 1, 'it was not computed anew');
        holds(AnyCache.NOT_MODIFIED !== undefined, 'there is no symbol');
    },
});
