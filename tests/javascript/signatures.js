// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls whose arguments have a declared type.

import {Gio, GLib, equal, main, same, tell, throwsError} from './fixture.js';

const bytes = new Uint8Array([1, 2]);
const file = Gio.File.new_for_path('/any');

// A type, values that suit it, and what the function is given.
const SUIT = [
    ['(b)', [true]],
    ['(y)', [255]],
    ['(n)', [-32768]],
    ['(q)', [65535]],
    ['(i)', [-(2 ** 31)]],
    ['(u)', [2 ** 32 - 1]],
    ['(u)', [7n], [7]],
    ['(x)', [2n ** 62n]],
    ['(t)', [2n ** 64n - 1n]],
    ['(d)', [1]],
    ['(d)', [-0]],
    ['(s)', ['a']],
    ['(s)', [file], [file.get_uri()]],
    ['(o)', ['/a/b']],
    ['(g)', ['a{sv}']],
    ['(v)', [[1, 'a']]],
    ['(ay)', [bytes]],
    ['(ay)', [[1, 2]], [bytes]],
    ['(as)', [[]]],
    ['(aai)', [[[1], []]]],
    ['(ms)', ['a']],
    ['(ms)', [null]],
    ['(ms)', [], [null]],
    ['(mms)', ['a']],
    ['(a{sv})', [{a: 1, b: 'c'}]],
    ['(a{si})', [new Map([['a', 1]])], [{a: 1}]],
    ['(a{ib})', [new Map([[1, true]])]],
    ['((sa(ib))v)', [['a', [[1, true], [2, false]]], null]],
    ['(i)', [new GLib.Variant('i', 7)], [7]],
    ['()', []],
];

// A type, values that do not suit it, the class of the error and a word of its message.
const UNSUITABLE = [
    ['(b)', [1], TypeError, 'a number'],
    ['(y)', [256], RangeError, 'out of the range of “y”'],
    ['(n)', [-32769], RangeError, 'out of the range'],
    ['(u)', [-1], RangeError, 'out of the range'],
    ['(i)', [1.5], TypeError, 'a number, where the signature has “i”'],
    ['(i)', ['1'], TypeError, 'a string'],
    ['(x)', [2 ** 60], RangeError, 'bigint'],
    ['(t)', [2n ** 64n], RangeError, 'out of the range'],
    ['(d)', ['1'], TypeError, 'a string'],
    ['(d)', [1n], TypeError, 'a bigint'],
    ['(s)', [1], TypeError, 'a number'],
    ['(s)', ['a\0'], TypeError, 'NUL'],
    ['(s)', [undefined], TypeError, 'undefined, where'],
    ['(s)', [], TypeError, 'undefined, where'],
    ['(o)', ['no path'], TypeError, '“o”'],
    ['(as)', [['a', 1]], TypeError, 'item 1 of the parameter “one”'],
    ['(as)', ['a'], TypeError, 'a string'],
    ['(ay)', ['a'], TypeError, 'a string'],
    ['(a{sv})', [[]], TypeError, 'an array'],
    ['(a{si})', [{a: 'b'}], TypeError, '“a” of the parameter “one”'],
    ['(a{sv})', [{a: new Date()}], TypeError, 'a Date'],
    ['((ii))', [[1]], TypeError, 'an array'],
    ['(i)', [new GLib.Variant('u', 7)], TypeError, '“u”'],
    ['(i)', [1, 2], TypeError, 'takes 1 arguments'],
];

main({
    suitable_values(fixture) {
        for (const [signature, args, expected = args] of SUIT) {
            let asked = null;
            const func = fixture.cache.memoize('org.example.Suit', (...given) => {
                // The request comes last.
                asked = given.pop().get_args().get_type_string();
                fixture.computed++;
                return tell(given);
            }, {signature, request: true});

            fixture.computed = 0;
            for (let call = 0; call < 3; call++)
                equal(func(...args), tell(expected), `what ${signature} was given`);
            same([asked, fixture.computed], [signature, 1]);
            func.clear();
        }
    },

    unsuitable_values(fixture) {
        for (const [signature, args, ErrorClass, words] of UNSUITABLE) {
            const func = fixture.cache.memoize('org.example.Unsuitable', one => one, {signature});
            throwsError(ErrorClass, [words, 'org.example.Unsuitable'], () => func(...args));
        }
    },

    signatures_are_tuples(fixture) {
        for (const signature of ['i', '', '(', '(h)', '(*)', 'r', 'ai', '(i)(i)', 7, null])
            throwsError(TypeError, ['signature'], () => fixture.cache.memoize('org.example.None', () => 1, {signature}));
    },

    // One number is two values here, and one call there.
    zeros(fixture) {
        const sign = fixture.cache.memoize('org.example.Sign', zero => 1 / zero, {signature: '(d)'});
        for (let call = 0; call < 3; call++)
            same([sign(0), sign(-0)], [Infinity, -Infinity]);
    },
});
