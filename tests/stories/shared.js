// SPDX-FileCopyrightText: 2026 The AnyCache Authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One of several processes on one directory: does what each line of its input says, and answers each with a line.
// C, Vala and Python have the same program; test-shared.py speaks with all of them.

import AnyCache from 'gi://AnyCache?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

const LANGUAGE = 'javascript';

// The options come in another order than in the other languages.
function pageArgs(key) {
    return new GLib.Variant('(sa{sv})', [key, {deep: new GLib.Variant('b', true), width: new GLib.Variant('i', 3)}]);
}

const pageValue = () => new GLib.Variant('a{sv}', {language: new GLib.Variant('s', LANGUAGE)});
const languageOf = page => page === null ? 'nothing' : page.recursiveUnpack().language ?? 'no language';
const done = success => success ? 'done' : 'not done';

class Shared {
    constructor(cachedir) {
        this.computed = false;
        this.cache = AnyCache.Cache.new(cachedir, -1);
        // Says which language computed it.
        this.page = this.cache.define('org.example.Page', '1', request => {
            this.computed = true;
            request.return_value(pageValue());
            return true;
        });
        // The content of a file.
        this.text = this.cache.define('org.example.SharedText', '1', request => {
            const [path] = request.get_args().deepUnpack();
            this.computed = true;
            request.add_dependency(path);
            request.return_bytes(GLib.Bytes.new(GLib.file_get_contents(path)[1]));
            return true;
        });
    }

    ask(func, args) {
        this.computed = false;
        const value = func.call(args, null);
        return [this.computed ? 'computed' : 'hit', value];
    }

    call(key) {
        const [how, page] = this.ask(this.page, pageArgs(key));
        return `${how} ${languageOf(page)}`;
    }

    read(path) {
        const [how, text] = this.ask(this.text, new GLib.Variant('(s)', [path]));
        return `${how} ${new TextDecoder().decode(text.deepUnpack())}`;
    }

    lookup(key) {
        return languageOf(this.page.lookup(pageArgs(key), null));
    }

    refresh(key) {
        return languageOf(this.page.refresh(pageArgs(key), null));
    }

    peek(key) {
        const entry = this.page.peek(pageArgs(key));
        if (entry === null)
            return 'nothing';
        return `${entry.is_current() ? 'current' : 'stale'} ${languageOf(entry.get_value())}`;
    }

    store(key) {
        return done(this.page.store(pageArgs(key), pageValue(), -1, null, null));
    }

    remove(key) {
        return done(this.page.remove(pageArgs(key), null));
    }

    forget() {
        return done(this.page.clear(null));
    }

    clear() {
        return done(this.cache.clear(null));
    }

    size() {
        return this.cache.get_size();
    }

    ident(key) {
        return this.page.dup_ident(pageArgs(key));
    }
}

const shared = new Shared(System.programArgs[0]);
const input = new Gio.DataInputStream({base_stream: Gio.File.new_for_path('/dev/stdin').read(null)});

for (let [line] = input.read_line_utf8(null); line !== null; [line] = input.read_line_utf8(null)) {
    const [verb, object] = line.split(' ', 2);
    try {
        print(shared[verb](object));
    } catch (error) {
        print(`error ${error.message}`);
    }
}
