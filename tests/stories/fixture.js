// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A fresh directory with a cache in it, and a remembered function that counts the words of a file.

import AnyCache from 'gi://AnyCache?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

export {AnyCache, Gio, GLib};

export const pathArgs = path => new GLib.Variant('(s)', [path]);
export const number = value => new GLib.Variant('x', value);

export function equal(actual, expected, what = 'the value') {
    const [told, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (told !== wanted)
        throw new Error(`${what} is ${told}, not ${wanted}`);
}

export function holds(condition, complaint) {
    if (!condition)
        throw new Error(complaint);
}

// What a function throws; that it throws nothing is a failure.
export function thrownBy(action) {
    try {
        action();
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

export function failsWith(domain, code, action) {
    const error = thrownBy(action);
    holds(error instanceof GLib.Error && error.matches(domain, code), `thrown was ${error}`);
    return error.message;
}

// Frees what nothing holds. An object that was held by a freed one goes in the next round.
export function collectGarbage() {
    for (let round = 0; round < 4; round++) {
        System.gc();
        while (GLib.MainContext.default().iteration(false))
            ;
    }
}

// Runs the main context and the garbage collector until the condition holds, within a deadline.
export function waitUntil(condition, complaint, seconds = 30) {
    const deadline = GLib.get_monotonic_time() + seconds * GLib.USEC_PER_SEC;
    while (!condition()) {
        holds(GLib.get_monotonic_time() < deadline, complaint);
        collectGarbage();
        GLib.usleep(2000);
    }
}

export function writeText(path, text) {
    GLib.file_set_contents(path, text);
}

export function readText(path) {
    return new TextDecoder().decode(GLib.file_get_contents(path)[1]);
}

function removeTree(file) {
    if (file.query_file_type(Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null) === Gio.FileType.DIRECTORY) {
        const children = file.enumerate_children('standard::name', Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
        for (let info = children.next_file(null); info !== null; info = children.next_file(null))
            removeTree(children.get_child(info));
        children.close(null);
    }
    file.delete(null);
}

function changedAt(path) {
    const info = Gio.File.new_for_path(path).query_info('time::changed,time::changed-usec', Gio.FileQueryInfoFlags.NONE, null);
    return info.get_attribute_uint64('time::changed') * 1000000 + info.get_attribute_uint32('time::changed-usec');
}

export class Fixture {
    constructor() {
        this.directory = GLib.dir_make_tmp('anycache-story-XXXXXX');
        this.cachedir = GLib.build_filenamev([this.directory, 'cache']);
        this.cache = AnyCache.Cache.new(this.cachedir, -1);
        // Else the library makes it during the first call, which is a change around the files beside it.
        GLib.mkdir_with_parents(this.cachedir, 0o700);
        this.computed = 0;
    }

    remove() {
        // What asynchronous calls have computed may still be on its way into the directory, whoever has dropped the cache.
        AnyCache.Cache.new(this.cachedir, -1).flush(null);
        this.cache = null;
        removeTree(Gio.File.new_for_path(this.directory));
    }

    write(name, text) {
        const path = GLib.build_filenamev([this.directory, name]);
        writeText(path, text);
        return path;
    }

    // Waits until a file was changed long enough ago for its times to tell so. Where they know no fractions, that is longer.
    settle(path) {
        const changed = changedAt(path);
        const age = changed % GLib.USEC_PER_SEC === 0 ? 3 * GLib.USEC_PER_SEC : 50000;
        waitUntil(() => GLib.get_real_time() > changed + age, 'the file stays young');
    }

    defineWordCount(version = null) {
        return this.cache.define('org.example.WordCount', version, request => {
            const [path] = request.get_args().deepUnpack();
            // Named before it is read: a change in between is seen.
            request.add_dependency(path);
            this.computed++;
            const text = GLib.file_test(path, GLib.FileTest.EXISTS) ? readText(path) : '';
            request.return_value(number(text.split(/\s+/).filter(word => word !== '').length));
            return true;
        });
    }
}

export const call = (func, path) => func.call(pathArgs(path), null).deepUnpack();

// The words that are remembered, null if none are.
export function lookup(func, path) {
    const value = func.lookup(pathArgs(path), null);
    return value === null ? null : value.deepUnpack();
}

// Runs one part of the calling program in a process of its own, with one variable set.
export function runPart(part, variable, value) {
    const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE});
    launcher.setenv(variable, value, true);
    const process = launcher.spawnv(['gjs', '-m', System.programPath, part]);
    const [, output, errors] = process.communicate_utf8(null, null);
    holds(process.get_successful(), `the part ${part} failed: ${errors}`);
    return {output: output.trim(), errors};
}

function tell(title, test) {
    const fixture = new Fixture();
    try {
        test(fixture);
        print(`ok - ${title}`);
        return true;
    } catch (error) {
        print(`not ok - ${title}`);
        print(`${error}\n${error.stack ?? ''}`.trimEnd().replace(/^/gm, '# '));
        return false;
    } finally {
        fixture.remove();
    }
}

// Runs a part that was asked for, or all tests, each with a fixture of its own, in the words of the Test Anything Protocol.
export function main(tests, parts = {}) {
    const part = parts[System.programArgs[0]];
    if (part !== undefined) {
        const fixture = new Fixture();
        try {
            part(fixture);
        } finally {
            fixture.remove();
        }
        return;
    }

    const titles = Object.keys(tests);
    print(`1..${titles.length}`);
    const failed = titles.filter(title => !tell(title, tests[title]));
    if (failed.length > 0)
        System.exit(1);
}
