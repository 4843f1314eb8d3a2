// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Prints a summary (classes, methods, bytes) of each GIR file named after the cache's directory.

import AnyCache from 'gi://AnyCache?version=1.0';
import GLib from 'gi://GLib';

const [cachedir, ...paths] = ARGV;
let computed = 0;

function count(text, pattern) {
    return [...text.matchAll(pattern)].length;
}

// The computation: asked only where the cache has no summary of the file as it is now.
function summarize(request) {
    const [path] = request.get_args().deepUnpack();
    request.add_dependency(path);    // before the file is read
    const [, data] = GLib.file_get_contents(path);
    const text = new TextDecoder().decode(data);

    // The platform's XML parser has no JavaScript face; in GIR files text and attributes never hold a bare "<".
    const classes = count(text, /<class\s/g);
    const methods = count(text, /<method\s/g);

    computed += 1;
    request.return_value(new GLib.Variant('(uut)', [classes, methods, data.length]));
    return true;
}

const cache = AnyCache.Cache.new(cachedir, -1);
const func = cache.define('org.example.GirSummary', '1', summarize);
const start = GLib.get_monotonic_time();

for (const path of paths) {
    const result = func.call(new GLib.Variant('(s)', [path]), null);
    print(path, ...result.deepUnpack());
}

printerr(paths.length, computed, GLib.get_monotonic_time() - start);
