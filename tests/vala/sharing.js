// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The part of JavaScript in sharing.py: gjs -m sharing.js DIRECTORY TEXT COUNT.

import AnyCache from 'gi://AnyCache?version=1.0';
import GLib from 'gi://GLib';
import System from 'system';

const [cachedir, word, number] = System.programArgs;
const cache = AnyCache.Cache.new(cachedir, -1);

// There are no tuples in JavaScript, so that the type of the result is said.
const repeat = cache.memoize('org.example.Repeat', (text, count) => {
    print('computing ');
    return new GLib.Variant('(sdb)', [text.repeat(count), count / 2, count > 3]);
}, {version: '1'});

print(repeat(word, Number(number)).join(' '));
