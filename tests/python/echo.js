// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The part of JavaScript in test-javascript.py: stores each row of the table, or finds what Python has stored.
//
//   gjs -m echo.js store|find CACHEDIR

import AnyCache from 'gi://AnyCache?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

// In the order of the rows there.
const ROWS = [
    true,
    7,
    -(2 ** 53 - 1),
    9007199254740993n,
    9223372036854775808n,
    1.5,
    'text',
    new Uint8Array([97, 0, 98]),
    new Uint8Array(),
    null,
    [],
    [1, 2],
    [1.5, 2.5],
    ['a', 'b'],
    [1, 'a'],
    [true],
    {a: 1, b: [null]},
    {},
    Gio.File.new_for_path('/a b'),
    new GLib.Variant('(xs)', [1, 'a']),
];

const [task, cachedir] = System.programArgs;
const cache = AnyCache.Cache.new(cachedir, -1);

// What is in a value, with its types.
function show(value) {
    if (value instanceof GLib.Variant)
        return show(value.deepUnpack());
    if (value instanceof Gio.File)
        return show(value.get_uri());
    return JSON.stringify(value, (_key, item) => {
        if (typeof item === 'bigint')
            return {bigint: `${item}`};
        return item instanceof Uint8Array ? {bytes: [...item]} : item;
    });
}

const echo = cache.memoize('org.example.Echo', (index, value) => {
    if (task === 'find')
        throw new Error('it was to be found');
    // There are no tuples in JavaScript, so it gets an array.
    return ROWS[index] instanceof GLib.Variant ? ROWS[index] : value;
});

let failed = 0;
for (const [index, row] of ROWS.entries()) {
    try {
        const result = show(echo(index, row));
        if (result !== show(row))
            throw new Error(`${result} instead of ${show(row)}`);
    } catch (error) {
        printerr(`${index}: ${error.message}`);
        failed++;
    }
}
cache.flush();
print(ROWS.length - failed);
System.exit(failed);
