// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Entries that are shared with a program in C.

import System from 'system';

import {GLib, equal, main, output, run, same} from './fixture.js';

const NAME = 'org.example.Sharing';
const [RAW] = System.programArgs;

// The arguments here and in C, the declared type of them, if any, and the result in C and here.
const CALLS = [
    [[1, 'a'], "(int64 1, 'a')", undefined, "'text'", 'text'],
    [[1, 'a'], "(1, 'a')", '(is)', "('a', 7)", ['a', 7]],
    [[true, 0.5, null], '(true, 0.5, @mv nothing)', undefined, 'int64 -5', -5],
    [[[1, 2], ['a']], "(@ax [1, 2], ['a'])", undefined, '@a{sv} {}', {}],
    [[{a: 1}], "({'a': <int64 1>},)", undefined, "{'a': <[<int64 1>, <'b'>]>}", {a: [1, 'b']}],
    [[2n ** 63n], '(uint64 9223372036854775808,)', undefined, 'uint64 18446744073709551615', 2n ** 64n - 1n],
    [[new Uint8Array([1, 2])], '([byte 0x01, 0x02],)', undefined, '[byte 0x03]', new Uint8Array([3])],
    [[], '()', undefined, '@mv nothing', null],
    [[7, new Map([[1, 'one']])], "(7.0, @a{us} {1: 'one'})", '(da{us})', '{uint32 1: true}', new Map([[1, true]])],
    [[7], '(7, @ms nothing)', '(ims)', 'byte 0x07', 7],
];

main({
    stored_in_c(fixture) {
        for (const [args, argsText, signature, resultText, result] of CALLS) {
            const func = fixture.cache.memoize(NAME, () => 'computed', {signature});
            equal(output([RAW, fixture.cachedir, NAME, argsText, resultText]), '');
            for (let call = 0; call < 3; call++)
                same(func(...args), result, `the result of ${argsText}`);
            same(func.lookup(...args), result);
            func.clear();
        }
    },

    computed_here(fixture) {
        for (const [args, argsText, signature, resultText] of CALLS) {
            const value = GLib.Variant.parse(null, resultText, null, null);
            const func = fixture.cache.memoize(NAME, () => value, {signature});
            func(...args);
            equal(output([RAW, fixture.cachedir, NAME, argsText]), value.print(true));
            func.clear();
            equal(output([RAW, fixture.cachedir, NAME, argsText]), 'nothing');
        }
    },

    computed_here_by_the_table(fixture) {
        for (const [args, argsText, signature, resultText, result] of CALLS.filter(call => call[2] === undefined)) {
            const func = fixture.cache.memoize(NAME, async () => result, {signature});
            run(func(...args));
            run(fixture.cache.flush_async());
            equal(output([RAW, fixture.cachedir, NAME, argsText]), GLib.Variant.parse(null, resultText, null, null).print(true));
            run(func.clear());
        }
    },

    // What C replaces is seen at once, however often it was called here.
    replaced_in_c(fixture) {
        const func = fixture.cache.memoize(NAME, n => n);
        for (let n = 1; n < 5; n++) {
            output([RAW, fixture.cachedir, NAME, '(int64 0,)', `int64 ${n}`]);
            for (let call = 0; call < 3; call++)
                same(func(0), n);
        }
    },
});
